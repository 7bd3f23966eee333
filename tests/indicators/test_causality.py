"""What holds for every formula on random input: no look-ahead, its index and bounds, no hidden units.

Each formula's own test module says in CAUSAL how it is called.
"""

from __future__ import annotations

import inspect
import pkgutil
from collections import Counter
from importlib import import_module
from typing import Any, get_type_hints

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from discovery import declared
from fiveengines import indicators
from indicators.causality import ROWS, Causal, world

DECLARED = [*declared("indicators", "CAUSAL")]
CASES: dict[str, Causal] = {name: case for each in DECLARED for name, case in each.items()}
FRAMES = (pd.Series, pd.DataFrame)
# An option chain and a strip of futures are of one moment, and weekly paths have an index of their own: their own tests
# hold them.
ELSEWHERE = {
    "dealer_gamma_from_chain", "dealer_gamma_profile", "implied_rates", "meeting_probabilities", "weekly_path",
    "with_last",
}  # fmt: skip

seeds = st.integers(0, 2**32 - 1)


def formulas() -> set[str]:
    """Every public function of the room that is given a Series or a frame and returns one."""
    found = set()
    for module in pkgutil.iter_modules(indicators.__path__, f"{indicators.__name__}."):
        for name, function in vars(import_module(module.name)).items():
            if name.startswith("_") or not inspect.isfunction(function) or function.__module__ != module.name:
                continue
            hints = get_type_hints(function)
            returned, first = hints.pop("return", None), next(iter(hints.values()), None)
            if returned in FRAMES and first in FRAMES:
                found.add(name)
    return found


def assert_same(left: pd.Series | pd.DataFrame, right: pd.Series | pd.DataFrame, atol: float = 0.0) -> None:
    """Equal values, equal gaps, one index."""
    compare: Any = (
        pd.testing.assert_series_equal if isinstance(left, pd.Series) else pd.testing.assert_frame_equal
    )
    compare(left, right, check_names=False, check_freq=False, rtol=1e-9, atol=atol)


def test_every_formula_has_one_case() -> None:
    counts = Counter(name for each in DECLARED for name in each)
    assert max(counts.values()) == 1
    missing = formulas() - ELSEWHERE - set(counts)
    assert not missing, f"add them to CAUSAL in their tests/indicators/test_<module>.py: {missing}"
    assert set(counts) <= formulas()


@pytest.mark.parametrize("name", CASES)
@settings(max_examples=15)
@given(seed=seeds, rows=st.integers(1, ROWS))
def test_cutting_the_future_changes_nothing(name: str, seed: int, rows: int) -> None:
    whole = world(seed)
    found = CASES[name].formula(whole)
    assert found.index.equals(whole.price.index)
    assert_same(CASES[name].formula(whole.cut(rows)), found.iloc[:rows])


@pytest.mark.parametrize("name", CASES)
def test_every_case_has_something_to_say(name: str) -> None:
    assert any(CASES[name].formula(world(seed)).notna().any(axis=None) for seed in range(8))


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.bounds != Causal.bounds])
@settings(max_examples=15)
@given(seed=seeds)
def test_values_stay_within_their_bounds(name: str, seed: int) -> None:
    values = CASES[name].formula(world(seed)).to_numpy(dtype="float64")
    low, high = CASES[name].bounds
    assert not (values < low - 1e-9).any()
    assert not (values > high + 1e-9).any()


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.unitless])
@settings(max_examples=10)
@given(seed=seeds, factor=st.sampled_from([0.01, 0.5, 1024.0]))
def test_another_currency_tells_the_same_story(name: str, seed: int, factor: float) -> None:
    whole = world(seed)
    # Running variances leave dust where a price stands still: 1e-4 of a per cent is far above it.
    assert_same(CASES[name].formula(whole.scaled(factor)), CASES[name].formula(whole), atol=1e-4)
