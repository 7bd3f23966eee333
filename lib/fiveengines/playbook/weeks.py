"""What the rules may look at: every series of the readings week by week, and a few session by session.

Arrangement and look-back only, in the units that the playbook quotes; no threshold and no judgement.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from fiveengines.base.parameters import ENGINES
from fiveengines.data.panel import Panel
from fiveengines.indicators import Inputs, rate_path
from fiveengines.indicators import advances_declines as formulas
from fiveengines.indicators.transforms import skip_missing
from fiveengines.model.readings import Readings
from fiveengines.playbook.truth import Array, windows

Words = npt.NDArray[np.object_]
SESSIONS_A_WEEK = 5
SESSIONS_A_YEAR = 252
THREE_YEARS = 156
# A rank among fewer weeks than a year of them says nothing.
FEWEST_RANKED = 52

# figure → indicator, with the factor from the indicator's unit to the playbook's
_FROM_INDICATORS: Mapping[str, tuple[str, float]] = {
    "net_liquidity": ("net_liquidity", 1.0),
    "impulse_13w": ("net_liquidity_impulse_13w", 1.0),
    "impulse_4w": ("net_liquidity_impulse_4w", 1.0),
    "tga": ("treasury_account", 1.0),
    "rrp": ("reverse_repo", 1.0),
    "global_liquidity_change_13w": ("global_central_banks_13w", 1.0),
    "hy_spread": ("hy_spread", 1.0),
    "nfci": ("financial_conditions", 1.0),
    "dollar_change_13w": ("dollar_13w", 1.0),
    "small_vs_large_13w": ("small_vs_large_13w", 1.0),
    "vix": ("vix", 1.0),
    "vix_percentile": ("vix_percentile", 1.0),
    "vix_term_ratio": ("vix_term", 1.0),
    "vvix": ("vvix", 1.0),
    "realized_vol_21d": ("realized_volatility_21d", 1.0),
    "implied_minus_realized": ("implied_minus_realized", 1.0),
    "pct_above_200": ("pct_above_200d", 1.0),
    "pct_above_50": ("pct_above_50d", 1.0),
    "net_new_highs": ("net_new_highs", 1.0),
    "equal_vs_cap_13w": ("equal_vs_cap_13w", 1.0),
    "cot_asset_managers": ("cot_asset_managers", 1.0),
    "cot_speculators": ("cot_speculators", 1.0),
    "cot_leveraged_funds": ("cot_leveraged_funds", 1.0),
    "naaim": ("naaim", 1.0),
    "aaii_bears": ("aaii_bears", 1.0),
    "aaii_bull_bear": ("aaii_bull_bear", 1.0),
    "put_call": ("put_call", 1.0),
    "cta_exposure": ("cta_exposure", 1.0),
    "vol_target_exposure": ("vol_target_exposure", 1.0),
    "dealer_gamma": ("dealer_gamma", 1.0),
    "policy_rate": ("policy_rate", 1.0),
    "dgs2": ("two_year", 1.0),
    "dgs10": ("ten_year", 1.0),
    "dgs2_change_13w": ("two_year_change_13w", 100.0),
    "real_yield_change_13w": ("real_yield_change_13w", 100.0),
    "two_year_minus_policy": ("two_year_minus_policy", 100.0),
    "real_yield_10y": ("real_yield", 1.0),
    "breakeven": ("breakeven", 1.0),
    "curve_2s10s": ("curve_2s10s", 100.0),
    "curve_3m10y": ("curve_3m10y", 100.0),
}


@dataclass
class Weeks:
    """Series by name on reading dates, (weeks,) float64 with NaN where unknown; words likewise, as objects.

    `daily` holds series on sessions and `at` the session of each reading date. `read` collects the names that were
    asked for, so that a rule that cannot be judged can say what it lacks.
    """

    dates: pd.DatetimeIndex
    series: dict[str, Array]
    words: dict[str, Words]
    daily: dict[str, Array]
    at: npt.NDArray[np.intp]
    read: set[str] = field(default_factory=set)

    def __getitem__(self, name: str) -> Array:
        self.read.add(name)
        return self.series[name]

    def is_word(self, name: str, *wanted: str) -> Array:
        """1 where the word is one of `wanted`, 0 where another, NaN where it is unknown."""
        self.read.add(name)
        found = self.words[name]
        unknown = (found == "unknown") | (found == "")
        return np.where(unknown, np.nan, np.isin(found, wanted).astype("float64"))

    def change(self, name: str, weeks: float) -> Array:
        """Difference from `weeks` rows ago."""
        values = self[name]
        return values - _before(values, weeks)

    def change_pct(self, name: str, weeks: float) -> Array:
        """Change over `weeks` rows in per cent."""
        values = self[name]
        return 100.0 * (values / _before(values, weeks) - 1.0)

    def change_bp(self, name: str, weeks: float) -> Array:
        """Change over `weeks` rows of a yield in per cent, in basis points (rounded to a hundredth of one)."""
        changed: Array = np.round(100.0 * self.change(name, weeks), 2)
        return changed

    def peak(self, name: str, weeks: float) -> Array:
        """Highest of the last `weeks` rows, this one included."""
        found: Array = np.fmax.reduce(windows(self[name], weeks), axis=1)
        return found

    def low(self, name: str, weeks: float) -> Array:
        """Lowest of the last `weeks` rows, this one included."""
        found: Array = np.fmin.reduce(windows(self[name], weeks), axis=1)
        return found

    def low_and_best_since(self, name: str, weeks: float) -> tuple[Array, Array]:
        """Lowest of the last `weeks` rows, and the highest since that low (the latest one if there are several)."""
        rows = windows(self[name], weeks)
        lowest: Array = np.fmin.reduce(rows, axis=1)
        last = rows.shape[1] - 1 - np.argmax((rows == lowest[:, None])[:, ::-1], axis=1)
        since = np.where(np.arange(rows.shape[1]) >= last[:, None], rows, np.nan)
        return lowest, np.fmax.reduce(since, axis=1)

    def mean(self, name: str, weeks: float) -> Array:
        """Mean of the last `weeks` rows; NaN unless all of them are there."""
        found: Array = windows(self[name], weeks).mean(axis=1)
        return found

    def percentile(self, name: str, weeks: float = THREE_YEARS) -> Array:
        """Share of the last `weeks` rows at or below this one, 0 to 100; NaN with less than a year of them."""
        return _rank(self[name], windows(self[name], weeks), FEWEST_RANKED)

    def daily_percentile(self, name: str, weeks: float = THREE_YEARS) -> Array:
        """The week's value ranked among the sessions of the last `weeks` weeks, 0 to 100."""
        return _rank(self[name], self._sessions(name, weeks), FEWEST_RANKED * SESSIONS_A_WEEK)

    def daily_peak(self, name: str, weeks: float) -> Array:
        """Highest session of the last `weeks` weeks, never below the week's own value."""
        found: Array = np.fmax(np.fmax.reduce(self._sessions(name, weeks), axis=1), self[name])
        return found

    def sessions_below(self, name: str, limit: float, sessions: int = SESSIONS_A_WEEK) -> Array:
        """How many of the last `sessions` sessions were below `limit`; NaN where none is known."""
        rows = self._sessions(name, sessions / SESSIONS_A_WEEK)
        return np.where(np.isnan(rows).all(axis=1), np.nan, (rows < limit).sum(axis=1).astype("float64"))

    def _sessions(self, name: str, weeks: float) -> Array:
        self.read.add(name)
        count = max(1, round(weeks * SESSIONS_A_WEEK))
        rows = self.at[:, None] - np.arange(count)[None, :]
        return np.where(rows >= 0, self.daily[name][rows.clip(0)], np.nan)

    def thrust(self, kind: str, *limits: float) -> Array:
        """Weeks with a thrust: 1, 0, or NaN without counts; kind: Zweig (low, high, sessions) or Whaley (share)."""
        up, down = self._counts()
        if kind == "Zweig":
            fired = formulas.zweig_thrust(up, down, limits[0], limits[1], round(limits[2]))
        else:
            fired = formulas.whaley_thrust(up, down, limits[0])
        flags = fired.to_numpy()
        rows = np.where(np.isnan(flags), 0.0, flags).cumsum()
        since = np.concatenate([[-1], self.at[:-1]])
        count = rows[self.at] - np.where(since >= 0, rows[since.clip(0)], 0.0)
        return np.where(np.isnan(flags[self.at]), np.nan, (count > 0).astype("float64"))

    def advancing_share(self, sessions: float) -> tuple[Array, Array]:
        """Exponential mean of A / (A + D) on reading dates, and its lowest of the last `sessions` before."""
        up, down = self._counts()
        span = round(sessions)
        mean = formulas.advance_ratio(up, down).dropna().ewm(span=span, adjust=False, min_periods=span).mean()
        lowest = mean.rolling(span + 1, min_periods=1).min()
        now, low = (each.reindex(up.index).to_numpy()[self.at] for each in (mean, lowest))
        return now, low

    def _counts(self) -> tuple[pd.Series, pd.Series]:
        self.read.add("advances")
        return pd.Series(self.daily["advances"]), pd.Series(self.daily["declines"])

    def curve_move(self, weeks: float, threshold_bp: float) -> Words:
        """Name of the curve's move over `weeks`: bull steepening and the like, "" where unknown."""
        short, long = pd.Series(self["dgs2"]), pd.Series(self["dgs10"])
        named = rate_path.curve_move(short, long, round(weeks), threshold_bp=threshold_bp).fillna("")
        words = named.str.replace("steepener", "steepening").str.replace("flattener", "flattening")
        return words.to_numpy(dtype=object)

    def cycle_phase(self, quiet_weeks: float) -> Words:
        """Phase of the policy cycle, "" where unknown."""
        self.read.add("policy_target")
        target = pd.Series(self.daily["policy_target"])
        named = rate_path.cycle_phase(target, round(quiet_weeks * SESSIONS_A_WEEK)).fillna("")
        return named.to_numpy(dtype=object)[self.at]


