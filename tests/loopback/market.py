"""What the local server serves: figures by catalog id, simulated or from a files directory.

Simulated figures are plausible in size and otherwise meaningless.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from fiveengines.data import calendars
from fiveengines.data.catalog import Series, catalog
from fiveengines.data.folder import files
from fiveengines.data.folder.layouts import COT_CODES
from fiveengines.data.providers.prices import symbol
from fiveengines.data.providers.registry import registry

LIVE = tuple(name for name, each in registry().items() if not each.by_hand)
TFF_REST = ("OTHER", "NONREPT")


@dataclass
class Market:
    """Figures by series id (indexed by observation date), vintages of revised series, and what is public
    `now`."""

    series: dict[str, pd.Series]
    now: pd.Timestamp
    # series → rows observed, value, realtime (a New York date), known (UTC); built from the release rule when absent
    vintages: dict[str, pd.DataFrame] = field(default_factory=dict)
    # (prefix, report date) → moment the CFTC's service loaded the row, ISO text
    loaded: dict[tuple[str, str], str] = field(default_factory=dict)
    members: tuple[str, ...] = ()
    _shown: dict[tuple[str, int, pd.Timestamp], pd.Series] = field(default_factory=dict)

    def public(self, series_id: str) -> pd.Series:
        """What a provider shows at `now`."""
        values = self.series.get(series_id, pd.Series(dtype="float64", index=pd.DatetimeIndex([])))
        if not len(values):
            return values
        key = (series_id, id(values), self.now)
        if key not in self._shown:
            known = calendars.published_at(catalog()[series_id], pd.DatetimeIndex(values.index))
            self._shown[key] = values[known <= self.now]
        return self._shown[key]

    def vintage_rows(self, series_id: str) -> pd.DataFrame:
        """Rows observed, value, realtime (a New York date), published by `now`: known (naive
        UTC) where there is such a column, else from that date on."""
        rows = self.vintages.get(series_id)
        if rows is None:
            values = self.series[series_id]
            known = calendars.published_at(catalog()[series_id], pd.DatetimeIndex(values.index))
            local = known.tz_localize("UTC").tz_convert(calendars.NEW_YORK).tz_localize(None).normalize()
            rows = pd.DataFrame(
                {"observed": values.index, "value": values.to_numpy(), "realtime": local, "known": known}
            )
            self.vintages[series_id] = rows
        known = rows["known"].fillna(rows["realtime"]) if "known" in rows else rows["realtime"]
        return rows[known <= self.now]

    def revise(self, series_id: str, observed: str, value: float, realtime: str) -> None:
        """Publish another value for `observed` on the day `realtime`; the plain history shows it as well."""
        rows = self.vintage_rows(series_id)
        new = pd.DataFrame(
            {"observed": [pd.Timestamp(observed)], "value": [value], "realtime": [pd.Timestamp(realtime)]}
        )
        self.vintages[series_id] = pd.concat([rows, new]).sort_values(
            ["realtime", "observed"], ignore_index=True
        )
        self.series[series_id] = self.series[series_id].copy()
        self.series[series_id][pd.Timestamp(observed)] = value


def utc_now() -> pd.Timestamp:
    return pd.Timestamp.now(tz="UTC").tz_localize(None).floor("s")


def _dates(entry: Series, start: dt.date, end: pd.Timestamp) -> pd.DatetimeIndex:
    if entry.release.rule == "cot":
        return pd.date_range(start, end, freq="W-TUE")
    if entry.frequency == "weekly":
        return pd.date_range(start, end, freq="W-WED" if entry.release.weekday == "thu" else "W-FRI")
    if entry.frequency == "monthly":
        return pd.date_range(start, end, freq="MS")
    if entry.frequency == "quarterly":
        return pd.date_range(start, end, freq="QS")
    days = calendars.sessions(end.year + 1)
    return pd.DatetimeIndex(days[(days >= pd.Timestamp(start)) & (days <= end)])


def simulated(years: float = 3.0, seed: int = 4, end: pd.Timestamp | None = None) -> Market:
    """Every series of every live provider, `years` long."""
    now = end or utc_now()
    start = (now - pd.Timedelta(days=round(365.25 * years))).date()
    random = np.random.default_rng(seed)
    made: dict[str, pd.Series] = {}
    wanted = [key for key, entry in catalog().items() if entry.provider in LIVE] + ["PUT_CALL_EQUITY"]
    for key in wanted:
        entry = catalog()[key]
        dates = _dates(entry, start, now.normalize())
        low, high = entry.bounds or (0.0, 200.0)
        level = max(low, -5.0) + min(high - low, 1000.0) * random.uniform(0.2, 0.4)
        steps = random.normal(0, 0.01, len(dates)).cumsum()
        values = np.clip(level * np.exp(np.clip(steps, -0.4, 0.4)), low, high)
        digits = 0 if entry.unit == "contracts" or entry.provider == "treasury" else 2
        made[key] = pd.Series(np.round(values, digits), index=dates)
    for name in [key.removesuffix("_OPEN") for key in made if key.endswith("_OPEN")]:
        if f"{name}_LOW" in made:
            parts = pd.DataFrame({part: made[f"{name}{part}"] for part in ("", "_OPEN", "_HIGH", "_LOW")})
            made[f"{name}_HIGH"], made[f"{name}_LOW"] = parts.max(axis=1), parts.min(axis=1)
    return Market(made, now)


def from_directory(folder: Path, now: pd.Timestamp | None = None) -> Market:
    """The figures of a files directory, as their providers would serve them."""
    data = files.load(folder)
    return Market({key: found.latest() for key, found in data.series.items()}, now or utc_now())


def write_files(market: Market, folder: Path) -> None:
    """The public figures as a files directory."""
    for key in market.series:
        entry, values = catalog()[key], market.public(key)
        if not len(values):
            continue
        if entry.provider in {"fred", "treasury"}:
            _write(
                folder / "fred" / f"{key}.csv",
                {"observation_date": values.index.strftime("%Y-%m-%d"), key: values},
            )
        elif key == "PUT_CALL_EQUITY":
            columns = {"date": values.index.strftime("%Y-%m-%d"), "equity_pc_ratio": values}
            _write(folder / "sentiment" / "putcall.csv", columns)
        elif entry.provider == "prices" and symbol(key)[1] == "Close":
            columns = {"date": values.index.strftime("%Y-%m-%d"), "close": values}
            columns |= {
                p.lower(): market.public(f"{key}_{p}")
                for p in ("OPEN", "HIGH", "LOW")
                if f"{key}_{p}" in market.series
            }
            _write(folder / "prices" / f"{key}.csv", columns)
        elif entry.provider == "cboe" and "_" not in key:
            columns = {"DATE": values.index.strftime("%m/%d/%Y"), "CLOSE": values}
            columns |= {
                p: market.public(f"{key}_{p}")
                for p in ("OPEN", "HIGH", "LOW")
                if f"{key}_{p}" in market.series
            }
            _write(folder / "cboe" / f"{key}_History.csv", columns)
    _write_positions(market, folder)


def _write_positions(market: Market, folder: Path) -> None:
    for name in COT_CODES:
        parts = {p: market.public(f"COT_{name}_{p}") for p in COT_PARTS if f"COT_{name}_{p}" in market.series}
        if parts:
            days = next(iter(parts.values())).index.strftime("%Y-%m-%d")
            _write(
                folder / "cftc" / f"cot_{name.lower()}.csv",
                {"date": days} | {p.lower(): v for p, v in parts.items()},
            )
    for name in ("SP500", "NASDAQ"):
        parts = {p: market.public(f"TFF_{name}_{p}") for p in TFF_PARTS if f"TFF_{name}_{p}" in market.series}
        if parts:
            fields = {"OPEN_INTEREST": "Open_Interest_All"}
            columns = {
                fields.get(
                    p, f"{p.replace('_LONG', '_Positions_Long').replace('_SHORT', '_Positions_Short')}_All"
                ): v
                for p, v in parts.items()
            }
            days = next(iter(parts.values())).index.strftime("%Y-%m-%d")
            _write(folder / "cftc" / f"tff_{name.lower()}.csv", {"report_date": days} | columns)


COT_PARTS = tuple(f"{who}_{side}" for who in ("SPEC", "COMM", "NONREPT") for side in ("LONG", "SHORT"))
TFF_PARTS = (
    "OPEN_INTEREST",
    *(f"{who}_{side}" for who in ("DEALER", "ASSET_MGR", "LEV_MONEY") for side in ("LONG", "SHORT")),
)


def balanced(market: Market) -> Market:
    """`market` with legacy longs equal to shorts, as every report has them."""
    for name in COT_CODES:
        if f"COT_{name}_SPEC_LONG" not in market.series:
            continue
        part = {p: market.series[f"COT_{name}_{p}"] for p in COT_PARTS}
        gap = sum(part[p] * (1 if p.endswith("LONG") else -1) for p in COT_PARTS)
        longer = part["NONREPT_SHORT"] + gap.clip(lower=0)
        market.series[f"COT_{name}_NONREPT_SHORT"] = longer
        market.series[f"COT_{name}_NONREPT_LONG"] = part["NONREPT_LONG"] - gap.clip(upper=0)
    return market


def _write(path: Path, columns: dict[str, object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    plain = {name: np.asarray(values) for name, values in columns.items()}
    pd.DataFrame(plain).to_csv(path, index=False)
