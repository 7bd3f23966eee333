"""What computing costs: breadth of 500 members over twenty years, all insights of all weeks, steps 3 to 5 of one week.

Prints figures; run with `python tests/bench/compute_bench.py`.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import numpy as np
import pandas as pd

from fiveengines import overrides
from fiveengines.data import demo
from fiveengines.data.folder import files
from fiveengines.indicators import breadth_inputs
from fiveengines.overrides import trail
from fiveengines.playbook import rules
from fiveengines.week import Week

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "overrides"))

write_trail = import_module("test_long_trail").write_trail


def best(work: Callable[[], object], times: int = 3) -> float:
    """Seconds of the fastest of some runs."""
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return min(taken)


def members() -> Callable[[], object]:
    """All counts of 500 members' prices over 5,040 sessions."""
    steps = np.random.default_rng(0).normal(0, 0.02, (5040, 500)).cumsum(axis=0)
    closes = pd.DataFrame(np.exp(steps), index=pd.bdate_range("2000-01-03", periods=5040))

    def work() -> None:
        for window in (20, 50, 200):
            breadth_inputs.pct_above_sma(closes, window)
        breadth_inputs.new_highs_lows(closes)
        breadth_inputs.advances_declines(closes)
        breadth_inputs.concentration_of_returns(closes, 63)

    return work


def long_trail() -> None:
    """List 26,000 manual readings and add one, as a later command does: the cache has what the first one read."""
    with tempfile.TemporaryDirectory() as name:
        folder = write_trail(Path(name) / "overrides", 1_000)
        field = trail.load(folder).records[0].field
        for what, work in (
            ("list 26,000 manual readings", lambda: overrides.list_overrides(folder)),
            ("add one to them", lambda: overrides.set_override(folder, field, 0.25, why="seen")),
        ):
            trail._trail.cache_clear()
            print(f"{what:40s} {best(work, 1):6.2f} s   limit 2.0 s")


def main() -> None:
    """Print each figure beside its limit."""
    week = Week.load()
    days = week.readings.dates

    def insights() -> None:
        week.measured.panel.memory.pop("insights", None)
        rules.status_history(week.readings, week.measured.panel, week.params)

    def steps() -> None:
        found = week.at(days[-2])
        _ = found.target_exposure, found.exposure_commentary, found.style, found.inflections, found.insights
        _ = found.watch_list, found.events, found.plan

    for name, work, limit in (
        ("breadth of 500 members, 5,040 sessions", members(), 1.0),
        (f"insights of {len(days)} weeks", insights, 5.0),
        ("steps 3 to 5 of one week", steps, 0.3),
    ):
        print(f"{name:40s} {best(work):6.2f} s   limit {limit:.1f} s")

    demo.load(7, days[-1])
    print(
        f"{'simulate the demo, history at hand':40s} {best(lambda: demo.load(7, days[-1])):6.2f} s   limit 1.0 s"
    )
    if folder := os.environ.get("FIVEENGINES_REAL_DATA"):
        print(
            f"{'read the real-data directory':40s} {best(lambda: files.load(Path(folder))):6.2f} s   limit 2.0 s"
        )
    long_trail()


if __name__ == "__main__":
    main()
