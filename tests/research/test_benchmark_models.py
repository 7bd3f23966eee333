"""The two models on a market whose states are known, and without look-ahead."""

import numpy as np
import pandas as pd
import pytest

from fiveengines.research import EvidenceSample, benchmark_readings
from fiveengines.research.benchmark_models import (
    HMM,
    JUMP,
    MODELS,
    BenchmarkReading,
    calm_weeks,
    fit_hmm,
    log_returns,
    refit_dates,
)


@pytest.fixture(scope="module")
def opinions(two_markets: EvidenceSample) -> dict[str, pd.Series]:
    return {model: calm_weeks(two_markets, model) for model in MODELS}


def truly_wild(past: EvidenceSample) -> pd.Series:
    position = pd.DatetimeIndex(past.closes.index).get_indexer(past.dates)
    return pd.Series((position % 500) >= 375, past.dates)


@pytest.mark.parametrize(("model", "least"), [(HMM, 0.95), (JUMP, 0.8)])
def test_states_are_found(opinions, two_markets, model, least):
    said = opinions[model].dropna()
    right = (said >= 0.5) != truly_wild(two_markets).loc[said.index]
    assert right.mean() > least


@pytest.mark.parametrize("model", [HMM, JUMP])
def test_nothing_is_said_before_three_years(opinions, two_markets, model):
    first = opinions[model].first_valid_index()
    assert (two_markets.closes.index < first).sum() >= 756
    assert opinions[model].loc[first:].notna().all()


@pytest.mark.parametrize("model", [HMM, JUMP])
def test_no_look_ahead(opinions, two_markets, model):
    """Cutting the index at an evening leaves every opinion up to it as it was."""
    day = two_markets.dates[400]
    cut = EvidenceSample(
        as_of=day,
        params=two_markets.params,
        closes=two_markets.closes.loc[:day],
        **{
            name: getattr(two_markets, name).loc[:day]
            for name in ("regime", "score", "inflections", "exposure", "vix_term")
        },
    )
    pd.testing.assert_series_equal(calm_weeks(cut, model), opinions[model].loc[:day])


def test_this_week_is_the_last_of_all_weeks(opinions, two_markets):
    for opinion in benchmark_readings(two_markets):
        assert opinion.calm == pytest.approx(opinions[opinion.model].iloc[-1])
        assert opinion.converged
        assert opinion.fitted_to <= two_markets.as_of


def test_hmm_finds_the_parameters_it_was_drawn_from(two_markets):
    """Filtered probabilities by Bayes' rule from the true parameters agree with the fitted model's.

    Calm lasts 375 sessions and wild 125, so a state is left with probability 1/375 and 1/125.
    """
    returns = log_returns(two_markets.closes)
    view, converged = fit_hmm(returns, two_markets.params.benchmark_models)
    assert converged
    probability = 0.5
    by_hand = []
    for value in returns:
        prior = 374 / 375 * probability + 1 / 125 * (1 - probability)
        calm = prior * np.exp(-0.5 * ((value - 0.0008) / 0.006) ** 2) / 0.006
        wild = (1 - prior) * np.exp(-0.5 * ((value + 0.002) / 0.025) ** 2) / 0.025
        probability = calm / (calm + wild)
        by_hand.append(probability)
    assert np.abs(view(returns).to_numpy() - by_hand).mean() < 0.02


def test_refits_are_the_first_readings_of_the_years():
    dates = pd.to_datetime(["2007-06-01", "2007-12-28", "2008-01-04", "2008-01-11", "2009-01-02"])
    assert refit_dates(dates).to_list() == [dates[0], dates[2], dates[4]]


def test_words():
    day = pd.Timestamp("2020-01-03")
    assert BenchmarkReading(HMM, 0.1, day, True).sentence == "Hidden Markov model: turbulent (90 % sure)"
    assert BenchmarkReading(JUMP, 1.0, day, True).sentence == "Jump model: calm"
    assert (
        BenchmarkReading(JUMP, 0.0, day, False).sentence == "Jump model: turbulent; its fit did not converge"
    )


def test_too_short_a_past_has_no_opinion(made):
    assert benchmark_readings(made(np.linspace(100, 110, 500))) == ()
