"""Luck measured: published numbers of the deflated Sharpe ratio, and intervals and a test that find what is there."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from fiveengines.base import parameters
from fiveengines.research import significance

RULES = parameters.load().research.bootstrap.model_copy(update={"draws": 300})


def test_the_published_example_of_the_deflated_sharpe_ratio() -> None:
    # Bailey and López de Prado (2014): 2.5 a year from 1,250 days of 250 a year, 100 trials, variance ½ a year.
    variance = 0.5 / 250
    assert significance.expected_maximum_sharpe(100, variance) == pytest.approx(0.1132, abs=5e-5)
    found = significance.deflated_sharpe(2.5 / np.sqrt(250), 1250, -3.0, 10.0, 100, variance)
    assert found == pytest.approx(0.9004, abs=5e-5)


def test_the_sharpe_ratio_of_a_year() -> None:
    returns = np.array([0.01, -0.01, 0.02, 0.0])
    assert significance.sharpe(returns) == pytest.approx(0.005 / np.std(returns, ddof=1) * np.sqrt(252))
    assert np.isnan(significance.sharpe(np.zeros(5)))


def market(edge: float, seed: int = 5) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    days = pd.bdate_range("2005-01-03", periods=2500)
    shared = rng.normal(0.0003, 0.01, len(days))
    noise = rng.normal(0.0, 0.002, len(days))
    own = shared + edge + noise - noise.mean()
    return pd.DataFrame({"own": own, "rival": shared, "third": shared * 0.5}, index=days)


def test_a_difference_is_the_sharpe_ratios_and_its_interval_holds_it() -> None:
    net = market(0.0005)
    found = significance.sharpe_differences(net, "own", RULES)
    expected = significance.sharpe(net["own"].to_numpy()) - significance.sharpe(net["rival"].to_numpy())
    assert found.loc["rival", "difference"] == pytest.approx(expected)
    assert found.loc["rival", "low"] > 0
    assert (found["low"] < found["difference"]).all() and (found["difference"] < found["high"]).all()


def test_no_edge_has_an_interval_across_zero() -> None:
    found = significance.sharpe_differences(market(0.0), "own", RULES).loc["rival"]
    assert found["low"] < 0 < found["high"]


def test_a_better_rival_is_found_and_a_worse_one_is_not() -> None:
    assert significance.superior_predictive_ability(market(-0.0008), "own", RULES) < 0.05
    assert significance.superior_predictive_ability(market(0.0008), "own", RULES) > 0.3


def test_the_log_of_trials_is_complete_enough_to_deflate_with() -> None:
    tried = significance.trials()
    assert tried["variant"].is_unique
    for era in ("1997", "2007"):
        assert tried[f"sharpe_{era}"].notna().sum() >= 250
        found = significance.deflated(market(0.0005)["own"], era)
        assert 0 < found["hurdle"] < found["sharpe"]
        assert 0.5 < found["probability"] <= 1
