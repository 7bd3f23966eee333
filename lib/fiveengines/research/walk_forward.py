"""Exposure put to the test: what the target exposure and its rivals would have earned on the index after costs.

An exposure is set on a reading's evening and earns from the next session on; it never sees what it earns.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from fiveengines.base.parameters.research import WalkForwardRules
from fiveengines.research.evidence_sample import EvidenceSample
from fiveengines.research.forward_returns import SESSIONS_A_YEAR
from fiveengines.research.significance import sharpe

OWN = "Target exposure"
COLUMNS = ("sharpe", "cagr", "volatility", "max_drawdown", "turnover", "mean_exposure")


def daily_exposure(weekly: pd.Series, sessions: pd.DatetimeIndex) -> pd.Series:
    """The exposure that earns each session's return: the last reading's before that session.

    weekly: reading date → exposure, 0 to 1 (values beyond are clipped). Returns the sessions after the first
    reading date up to the last, without those before any exposure is known.
    """
    held = weekly.clip(0.0, 1.0).reindex(sessions, method="ffill").shift(1)
    inside = (held.index > weekly.index[0]) & (held.index <= weekly.index[-1])
    return pd.Series(held[inside].dropna())


def net_returns(exposure: pd.Series, returns: pd.Series, cost: float) -> pd.Series:
    """Daily returns earned at `exposure` (n,), less `cost` for each unit traded; the first entry is free.

    returns: simple daily returns with at least the sessions of `exposure`; NaN counts as no move.
    """
    earned = exposure * returns.reindex(exposure.index).fillna(0.0)
    return earned - cost * exposure.diff().abs().fillna(0.0)


def statistics(exposure: pd.Series, returns: pd.Series, cost: float) -> dict[str, float]:
    """What `performance` says of the net returns, turnover a year, mean exposure; cash earns nothing.

    exposure: session → 0-1. returns: session → simple return.
    """
    net = net_returns(exposure, returns, cost)
    turnover = float(exposure.diff().abs().sum()) / len(net) * SESSIONS_A_YEAR
    return performance(net) | {"turnover": turnover, "mean_exposure": float(exposure.mean())}


def performance(net: pd.Series) -> dict[str, float]:
    """Sharpe ratio, growth and volatility a year and deepest fall, the last three in per cent.

    net: daily, simple, (n,), n > 0, no NaN. The Sharpe ratio is NaN when nothing moved.
    """
    wealth = (1 + net).cumprod()
    return {
        "sharpe": sharpe(net.to_numpy()),
        "cagr": 100 * (float(wealth.iloc[-1]) ** (SESSIONS_A_YEAR / len(net)) - 1),
        "volatility": 100 * float(net.std()) * np.sqrt(SESSIONS_A_YEAR),
        "max_drawdown": 100 * float((wealth / wealth.cummax() - 1).min()),
    }


def above_average(closes: pd.Series, dates: pd.DatetimeIndex, days: int) -> pd.Series:
    """The moving-average rule on the readings' own dates: 1 while the close is above its mean of `days`, else 0.

    closes: session → close. Returns (m,) on `dates`, 0 before the average is full.
    """
    above = (closes > closes.rolling(days).mean()).astype("float64")
    return above.reindex(dates, method="ffill")


def volatility_target(closes: pd.Series, dates: pd.DatetimeIndex, rules: WalkForwardRules) -> pd.Series:
    """Target ÷ volatility of the last `target_days` sessions, at most 1, moved only by `target_band` or more.

    closes: session → close. Returns (m,) on `dates`, 1 before there is a volatility.
    """
    spread = np.log(closes).diff().rolling(rules.target_days).std() * np.sqrt(SESSIONS_A_YEAR) * 100
    wanted = (rules.target_volatility / spread).clip(upper=1.0).reindex(dates, method="ffill").fillna(1.0)
    held: list[float] = []
    for each in wanted.to_numpy():
        held.append(float(each) if not held or abs(each - held[-1]) >= rules.target_band else held[-1])
    return pd.Series(held, index=dates)


def index_rules(closes: pd.Series, dates: pd.DatetimeIndex, rules: WalkForwardRules) -> dict[str, pd.Series]:
    """The two rules that need nothing but the index, by name: weekly exposures (m,) on `dates`.

    closes: session → close.
    """
    return {
        f"Above the {rules.average_days}-day average": above_average(closes, dates, rules.average_days),
        f"{rules.target_volatility:.0f} % volatility target": volatility_target(closes, dates, rules),
    }


def rivals(
    closes: pd.Series, vix_term: pd.Series, dates: pd.DatetimeIndex, rules: WalkForwardRules
) -> dict[str, pd.Series]:
    """What a practitioner would do instead, by name: weekly exposures on `dates`, all set on the same evenings.

    closes: session → close. vix_term: session → VIX ÷ VIX3M, NaN where there is none (the rule then holds the index).
    """
    calm = (vix_term < 1.0).astype("float64").where(vix_term.notna())
    return {
        **index_rules(closes, dates, rules),
        "VIX ÷ VIX3M below one": calm.reindex(dates, method="ffill"),
    }


def daily_net_returns(past: EvidenceSample) -> pd.DataFrame:
    """Daily returns after costs of the target exposure and of every rival, on the sessions of `past`.

    Returns (n, 6) float64 without NaN: the target exposure, the rules of `rivals`, a constant exposure of the same
    mean, and holding the index. Empty where there is too little history.
    """
    if past.insufficient_history is not None:
        return pd.DataFrame()
    closes, rules = past.closes.dropna(), past.params.walk_forward
    returns = closes.pct_change()
    held = _held(past, rivals(closes, past.vix_term, past.dates, rules))
    return pd.DataFrame(
        {name: net_returns(each, returns, rules.cost) for name, each in held.items()}
    ).dropna()


def walk_forward(past: EvidenceSample, benchmarks: Mapping[str, pd.Series] | None = None) -> pd.DataFrame:
    """Each strategy's record after costs over the weeks of `past`.

    benchmarks: further weekly exposures by name, such as those of `benchmark_exposures`; each is judged on the
    target exposure's sessions. Returns one row a strategy with `sharpe`, `cagr`, `volatility`, `max_drawdown` (per
    cent), `turnover` (exposure traded a year) and `mean_exposure`; no row at all when there is too little
    history.
    """
    if past.insufficient_history is not None:
        return pd.DataFrame(columns=list(COLUMNS), index=pd.Index([], name="strategy"), dtype="float64")
    closes, rules = past.closes.dropna(), past.params.walk_forward
    returns = closes.pct_change()
    weekly = {
        "Regime alone": past.regime.map(rules.exposure_by_regime).astype("float64"),
        **rivals(closes, past.vix_term, past.dates, rules),
        **(benchmarks or {}),
    }
    rows = {name: statistics(each, returns, rules.cost) for name, each in _held(past, weekly).items()}
    return pd.DataFrame.from_dict(rows, orient="index", columns=list(COLUMNS)).rename_axis("strategy")


def _held(past: EvidenceSample, weekly: Mapping[str, pd.Series]) -> dict[str, pd.Series]:
    """Daily exposure by name on the target exposure's sessions: itself, the `weekly` ones, a constant, the index."""
    sessions = pd.DatetimeIndex(past.closes.dropna().index)
    target = daily_exposure(past.exposure, sessions)
    held = {OWN: target}
    for name, each in weekly.items():
        # A rival without a view yet (no model was fitted) holds the index.
        held[name] = daily_exposure(each, sessions).reindex(target.index).fillna(1.0)
    return held | {"Constant, its mean": target * 0 + target.mean(), "Holding the index": target * 0 + 1}
