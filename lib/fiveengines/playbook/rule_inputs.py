"""What the rules may look at: every indicator, score and state week by week, and a few series session by session.

Arrangement and look-back only, in the units that the playbook quotes; no threshold and no judgement.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from numpy.lib.stride_tricks import sliding_window_view
from pandas.arrays import BooleanArray

from fiveengines.base.parameters import ENGINES
from fiveengines.base.parameters.playbook import Percentiles
from fiveengines.data.panel import Panel
from fiveengines.indicators import advances_declines, indicator, rate_path
from fiveengines.model.readings import Readings
from fiveengines.playbook.conditions import Condition, Quantity, numbers, quantity, rolling

Array = npt.NDArray[np.float64]
Words = npt.NDArray[np.object_]
SESSIONS_A_WEEK = 5
# Yields and spreads in per cent that the playbook quotes in basis points, under their id with `_bp`.
IN_BASIS_POINTS = (
    "two_year_change_13w", "real_yield_change_13w", "two_year_minus_policy", "curve_2s10s", "curve_3m10y",
)  # fmt: skip

_COUNTED = {"members": "members", "published": "members", "sectors": "sector funds"}


@dataclass
class RuleInputs:
    """Series by name on reading dates, (weeks,), NA where unknown; labels likewise, "" or "unknown" where unknown.

    A series is named by its indicator's id and has its unit; with `_bp` it is in basis points. `daily` holds plain
    floats on sessions and `at` the session of each reading date. `percentiles` says how far percentiles look back.
    `bases` says of a series that can be a figure of different things what it was a figure of, (weeks,) text: weeks of
    another basis count as unknown in whatever looks back.
    `read` collects the names that a rule asked for, so that one without data can say what it lacks.
    """

    dates: pd.DatetimeIndex
    series: dict[str, Quantity]
    labels: dict[str, Words]
    daily: dict[str, Array]
    at: npt.NDArray[np.intp]
    percentiles: Percentiles
    bases: dict[str, Words] = field(default_factory=dict)
    read: set[str] = field(default_factory=set)

    def __getitem__(self, name: str) -> Quantity:
        """A series by name; all NA when there is none of that name, as for an indicator left out of the parameters."""
        self.read.add(name)
        if name not in self.series:
            self.series[name] = quantity(np.full(len(self.dates), np.nan))
        return self.series[name]

    def is_label(self, name: str, *wanted: str) -> Condition:
        """Whether the label is one of `wanted`; NA where it is unknown."""
        self.read.add(name)
        found = self.labels[name]
        return BooleanArray(np.isin(found, wanted), np.isin(found, ("unknown", "")))

    def change(self, name: str, weeks: float) -> Quantity:
        """Difference from `weeks` rows ago, in the series' unit."""
        return self[name] - self._before(name, weeks)

    def change_pct(self, name: str, weeks: float) -> Quantity:
        """Change over `weeks` rows in per cent."""
        return 100.0 * (self[name] / self._before(name, weeks) - 1.0)

    def change_bp(self, name: str, weeks: float) -> Quantity:
        """Change over `weeks` rows of a yield in per cent, in basis points (rounded to a hundredth of one)."""
        return (100.0 * self.change(name, weeks)).round(2)

    def peak(self, name: str, weeks: float) -> Quantity:
        """Highest of the last `weeks` rows, this one included; unknown rows are passed over."""
        return quantity(np.fmax.reduce(self._weeks(name, weeks), axis=1))

    def low(self, name: str, weeks: float) -> Quantity:
        """Lowest of the last `weeks` rows, this one included; unknown rows are passed over."""
        return quantity(np.fmin.reduce(self._weeks(name, weeks), axis=1))

    def mean(self, name: str, weeks: float) -> Quantity:
        """Mean of the last `weeks` rows; NA unless all of them are known."""
        return quantity(self._weeks(name, weeks).mean(axis=1))

    def low_and_best_since(self, name: str, weeks: float) -> tuple[Quantity, Quantity]:
        """Lowest of the last `weeks` rows, and the highest since that low (the latest one if there are several)."""
        rows, size = self._weeks(name, weeks), round(weeks)
        lowest = np.fmin.reduce(rows, axis=1)
        last = size - 1 - np.argmax((rows == lowest[:, None])[:, ::-1], axis=1)
        since = np.where(np.arange(size) >= last[:, None], rows, np.nan)
        return quantity(lowest), quantity(np.fmax.reduce(since, axis=1))

    def _weeks(self, name: str, weeks: float) -> Array:
        """(weeks, size): the last rows up to each, its own last; NaN before the first and where the basis differs."""
        size = round(weeks)
        rows = sliding_window_view(np.concatenate([np.full(size - 1, np.nan), numbers(self[name])]), size)
        if name not in self.bases:
            return rows
        basis = self.bases[name]
        of = sliding_window_view(np.concatenate([np.full(size - 1, "", dtype=object), basis]), size)
        return np.where(of == basis[:, None], rows, np.nan)

    def _before(self, name: str, weeks: float) -> Quantity:
        return quantity(self._weeks(name, round(weeks) + 1)[:, 0])

    def percentile(self, name: str) -> Quantity:
        """Share of the look-back's weeks at or below this one, 0 to 100; NA with too few of them."""
        window = rolling(self[name], self.percentiles.weeks, self.percentiles.least_weeks)
        return quantity(100.0 * window.rank(method="max") / window.count())

    def daily_percentile(self, name: str) -> Quantity:
        """The week's value ranked among the sessions of the look-back, 0 to 100; NA with too few of them."""
        rows, now = self._sessions(name, self.percentiles.weeks * SESSIONS_A_WEEK), numbers(self[name])
        known = np.isfinite(rows).sum(axis=1)
        share = 100.0 * (rows <= now[:, None]).sum(axis=1) / np.maximum(known, 1)
        ranked = known >= self.percentiles.least_weeks * SESSIONS_A_WEEK
        return quantity(np.where(np.isnan(now) | ~ranked, np.nan, np.minimum(share, 100.0)))

    def daily_peak(self, name: str, weeks: float) -> Quantity:
        """Highest session of the last `weeks` weeks, never below the week's own value."""
        highest = np.fmax.reduce(self._sessions(name, weeks * SESSIONS_A_WEEK), axis=1)
        return quantity(np.fmax(highest, numbers(self[name])))

    def sessions_below(self, name: str, limit: float, sessions: float) -> Quantity:
        """How many of the last `sessions` sessions were below `limit`; NA where none is known."""
        rows = self._sessions(name, sessions)
        return quantity(np.where(np.isnan(rows).all(axis=1), np.nan, (rows < limit).sum(axis=1)))

    def _sessions(self, name: str, sessions: float) -> Array:
        """(weeks, sessions): the last sessions up to each reading date, NaN before the first."""
        self.read.add(name)
        rows = self.at[:, None] - np.arange(max(1, round(sessions)))[None, :]
        return np.where(rows >= 0, self.daily[name][rows.clip(0)], np.nan)

    def thrust(self, kind: str, *limits: float) -> Condition:
        """Whether a thrust fell in the week, NA without counts; kind: Zweig (low, high, sessions) or Whaley (share)."""
        up, down = self._counts()
        if kind == "Zweig":
            fired = advances_declines.zweig_thrust(up, down, limits[0], limits[1], round(limits[2]))
        else:
            fired = advances_declines.whaley_thrust(up, down, limits[0])
        so_far = np.concatenate([[0.0], fired.fillna(0.0).cumsum().to_numpy()])
        in_week = np.diff(so_far[self.at + 1], prepend=0.0) > 0
        return BooleanArray(in_week, fired.isna().to_numpy()[self.at])

    def advancing_share(self, sessions: float) -> tuple[Quantity, Quantity]:
        """Exponential mean of A / (A + D) on reading dates, and its lowest of the last `sessions` before."""
        up, down = self._counts()
        span = round(sessions)
        mean = (
            advances_declines.advance_ratio(up, down)
            .dropna()
            .ewm(span=span, adjust=False, min_periods=span)
            .mean()
        )
        lowest = mean.rolling(span + 1, min_periods=1).min()
        now, low = (quantity(each.reindex(up.index).to_numpy()[self.at]) for each in (mean, lowest))
        return now, low

    def _counts(self) -> tuple[pd.Series, pd.Series]:
        self.read.add("advances")
        return pd.Series(self.daily["advances"]), pd.Series(self.daily["declines"])

    def curve_move(self, weeks: float, threshold_bp: float) -> Words:
        """Name of the curve's move over `weeks`: bull steepening and the like, "" where unknown."""
        short, long = pd.Series(numbers(self["two_year"])), pd.Series(numbers(self["ten_year"]))
        named = rate_path.curve_move(short, long, round(weeks), threshold_bp=threshold_bp).fillna("")
        words = named.str.replace("steepener", "steepening").str.replace("flattener", "flattening")
        return words.to_numpy(dtype=object)

    def cycle_phase(self, quiet_weeks: float) -> Words:
        """Phase of the policy cycle, "" where unknown."""
        self.read.add("policy_rate")
        target = pd.Series(self.daily["policy_rate"])
        named = rate_path.cycle_phase(target, round(quiet_weeks * SESSIONS_A_WEEK)).fillna("")
        return named.to_numpy(dtype=object)[self.at]


