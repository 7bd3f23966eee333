"""Closest past weeks on paper and by their rules on random input."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiveengines.base.parameters import ENGINES
from fiveengines.research import EvidenceSample, analogs
from fiveengines.research.analogs import engine_distance, neighbours


def test_distance_is_a_mean_over_known_engines():
    nan = np.nan
    rows = [[0.5, 0, 0, 0, 0], [1, 1, 1, 1, 1], [0, 0, nan, nan, 0.6], [0, 0, nan, nan, nan]]
    score = pd.DataFrame(rows, columns=list(ENGINES))
    today = pd.Series([0.0] * 5, index=list(ENGINES))
    found = engine_distance(score, today, 3)
    assert found.iloc[:3].to_list() == pytest.approx([0.25 / 5, 1.0, 0.36 / 3])
    # Two engines are too few to say that a week is like another.
    assert np.isnan(found.iloc[3])


@given(seed=st.integers(0, 10_000), gap=st.integers(1, 20), count=st.integers(1, 12))
def test_neighbours_keep_their_distance(seed, gap, count):
    distance = np.random.default_rng(seed).random(120)
    distance[-1] = 0.0
    found = neighbours(distance, gap, count)
    assert len(found) <= count
    assert all(len(distance) - 1 - at >= gap for at in found)
    assert all(abs(a - b) >= gap for n, a in enumerate(found) for b in found[:n])
    assert (np.diff(distance[found]) >= 0).all()
    # Nothing closer was left out unless it stood too near to a chosen one or to now.
    worst = distance[found[-1]] if len(found) == count else np.inf
    for at in np.flatnonzero(distance[:-1] < worst):
        assert min(abs(at - other) for other in [*found, len(distance) - 1]) < gap or at in found


def with_two_week_quarter(past: EvidenceSample) -> EvidenceSample:
    """The same past, looked at two weeks ahead and with two neighbours."""
    rules = past.params
    horizons = rules.horizons.model_copy(update={"quarter_weeks": 2})
    analog_rules = rules.analogs.model_copy(update={"count": 2})
    return replace(past, params=rules.model_copy(update={"horizons": horizons, "analogs": analog_rules}))


def test_paths_start_at_one_hundred_and_end_at_the_return(made):
    closes = np.repeat(np.array([100, 120, 90, 100, 110, 100, 130, 100.0]), 5)
    score = np.zeros((8, 5))
    score[:, 0] = [0.1, 0.9, 0.9, 0.2, 0.9, 0.9, 0.9, 0.1]
    found = analogs(with_two_week_quarter(made(closes, score=score)))
    assert found.weeks.index.to_list() == [pd.Timestamp("2001-01-05"), pd.Timestamp("2001-01-26")]
    assert found.weeks["return_after"].to_list() == pytest.approx([-10.0, 0.0])
    assert found.weeks["rms_distance"].to_list() == pytest.approx([0.0, np.sqrt(0.01 / 5)], abs=1e-12)
    first = found.paths[found.paths["week"] == "2001-01-05"]
    assert first["weeks_ahead"].to_list() == [0, 1, 2]
    assert first["level"].to_list() == pytest.approx([100, 120, 90])
    assert first["change"].to_list() == pytest.approx([0, 20, -10])
    assert found.small and found.sample == "small sample: 2 past weeks"
