"""The control in Start.ipynb: choose week and source once, and every notebook goes by it.

Collects and checks; the week is read by `Week.load`, the choice is saved by `choice`.
"""

from __future__ import annotations

import os
from pathlib import Path

import ipywidgets as ui

from fiveengines.base import parameters
from fiveengines.base.errors import FiveEnginesError
from fiveengines.base.fast_imports import BATCH
from fiveengines.base.parameters import RunParameters
from fiveengines.views import choice, tables
from fiveengines.views.notebook import box
from fiveengines.views.widgets.form import Shown
from fiveengines.week import Week

_SOURCES = {"demo (simulated)": "demo", "files (a folder of downloads)": "files", "live (the store)": "live"}
_AGAIN = "<p>Run this notebook again, and the others when you open them.</p>"


def week_chooser() -> WeekChooser | None:
    """The control; None in a batch run, where nobody can choose."""
    return None if os.environ.get(BATCH) else WeekChooser()


class WeekChooser(Shown):
    """Source, folder and week for all notebooks: shows what counts now, reads the week before it saves a choice."""

    def __init__(self) -> None:
        style, wide = {"description_width": "60px"}, ui.Layout(width="34em")
        sources = {"as in params/weekly.yaml": "", **_SOURCES}
        self.source = ui.Dropdown(
            options=list(sources.items()), description="Source", style=style, layout=wide
        )
        self.folder = ui.Text(
            description="Folder", placeholder="of downloads or of the store", style=style, layout=wide
        )
        self.day = ui.DatePicker(description="Week to", style=style)
        self.use = ui.Button(description="Use in all notebooks", button_style="primary")
        self.clear = ui.Button(description="Go by params/weekly.yaml", layout=ui.Layout(width="auto"))
        self.said = ui.HTML()
        self.use.on_click(lambda _: self.save())
        self.clear.on_click(lambda _: self.forget())
        self.box = ui.VBox([self.source, self.folder, self.day, ui.HBox([self.use, self.clear]), self.said])
        try:
            self._fill(choice.load())
        except FiveEnginesError as error:
            self.said.value = box(error)

    def save(self) -> None:
        """Read the chosen week; when that works save the choice, else say what is wrong and save nothing."""
        folder = self.folder.value.strip()
        try:
            chosen = parameters.run_parameters(
                {
                    "as_of": self.day.value,
                    "source": self.source.value,
                    "data_dir": str(Path(folder).expanduser().resolve()) if folder else "",
                }
            )
            week = Week.load(**chosen.model_dump())
            choice.save(chosen)
        except FiveEnginesError as error:
            self.said.value = box(error)
            return
        self.said.value = f"{tables.heading(week, chosen=True)._repr_html_()}{_AGAIN}"

    def forget(self) -> None:
        """Go by params/weekly.yaml again."""
        choice.save(RunParameters())
        self._fill(RunParameters())
        self.said.value = f"<p>The notebooks go by params/weekly.yaml.</p>{_AGAIN}"

    def _fill(self, chosen: RunParameters) -> None:
        self.source.value = chosen.source or ""
        self.folder.value = chosen.data_dir or ""
        self.day.value = chosen.as_of
