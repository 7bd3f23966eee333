"""What a weekly report must not load: a page's writer no data, a kernel nothing of one test or picture."""

from __future__ import annotations

import subprocess
import sys

import pytest

from fiveengines.report.notebook.kernel import PRELOAD

WRITES = (
    "fiveengines.cli",
    "fiveengines.archive",
    "fiveengines.report.exports",
    "fiveengines.report.page.render",
)


@pytest.mark.parametrize(
    ("loaded", "absent"),
    [
        (WRITES, {"pandas", "numpy", "altair", "scipy"}),
        (PRELOAD, {"altair", "great_tables", "scipy", "statsmodels", "arch", "hmmlearn"}),
    ],
    ids=["writes the page", "reads the week"],
)
def test_a_weekly_report_does_not_load(loaded: tuple[str, ...], absent: set[str]) -> None:
    code = (
        f"import sys\nfor each in {loaded!r}: __import__(each)\nprint(*sorted({absent!r} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.split() == []
