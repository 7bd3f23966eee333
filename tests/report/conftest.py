"""One executed demo week for every test of reports."""

from __future__ import annotations

from pathlib import Path

import pytest

from fiveengines.base import parameters
from fiveengines.report.weekly import SavedReport, write_week

DAY = "2025-11-21"


@pytest.fixture(scope="session")
def week_out(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, SavedReport]:
    """OUT/demo and what was written there for a demo week of a year ago."""
    out = tmp_path_factory.mktemp("reports")
    run = parameters.run_parameters({"as_of": DAY, "source": "demo", "out_dir": str(out)})
    return out / "demo", write_week(run)
