"""How simulated paths become observations: sampled at each series' rhythm, dated, revised, cut at the end.

Facts about rhythm live here; moments of publication come from the catalog through calendars.published_at.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fiveengines.data.calendars import evening_of, federal_business_days, published_at
from fiveengines.data.catalog import Release, Series, catalog
from fiveengines.data.dataset import SeriesData
from fiveengines.data.demo.random_paths import Floats, normals

Days = NDArray[np.datetime64]
Positions = NDArray[np.int64]

# Weekday of a weekly observation (0 = Monday); what is not named here is dated on a Friday.
_WEEKDAY = {"WALCL": 2, "WTREGEN": 2, "WRESBAL": 2, "TREAST": 2, "NAAIM": 2, "AAII": 3, "ICSA": 5, "CCSA": 5,
           "MORTGAGE30US": 3, "GASREGW": 0}  # fmt: skip
# Standard deviation of a revision: a share of the value, or points for series that cross zero or are rates.
# The recession flag has none: it is called a year late and then final.
_REVISED_BY_SHARE = {
    "M2SL": 0.0008, "GDPC1": 0.0015, "CPIAUCSL": 0.0003, "CPILFESL": 0.0003, "PAYEMS": 0.0004,
    "ICSA": 0.008, "CCSA": 0.006, "MARGIN_DEBT": 0.002,
    "AHETPI": 0.0008, "JTSJOL": 0.008, "INDPRO": 0.002, "RSAFS": 0.003, "DGORDER": 0.006, "HOUST": 0.015,
    "PERMIT": 0.006, "BUSLOANS": 0.001, "PCEPI": 0.0004, "PCEPILFE": 0.0004, "PPIACO": 0.001, "SP500_EPS": 0.003,
    "SP500_EPS_REPORTED": 0.006,
}  # fmt: skip
_REVISED_BY_POINTS = {"NFCI": 0.02, "ANFCI": 0.02, "STLFSI4": 0.04, "UNRATE": 0.06, "U6RATE": 0.08, "CIVPART": 0.06,
                      "CFNAI": 0.05, "GDPNOW": 0.15}  # fmt: skip
_DAYS_TO_REVISION = {"weekly": 7, "monthly": 30, "quarterly": 30}
_DECIMALS = {
    "NFCI": 3, "ANFCI": 3, "STLFSI4": 4, "DEXUSEU": 4, "DTWEXBGS": 4, "DIX": 4, "SHY": 4, "BIL": 4, "SHV": 4,
    "DEXUSUK": 4, "DEXSZUS": 4, "DEXCHUS": 4,
    "VIXY": 4, "CPIAUCSL": 3, "CPILFESL": 3, "GDPC1": 3, "UNRATE": 1, "M2SL": 1, "RRPONTSYD": 3,
    "AAII_BULLISH": 1, "AAII_NEUTRAL": 1, "AAII_BEARISH": 1, "PCT_ABOVE_200DMA_SP500": 1,
    "PCT_ABOVE_100DMA_SP500": 1, "PCT_ABOVE_50DMA_SP500": 1, "PCT_ABOVE_20DMA_SP500": 1,
    "PCT_ABOVE_200DMA_ALL": 1, "6E_F": 5, "6J_F": 7, "HG_F": 4, "FXE": 4, "FXY": 4, "PCEPI": 3,
    "PCEPILFE": 3, "PPIACO": 3, "INDPRO": 4, "U6RATE": 1, "CIVPART": 1,
    "UMCSENT": 1, "MICH": 1, "SOFR30DAYAVG": 5, "GASREGW": 3, "VGSH": 4,
}  # fmt: skip
_WHOLE = {
    "contracts", "count", "$ million", "EUR million", "GBP million", "CHF million", "JPY 100 million",
    "CNY 100 million", "thousand", "persons", "flag", "$ per 1 % move",
}  # fmt: skip


@dataclass(frozen=True)
class Slots:
    """When a kind of series is observed, from which session it is read, and when it is public; all (m,)."""

    observed: Days
    position: Positions
    known_at: Days

    def pick(self, chosen: NDArray[np.bool_] | Positions) -> Slots:
        """The slots that `chosen` names, by a mask (m,) or by positions in the wanted order."""
        return Slots(self.observed[chosen], self.position[chosen], self.known_at[chosen])


class Publisher:
    """Turns a path on sessions into the observations and publication moments of one catalog series."""

    def __init__(self, seed: int, sessions: pd.DatetimeIndex, end: pd.Timestamp) -> None:
        self._seed = seed
        self._sessions: Days = sessions.to_numpy().astype("datetime64[D]")
        self._end = end.to_datetime64().astype("datetime64[D]")
        self._cutoff = evening_of(end).to_datetime64()
        # Yields and positions exist on a day that an order closed the offices; only their release waits.
        self._business = federal_business_days(self._sessions[0], self._end, closings=False)
        self._slots: dict[tuple[Release, str, int], tuple[Slots, pd.DataFrame]] = {}

    def _weekly(self, weekday: int) -> Days:
        first = self._sessions[0]
        ahead = (weekday - (first.astype("int64") + 3)) % 7
        days: Days = np.arange(first + ahead, self._end + 1, 7)
        return days

    def _rhythm(self, series: Series) -> tuple[str, int]:
        """The kind of rhythm and its detail: a weekday, or the months of a period."""
        match series.frequency:
            case "daily":
                return ("federal" if series.provider in {"fred", "treasury"} else "session", 0)
            case "weekly":
                if series.provider == "cftc":
                    return ("tuesdays", 1)
                return ("weekly", _WEEKDAY.get(series.id, _WEEKDAY.get(series.id.split("_")[0], 4)))
            case "monthly":
                return ("period", 1)
            case _:
                return ("period", 3)

    def _sample(self, kind: str, detail: int) -> tuple[Days, Positions]:
        """Observation dates and the position of the session each is read from."""
        if kind == "session":
            return self._sessions, np.arange(len(self._sessions))
        if kind == "federal":
            both = np.isin(self._sessions, self._business)
            return self._sessions[both], np.flatnonzero(both)
        if kind == "period":
            return self._periods(detail)
        observed = self._weekly(detail)
        if kind == "tuesdays":
            # a holiday moves the report to Monday's positions
            observed = np.where(np.isin(observed, self._business), observed, observed - 1)
        return observed, np.searchsorted(self._sessions, observed, side="right") - 1

    def _periods(self, months: int) -> tuple[Days, Positions]:
        first = self._sessions[0].astype("datetime64[M]")
        starts = np.arange(first, self._end.astype("datetime64[M]") + 1, months)
        after = (starts + months).astype("datetime64[D]")
        complete = after <= self._end
        positions = np.searchsorted(self._sessions, after[complete], side="left") - 1
        return starts[complete].astype("datetime64[D]"), positions

    def _public(self, series: Series) -> tuple[Slots, pd.DataFrame]:
        """Slots public by the end, and the two date columns they share: built once for series that agree."""
        key = (series.release, *self._rhythm(series))
        if key not in self._slots:
            observed, position = self._sample(*key[1:])
            days = pd.DatetimeIndex(observed.astype("datetime64[s]"))
            known = published_at(series, days).to_numpy().astype("datetime64[s]")
            order = np.lexsort((observed, known))
            slots = Slots(days.to_numpy(), position, known).pick(order)
            slots = slots.pick(slots.known_at <= self._cutoff)
            dates = pd.DataFrame({"observed": slots.observed, "known_at": slots.known_at})
            self._slots[key] = slots, dates
        return self._slots[key]

    def publish(self, series: Series, path: Floats) -> SeriesData:
        """Observations of `series` from its path on sessions (n,), as public on the evening of the end."""
        slots, dates = self._public(series)
        if series.id == "NAAIM":
            slots = slots.pick(~_holiday_week(slots.observed))
        digits = 0 if series.unit in _WHOLE else _DECIMALS.get(series.id, 2)
        value = path[slots.position]
        if series.id in _REVISED_BY_SHARE or series.id in _REVISED_BY_POINTS:
            slots, value = self._revised(series, slots, value)
        finite = np.isfinite(value)
        if not finite.all():
            slots, value = slots.pick(finite), value[finite]
        if len(value) != len(dates):
            dates = pd.DataFrame({"observed": slots.observed, "known_at": slots.known_at})
        frame = dates.copy(deep=False)
        frame.insert(1, "value", np.round(value, digits))
        return SeriesData(series.id, frame, "simulated", f"simulation, seed {self._seed}")

    def _revised(self, series: Series, slots: Slots, value: Floats) -> tuple[Slots, Floats]:
        """A first release that is a little off, and the settled figure some weeks later."""
        off = normals(self._seed, f"revision-{series.id}", len(value))
        share = _REVISED_BY_SHARE.get(series.id)
        early = value * (1 + share * off) if share else value + _REVISED_BY_POINTS[series.id] * off
        later = slots.known_at + np.timedelta64(_DAYS_TO_REVISION[series.frequency], "D")
        known = np.concatenate((slots.known_at, later))
        observed = np.tile(slots.observed, 2)
        order = np.lexsort((observed, known))
        order = order[known[order] <= self._cutoff]
        both = Slots(observed, np.tile(slots.position, 2), known)
        return both.pick(order), np.concatenate((early, value))[order]


def _holiday_week(observed: Days) -> NDArray[np.bool_]:
    """Whether each date falls between Christmas and New Year, when the survey is skipped, (m,)."""
    months = observed.astype("datetime64[M]")
    day = (observed.astype("datetime64[D]") - months.astype("datetime64[D]")).astype("int64") + 1
    return np.asarray((months.astype("int64") % 12 == 11) & (day >= 25))


def publish_all(
    seed: int, sessions: pd.DatetimeIndex, end: pd.Timestamp, paths: Mapping[str, Floats]
) -> dict[str, SeriesData]:
    """Every catalog series that has a path on `sessions` (n,), but those not observed yet."""
    publisher = Publisher(seed, sessions, end)
    found = {key: publisher.publish(series, paths[key]) for key, series in catalog().items() if key in paths}
    return {key: data for key, data in found.items() if len(data.frame)}
