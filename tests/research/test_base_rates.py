"""Base rates and turns counted by hand."""

import numpy as np
import pandas as pd
import pytest

from fiveengines.research import Horizon, base_rates, inflection_record
from fiveengines.research.samples import effective_sample_size, overlapping_sample

WEEK = Horizon(1, "weeks")


def weekly(*fridays):
    """Sessions that stand at each Friday's value all week."""
    return np.repeat(np.array(fridays, dtype=float), 5)


def test_means_by_regime(made):
    # Weekly returns +10, -10, +10, -10, +20 %; regimes of the weeks they follow: 1, 4, 1, 4, 1.
    past = made(weekly(100, 110, 99, 108.9, 98.01, 117.612), regime=[1, 4, 1, 4, 1, 1])
    table = base_rates(past, [WEEK]).loc["1 weeks"]
    assert table["weeks"].to_dict() == {0: 5, 1: 3, 2: 0, 3: 0, 4: 2, 5: 0}
    assert table.loc[1, "return"] == pytest.approx((10 + 10 + 20) / 3)
    assert table.loc[4, "return"] == pytest.approx(-10.0)
    assert table.loc[4, "fall"] == pytest.approx(-10.0)
    assert table.loc[0, "positive"] == pytest.approx(3 / 5)
    assert table.loc[4, "return_low"] == pytest.approx(-10.0)


def test_a_regime_that_never_was(made):
    table = base_rates(made(weekly(*range(100, 140))), [WEEK]).loc["1 weeks"]
    assert np.isnan(table.loc[5, "return"])
    assert table.loc[5, "sample"] == "never happened here"
    assert bool(table.loc[5, "small"])


def test_small_samples_are_called_small(made):
    table = base_rates(made(weekly(*range(100, 140))), [WEEK, Horizon(13, "weeks")])
    assert table.loc[("1 weeks", 1), "sample"] == "39 weeks, 39 not overlapping"
    assert not table.loc[("1 weeks", 1), "small"]
    # 27 complete quarters, all but three of them overlapping.
    assert table.loc[("13 weeks", 1), "sample"] == "small sample: 27 weeks, 3 not overlapping"
    assert bool(table.loc[("13 weeks", 1), "small"])


def test_apart_counts_what_does_not_overlap():
    assert effective_sample_size(np.array([0, 1, 2, 13, 14, 26, 40]), 13) == 4
    assert effective_sample_size(np.array([], dtype=int), 13) == 0
    found = overlapping_sample(np.array([3]), 13, "week", 10)
    assert found == {
        "effective_sample_size": 1,
        "small": True,
        "sample": "small sample: 1 week, 1 not overlapping",
    }


def test_interval_holds_the_mean(two_markets):
    table = base_rates(two_markets)
    known = table[table["weeks"] > 0]
    for what in ("return", "fall", "volatility"):
        assert (known[f"{what}_low"] <= known[what]).all() and (known[what] <= known[f"{what}_high"]).all()


def test_turns_by_hand(made):
    inflections = {
        "breadth:improving": [1, 0, 0.5, 0, 0, 1],
        "rate_path:deteriorating": [0, 1, 0, 0, 1, 0],
    }
    past = made(weekly(100, 110, 99, 108.9, 98.01, 117.612), inflections=inflections)
    table = inflection_record(past, WEEK)
    up, down = table.loc["breadth:improving"], table.loc["rate_path:deteriorating"]
    # The last week's turn has no outcome yet.
    assert (up["cases"], up["hits"], up["hit_rate"]) == (2, 2, 1.0)
    assert up["all_hit_rate"] == pytest.approx(3 / 5)
    assert up["mean_return"] == pytest.approx(10.0)
    assert up["all_return"] == pytest.approx((10 - 10 + 10 - 10 + 20) / 5)
    # One of the two was followed by a fall, the other by a rise of 20 %.
    assert (down["cases"], down["hits"], down["hit_rate"]) == (2, 1, 0.5)
    assert down["all_hit_rate"] == pytest.approx(2 / 5)
    assert down["sample"] == "small sample: 2 cases, 2 not overlapping"


def test_evidence_of_an_earlier_week_does_not_change(made):
    random = np.random.default_rng(9)
    closes = 100 * np.exp(random.normal(0, 0.01, 1000).cumsum())
    regime = random.integers(1, 6, 200)
    then = made(closes[:600], regime=regime[:120])
    crash = closes.copy()
    crash[600:] *= 0.5
    later = made(crash, regime=regime)
    cut = type(later)(
        as_of=then.as_of,
        closes=later.closes.loc[: then.as_of],
        params=then.params,
        **{
            name: getattr(later, name).loc[: then.as_of]
            for name in ("regime", "score", "inflections", "exposure", "vix_term")
        },
    )
    pd.testing.assert_frame_equal(base_rates(then), base_rates(cut))
