"""From key press to new picture: how long the kernel takes for each key typed in the override panel.

Prints a figure; run with `python tests/bench/preview_bench.py [source] [data-dir]`.
"""

from __future__ import annotations

import statistics
import sys
import time

from fiveengines.views import widgets
from fiveengines.week import Week

FIELDS = ("cta_exposure", "vix", "hy_spread", "pct_above_200d", "two_year_change_13w")
KEYS = ("1", "12", "12.5", "12", "")
TARGET = 0.1


def main(source: str = "demo", data_dir: str | None = None) -> None:
    """Type into five fields, key by key, and print the median and the slowest answer in milliseconds."""
    panel = widgets.OverridePanel(Week.load(source=source, data_dir=data_dir))
    rows = [panel.row(field) for field in FIELDS]
    taken = []
    for row in rows:
        for text in KEYS:
            started = time.perf_counter()
            row.control.value = text
            taken.append((time.perf_counter() - started) * 1000)
    weeks = len(panel.week.readings.dates)
    print(
        f"key press to picture over {weeks} weeks: median {statistics.median(taken):.0f} ms, "
        f"slowest {max(taken):.0f} ms of {len(taken)} (target {TARGET * 1000:.0f} ms)"
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
