"""Five claims on real history as the ledger has them, against a script of its own that reads the raw files."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from fiveengines.base import parameters, yaml_files
from fiveengines.base.parameters import RunParameters
from fiveengines.base.parameters.claims import ClaimsParameters
from fiveengines.companions.claims import measures
from fiveengines.companions.session import Session
from fiveengines.data.folder import files
from fiveengines.data.panel import Panel

SCRIPT, DAY = Path(__file__).with_name("recompute.py"), "2019-12-27"


@pytest.mark.real_data
def test_five_claims_are_what_a_script_of_its_own_finds(real_data: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    run = subprocess.run(
        [sys.executable, SCRIPT, real_data, DAY], env=environment, capture_output=True, text=True, check=True
    )
    recomputed = json.loads(run.stdout)
    panel = Panel(files.load(real_data), DAY)
    params = parameters.load()
    session = Session(pd.Timestamp(DAY), "files", params, RunParameters(), panel)
    claims = yaml_files.load_model(params.beside("claims.yaml"), ClaimsParameters).claims
    chosen = {each.id: each for each in claims if each.id in recomputed}
    assert len(chosen) == 5
    for name, windows in recomputed.items():
        found = {each.window: each for each in measures.measure(session, chosen[name])}
        assert list(found) == list(windows)
        for window, (figure, n, *interval) in windows.items():
            ours = found[window]
            assert (ours.figure, ours.n) == (pytest.approx(figure, rel=1e-9), n), f"{name}, {window}"
            if name == "br-discount-precedes-gain":
                # Two sets of resamples: their ends agree to a sixth of the interval.
                near = (interval[1] - interval[0]) / 6
                assert [ours.low, ours.high] == pytest.approx(interval, abs=near), f"{name}, {window}"
            elif interval:
                assert [ours.low, ours.high] == pytest.approx(interval, rel=1e-9), f"{name}, {window}"


def test_the_script_imports_nothing_of_the_package() -> None:
    tree = ast.parse(SCRIPT.read_text(encoding="utf-8"))
    roots = {each.name for node in ast.walk(tree) if isinstance(node, ast.Import) for each in node.names}
    roots |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {each.partition(".")[0] for each in roots} <= {"numpy", "pandas"} | set(sys.stdlib_module_names)
