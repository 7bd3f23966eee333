"""Intervals of means against the library's own, and that resamples are drawn once."""

import sys

import numpy as np
import pytest

from fiveengines.base import parameters
from fiveengines.research import bootstrap
from fiveengines.research.bootstrap import independent_interval, mean_intervals

RULES = parameters.load().research.bootstrap


def test_what_was_drawn_once_is_not_drawn_again(monkeypatch: pytest.MonkeyPatch):
    values, everyone = np.random.default_rng(3).normal(size=(77, 1)), np.ones((77, 1), dtype=bool)
    first = mean_intervals(values, everyone, RULES)
    bootstrap._times_drawn.cache_clear()
    monkeypatch.setitem(sys.modules, "arch.bootstrap", None)
    assert np.array_equal(first, mean_intervals(values, everyone, RULES))


def test_the_same_seed_gives_the_same_interval():
    values = np.random.default_rng(1).normal(size=(100, 1))
    everyone = np.ones((100, 1), dtype=bool)
    assert np.array_equal(mean_intervals(values, everyone, RULES), mean_intervals(values, everyone, RULES))


def test_interval_agrees_with_arch():
    from arch.bootstrap import StationaryBootstrap

    random = np.random.default_rng(5)
    values = np.convolve(random.normal(size=612), np.ones(13), mode="valid")[:, None]
    group = np.tile(np.arange(600) % 120 < 60, (1, 1)).T
    low, high = mean_intervals(values, group, RULES.model_copy(update={"draws": 4000}))

    def mean_of_group(x, member):
        return np.array([x[member].mean()])

    judge = StationaryBootstrap(26, values[:, 0], group[:, 0], seed=11)
    expected = judge.conf_int(mean_of_group, reps=4000, method="percentile", size=0.90)
    width = float(expected[1, 0] - expected[0, 0])
    assert low[0, 0] == pytest.approx(expected[0, 0], abs=0.06 * width)
    assert high[0, 0] == pytest.approx(expected[1, 0], abs=0.06 * width)


def test_overlap_widens_the_interval():
    noise = np.random.default_rng(2).normal(size=1012)
    overlapping = np.convolve(noise, np.ones(13), mode="valid")[:, None]
    everyone = np.ones((1000, 1), dtype=bool)
    blocks = np.subtract(*mean_intervals(overlapping, everyone, RULES)[::-1])
    low, high = independent_interval(overlapping[:, 0], RULES)
    # Sums of 13 overlapping terms: true standard error is about √13 times what independent draws suggest.
    assert 2.3 < float(blocks[0, 0] / (high - low)) < 3.7


def test_an_empty_group_has_no_interval():
    values = np.ones((10, 2))
    low, high = mean_intervals(values, np.zeros((10, 1), dtype=bool), RULES)
    assert np.isnan(low).all() and np.isnan(high).all()
