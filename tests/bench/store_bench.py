"""How long a fetch and a reading of the store take, against a local server with twenty years of every series.

Run: .venv/bin/python tests/bench/store_bench.py [years]. Numbers are printed, nothing is kept.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from fiveengines.data import calendars
from fiveengines.data.catalog import catalog
from fiveengines.data.fetch import fetch
from fiveengines.data.panel import Panel
from fiveengines.data.store import Store

ROOT = Path(__file__).resolve().parents[2]
LIVE = ("fred", "cboe", "treasury", "cftc", "prices")


def started(years: str) -> subprocess.Popen[str]:
    """A server in its own process; its addresses go into this process's environment."""
    server = subprocess.Popen(
        [sys.executable, "-m", "loopback.server", "--years", years],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT / "tests")},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdout is not None
    for line in server.stdout:
        if line.startswith("# ready"):
            break
        name, _, value = line.removeprefix("export ").strip().partition("=")
        os.environ[name] = value
    return server


def timed(what: str, limit: float, work: Callable[[], object], repeat: int = 1) -> None:
    """Print the best of `repeat` runs beside the limit it must keep."""
    best = float("inf")
    for _ in range(repeat):
        began = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - began)
    print(
        f"{what:<62}{best * 1000:>10.0f} ms   limit {limit * 1000:.0f} ms   {'kept' if best < limit else 'MISSED'}"
    )


def main() -> None:
    """Fetch twice, then read as of one evening and of 1,000 Fridays."""
    years = sys.argv[1] if len(sys.argv) > 1 else "20"
    ids = [key for key, entry in catalog().items() if entry.provider in LIVE][:60]
    server = started(years)
    try:
        with tempfile.TemporaryDirectory() as folder:
            timed(f"first fetch of {years} years of every series", 20, lambda: fetch(Store(folder)))
            timed("a repeat", 3, lambda: fetch(Store(folder)))
            fridays = calendars.reading_dates("2007-08-01", pd.Timestamp.now())[-1000:]
            last = fridays[-1]
            calendars.sessions(max(last.year + 1, 2027))  # the calendar is not the store's work

            def many_dates() -> pd.DataFrame:
                panel = Panel(Store(folder).dataset(), last)
                at = panel.sessions.searchsorted(fridays)
                return pd.DataFrame({key: panel.known(key).values[at] for key in ids}, index=fridays)

            timed("newest known values of 60 series on 1,000 Fridays (one panel)", 1, many_dates, 3)
            timed("the whole store as a Dataset", 0.2, lambda: Store(folder).dataset(), 5)
            size = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
            print(f"{len(Store(folder).dataset().series)} series, {size / 2**20:.1f} MB on disk")
    finally:
        server.terminate()


if __name__ == "__main__":
    main()
