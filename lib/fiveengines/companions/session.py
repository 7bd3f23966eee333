"""What a companion sees: the data as known on one session's evening, and the last completed week before it.

Loads and cuts; no question is answered here.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import pandas as pd

from fiveengines import indicators, overrides, week
from fiveengines.base import parameters
from fiveengines.base.errors import ParameterError
from fiveengines.base.parameters import Parameters, RunParameters
from fiveengines.data import calendars
from fiveengines.data.dataset import Dataset
from fiveengines.data.panel import Panel
from fiveengines.overrides import Entry
from fiveengines.week import Week


@dataclass(frozen=True)
class Session:
    """One session's evening: `panel` holds nothing that was public later.

    `start` is where the reader wants a window to begin (`--from`), None for the companion's own choice; `entries` are
    the manual readings in force on that day; `portfolio` names one of several portfolios, empty for the one without a
    name.
    """

    as_of: pd.Timestamp
    source: str
    params: Parameters
    run: RunParameters
    panel: Panel = field(repr=False)
    entries: tuple[Entry, ...] = field(repr=False, default=())
    start: pd.Timestamp | None = None
    portfolio: str = ""

    @classmethod
    def load(
        cls,
        as_of: dt.date | str | None = None,
        source: str | None = None,
        data_dir: str | Path | None = None,
        params_file: str | Path | None = None,
        out_dir: str | Path | None = None,
        start: dt.date | str | None = None,
        portfolio: str | None = None,
    ) -> Session:
        """The last session on or before `as_of` whose evening has passed (default: that of weekly.yaml, else now).

        Keywords as for `Week.load`; `start` must lie before the session. Raises FiveEnginesError with one clear line.
        A second call in the same process with unchanged files reads nothing again.
        """
        run = parameters.asked(as_of, source, data_dir, params_file, out_dir)
        params = parameters.load(run.params_file)
        indicators.declare(params)
        asked = run.as_of or params.weekly.as_of or dt.date.today()
        if asked > dt.date.today():
            raise ParameterError(
                f"as_of {asked} is in the future.", remedy="Choose today or an earlier date."
            )
        day = calendars.last_completed_session(asked)
        begin = _start(start, day)
        name, _ = params.source_of(run)
        trail = overrides.load(params.overrides_of(name))
        panel = week.panel_of(params, run, day)
        return cls(day, name, params, run, panel, trail.active(day.date()), begin, portfolio or "")

    @cached_property
    def week(self) -> Week | None:
        """The last completed week on or before the session; None before the history begins."""
        if self.as_of < calendars.reading_date(self.params.weekly.history_start):
            return None
        values = self.run.model_dump(mode="json")
        return Week.load(**{**values, "as_of": str(self.as_of.date())})

    @property
    def dataset(self) -> Dataset:
        """What was public on that evening."""
        return self.panel.dataset

    @property
    def simulated(self) -> bool:
        """True when nothing here describes a real market."""
        return self.source == "demo"

    def entered(self, name: str) -> Entry | None:
        """The manual reading of one field in force on that day."""
        return next((each for each in self.entries if each.field == name), None)


def _start(start: dt.date | str | None, day: pd.Timestamp) -> pd.Timestamp | None:
    if not start:
        return None
    try:
        begin = pd.Timestamp(dt.date.fromisoformat(str(start)))
    except ValueError:
        raise ParameterError(
            f"from: {str(start)!r} is not possible.", remedy="Write dates as YYYY-MM-DD."
        ) from None
    if not begin < day:
        raise ParameterError(
            f"from {begin.date()} is not before the session, {day.date()}.", remedy="Choose an earlier date."
        )
    return begin
