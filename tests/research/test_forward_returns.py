"""Counting what followed: a hand-worked history, and nothing counted before it was complete."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiveengines.research import forward_returns


def test_hand_worked_cases() -> None:
    """Closes 100, 110, 99, 108.9, 98.01 … : up 10 %, then down 10 %, in turn."""
    close = np.array([100.0, 110.0, 99.0, 108.9, 98.01, 107.811])
    found = forward_returns.after_signal(np.array([0, 1, 2, 4]), close, 5, weeks=1)
    assert (found.cases, found.complete) == (4, 4)
    assert found.share_up == pytest.approx(0.75)
    assert found.mean == pytest.approx((10 - 10 + 10 + 10) / 4)
    assert found.usual == pytest.approx((10 - 10 + 10 - 10 + 10) / 5)
    assert found.small and "small sample" in found.words and "3 of 4" in found.words


def test_incomplete_cases_are_not_counted() -> None:
    close = np.linspace(100, 120, 20)
    found = forward_returns.after_signal(np.array([2, 10, 15]), close, 16)
    assert (found.cases, found.complete) == (3, 1)
    assert forward_returns.after_signal(np.array([10]), close, 12).words.endswith(
        "no case is 13 weeks old yet."
    )
    assert (
        forward_returns.after_signal(np.array([], dtype=int), close, 12).words
        == "It has not fired before in this history."
    )


def test_a_signal_that_flickers_is_one_case() -> None:
    holds = np.zeros(30, dtype=bool)
    holds[[3, 4, 6, 20]] = True
    assert forward_returns.first_weeks(holds).tolist() == [3, 20]


@given(st.integers(0, 10_000), st.integers(20, 80))
def test_later_closes_change_nothing(seed: int, row: int) -> None:
    random = np.random.default_rng(seed)
    close = 100 * np.exp(np.cumsum(random.normal(0, 0.02, 100)))
    starts = forward_returns.first_weeks(random.random(100) < 0.1)
    assert forward_returns.after_signal(starts, close, row) == forward_returns.after_signal(
        starts, close[: row + 1], row
    )
