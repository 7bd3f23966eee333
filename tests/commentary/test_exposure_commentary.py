"""Step 3 in words: the conclusion follows the numbers, and the named moves would really move the gauge."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from fiveengines.commentary import exposure_commentary
from fiveengines.commentary.narrative import ENGINE_NAMES
from fiveengines.model.target_exposure import Driver
from fiveengines.week import Week


@pytest.fixture(scope="module")
def week() -> Week:
    return Week.load(as_of="2016-06-24", source="demo")


def said(week: Week, **numbers: object) -> exposure_commentary.ExposureCommentary:
    exposure = replace(week.target_exposure, **numbers)  # type: ignore[arg-type]
    return exposure_commentary.comment(
        exposure, week.engines, week.clauses, week.regime, week.params.portfolio.target_exposure
    )


def test_says_when_nothing_needs_doing(week: Week) -> None:
    assert said(week, nothing_to_do=True).conclusion.startswith("Nothing needs doing")
    assert said(week, nothing_to_do=False, previous=0.5, value=0.65).conclusion.startswith(
        "Add: the target exposure goes from 50 %"
    )
    assert said(week, nothing_to_do=False, previous=0.5, value=0.2).conclusion.startswith("Reduce")


def test_distance_from_todays_exposure(week: Week) -> None:
    assert "actual_exposure" in said(week, actual_exposure=None, distance=None).distance
    assert "10 points more" in said(week, actual_exposure=0.5, distance=0.1).distance
    assert "10 points less" in said(week, actual_exposure=0.7, distance=-0.1).distance
    assert said(week, actual_exposure=0.6, distance=0.0).distance.endswith("You are there.")


def test_named_moves_bring_the_lean_to_the_step(week: Week) -> None:
    """Each named score, put in place of the engine's own, gives the lean that the step needs."""
    weights = week.params.portfolio.target_exposure.lean
    scores = {ENGINE_NAMES[each]: week.engines[each].score or 0.0 for each in weights}
    now = sum(scores.values()) / len(scores)
    found = said(
        week, value=0.5, cap=1.0, unit=1.0, re_entry=0.0, target=0.5, to_raise=now + 0.06, to_lower=now - 0.04
    )
    for lines, lean in ((found.to_raise, now + 0.06), (found.to_lower, now - 0.04)):
        assert [line.split("'s score")[0] for line in lines[1:]] == list(scores)
        for line, name in zip(lines[1:], scores, strict=True):
            start, goal = (
                float(part.split()[0]) for part in line.replace("−", "-").split("from ")[1].split(" to ")
            )
            assert start == pytest.approx(scores[name], abs=0.0051)
            moved = scores | {name: goal}
            assert sum(moved.values()) / len(moved) == pytest.approx(lean, abs=0.0051)


def test_the_unit_of_risk_and_the_way_back_are_said(week: Week) -> None:
    tight = said(week, value=0.4, target=0.4, cap=1.0, unit=0.4, expected_volatility=50.0, re_entry=0.35)
    allowed = "Volatility expected for the coming month, 50 %, allows 40 % of the budget at most"
    assert f"{allowed}." in tight.why
    assert tight.to_raise == (f"{allowed}; no engine can raise it further.",)
    assert tight.to_lower[0].startswith(
        "The way back in after an improving inflection asks for at least 35 %"
    )
    unknown = said(week, value=0.4, target=0.4, cap=1.0, unit=0.5, expected_volatility=None)
    assert "Expected volatility is not known, so the unit of risk is 50 % of the budget." in unknown.why


def test_caps_and_ends_are_admitted(week: Week) -> None:
    assert "caps the target exposure at 60 %" in said(week, cap=0.6, target=0.6).to_raise[0]
    assert said(week, value=1.0, cap=1.0).to_raise == ("The target exposure is at its top.",)
    assert said(week, value=0.0).to_lower == ("The target exposure is at its bottom.",)


HALF = (Driver("liquidity", 0.10), Driver("rate_path", -0.004))