def _before(values: Array, weeks: float) -> Array:
    rows = round(weeks)
    return np.concatenate([np.full(min(rows, len(values)), np.nan), values[: max(0, len(values) - rows)]])


def _rank(values: Array, rows: Array, fewest: int) -> Array:
    known = np.isfinite(rows).sum(axis=1)
    share = 100.0 * (rows <= values[:, None]).sum(axis=1) / np.maximum(known, 1)
    return np.where(np.isnan(values) | (known < fewest), np.nan, np.minimum(share, 100.0))


def weeks_of(readings: Readings, panel: Panel) -> Weeks:
    """Arrange readings and panel for the rules. Overrides count, because the readings carry them."""
    dates = readings.dates
    at = panel.sessions.get_indexer(dates)
    used = readings.applied.values
    series = {
        name: (
            used[column].to_numpy(dtype="float64") * factor if column in used else np.full(len(dates), np.nan)
        )
        for name, (column, factor) in _FROM_INDICATORS.items()
    }
    # Yields are quoted to a hundredth: a change of exactly a threshold must not hang on float dust.
    series |= {name: np.round(series[name], 2) for name in ("dgs2_change_13w", "real_yield_change_13w")}
    series |= {
        f"{engine}_score": readings.engines.score[engine].to_numpy(dtype="float64") for engine in ENGINES
    }
    # Breakouts in per cent, as the evidence quotes them.
    series["efficiency_ratio_63d"] = readings.tape["efficiency_ratio"].to_numpy(dtype="float64")
    series["breakout_success_63d"] = 100.0 * readings.tape["breakout_success"].to_numpy(dtype="float64")
    series["cot_percentile"] = _else(series["cot_asset_managers"], series["cot_speculators"])
    series["cot_leveraged_percentile"] = _else(series["cot_leveraged_funds"], series["cot_speculators"])
    close = panel.daily("SPX")
    high = skip_missing(close, lambda present: present.rolling(SESSIONS_A_YEAR).max())
    series["spx"] = close.ffill().to_numpy()[at]
    series["spx_from_high"] = (100.0 * (close / high - 1.0)).ffill().to_numpy()[at]
    series["regime"] = readings.regimes.confirmed.to_numpy(dtype="float64")
    series["expiry_next_week"] = _expiry_next_week(dates)
    inputs = readings.measurements.inputs
    target = rate_path.policy_target(inputs).to_numpy()
    series["policy_target"] = target[at]
    daily = {
        "vix": panel.first_of("VIX", "VIXCLS").to_numpy(),
        "vvix": panel.daily("VVIX").to_numpy(),
        "dealer_gamma": panel.billions("GEX").to_numpy(),
        **_issues(inputs),
        "policy_target": target,
    }
    words = {
        f"{engine}_{what}": frame[engine].to_numpy(dtype=object)
        for engine in ENGINES
        for what, frame in (("state", readings.engines.state), ("direction", readings.engines.direction))
    }
    return Weeks(dates, series, words, daily, at)


def _issues(inputs: Inputs) -> dict[str, Array]:
    """Advancing and declining issues: the exchange's, on which thrusts are defined, or else the members'."""
    panel, found = inputs.panel, inputs.breadth
    up, down = panel.daily("NYSE_ADVANCING"), panel.daily("NYSE_DECLINING")
    counted = up.notna() & down.notna()
    return {
        "advances": up.where(counted, found.advances).to_numpy(dtype="float64"),
        "declines": down.where(counted, found.declines).to_numpy(dtype="float64"),
    }


def _else(first: Array, second: Array) -> Array:
    return np.where(np.isnan(first), second, first)


def _expiry_next_week(dates: pd.DatetimeIndex) -> Array:
    """1 where the Friday after a reading date is the third of its month, when monthly options expire."""
    ahead = (4 - dates.day_of_week.to_numpy()) % 7
    fridays = dates + pd.to_timedelta(np.where(ahead == 0, 7, ahead + 7), unit="D")
    day = fridays.day.to_numpy()
    return ((day >= 15) & (day <= 21)).astype("float64")
