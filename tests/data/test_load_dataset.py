"""A verdict on a folder's series comes from the cache while they are the same, and never when they are others."""

from __future__ import annotations

import datetime as dt
import os
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from fiveengines.base import paths
from fiveengines.data.folder.csv.read_csv import read_csv
from fiveengines.data.load_dataset import load_dataset

DAYS = pd.bdate_range("2019-06-03", "2019-12-24")
WRONG = pd.Timestamp("2019-12-20")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two yields and their difference, with a cache of the test's own."""
    monkeypatch.setattr(paths, "cache_dir", lambda: tmp_path)
    found = tmp_path / "data"
    (found / "fred").mkdir(parents=True)
    two = 1.5 + 0.1 * np.sin(np.arange(len(DAYS)))
    ten = two + 0.5 + 0.1 * np.cos(np.arange(len(DAYS)))
    for name, values in (("DGS2", two), ("DGS10", ten), ("T10Y2Y", ten - two)):
        frame = pd.DataFrame({name: np.round(values, 2)}, pd.Index(DAYS, name="observation_date"))
        frame.to_csv(found / "fred" / f"{name}.csv", float_format="%.2f")
    return found


def make_wrong(file: Path) -> None:
    """Write another value of the same length over that of `WRONG`, and leave the file's time as it was."""
    times = file.stat()
    lines = file.read_text().splitlines()
    place = next(place for place, line in enumerate(lines) if line.startswith(str(WRONG.date())))
    lines[place] = f"{WRONG.date()},9.99"
    file.write_text("\n".join(lines) + "\n")
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))


def has_wrong(folder: Path) -> bool:
    found = load_dataset("files", data_dir=folder).series.get("T10Y2Y")
    return found is not None and bool((found.frame["observed"] == WRONG).any())


def test_a_file_written_over_with_its_old_time_is_judged_anew(folder: Path) -> None:
    assert has_wrong(folder)
    make_wrong(folder / "fred" / "T10Y2Y.csv")
    assert not has_wrong(folder)


def test_a_file_ahead_of_its_time_is_judged_when_its_day_has_come(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def on(day: dt.datetime) -> None:
        clock = SimpleNamespace(
            datetime=SimpleNamespace(now=lambda tz: day), UTC=dt.UTC, timedelta=dt.timedelta
        )
        monkeypatch.setattr(sys.modules[read_csv.__module__], "dt", clock)

    make_wrong(folder / "fred" / "T10Y2Y.csv")
    on(dt.datetime(2019, 12, 10))
    assert not has_wrong(folder), "not read with days that are to come"
    on(dt.datetime(2020, 1, 10))
    assert not has_wrong(folder), "refused"
