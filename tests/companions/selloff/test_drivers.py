"""Scores and roles from voices, by hand, with the parameters that ship."""

from __future__ import annotations

import numpy as np
import pytest

from fiveengines.base import paths, yaml_files
from fiveengines.base.parameters.selloff import SelloffParameters, Signal
from fiveengines.companions.selloff import drivers
from fiveengines.companions.selloff.drivers import Inputs
from fiveengines.companions.selloff.moves import Move

PARAMS = yaml_files.load_model(paths.params_file().parent / "selloff.yaml", SelloffParameters)
NOTHING = Inputs({}, None, None, None, None)


def read(**changes: object) -> drivers.Roles:
    return drivers.read(Inputs(**{**vars(NOTHING), **changes}), PARAMS)  # type: ignore[arg-type]


def score(found: drivers.Roles, driver: str) -> float:
    return next(each.score for each in found.verdicts if each.driver == driver)


def test_one_deviation_scores_a_half_and_a_voice_counts_in_its_direction() -> None:
    found = read(voices={("credit", "baa_spread"): 1.0})
    assert found.verdicts[0] == drivers.Verdict("credit", 0.5, "cause", heard=True)
    signal = Signal(adverse="down", against="fall", why="falls when it is at work")
    move = Move(-3.0, -1.0, -2.0, -1.5, 4.0, 500)
    assert drivers.voice(move, signal, 4.0) == 1.5
    assert drivers.voice(move, Signal(adverse="up", against="time", why="rises when it works"), 1.0) == -1.0


def test_a_group_is_one_voice_however_many_measures_it_has() -> None:
    spreads = {("credit", "baa_spread"): 3.0, ("credit", "high_yield_spread"): 1.0}
    whole = read(
        voices={
            **spreads,
            ("credit", "ted_spread"): 0.0,
            ("credit", "banks"): 1.0,
            ("credit", "financials"): 4.0,
        }
    )
    assert score(whole, "credit") == pytest.approx(2.0 / 3.0)  # mean of 2, 0 and the larger of 1 and 4 is 2


def test_without_a_rise_in_a_nominal_yield_rates_are_absent() -> None:
    found = read(
        voices={("rates", "yield_2y"): -1.0, ("rates", "yield_10y"): -0.5, ("rates", "real_yield_10y"): 4.0}
    )
    assert score(found, "rates") == 0.0
    assert next(each for each in found.verdicts if each.driver == "rates").role == "absent"


def test_a_fall_on_days_of_falling_yields_is_growth_until_something_speaks_louder() -> None:
    assert read(together=1.0).verdicts[0].driver == "growth"
    assert score(read(together=1.0), "growth") == pytest.approx(0.5)
    assert score(read(together=-1.0), "growth") == 0.0
    louder = read(together=1.0, voices={("credit", "baa_spread"): 3.0})
    assert [each.driver for each in louder.verdicts[:2]] == ["credit", "growth"]


def test_selling_by_rule_amplifies_and_causes_nothing() -> None:
    found = read(together=0.7, mechanical=1.0)
    assert score(found, "positioning") == pytest.approx(PARAMS.mechanical.most)
    assert next(each for each in found.verdicts if each.driver == "positioning").role == "amplifier"


def test_earnings_count_as_far_as_they_explain_the_fall_and_are_unusual() -> None:
    assert score(read(earnings=(3.0, 0.5)), "fundamentals") == pytest.approx(0.5)
    assert score(read(earnings=(0.25, 0.5)), "fundamentals") == pytest.approx(0.2)
    assert score(read(earnings=(-1.0, -0.2)), "fundamentals") == 0.0


def test_shocks_speak_by_their_share_of_what_was_taken() -> None:
    shares = np.tile([0.0, 0.5, 0.0, 0.5], (20, 1))
    voices = {("rates", "yield_2y"): 1.0}
    assert score(read(voices=voices, shocks=shares), "rates") == pytest.approx(0.5)
    growth = np.tile([0.5, 0.0, 0.5, 0.0], (20, 1))
    assert score(read(voices=voices, shocks=growth), "rates") == 0.0
    assert score(read(voices={("growth", "yield_2y"): 1.0}, shocks=growth), "growth") == pytest.approx(0.5)


def test_nothing_measured_cannot_be_told() -> None:
    found = read()
    assert found.cannot_tell
    assert all(each.role == "absent" for each in found.verdicts)


def test_two_within_noise_cannot_be_told_apart() -> None:
    found = read(voices={("credit", "baa_spread"): 1.0}, together=1.0)
    assert found.cannot_tell
    assert "within noise" in found.why


def test_agreement_falls_when_the_leader_hangs_on_one_measure() -> None:
    alone = read(voices={("credit", "ted_spread"): 4.0, ("credit", "baa_spread"): 0.1}, together=0.9)
    broad = read(
        voices={
            ("credit", name): 3.0 for name in ("baa_spread", "high_yield_spread", "ted_spread", "financials")
        },
        together=0.9,
    )
    assert broad.agreement > 0.95
    assert alone.agreement < broad.agreement
    assert alone == read(voices={("credit", "ted_spread"): 4.0, ("credit", "baa_spread"): 0.1}, together=0.9)