@pytest.mark.parametrize(
    ("changed", "short", "line"),
    [
        (
            {"target": 0.25, "cap": 0.25, "unit": 0.6},
            "The engines' monthly averages justify 36 %: base 30 at this volatility, liquidity +6; crisis allows 25 %.",
            "allows no more than 25 %.",
        ),
        (
            {"target": 0.36, "cap": 0.75, "unit": 0.6},
            "The engines' monthly averages justify 36 %: base 30 at this volatility, liquidity +6.",
            "allows 60 % of the budget at most.",
        ),
        (
            {"target": 0.23, "cap": 0.25, "unit": 0.2, "re_entry": 0.23},
            "The engines' monthly averages justify 12 %: base 10 at this volatility, liquidity +2; "
            "the way back in asks for 23 %.",
            "asks for at least 23 %, whatever volatility allows.",
        ),
        (
            {"target": 0.25, "cap": 0.25, "unit": 0.3, "re_entry": 0.27},
            "The engines' monthly averages justify 18 %: base 15 at this volatility, liquidity +3; "
            "the way back in asks for 27 %; crisis allows 25 %.",
            "asks for at least 27 %.",
        ),
        (
            {"target": 0.25, "cap": 0.25, "unit": 0.6, "re_entry": 0.27},
            "The engines' monthly averages justify 36 %: base 30 at this volatility, liquidity +6; crisis allows 25 %.",
            "allows no more than 25 %.",
        ),
        (
            {"target": 0.6, "value": 0.5, "cap": 1.0, "unit": 1.0},
            "The engines' monthly averages justify 60 %: base 50, liquidity +10; approached in steps.",
            "it is approached in steps, and not for less than one.",
        ),
        (
            {"target": 1.0, "cap": 1.0, "unit": 1.0, "drivers": (Driver("liquidity", 0.7),)},
            "The engines' monthly averages justify 100 %: base 50, liquidity +70.",
            "",
        ),
        ({"target": 0.5, "drivers": ()}, "No engine that leans can be read, so half", "is wanted."),
    ],
)
def test_the_reason_adds_up_and_names_what_holds_the_exposure(
    week: Week, changed: dict[str, Any], short: str, line: str
) -> None:
    held = {"re_entry": 0.0, "value": changed["target"], "previous": changed["target"]}
    exposure = replace(week.target_exposure, **{"drivers": HALF, **held, **changed})
    gain = week.params.portfolio.target_exposure.gain
    exposure = replace(exposure, alignment=sum(each.contribution for each in exposure.drivers) / gain)
    regime = replace(week.regime, name="Crisis")
    rules = week.params.portfolio.target_exposure
    assert exposure_commentary.reason(exposure, regime, rules).startswith(short)
    found = exposure_commentary.comment(exposure, week.engines, week.clauses, regime, rules)
    assert not line or any(each.endswith(line) for each in found.why)
    assert ("allows no more than" in " ".join(found.why)) == ("crisis allows" in short)


def test_each_reason_names_its_size_in_points_of_the_budget(week: Week) -> None:
    found = said(week, drivers=(Driver("liquidity", 0.3), Driver("rate_path", -0.1)), unit=0.5)
    lines = [line for line in found.why if line.endswith(" points.")]
    assert [line.split(": ")[1] for line in lines] == ["adds 15 points.", "takes 5 points."]


def test_says_so_when_no_engine_that_leans_can_be_read(week: Week) -> None:
    blind = {name: replace(each, score=None) for name, each in week.engines.items()}
    exposure = replace(week.target_exposure, drivers=(), value=0.3, unit=1.0, re_entry=0.0, cap=1.0)
    found = exposure_commentary.comment(
        exposure, blind, week.clauses, week.regime, week.params.portfolio.target_exposure
    )
    assert "No engine that leans can be read, so half of what volatility allows is wanted." in found.why
    assert found.to_raise == found.to_lower == ("No engine that leans can be read.",)
