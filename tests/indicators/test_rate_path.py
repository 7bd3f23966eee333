"""Rate path against hand-worked examples and the Federal Reserve's announced decisions."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiveengines.data.dataset import Tables
from fiveengines.indicators import rate_path
from indicators.causality import ROWS, Causal
from indicators.synthetic import dataset, read

# What test_causality.py holds on random input: no look-ahead, the bounds, no hidden unit.
CAUSAL = {
    "curve_slope": Causal(lambda w: rate_path.curve_slope(w.rate, w.rate2)),
    "inversion_age": Causal(lambda w: rate_path.inversion_age(w.rate), (0, ROWS)),
    "curve_move": Causal(lambda w: rate_path.curve_move(w.rate, w.rate2, 5, threshold_bp=5)),
    "yield_volatility": Causal(lambda w: rate_path.yield_volatility(w.rate, 10)),
    "cycle_phase": Causal(lambda w: rate_path.cycle_phase(w.target, 10)),
}


nan = np.nan


def series(*values: float) -> pd.Series:
    return pd.Series(values, index=pd.bdate_range("2019-01-02", periods=len(values)), dtype="float64")


def move(short: tuple[float, float], long: tuple[float, float]) -> str:
    """Name of the move of a short and a long yield over one step, with a threshold of 5 bp."""
    return str(rate_path.curve_move(series(*short), series(*long), 1, threshold_bp=5).iloc[-1])


def test_slope() -> None:
    # 3 September 2019: the 10-year and the 2-year at 1.47 %.
    assert rate_path.curve_slope(series(1.47), series(1.47)).iloc[0] == 0


def test_inversion_age_counts_and_starts_again() -> None:
    slope = series(0.1, -0.1, -0.2, nan, -0.1, 0.0, -0.1)
    np.testing.assert_allclose(rate_path.inversion_age(slope), [0, 1, 2, nan, 3, 0, 1])


@pytest.mark.parametrize(
    ("short", "long", "name"),
    [
        ((3.00, 2.70), (4.00, 3.90), "bull steepener"),
        ((3.00, 2.90), (4.00, 3.70), "bull flattener"),
        ((3.00, 3.10), (4.00, 4.30), "bear steepener"),
        ((3.00, 3.30), (4.00, 4.10), "bear flattener"),
        ((3.00, 2.90), (4.00, 4.10), "twist steepener"),
        ((3.00, 3.20), (4.00, 3.90), "twist flattener"),
        ((3.00, 3.10), (4.00, 4.10), "parallel"),
        ((3.00, 3.02), (4.00, 3.99), "unchanged"),
        # One end barely moves the other way: nothing is called bear while a yield falls, nor bull while one rises.
        ((3.00, 2.98), (4.00, 4.10), "twist steepener"),
        ((3.00, 2.80), (4.00, 4.01), "twist steepener"),
        # Exactly the threshold is a move.
        ((3.00, 3.00), (4.00, 4.05), "bear steepener"),
        # The ends cancel: neither bull nor bear.
        ((3.00, 2.97), (4.00, 4.03), "twist steepener"),
    ],
)
def test_names_of_curve_moves(short: tuple[float, float], long: tuple[float, float], name: str) -> None:
    assert move(short, long) == name


def test_no_name_without_both_ends() -> None:
    assert rate_path.curve_move(series(3, 3, nan), series(4, 4, 4), 1, threshold_bp=5).isna().tolist() == [
        True,
        False,
        True,
    ]


basis_points = st.integers(-100, 100)


@given(basis_points, basis_points)
def test_a_mirrored_move_has_the_mirrored_name(short: int, long: int) -> None:
    mirror = {"bull": "bear", "bear": "bull", "steepener": "flattener", "flattener": "steepener"}
    name = move((5, 5 + short / 100), (5, 5 + long / 100))
    mirrored = move((5, 5 - short / 100), (5, 5 - long / 100))
    assert " ".join(mirror.get(word, word) for word in name.split()) == mirrored


def test_yield_volatility_in_basis_points() -> None:
    # Changes +5, −5 bp: sample deviation 5 · √2.
    found = rate_path.yield_volatility(series(2.00, 2.05, 2.00), 2).iloc[-1]
    assert found == pytest.approx(5 * math.sqrt(2) * math.sqrt(252))


def fed_target() -> pd.Series:
    """Upper bound of the federal funds target by session, from the announced effective dates."""
    decided = {
        "2014-01-02": 0.25,
        "2015-12-17": 0.50,
        "2016-12-15": 0.75,
        "2017-03-16": 1.00,
        "2017-06-15": 1.25,
        "2017-12-14": 1.50,
        "2018-03-22": 1.75,
        "2018-06-14": 2.00,
        "2018-09-27": 2.25,
        "2018-12-20": 2.50,
        "2019-08-01": 2.25,
        "2019-09-19": 2.00,
        "2019-10-31": 1.75,
        "2020-03-03": 1.25,
        "2020-03-16": 0.25,
    }
    steps = pd.Series(decided)
    steps.index = pd.DatetimeIndex(steps.index)
    return steps.reindex(pd.bdate_range("2014-01-02", "2021-12-31"), method="ffill")


def test_phases_of_the_cycle_from_2014_to_2021() -> None:
    phase = rate_path.cycle_phase(fed_target(), quiet=80)
    expected = {
        "2015-12-16": "on hold",
        "2015-12-17": "hiking",
        "2016-06-01": "possible last hike",
        "2016-11-01": "pause",
        "2016-12-15": "hiking",
        "2018-12-19": "hiking",
        "2019-03-01": "hiking",
        "2019-05-01": "possible last hike",
        "2019-07-31": "possible last hike",
        "2019-08-01": "first cut",
        "2019-09-18": "first cut",
        "2019-09-19": "cutting",
        "2020-03-16": "cutting",
        "2021-03-01": "on hold",
    }
    assert {day: phase[day] for day in expected} == expected


def test_an_unbroken_run_of_hikes_is_one_phase() -> None:
    phase = rate_path.cycle_phase(fed_target(), quiet=80)
    assert set(phase["2017-12-14":"2019-03-01"]) == {"hiking"}


def test_a_cut_after_a_hold_at_the_bottom_is_no_first_cut() -> None:
    target = series(2.0, 1.75, 1.75, 1.75, 1.75, 1.75, 1.50)
    found = rate_path.cycle_phase(target, quiet=1)
    assert found.tolist() == [
        "on hold",
        "first cut",
        "first cut",
        "first cut",
        "on hold",
        "on hold",
        "cutting",
    ]


def test_cuts_priced_are_the_target_less_the_rate_a_year_ahead_and_stale_after_a_week() -> None:
    """Target 2.00-2.25; August 2020 at 98.655, which is 1.345 %: 78 bp of cuts."""
    days = pd.bdate_range("2019-07-01", "2019-08-20")
    target = {
        "DFEDTARU": pd.Series(2.25, index=days),
        "DFEDTARL": pd.Series(2.00, index=days),
        "DGS2": pd.Series(1.73, index=days),
    }
    quoted = pd.DataFrame(
        {"2019-08": [97.87], "2020-08": [98.655]}, index=pd.DatetimeIndex(["2019-08-02"]).as_unit("s")
    )
    market = replace(dataset(**target), tables=Tables.of({"fed_funds_futures": quoted}))
    dates = ["2019-08-01", "2019-08-02", "2019-08-09", "2019-08-12"]
    found = read(market, *dates, names=["policy_cuts_priced", "two_year_minus_policy"])
    cuts = found.values["policy_cuts_priced"]
    assert cuts.tolist() == pytest.approx([nan, 78.0, 78.0, nan], nan_ok=True)
    assert found.observed["policy_cuts_priced"].loc["2019-08-09"] == pd.Timestamp("2019-08-02")
    assert found.known_at["policy_cuts_priced"].loc["2019-08-02"] == pd.Timestamp("2019-08-03 00:00")
    assert found.series("policy_cuts_priced", pd.Timestamp("2019-08-09"))[0] == "fed_funds_futures"
    assert found.values["two_year_minus_policy"].to_numpy() == pytest.approx(1.73 - 2.125)
