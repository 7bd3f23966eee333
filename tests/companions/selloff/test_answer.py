"""The whole answer on sessions of the demo: its contract, its words, what is missing, and no look-ahead."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import demo_truth
from companions.selloff.evenings import changed, document, edited, evening, random_days, scrambled, without
from fiveengines.base.parameters.selloff import DRIVERS
from fiveengines.companions.selloff import Result, analyse, shocks
from fiveengines.companions.session import Session


@pytest.fixture(scope="module")
def drawdown() -> pd.Series:
    """The simulated index below its high of a quarter, from 2012 on."""
    close = evening("2022-06-30").panel.daily("SPX")
    return (close / close.rolling(63).max() - 1.0).loc["2012":]


@pytest.fixture(scope="module")
def fallen(drawdown: pd.Series) -> Session:
    """A session at the bottom of a fall."""
    deep = drawdown[(drawdown < -0.08) & (drawdown == drawdown.rolling(127, center=True).min())]
    return evening(str(deep.index[-1].date()))


@pytest.fixture(scope="module")
def calm(drawdown: pd.Series) -> Session:
    """A session near its high."""
    return evening(str(drawdown[drawdown.between(-0.02, -0.005)].index[-1].date()))


@pytest.fixture(scope="module")
def answer(fallen: Session) -> Result:
    return analyse(fallen)


def test_the_window_is_a_fall(answer: Result) -> None:
    assert answer.window is not None
    assert answer.active
    assert answer.window.fall_to_low_pct <= answer.window.fall_pct < -8
    assert answer.path[0].index == 0.0
    assert answer.path[-1].index == answer.window.fall_pct


def test_price_is_multiple_and_earnings(answer: Result) -> None:
    assert answer.earnings is not None
    assert answer.earnings.multiple + answer.earnings.forward_earnings == pytest.approx(
        answer.earnings.price, abs=0.02
    )
    assert answer.window is not None
    assert 100 * np.expm1(answer.earnings.price / 100) == pytest.approx(answer.window.fall_pct, abs=0.02)


def test_all_five_drivers_are_there_strongest_first(answer: Result) -> None:
    assert {each.driver for each in answer.drivers} == set(DRIVERS)
    scores = [each.score for each in answer.drivers]
    assert scores == sorted(scores, reverse=True)
    assert all((each.role == "absent") == (each.score == 0) for each in answer.drivers)


def test_the_list_of_a_washout_has_eight_conditions_and_counts_what_is_met(answer: Result) -> None:
    found = answer.capitulation
    assert len(found.items) >= 8
    assert found.met == sum(each.met is True for each in found.items)
    assert found.of == sum(each.met is not None for each in found.items)
    cases = [each.cases for each in found.followed]
    assert cases
    assert all(each.outcomes[0].cases <= each.cases for each in found.followed)


def test_headline_and_bottom_line_are_short_and_say_the_leader(answer: Result) -> None:
    assert len(answer.headline.split()) <= 15
    assert answer.bottom_line.count(". ") == 1
    assert answer.bottom_line.endswith(".")


def test_momentum_falls_are_listed_from_the_day_they_were_known(answer: Result) -> None:
    found = answer.momentum
    assert found is not None
    assert found.falls
    assert all(each.worst_pct <= found.threshold_pct for each in found.falls)
    assert found.index_after[0].cases <= len(found.falls)


@pytest.fixture(scope="module")
def true_falls() -> pd.DataFrame:
    """What drove each simulated fall of 8 % or more, from the first on that the shocks can be split."""
    falls = demo_truth.true_falls(7, pd.Timestamp("2026-11-20").date(), 8.0)
    return falls[falls["peak"] > "2008"]


def told(fall: Any) -> Result:
    """The companion's answer on the evening of a true fall's low, counted from its high."""
    found = analyse(evening(str(fall.low.date()), str(fall.peak.date())))
    assert found.window is not None
    assert found.window.fall_pct == pytest.approx(fall.fall_pct, abs=0.01)
    assert found.shares is not None
    return found


def test_falls_of_the_simulated_crises_are_told_by_what_made_them(true_falls: pd.DataFrame) -> None:
    """In a simulated crisis the policy rate is cut and spreads jump: growth or credit leads, and rates never do."""
    crises = true_falls[true_falls["fall_pct"] < -33]
    assert len(crises) >= 3
    for fall in crises.itertuples():
        found = told(fall)
        assert {each.driver for each in found.drivers[:2]} & {"growth", "credit"}
        assert next(each for each in found.drivers if each.driver == "rates").role == "absent"


def test_a_true_driver_is_told(true_falls: pd.DataFrame) -> None:
    """Where one driver made two fifths of the fall or more, it is among the first two, and mostly the first."""
    whole = 100 * np.log1p(true_falls["fall_pct"] / 100)
    known = []
    for fall, points in zip(true_falls.itertuples(), whole, strict=True):
        if fall.fall_pct > -33 and fall.driver in DRIVERS and getattr(fall, fall.driver) <= 0.4 * points:
            found = told(fall)
            first, second = (each.driver for each in found.drivers[:2])
            assert fall.driver in {first, second}, f"{fall.peak.date()}: {fall.driver} of {first}, {second}"
            known.append((fall.driver, first == fall.driver))
    right = pd.DataFrame(known, columns=["driver", "first"]).groupby("driver")["first"]
    assert set(right.groups) == {"growth", "rates", "credit", "positioning"}
    assert right.sum().sum() >= 0.7 * len(known)
    assert right.any().all()


def test_the_split_by_shock_follows_the_true_shocks() -> None:
    """Day by day, each estimated shock follows its own true one more than any other, and the two pairs still more."""
    session = evening("2026-11-20")
    held = session.dataset.series
    yields = pd.DataFrame({name: held[name].latest() for name in shocks.VARIABLES[:3]})
    changes = shocks.daily_changes(yields, held["SPX"].latest())
    model = shocks.identify(changes, 400, 2021)
    assert model is not None
    assert len(model.impacts) == 400
    values = changes.to_numpy()
    surprises = values[1:] - model.constant - values[:-1] @ model.persistence.T
    drawn = np.einsum("rsv,tv->rts", np.linalg.inv(model.impacts), surprises)
    points = (drawn * model.impacts[:, None, 3, :]).mean(axis=0)
    true = demo_truth.true_shocks(7, pd.Timestamp("2026-11-20").date())[list(shocks.SHOCKS)]
    true = true.reindex(changes.index[1:]).to_numpy()
    found = np.corrcoef(points.T, true.T)[:4, 4:]
    assert (found.argmax(axis=1) == range(4)).all()
    assert (found.diagonal() > 0.6).all()
    with_yields, against = [0, 2], [1, 3]
    for pair in (with_yields, against):
        assert np.corrcoef(points[:, pair].sum(axis=1), true[:, pair].sum(axis=1))[0, 1] > 0.85
    # growth and monetary make most of the two-year's variance, the premia most of the ten-year's
    shares = model.variance_shares
    assert shares[0, :2].sum() > 0.75
    assert shares[2, 2:].sum() > 0.75


def test_a_session_without_a_fall_says_so_in_three_lines(calm: Session) -> None:
    found = analyse(calm)
    assert not found.active
    assert not found.cannot_tell
    assert len(found.bottom_line.split("\n")) == 3
    assert found.bottom_line.startswith("There is no sell-off")
    assert found.headline.startswith("No sell-off")
    assert all(each.role == "absent" for each in found.drivers)
    assert found.medium_term == ""


def test_a_window_of_one_session_says_what_that_lowers(fallen: Session) -> None:
    before = fallen.panel.sessions[-2]
    found = analyse(replace(fallen, start=before))
    assert found.window is not None
    assert found.start == before.date()
    assert found.window.sessions == 1
    assert any("Window of 1 session" in each for each in found.not_available)


def test_the_same_session_gives_the_same_document(fallen: Session) -> None:
    assert document(fallen) == document(fallen)
    json.dumps(document(fallen), allow_nan=False)


# what is taken away → what the page then says it lacks
GONE = {
    "yields": (("DGS2", "DGS5", "DGS10"), "DGS2, DGS5, DGS10 missing"),
    "one yield": (("DGS5",), "DGS5 missing"),
    "credit": (("BAA10Y", "BAMLH0A0HYM2"), "High-yield spread"),
    "VIX": (("VIX", "VIXCLS"), "VIX: no figures"),
    "forward P/E": (("SP500_FORWARD_PE",), "Forward earnings"),
    "gamma": (("GEX",), "Dealer gamma"),
    "surveys": (("NAAIM", "AAII_BULLISH", "AAII_BEARISH", "PUT_CALL_EQUITY"), "NAAIM"),
    "futures": (("GC_F", "GLD"), "Gold"),
}


@pytest.mark.parametrize("name", GONE)
def test_a_missing_input_is_named_and_the_rest_goes_on(fallen: Session, answer: Result, name: str) -> None:
    series, said = GONE[name]
    found = analyse(without(fallen, series, tables=name != "gamma"))
    assert any(said in each for each in found.not_available)
    assert not any(said in each for each in answer.not_available)
    assert found.window == answer.window
    assert found.active


def test_without_members_the_factor_rests_on_a_fund_and_less_can_be_said(
    fallen: Session, answer: Result
) -> None:
    found = analyse(without(fallen, members=False))
    assert any("Members: none" in each for each in found.not_available)
    assert found.capitulation.of < answer.capitulation.of
    assert answer.momentum is not None
    assert answer.momentum.basis.startswith("members")
    assert found.momentum is None or "fund" in found.momentum.basis


def test_with_the_index_alone_there_is_still_an_answer(fallen: Session) -> None:
    found = analyse(without(fallen, set(fallen.dataset.series) - {"SPX"}, members=False))
    assert found.active
    assert found.cannot_tell or found.drivers[0].driver == "positioning"
    assert found.shares is None


def test_without_the_index_there_is_none(fallen: Session) -> None:
    found = analyse(without(fallen, ["SPX"]))
    assert not found.active
    assert found.window is None
    assert "S&P 500" in found.not_available[0]


def test_gaps_in_the_index_are_counted(fallen: Session, answer: Result) -> None:
    assert answer.window is not None
    peak = pd.Timestamp(answer.window.peak)
    holes = fallen.panel.sessions[fallen.panel.sessions > peak][1:3]
    found = analyse(edited(fallen, "SPX", lambda frame: frame[~frame["observed"].isin(holes)]))
    assert any("2 closes inside the window are missing" in each for each in found.not_available)


def test_an_index_that_ends_early_says_so(fallen: Session) -> None:
    last = fallen.as_of
    found = analyse(edited(fallen, "SPX", lambda frame: frame[frame["observed"] < last]))
    assert any(f"no close of {last.date()}" in each for each in found.not_available)


def assert_no_look_ahead(whole: Session, days: list[pd.Timestamp], seed: int) -> None:
    for at, day in enumerate(days):
        session = Session(day, whole.source, whole.params, whole.run, whole.panel)
        honest: Any = document(changed(session, whole.dataset))
        stirred: Any = document(changed(session, scrambled(whole.dataset, day, seed + at)))
        assert honest == stirred, f"{day.date()} knows its future"


def test_what_comes_later_changes_nothing() -> None:
    whole = evening("2021-06-30")
    assert_no_look_ahead(whole, random_days(whole, 3, 11), 5)


@pytest.mark.long
def test_what_comes_later_changes_nothing_on_thirty_sessions() -> None:
    whole = evening("2024-06-28")
    assert_no_look_ahead(whole, random_days(whole, 30, 12), 6)