def rule_inputs(readings: Readings, panel: Panel, percentiles: Percentiles) -> RuleInputs:
    """Arrange readings and panel for the rules. Overrides count, because the readings carry them."""
    dates = readings.dates
    at = panel.sessions.get_indexer(dates)
    values = readings.applied.values
    series: dict[str, Any] = {str(name): each for name, each in values.items()}
    for name in IN_BASIS_POINTS:
        if name in values:
            series[f"{name}_bp"] = 100.0 * values[name]
    # Yields are quoted to a hundredth: a change of exactly a threshold must not hang on rounding errors.
    series |= {name: each.round(2) for name, each in series.items() if name.endswith("_change_13w_bp")}
    series |= {f"{engine}_score": readings.engines.score[engine] for engine in ENGINES}
    series["efficiency_ratio_63d"] = readings.tape["efficiency_ratio"]
    series["breakout_success_63d"] = 100.0 * readings.tape["breakout_success"]
    empty = pd.Series(np.nan, dates)
    speculators = values.get("cot_speculators", empty)
    managers = values.get("cot_asset_managers", empty)
    series["cot_percentile"] = managers.fillna(speculators)

    def bases(name: str) -> pd.Series:
        return readings.measurements.basis(name) if name in values else pd.Series("", dates)

    close = panel.daily("SPX")
    series["spx"] = close.ffill().to_numpy()[at]
    for name in ("spx", "vix"):
        path = readings.paths[name]
        for end in ("high", "low"):
            series[f"{name}_week_{end}"] = path[end]
            series[f"{name}_week_{end}_from_close_pct"] = 100.0 * (path[end] / path["last"] - 1.0)
            series[f"{name}_week_{end}_from_before_pct"] = 100.0 * (path[end] / path["last"].shift() - 1.0)
    series["vix_intraday_high"] = readings.paths["vix_intraday"]["high"]
    series["vix_intraday_from_week_high_pct"] = 100.0 * (
        series["vix_intraday_high"] / series["vix_week_high"] - 1.0
    )
    series["regime"] = readings.regimes.confirmed
    series["expiry_next_week"] = _expiry_next_week(dates)
    inputs = readings.measurements.inputs
    up, down = advances_declines.nyse_issues(panel)
    daily = {
        "vix": panel.first_of("VIX", "VIXCLS").to_numpy(),
        "vvix": panel.daily("VVIX").to_numpy(),
        "dealer_gamma": panel.billions("GEX").to_numpy(),
        "advances": up.to_numpy(),
        "declines": down.to_numpy(),
        "policy_rate": rate_path.policy_rate(inputs).to_numpy(),
    }
    labels = {
        f"{engine}_{what}": frame[engine].to_numpy(dtype=object)
        for engine in ENGINES
        for what, frame in (("state", readings.engines.state), ("direction", readings.engines.direction))
    }
    labels["reading_day"] = dates.day_name().to_numpy(dtype=object)
    labels["breadth_counted"] = (
        readings.measurements.breadth_basis.map(_COUNTED).fillna("").to_numpy(dtype=object)
    )
    for name in ("spx", "vix"):
        for end in ("high", "low"):
            days = pd.DatetimeIndex(readings.paths[name][f"{end}_day"])
            labels[f"{name}_week_{end}_day"] = days.day_name().fillna("").to_numpy(dtype=object)
    labels["cot_percentile_of"] = np.where(
        managers.notna(),
        "asset managers in " + bases("cot_asset_managers"),
        "speculators in " + bases("cot_speculators"),
    ).astype(object)
    for name in ("cot_leveraged_funds", "global_central_banks_13w"):
        labels[f"{name}_of"] = bases(name).to_numpy(dtype=object)
    several = [name for name in map(str, values) if len(set(indicator(name).bases)) > 1]
    return RuleInputs(
        dates,
        {name: quantity(each) for name, each in series.items()},
        labels,
        daily,
        at,
        percentiles,
        {name: bases(name).to_numpy(dtype=object) for name in several},
    )


def _expiry_next_week(dates: pd.DatetimeIndex) -> Array:
    """1 where the Friday after a reading date is the third of its month, when monthly options expire."""
    ahead = (4 - dates.day_of_week.to_numpy()) % 7
    fridays = dates + pd.to_timedelta(np.where(ahead == 0, 7, ahead + 7), unit="D")
    day = fridays.day.to_numpy()
    return ((day >= 15) & (day <= 21)).astype("float64")
