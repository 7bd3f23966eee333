"""How long a thousand weeks take to index and to open, and what a week of a backfill costs beside a lone one.

Run: .venv/bin/python tests/bench/archive_bench.py [weeks of the backfill]. Numbers are printed, nothing is kept.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from archive import synthetic
from conftest import CHROMIUM_ARGS, CHROMIUM_NAMES
from fiveengines.archive import rebuild
from fiveengines.base.jupyter_home import keep_inside_environment
from fiveengines.data.calendars import reading_dates
from fiveengines.report.store import report_store

PROGRAM = str(Path(sys.executable).with_name("fiveengines"))
START = "2017-01-06"


def index(out: Path) -> None:
    """Build the index of a thousand weeks, and open it five times, each in a browser of its own."""
    synthetic.fill(out, 1000)
    began = time.perf_counter()
    rebuild(report_store(out))
    print(f"index of 1,000 weeks               {time.perf_counter() - began:6.2f} s to build, limit 5 s")
    page = out / "index.html"
    print(f"index.html                         {page.stat().st_size / 1e6:6.2f} MB")
    chromium = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    if chromium is None:
        print("opening it: left out, there is no Chromium")
        return
    from playwright.sync_api import sync_playwright

    times = []
    with sync_playwright() as playwright:
        for _ in range(5):
            browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_ARGS)
            opened = browser.new_page()
            began = time.perf_counter()
            opened.goto(page.as_uri())
            opened.wait_for_selector("#comparison table", state="visible")
            times.append(time.perf_counter() - began)
            browser.close()
    print(f"open in Chromium, until drawn      {statistics.median(times):6.2f} s, limit 1 s")


def long_archive(out: Path) -> None:
    """Build the index of five thousand weeks, and again after one new week, in seconds of processor time."""
    synthetic.fill(out, 5_000)
    for name, limit in (("5,000 weeks", 15), ("one week more", 1)):
        began = time.process_time()
        rebuild(report_store(out))
        print(f"index of {name:25s} {time.process_time() - began:6.2f} s, limit {limit} s")
        if name == "5,000 weeks":
            synthetic.put(out, synthetic.reading(synthetic.friday(5_000)))


def seconds(*arguments: str) -> float:
    """Wall seconds of one command."""
    began = time.perf_counter()
    subprocess.run([PROGRAM, *arguments], check=True, capture_output=True, timeout=900)
    return time.perf_counter() - began


def backfill(folder: Path, weeks: int) -> None:
    """Weeks of a backfill against a lone week, on the demo or on real data when there are some."""
    real = os.environ.get("FIVEENGINES_REAL_DATA")
    source = ["--source", "files", "--data-dir", real] if real else ["--source", "demo"]
    days = [each.date().isoformat() for each in reading_dates(START, "2019-12-27")]
    lone = statistics.median(
        seconds("weekly", "--as-of", day, *source, "--out", str(folder / "lone")) for day in days[-3:]
    )
    print(f"a lone week                        {lone:6.2f} s")
    for workers, limit in ((1, 0.60), (2, 0.35)):
        span = days[workers * weeks : (workers + 1) * weeks]
        out = str(folder / f"with-{workers}")
        run = ["--start", span[0], "--end", span[-1], "--workers", str(workers), "--out", out]
        later = (seconds("backfill", *source, *run) - lone) / (weeks - 1)
        share = f"{later / lone:.0%} of a lone one, limit {limit:.0%}"
        print(
            f"second and later weeks, {workers} worker{'s' if workers > 1 else ' '}   {later:6.2f} s each, {share}"
        )


def main() -> None:
    """Run both benches."""
    keep_inside_environment()
    with tempfile.TemporaryDirectory() as name:
        index(Path(name) / "archive")
        long_archive(Path(name) / "long")
        backfill(Path(name), int(sys.argv[1]) if len(sys.argv) > 1 else 12)


if __name__ == "__main__":
    main()
