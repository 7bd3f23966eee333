"""The trade ledger as rotation.json has it: trades at the session's prices, totals, equity, and an interval for R.

Picks and names; results are computed in `portfolio.trade_results`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from fiveengines.base.parameters.rotation import RotationParameters
from fiveengines.companions.rotation import inputs
from fiveengines.companions.session import Session
from fiveengines.portfolio import trade_results
from fiveengines.portfolio.ledger import Ledger
from fiveengines.research.bootstrap import independent_interval
from fiveengines.research.cases import bootstrap_rules


def record(held: Ledger, session: Session, rules: RotationParameters) -> dict[str, Any]:
    """A ledger as of the session in the shape of `LedgerRecord`, marked from the session's data."""
    trades = held.at(session.as_of.date())
    prices = inputs.closes(session.panel, [each.instrument for each in trades])
    found = trade_results.measure(trades, prices, rules.ledger)
    gained = np.array([each.r for each in found.outcomes if each.r is not None])
    low, high = (
        independent_interval(gained, bootstrap_rules(rules.samples)) if len(gained) > 1 else (None, None)
    )
    stats = found.statistics
    weekly = found.equity.iloc[::-5][::-1] if len(found.equity) else found.equity
    common = ("id", "instrument", "side", "size", "entry", "opened", "thesis")
    return {
        "open": [
            {
                **{name: getattr(each.trade, name) for name in (*common, "stop", "target")},
                "mark": each.mark,
                "marked": each.basis,
                "marked_on": None if each.marked_on is None else each.marked_on.date(),
                "result": each.dollars,
                "result_pct": each.percent,
                "r": each.r,
                "open_risk": each.at_stop,
                "note": each.note,
            }
            for each in found.positions
        ],
        "closed": [
            {
                **{name: getattr(each.trade, name) for name in (*common, "closed", "exit")},
                "result": each.dollars,
                "result_pct": each.percent,
                "r": each.r,
                "days": each.days,
            }
            for each in found.outcomes
        ],
        "totals": {
            "open_result": found.open_dollars,
            "closed_result": found.closed_dollars,
            "result": found.open_dollars + found.closed_dollars,
            "open_risk": found.open_risk,
            "without_stop": found.without_stop,
            "equity": float(found.equity.iloc[-1]) if len(found.equity) else 0.0,
            "drawdown": found.drawdown,
            "max_drawdown": found.max_drawdown,
            "n_open": len(found.positions),
            "n_closed": stats.n,
            "gains": stats.gains,
            "hit": stats.hit,
            "mean_pct": stats.mean_percent,
            "mean_r": stats.mean_r,
            "median_r": stats.median_r,
            "n_r": stats.n_r,
            "mean_r_low": low,
            "mean_r_high": high,
            "payoff": stats.payoff,
            "mean_days": stats.mean_days,
            "small_sample": stats.small,
        },
        "equity": [
            {"date": day.date(), "dollars": value}
            for day, value in zip(pd.DatetimeIndex(weekly.index), weekly, strict=True)
        ],
        "simulated": held.simulated,
    }
