"""`make bench`: the weekly report against a toy of the stock commands; history, preview, store and archive.

Times are whole processes, several rounds in turn (A B A B …) after one warm-up; medians and ratios are printed and
nothing is judged. The toy is a notebook with three Altair charts through `papermill` and `jupyter nbconvert`.
The package's own modules are compiled before, as its dependencies are, so that both sides start alike; "first time"
is a week of which nothing is in the cache.

Measured on two cores, median of three pairs: the week of the demo takes 0.40 of the toy's wall time and 0.44 of its
processor time; the first time, it takes about as much as the toy.
"""

from __future__ import annotations

import argparse
import compileall
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat

from fiveengines.base import paths
from fiveengines.base.jupyter_home import keep_inside_environment

HERE = Path(__file__).resolve().parent
PACKAGE = Path(paths.__file__).resolve().parents[1]
FIRST = "weekly --with none, first time"
# What a week leaves in the cache.
LEFT = ("measured", "shown", "page", "flip_levels", "conclusion_changes", "resamples")
BIN = Path(sys.executable).parent
FRAME = """import altair as alt
import numpy as np
import pandas as pd
rng = np.random.default_rng(1)
days = pd.date_range("2022-01-07", periods=150, freq="W-FRI")
frame = pd.DataFrame({"day": days, "a": rng.normal(size=150).cumsum(), "b": rng.normal(size=150)})"""
HISTORY = """import resource, sys, time
from fiveengines.week import history_table
start = time.perf_counter()
table = history_table(sys.argv[1], sys.argv[2], source=sys.argv[3], data_dir=sys.argv[4] or None)
seconds = time.perf_counter() - start
print(len(table), round(seconds, 2), round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))"""


def toy(folder: Path) -> Path:
    """A notebook with three charts."""
    notebook = nbformat.v4.new_notebook()
    charts = [("line", "a"), ("bar", "b"), ("point", "a")]
    cells = [nbformat.v4.new_code_cell(FRAME)]
    for mark, column in charts:
        tip = f'["day:T", "{column}:Q"]'
        code = f'alt.Chart(frame).mark_{mark}().encode(x="day:T", y="{column}:Q", tooltip={tip})'
        cells.append(nbformat.v4.new_code_cell(code))
    notebook.cells = cells
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    path = folder / "toy.ipynb"
    nbformat.write(notebook, path)
    return path


def timed(*commands: list[str]) -> tuple[float, float]:
    """Wall and CPU seconds of commands run one after the other, children of children included."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    for command in commands:
        subprocess.run(command, check=True, capture_output=True, timeout=300)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - start, cpu


def forget() -> None:
    """Take from the cache what weeks have left there."""
    for name in LEFT:
        for file in paths.cache_dir().glob(f"{name}-*"):
            file.unlink(missing_ok=True)


def weekly_against_toy(folder: Path, rounds: int) -> None:
    """The report, with no companion, with all and a companion alone, and the toy, in turn."""
    path, done = toy(folder), folder / "done.ipynb"
    own = [str(BIN / "fiveengines")]
    out = ["--source", "demo", "--out", str(folder / "out")]
    runs: dict[str, list[list[str]]] = {
        "papermill + nbconvert, toy": [
            [str(BIN / "papermill"), str(path), str(done)],
            [str(BIN / "jupyter"), "nbconvert", "--to", "html", str(done)],
        ],
        "weekly --with none, demo": [[*own, "weekly", "--with", "none", *out]],
        FIRST: [[*own, "weekly", "--with", "none", *out]],
        "weekly --with all, demo": [[*own, "weekly", "--with", "all", *out]],
        "companion selloff, demo": [[*own, "companion", "selloff", *out]],
    }
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in runs}
    for turn in range(rounds + 1):
        for name, commands in runs.items():
            if name == FIRST:
                forget()
            found = timed(*commands)
            if turn:
                times[name].append(found)
            if name == FIRST:  # the others are timed as they are made again
                timed(*runs["weekly --with all, demo"])
    for name, found in times.items():
        wall, cpu = (statistics.median(each[at] for each in found) for at in (0, 1))
        print(f"{name:34s} {wall:6.2f} s wall  {cpu:6.2f} s CPU")
    toy_times, week, first, everything, alone = times.values()
    for name, above, below in (
        ("weekly / toy", week, toy_times),
        ("weekly, first time / toy", first, toy_times),
        ("with all / with none", everything, week),
        ("selloff / weekly", alone, week),
    ):
        wall, cpu = (
            statistics.median(a[at] / b[at] for a, b in zip(above, below, strict=True)) for at in (0, 1)
        )
        print(f"{'ratio ' + name + ', pair by pair':44s} {wall:6.2f} wall  {cpu:6.2f} CPU")
    page = next((folder / "out" / "demo").glob("[0-9]*/weekly.html"))
    print(f"{'weekly.html':34s} {page.stat().st_size / 1e6:6.2f} MB")
    print(
        f"{'peak memory, largest process':34s} {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024:6.0f} MB"
    )


def history(label: str, start: str, end: str, source: str, folder: str, rounds: int) -> None:
    """Seconds of a history after import, and the process's peak memory."""
    found = []
    for _ in range(rounds):
        command = [sys.executable, "-c", HISTORY, start, end, source, folder]
        done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=300)
        weeks, seconds, memory = done.stdout.split()
        found.append((float(seconds), float(memory), weeks))
    seconds = statistics.median(each[0] for each in found)
    print(
        f"{label:34s} {seconds:6.2f} s after import, {found[0][2]} weeks, {max(each[1] for each in found):.0f} MB"
    )


def main() -> None:
    """Run every bench and print its figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    keep_inside_environment()
    compileall.compile_dir(PACKAGE, quiet=1)
    with tempfile.TemporaryDirectory() as name:
        weekly_against_toy(Path(name), rounds)
    history("history, demo, 20 years", "2006-01-06", "2026-01-02", "demo", "", rounds)
    real = os.environ.get("FIVEENGINES_REAL_DATA", "")
    if real:
        history("history, real data, 13 years", "2007-06-01", "2019-12-27", "files", real, rounds)
    else:
        print("history, real data: left out, FIVEENGINES_REAL_DATA is not set")
    for bench in (
        "preview_bench.py",
        "compute_bench.py",
        "claims_bench.py",
        "store_bench.py",
        "archive_bench.py",
    ):
        print(f"\n{bench}")
        subprocess.run([sys.executable, str(HERE / bench)], check=False, timeout=600)


if __name__ == "__main__":
    main()
