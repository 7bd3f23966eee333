"""Momentum: who is chosen and when, by hand; a published crash on real members."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from fiveengines.companions.session import Session
from fiveengines.indicators import momentum
from indicators.causality import Causal

CAUSAL = {
    "momentum_legs": Causal(
        lambda w: momentum.momentum_legs(w.members, None, 20, 2, 0.3, 2), unitless=True
    ),
    "momentum_factor": Causal(
        lambda w: momentum.momentum_factor(momentum.momentum_legs(w.members, None, 20, 2, 0.3, 2)), unitless=True
    ),
}  # fmt: skip


def members() -> pd.DataFrame:
    """Four stocks over January to March 2019; A rose most from November on, D fell most."""
    days = pd.bdate_range("2018-11-01", "2019-03-29")
    pace = {"A": 0.004, "B": 0.001, "C": -0.001, "D": -0.004}
    steps = np.arange(len(days))
    return pd.DataFrame({name: 100 * np.exp(rate * steps) for name, rate in pace.items()}, index=days)


def test_best_and_worst_are_chosen_on_the_first_session_of_a_month() -> None:
    legs = momentum.momentum_legs(members(), None, lookback=30, skip=5, share=0.25, fewest=4)
    assert legs.first_valid_index() == pd.Timestamp("2019-01-01")
    np.testing.assert_allclose(legs["winners"].dropna(), np.expm1(0.004))
    np.testing.assert_allclose(legs["losers"].dropna(), np.expm1(-0.004))


def test_the_skipped_days_do_not_choose() -> None:
    closes = members()
    # D doubles within the skipped days before February; it is a loser all the same, and then earns as one.
    closes.loc["2019-01-29":, "D"] *= 2
    legs = momentum.momentum_legs(closes, None, lookback=30, skip=5, share=0.25, fewest=4)
    assert legs.loc["2019-02-01", "losers"] == pytest.approx(np.expm1(-0.004))


def test_who_is_not_in_the_index_is_not_chosen() -> None:
    closes = members()
    inside = np.ones(closes.shape, dtype=bool)
    inside[:, 0] = False
    legs = momentum.momentum_legs(closes, inside, lookback=30, skip=5, share=0.3, fewest=3)
    np.testing.assert_allclose(legs["winners"].dropna(), np.expm1(0.001))


def test_too_few_members_choose_nobody() -> None:
    assert momentum.momentum_legs(members(), None, 30, 5, 0.25, fewest=5).isna().all(axis=None)


def test_the_factor_is_what_the_legs_earn() -> None:
    legs = pd.DataFrame({"winners": [np.nan, 0.10, -0.20], "losers": [np.nan, 0.0, 0.05]})
    np.testing.assert_allclose(momentum.momentum_factor(legs), [np.nan, 1.1, 1.1 * 0.75])


@pytest.mark.real_data
def test_the_crash_of_march_to_may_2009_in_sign_and_order_of_size(real_data: object) -> None:
    """Daniel and Moskowitz (2016): losers +156 %, winners +6.5 % (all US stocks, value-weighted)."""
    session = Session.load("2009-06-01", source="files", data_dir=str(real_data))
    assert session.panel.members is not None
    legs = momentum.momentum_legs(session.panel.members, session.panel.in_index)
    spring = 100 * ((1 + legs.loc["2009-03-01":"2009-05-31"]).prod() - 1)
    assert spring["losers"] == pytest.approx(176, abs=3)
    assert spring["winners"] == pytest.approx(4, abs=2)
