"""The override panel: fields by engine, a live picture of what they do, and Save.

Computes nothing: `week.with_entries` reads the week again, `overrides` checks and writes.
"""

from __future__ import annotations

import datetime as dt
import math
import os
from dataclasses import replace
from html import escape
from typing import Any

import ipywidgets as ui

from fiveengines import overrides
from fiveengines.base import formats
from fiveengines.base.errors import ConflictError, FiveEnginesError, OverrideError
from fiveengines.base.fast_imports import BATCH
from fiveengines.base.formats import date, figure, long_date, minus
from fiveengines.commentary.narrative import ENGINE_NAMES
from fiveengines.model.engines import EngineReading, Evidence
from fiveengines.overrides import Change, Trail
from fiveengines.playbook import content
from fiveengines.views.tables.values import OLD_DAYS
from fiveengines.views.widgets.field import FieldRow, FieldSpec
from fiveengines.views.widgets.form import Shown
from fiveengines.views.widgets.preview import preview
from fiveengines.views.widgets.snapshot import snapshot
from fiveengines.views.widgets.style import CSS
from fiveengines.week import Week


def override_panel(week: Week) -> Any:
    """The panel for `week`'s manual readings; in a batch run, where nobody can type, the table of them."""
    if os.environ.get(BATCH):
        from fiveengines.views import tables

        return tables.overrides(week)
    return OverridePanel(week)


