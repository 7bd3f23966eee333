"""How long a plan takes: 500 positions of three lots each, and the preview of a typed decision on the demo's holdings.

Prints figures; run with `python tests/bench/portfolio_bench.py`.
"""

from __future__ import annotations

import datetime as dt
import statistics
import time
from collections.abc import Callable

import numpy as np
import pandas as pd

from fiveengines.base import parameters, yaml_files
from fiveengines.base.parameters.rebalance import RebalanceParameters
from fiveengines.companions.rebalance import analysis
from fiveengines.companions.rebalance.background import background
from fiveengines.companions.rebalance.plan import Waiting, plan, wanted_weights
from fiveengines.companions.rebalance.positions import Book, risk
from fiveengines.companions.session import Session
from fiveengines.portfolio.decisions import Decisions
from fiveengines.portfolio.holdings import Holdings, Lot, Position
from fiveengines.portfolio.orders import executed

POSITIONS, LOTS, TIMES = 500, 3, 5
DAY = dt.date(2018, 12, 21)


def many() -> Book:
    """A book of random positions with histories of a year."""
    rules = yaml_files.load_model(parameters.load().beside("rebalance.yaml"), RebalanceParameters)
    rng = np.random.default_rng(1)
    names = [f"T{number}" for number in range(POSITIONS)]
    prices = dict(zip(names, rng.uniform(5, 500, POSITIONS).round(2).tolist(), strict=True))
    held = {
        name: Position(
            name,
            tuple(
                Lot(
                    name,
                    float(rng.integers(1, 400)),
                    float(rng.uniform(5, 500)),
                    DAY - dt.timedelta(days=300 * at),
                )
                for at in range(LOTS)
            ),
            target=prices[name] * 1.2,
            stop=prices[name] * 0.9,
        )
        for name in names
    }
    sessions = pd.bdate_range(end=DAY, periods=260)
    closes = pd.DataFrame(100 * np.exp(rng.normal(0, 0.01, (260, POSITIONS)).cumsum(0)), sessions, names)
    sigma = dict.fromkeys(names, 1.0)
    none = pd.DataFrame(index=sessions)
    return Book(
        Holdings(held, 50_000.0), closes, closes.mean(axis=1).pct_change(), none, prices, sigma, rules
    )


def seconds(act: Callable[[], object]) -> str:
    """Median and slowest of some runs."""
    taken = []
    for _ in range(TIMES):
        started = time.perf_counter()
        act()
        taken.append(time.perf_counter() - started)
    return f"median {1000 * statistics.median(taken):.0f} ms, slowest {1000 * max(taken):.0f} ms"


def main() -> None:
    """Print both figures."""
    book = many()

    def whole() -> None:
        wish, why = wanted_weights(book, 0.5, Decisions())
        made = plan(book, wish, why, DAY, (Waiting("average", 1.0), Waiting("half", 2.0)))
        risk(book.holding(executed(book.holdings, made, DAY)).records())

    print(f"plan and risk of {POSITIONS} positions × {LOTS} lots: {seconds(whole)} (target 1,000 ms)")
    session = Session.load("2009-03-06", source="demo")
    known = background(session)
    mine = analysis.book_of(session, known, [])
    assert mine is not None
    chosen = Decisions(stop={"SPY": 60.0}, cap={"QQQ": 0.05})
    preview = seconds(lambda: analysis.planned(session, known, mine, chosen))
    print(f"preview of a decision: {preview} (target 100 ms)")


if __name__ == "__main__":
    main()
