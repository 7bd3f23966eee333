"""How the simulated paths become observations: sampled at each series' own rhythm, dated, revised, cut at the end.

Facts about rhythm live here; moments of publication come from the catalog through calendars.published_at.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fiveengines.calendars import evening_of, federal_business_days, published_at
from fiveengines.catalog import Release, Series, catalog
from fiveengines.dataset import SeriesData
from fiveengines.sources.demo.random_paths import Floats, normals

Days = NDArray[np.datetime64]
Positions = NDArray[np.int64]

# Weekday an observation is dated (0 = Monday); anything weekly not named here is dated on its provider's Friday.
_WEEKDAY = {"WALCL": 2, "WTREGEN": 2, "WRESBAL": 2, "TREAST": 2, "NAAIM": 2, "AAII": 3, "ICSA": 5, "CCSA": 5}
# Standard deviation of a revision: a share of the value, or points for series that cross zero or are rates.
_REVISED_BY_SHARE = {
    "M2SL": 0.0008, "GDPC1": 0.0015, "CPIAUCSL": 0.0003, "CPILFESL": 0.0003, "PAYEMS": 0.0004,
    "ICSA": 0.008, "CCSA": 0.006, "MARGIN_DEBT": 0.002,
}  # fmt: skip
_REVISED_BY_POINTS = {"NFCI": 0.02, "ANFCI": 0.02, "STLFSI4": 0.04, "UNRATE": 0.06}
_REVISION_AFTER = {"weekly": 7, "monthly": 30, "quarterly": 30, "daily": 1}
_DECIMALS = {
    "NFCI": 3, "ANFCI": 3, "STLFSI4": 4, "DEXUSEU": 4, "DTWEXBGS": 4, "DIX": 4, "SHY": 4, "BIL": 4, "SHV": 4,
    "VIXY": 4, "CPIAUCSL": 3, "CPILFESL": 3, "GDPC1": 3, "UNRATE": 1, "M2SL": 1, "RRPONTSYD": 3,
    "AAII_BULLISH": 1, "AAII_NEUTRAL": 1, "AAII_BEARISH": 1, "PCT_ABOVE_200DMA_SP500": 1,
    "PCT_ABOVE_100DMA_SP500": 1, "PCT_ABOVE_50DMA_SP500": 1, "PCT_ABOVE_20DMA_SP500": 1, "PCT_ABOVE_200DMA_ALL": 1,
}  # fmt: skip
_WHOLE = {"contracts", "count", "$ million", "EUR million", "thousand", "persons", "flag", "$ per 1 % move"}


class Publisher:
    """Turns a path on sessions into the observations and publication moments of one catalog series."""

    def __init__(self, seed: int, sessions: pd.DatetimeIndex, end: pd.Timestamp) -> None:
        self._seed = seed
        self._sessions: Days = sessions.to_numpy().astype("datetime64[D]")
        self._end = end.to_datetime64().astype("datetime64[D]")
        self._cutoff = evening_of(end).to_datetime64()
        self._business = federal_business_days(self._sessions[0], self._end)
        self._rhythms: dict[tuple[str, object], tuple[Days, Positions]] = {}
        self._moments: dict[tuple[Release, str, object], NDArray[np.datetime64]] = {}

    def _rhythm(self, series: Series) -> tuple[str, object]:
        if series.frequency == "weekly":
            if series.provider == "cftc":
                return ("tuesdays", None)
            return ("weekly", _WEEKDAY.get(series.id, _WEEKDAY.get(series.id.split("_", maxsplit=1)[0], 4)))
        if series.frequency == "daily":
            return ("federal" if series.provider in {"fred", "treasury"} else "session", None)
        return (series.frequency, None)

    def _weekly(self, weekday: int) -> Days:
        first = self._sessions[0]
        ahead = (weekday - (first.astype("int64") + 3)) % 7
        days: Days = np.arange(first + ahead, self._end + 1, 7)
        return days

    def _sample(self, rhythm: tuple[str, object]) -> tuple[Days, Positions]:
        """Observation dates and the position of the session each is read from."""
        kind, detail = rhythm
        match kind:
            case "session":
                return self._sessions, np.arange(len(self._sessions))
            case "federal":
                both = np.isin(self._sessions, self._business)
                return self._sessions[both], np.flatnonzero(both)
            case "weekly":
                observed = self._weekly(int(str(detail)))
            case "tuesdays":
                observed = self._weekly(1)
                # a holiday moves the report to Monday's positions
                observed = np.where(np.isin(observed, self._business), observed, observed - 1)
            case _:
                return self._periods(3 if kind == "quarterly" else 1)
        return observed, np.searchsorted(self._sessions, observed, side="right") - 1

    def _periods(self, months: int) -> tuple[Days, Positions]:
        first = self._sessions[0].astype("datetime64[M]")
        starts = np.arange(first, self._end.astype("datetime64[M]") + 1, months)
        after = (starts + months).astype("datetime64[D]")
        complete = after <= self._end
        positions = np.searchsorted(self._sessions, after[complete], side="left") - 1
        return starts[complete].astype("datetime64[D]"), positions

    def _known_at(self, series: Series, rhythm: tuple[str, object], observed: Days) -> NDArray[np.datetime64]:
        key = (series.release, *rhythm)
        if key not in self._moments:
            days = pd.DatetimeIndex(observed.astype("datetime64[s]"))
            self._moments[key] = published_at(series, days).to_numpy().astype("datetime64[s]")
        return self._moments[key]

    def publish(self, series: Series, path: Floats) -> SeriesData:
        """Observations of `series` from its path on sessions (n,), as public on the evening of the end."""
        rhythm = self._rhythm(series)
        if rhythm not in self._rhythms:
            self._rhythms[rhythm] = self._sample(rhythm)
        observed, positions = self._rhythms[rhythm]
        value = path[positions]
        known = self._known_at(series, rhythm, observed)
        digits = 0 if series.unit in _WHOLE else _DECIMALS.get(series.id, 2)
        if series.id == "NAAIM":
            observed, value, known = _without_holiday_weeks(observed, value, known)
        if series.id in _REVISED_BY_SHARE or series.id in _REVISED_BY_POINTS:
            observed, value, known = self._revised(series, observed, value, known)
        keep = (known <= self._cutoff) & np.isfinite(value)
        observed, value, known = observed[keep], np.round(value[keep], digits), known[keep]
        if np.any(known[1:] < known[:-1]):
            order = np.lexsort((observed, known))
            observed, value, known = observed[order], value[order], known[order]
        frame = pd.DataFrame(
            {"observed": observed.astype("datetime64[s]"), "value": value, "known_at": known}, copy=False
        )
        return SeriesData(series.id, frame, "simulated", f"simulation, seed {self._seed}")

    def _revised(
        self, series: Series, observed: Days, value: Floats, known: NDArray[np.datetime64]
    ) -> tuple[Days, Floats, NDArray[np.datetime64]]:
        """A first release that is a little off, and the settled figure some weeks later."""
        off = normals(self._seed, f"revision-{series.id}", len(value))
        share = _REVISED_BY_SHARE.get(series.id)
        early = value * (1 + share * off) if share else value + _REVISED_BY_POINTS[series.id] * off
        later = known + np.timedelta64(_REVISION_AFTER[series.frequency], "D")
        return (
            np.concatenate((observed, observed)),
            np.concatenate((early, value)),
            np.concatenate((known, later)),
        )


def _without_holiday_weeks(
    observed: Days, value: Floats, known: NDArray[np.datetime64]
) -> tuple[Days, Floats, NDArray[np.datetime64]]:
    """Surveys skip the week between Christmas and New Year."""
    month_day = (observed - observed.astype("datetime64[M]")).astype(int) + 1
    december = observed.astype("datetime64[M]").astype(int) % 12 == 11
    kept = ~(december & (month_day >= 25))
    return observed[kept], value[kept], known[kept]


def publish_all(
    seed: int, sessions: pd.DatetimeIndex, end: pd.Timestamp, paths: Mapping[str, Floats]
) -> dict[str, SeriesData]:
    """Every catalog series from its path; a catalog entry without a path raises KeyError."""
    publisher = Publisher(seed, sessions, end)
    return {key: publisher.publish(series, paths[key]) for key, series in catalog().items()}