class OverridePanel(Shown):
    """Fields, preview and Save for one week. `week` is the week as saved, `preview_week` the week as
    typed."""

    def __init__(self, week: Week) -> None:
        self._day: dt.date = week.as_of.date()
        self.directory = week.params.overrides_of(week.source)
        self._questions = content.questions()
        self._rows: dict[str, FieldRow] = {}
        self._take(week)
        self.preview_week = self.week
        self._picture = ui.HTML()
        self._said = ui.HTML()
        self._said.add_class("fe-said")
        self._head = ui.HTML()
        self._who = ui.Text(
            description="Who", value=overrides.default_who(), style={"description_width": "40px"}
        )
        self._save = ui.Button(description="Save", button_style="primary", tooltip="Write these to the trail")
        self._reload = ui.Button(description="Reload", tooltip="Discard what is typed and show what is saved")
        self._save.on_click(lambda _: self.save())
        self._reload.on_click(lambda _: self.reload())
        self._tabs = ui.Tab([ui.VBox([]) for _ in self.week.engines])
        self._tabs.add_class("fe-tabs")
        self._tabs.observe(lambda _: self._fill_tab(), names="selected_index")
        self.box = self._layout()
        self._tabs.selected_index = 0
        self._fill_tab()
        self._show()

    # what a person does

    def changes(self) -> list[Change]:
        """What is typed and not saved."""
        return [change for row in self._rows.values() if (change := row.change()) is not None]

    def row(self, field: str) -> FieldRow:
        """The row of one field; its tab is built when it was not yet. OverrideError when the panel has
        none."""
        for at in range(len(self._tabs.children)):
            if field not in self._rows:
                self._fill_tab(at)
        if field not in self._rows:
            raise OverrideError(
                f"the panel has no field {field!r}.", remedy="Use `fiveengines override set`."
            )
        return self._rows[field]

    def save(self) -> None:
        """Write what is typed to the trail and say what happened."""
        wrong = [(row, row.problem()) for row in self._rows.values()]
        stopped = [(row, problem) for row, problem in wrong if problem]
        stopped += [
            (row, "Say why: it is read again next year.") for row in self._rows.values() if row.needs_reason()
        ]
        for row, problem in stopped:
            row.open()
            row.say(problem)
        if stopped:
            self._lead_to(stopped[0][0])
            names = ", ".join(row.spec.title for row, _ in stopped)
            self._say(
                f"Nothing is saved yet. A reason or a possible figure is missing for: {names}.", good=False
            )
            return
        changes = self.changes()
        if not changes:
            self._say("There is nothing new to save.", good=True)
            return
        try:
            overrides.save(self.directory, changes, as_of=self._day, who=self._who.value)
        except ConflictError as error:
            self._meet()
            self._say(str(error), good=False)
            return
        except FiveEnginesError as error:
            self._say(str(error), good=False)
            return
        self.reload()
        self._say(
            f"Saved to {self.directory.parent.name}/{self.directory.name}/{self._day}.yaml. Later notebooks read "
            "it when they run; run this one's cells again to see it here too.",
            good=True,
        )

    def _lead_to(self, row: FieldRow) -> None:
        """Bring a row that stops the saving before the reader, ready to be typed into."""
        for at, engine in enumerate(self.week.engines):
            if self._engine_of(row.spec.field) == engine:
                self._tabs.selected_index = at
        if row.problem():
            row.control.focus()
        else:
            row.open(focus=True)

    def _meet(self) -> None:
        """Show what others saved meanwhile; what is typed stays, and saving it once more replaces theirs."""
        typed = {field for field, row in self._rows.items() if row.change() is not None}
        self._take(self.week)
        for field, row in self._rows.items():
            (row.meet if field in typed else row.reset)(self._entries.get(field), self._expected(field))
        self._titles()
        self._show()

    def reload(self) -> None:
        """Show what is in the trail; what was typed and not saved is discarded."""
        self._take(self.week)
        for field, row in self._rows.items():
            row.reset(self._entries.get(field), self._expected(field))
        self._said.value = ""
        self._titles()
        self._show()

    # inside

    def _take(self, week: Week) -> None:
        """Read the trail anew and the week with it."""
        self._trail: Trail = overrides.load(self.directory)
        self.week = week.with_entries(self._trail.entries)
        self._before = snapshot(self.week)
        self._data_alone = snapshot(week.without_overrides()) if self._trail.entries else self._before
        self._entries = {each.field: each for each in self._trail.active(self._day)}

    def _expected(self, field: str) -> str | None:
        newest = self._trail.newest_record(field, self._day)
        return newest.id if newest else None

    def _layout(self) -> Any:
        foot = ui.Box([self._who, self._save, self._reload, self._said])
        self._who.add_class("fe-who")
        foot.add_class("fe-foot")
        left, right = ui.VBox([self._tabs, foot]), ui.VBox([self._picture])
        left.add_class("fe-left")
        right.add_class("fe-right")
        # first in the page, so that it is above the fields where there is no room beside them
        body = ui.Box([right, left])
        body.add_class("fe-body")
        box = ui.VBox([ui.HTML(f"<style>{CSS}</style>"), self._head, body])
        box.add_class("fe-panel")
        self._titles()
        return box

    def _titles(self) -> None:
        """Tabs with the number of their entries, and the head with what ran out."""
        for at, engine in enumerate(self.week.engines):
            mine = sum(self._engine_of(field) == engine for field in self._entries)
            self._tabs.set_title(at, f"{ENGINE_NAMES[engine]} ({mine})" if mine else ENGINE_NAMES[engine])
        over = [
            f"<li>{escape(each.title)}: {escape(str(each.value))} ran out on {date(each.until)}</li>"
            for each in self._trail.expired(self._day)[:3]
        ]
        ended = f'<ul class="fe-data">{"".join(over)}</ul>' if over else ""
        simulated = " The data are simulated." if self.week.simulated else ""
        self._head.value = (
            f'<div class="fe-head"><b>Manual readings for {long_date(self._day)}</b><br>'
            "A figure typed here stands in for one input for as long as it is valid; the data stay as they "
            f"are. Leave a field empty to go by the data.{simulated}{ended}</div>"
        )

    def _engine_of(self, field: str) -> str | None:
        for engine, lines in self.week.params.engines.engines.items():
            if field in lines or field == f"state:{engine}":
                return engine
        return None

    def _fill_tab(self, at: int | None = None) -> None:
        """Build a tab's rows when it is first looked at: forty fields at once would make a reader wait."""
        place = self._tabs.selected_index if at is None else at
        if place is None or self._tabs.children[place].children:
            return
        reading = list(self.week.engines.values())[place]
        rows = []
        for spec in self._specs(reading):
            row = FieldRow(spec, self._entries.get(spec.field), self._expected(spec.field), self._show)
            self._rows[spec.field] = row
            rows.append(row.box)
        self._tabs.children[place].add_class("fe-rows")
        self._tabs.children[place].children = tuple(rows)

    def _specs(self, reading: EngineReading) -> list[FieldSpec]:
        """The fields of one engine: what is scored, what has a question, what has an entry; the state comes
        last."""
        lines = self.week.params.engines.engines[reading.name]  # type: ignore[index]
        shown = [
            each
            for each in reading.evidence
            if lines[each.indicator].weight > 0
            or lines[each.indicator].manual is not None
            or overrides.lookup(each.indicator) is not None
            or each.indicator in self._entries
        ]
        return [*(self._spec(each) for each in shown), self._state_spec(reading)]

    def _spec(self, evidence: Evidence) -> FieldSpec:
        asked = overrides.lookup(evidence.indicator)
        seen = evidence.observed
        days = None if seen is None else (self._day - seen.date()).days
        age = "" if seen is None or days is None else f"{seen.day} {seen:%b}, {formats.age(days)}"
        return FieldSpec(
            field=evidence.indicator,
            title=evidence.title,
            data=evidence.data_value,
            data_text=figure(evidence.data_value, evidence.unit),
            bare=_bare(evidence.data_value, overrides.bounds(evidence.indicator).step),
            age=age,
            stale=days is not None and days > OLD_DAYS,
            bounds=overrides.bounds(evidence.indicator),
            question=asked.question
            if asked
            else f"What is the latest figure for {evidence.title}, and of which date?",
            where=asked.where if asked else "",
            url=asked.url if asked else "",
            day=self._day,
            counts=self._counts(evidence),
        )

    def _counts(self, evidence: Evidence) -> str:
        """What an entry moves: how much the indicator weighs in its engine, or that it moves no score."""
        engine, line = self.week.params.engines.indicator(evidence.indicator)
        if line.weight == 0:
            return "weight 0: shown beside the evidence, moves no score"
        lines = self.week.params.engines.engines[engine].values()
        whole = sum(each.weight for each in lines if each.instead_of is None)
        return f"weight {line.weight:g} of {whole:g} in {ENGINE_NAMES[engine].lower()}"

    def _state_spec(self, reading: EngineReading) -> FieldSpec:
        plain = self.week.with_entries(tuple(e for e in self._trail.entries if e.engine is None))
        state = snapshot(plain).engines[reading.name].state
        return FieldSpec(
            field=f"state:{reading.name}",
            title="State of the whole engine (shown in red on the cover)",
            data=state,
            data_text=state,
            bare=state,
            bounds=overrides.bounds(f"state:{reading.name}"),
            question=self._questions[reading.name],  # type: ignore[index]
            day=self._day,
        )

    def _show(self) -> None:
        """Read the week with what is typed and draw before and after."""
        changes = self.changes()
        try:
            drafted = overrides.draft(self._trail, _with_dates(changes, self._day), self._day)
            self.preview_week = (
                self.week.with_entries(self._trail.adding(drafted).entries) if drafted else self.week
            )
        except FiveEnginesError as error:
            self._say(str(error), good=False)
            return
        manual = len(self.preview_week.overrides)
        self._picture.value = preview(
            self._before, snapshot(self.preview_week), self._data_alone, manual=manual, unsaved=len(changes)
        )

    def _say(self, text: str, *, good: bool) -> None:
        self._said.value = (
            f'<div class="fe-box{" fe-good" if good else ""}" role="status">{escape(text)}</div>'
        )


def _with_dates(changes: list[Change], day: dt.date) -> list[Change]:
    """Drafts hold at least for this reading, whatever date is being typed."""

    def holds(until: object) -> bool:
        return isinstance(until, dt.date) and until >= day

    return [each if holds(each.until) else replace(each, until=day) for each in changes]


def _bare(value: float | None, step: float) -> str:
    """A figure as one would type it, in as many decimals as its field's steps have."""
    if value is None:
        return "no value"
    return minus(f"{value:.{max(0, math.ceil(-math.log10(step)))}f}")
