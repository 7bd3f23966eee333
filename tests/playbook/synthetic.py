"""Small synthetic histories for rules: quiet by default, with pieces that a test sets."""

from __future__ import annotations

import numpy as np
import pandas as pd

from fiveengines.base import parameters
from fiveengines.base.parameters import ENGINES
from fiveengines.playbook.conditions import quantity
from fiveengines.playbook.rule_inputs import SESSIONS_A_WEEK, RuleInputs

COUNT = 220
PARAMS = parameters.load().playbook


def pieces(base: float, *later: tuple[float, int]) -> np.ndarray:
    """`base`, then each value for so many of the last weeks: pieces(15, (35, 4), (20, 2)) ends with 35 ×4, 20 ×2."""
    tail = np.concatenate([np.full(weeks, value, dtype="float64") for value, weeks in later]) if later else []
    return np.concatenate([np.full(COUNT - len(tail), base, dtype="float64"), tail])


def sawtooth(low: float, high: float, *last: float) -> np.ndarray:
    """Values that go through the range again and again, ending with `last`: a history to be ranked against."""
    wave = low + (high - low) * ((np.arange(COUNT) * 37) % 41) / 40.0
    return np.concatenate([wave[: COUNT - len(last)], np.asarray(last, dtype="float64")])


def quiet() -> dict[str, np.ndarray]:
    """A market in which hardly anything happens."""
    flat = {
        "net_liquidity": 4000.0, "net_liquidity_change_13w": 0.0, "net_liquidity_impulse_13w": 0.5,
        "treasury_account": 300.0, "reverse_repo": 100.0, "global_central_banks_13w": 0.0,
        "hy_spread": 4.5, "financial_conditions": -0.3, "dollar_13w": 0.0, "small_vs_large_13w": 0.0, "vix": 17.0,
        "vix_percentile": 60.0, "vix_term": 0.93, "vvix": 90.0, "realized_volatility_21d": 14.0,
        "implied_minus_realized": 3.0, "pct_above_200d": 62.0, "pct_above_50d": 55.0, "net_new_highs": 1.0,
        "equal_vs_cap_13w": -1.5, "cot_asset_managers": 50.0, "cot_speculators": 50.0, "cot_leveraged_funds": 50.0,
        "cot_percentile": 50.0, "naaim": 70.0, "aaii_bears": 30.0,
        "aaii_bull_bear": 6.0, "cta_exposure": 40.0, "vol_target_exposure": 70.0, "policy_rate": 2.0, "two_year": 2.2,
        "ten_year": 3.0,
        "two_year_change_13w_bp": 0.0, "real_yield_change_13w_bp": 0.0, "two_year_minus_policy_bp": 20.0,
        "real_yield": 0.5, "breakeven": 2.0, "curve_2s10s_bp": 80.0,
        "curve_3m10y_bp": 100.0, "efficiency_ratio_63d": 0.2, "breakout_success_63d": 50.0, "spx": 100.0,
        "index_from_high": -4.0, "expiry_next_week": 0.0, "regime": 3.0,
    }  # fmt: skip
    found = {name: pieces(value) for name, value in flat.items()}
    found |= {f"{engine}_score": pieces(0.0) for engine in ENGINES}
    found["net_liquidity_impulse_4w"] = np.where(np.arange(COUNT) % 2 == 0, 1.0, -1.0)
    found["net_liquidity_impulse_4w"][-1] = 0.0
    found["put_call"] = sawtooth(0.55, 0.75, 0.66)
    found["dealer_gamma"] = sawtooth(1.0, 5.0, 3.0)
    return found


def weeks(
    words: dict[str, str] | None = None, daily: dict[str, np.ndarray] | None = None, **series: object
) -> RuleInputs:
    """A quiet market but for the given series (numbers or arrays), words of the last week and daily arrays."""
    values = quiet() | {
        name: pieces(float(each)) if isinstance(each, (int, float)) else np.asarray(each, dtype="float64")
        for name, each in series.items()
    }
    named = {f"{engine}_state": "neutral" for engine in ENGINES}
    named |= {f"{engine}_direction": "stable" for engine in ENGINES} | (words or {})
    by_day = {
        name: np.repeat(values[name], SESSIONS_A_WEEK)
        for name in ("vix", "vvix", "dealer_gamma", "policy_rate")
    }
    level = np.full(COUNT * SESSIONS_A_WEEK, 1500.0)
    by_day |= {"advances": level, "declines": level} | (daily or {})
    return RuleInputs(
        dates=pd.DatetimeIndex(pd.date_range(end="2018-03-30", periods=COUNT, freq="W-FRI")),
        series={name: quantity(each) for name, each in values.items()},
        labels={name: np.full(COUNT, word, dtype=object) for name, word in named.items()},
        daily=by_day,
        at=np.arange(COUNT) * SESSIONS_A_WEEK + SESSIONS_A_WEEK - 1,
        percentiles=PARAMS.percentiles,
    )


def cut(whole: RuleInputs, count: int) -> RuleInputs:
    """The first `count` weeks alone."""
    sessions = int(whole.at[count - 1]) + 1
    return RuleInputs(
        dates=whole.dates[:count],
        series={name: each[:count].copy() for name, each in whole.series.items()},
        labels={name: each[:count].copy() for name, each in whole.labels.items()},
        daily={name: each[:sessions].copy() for name, each in whole.daily.items()},
        at=whole.at[:count],
        percentiles=whole.percentiles,
    )


def thrusting(low: float, high: float, low_days: int, high_days: int) -> dict[str, np.ndarray]:
    """Daily advances and declines of 3,000 issues: half, then a low share, then a high one to the end."""
    share = np.full(COUNT * SESSIONS_A_WEEK, 0.5)
    share[-(low_days + high_days) :] = low
    share[-high_days:] = high
    return {"advances": 3000 * share, "declines": 3000 * (1 - share)}
