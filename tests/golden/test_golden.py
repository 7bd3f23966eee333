"""Every indicator and engine score on ten dates against figures that a script of its own computed from raw files."""

from __future__ import annotations

import ast
import math
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fiveengines.indicators import REGISTRY
from golden.snapshot import CALLS, Read, read_slice
from indicators.synthetic import named_in_tests

HERE = Path(__file__).resolve().parent
INDICATORS = pd.read_csv(HERE / "indicators.csv", index_col="id")
ENGINES = pd.read_csv(HERE / "engines.csv", index_col="id")
# What the script and its two modules may import besides the standard library.
ALLOWED = {"exchange_calendars", "numpy", "pandas", "yaml", "formulas", "raw_files"}


@pytest.fixture(scope="module")
def ours() -> Read:
    return read_slice()


def differences(ours: pd.Series, golden: pd.Series) -> list[str]:
    """Dates on which two figures differ by more than 1e-9 of themselves, or only one is known."""
    pairs = zip(golden.index, ours, golden, strict=True)
    return [
        f"{day}: {a} here, {b} recomputed"
        for day, a, b in pairs
        if math.isnan(a) != math.isnan(b)
        or not (math.isnan(a) or math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-9))
    ]


def test_every_indicator_that_data_can_give_is_among_them_or_held_by_its_engines_tests() -> None:
    computed = {name: each.engine for name, each in REGISTRY.items() if each.compute is not None}
    assert set(INDICATORS.index) <= set(computed)
    tested = {engine: named_in_tests(engine) for engine in set(computed.values())}
    missing = [
        name
        for name, engine in computed.items()
        if name not in INDICATORS.index and name not in tested[engine]
    ]
    assert not missing, f"add a test to tests/indicators/test_<engine>.py: {missing}"


def test_each_has_a_value_on_most_dates() -> None:
    known = INDICATORS.notna().sum(axis=1).drop("funding_spread")  # SOFR begins in 2018
    assert known.min() >= 7
    assert INDICATORS.shape[1] == 10


@pytest.mark.parametrize("name", INDICATORS.index)
def test_indicator(ours: Read, name: str) -> None:
    golden = INDICATORS.loc[name]
    assert not differences(ours.values[name].loc[pd.DatetimeIndex(golden.index)], golden)


@pytest.mark.parametrize("name", ENGINES.index)
def test_engine(ours: Read, name: str) -> None:
    engine, _, field = name.rpartition("_")
    golden = ENGINES.loc[name]
    table: pd.DataFrame = getattr(ours.readings.engines, field)
    assert not differences(table[engine].loc[pd.DatetimeIndex(golden.index)], golden)


def test_the_script_gives_these_figures() -> None:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    run = subprocess.run(
        [sys.executable, HERE / "recompute.py"], env=environment, capture_output=True, text=True, check=False
    )
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")


def test_the_script_imports_nothing_of_the_package() -> None:
    for name in ("recompute.py", "formulas.py", "raw_files.py"):
        for node in ast.walk(ast.parse((HERE / name).read_text(encoding="utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [each.name for each in node.names] if isinstance(node, ast.Import) else []
            roots = {each.partition(".")[0] for each in names}
            assert roots <= ALLOWED | set(sys.stdlib_module_names), f"{name}: {roots}"


def test_calls_are_as_they_were_last_looked_at(ours: Read) -> None:
    saved = pd.read_csv(CALLS, index_col="as_of", dtype="str", keep_default_na=False)
    calls = ours.calls.set_axis(ours.calls.index.strftime("%Y-%m-%d")).rename_axis("as_of")
    assert (calls.index.tolist(), calls.columns.tolist()) == (saved.index.tolist(), saved.columns.tolist())
    places = zip(*np.nonzero((calls != saved).to_numpy()), strict=True)
    differ = [
        f"{calls.index[week]} {calls.columns[what]}: {calls.iat[week, what]} here, {saved.iat[week, what]} saved"
        for week, what in places
    ]
    assert not differ, "renew calls.csv with tests/golden/snapshot.py where this is meant"
