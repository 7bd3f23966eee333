"""Step 3 in words: the verdict follows the numbers, and the named moves would really move the gauge."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fiveengines.commentary import exposure_commentary
from fiveengines.week import Week


@pytest.fixture(scope="module")
def week() -> Week:
    return Week.load(as_of="2016-06-24", source="demo")


def said(week: Week, **numbers: object) -> exposure_commentary.ExposureCommentary:
    exposure = replace(week.target_exposure, **numbers)  # type: ignore[arg-type]
    return exposure_commentary.comment(
        exposure, week.engines, week.regime, week.params.portfolio.target_exposure
    )


def test_says_when_nothing_needs_doing(week: Week) -> None:
    assert said(week, nothing_to_do=True).verdict.startswith("Nothing needs doing")
    assert said(week, nothing_to_do=False, previous=0.5, value=0.65).verdict.startswith(
        "Add: the target exposure goes from 50 %"
    )
    assert said(week, nothing_to_do=False, previous=0.5, value=0.2).verdict.startswith("Reduce")


def test_distance_from_todays_exposure(week: Week) -> None:
    assert "actual_exposure" in said(week, actual_exposure=None, distance=None).distance
    assert "10 points more" in said(week, actual_exposure=0.5, distance=0.1).distance
    assert "10 points less" in said(week, actual_exposure=0.7, distance=-0.1).distance
    assert said(week, actual_exposure=0.6, distance=0.0).distance.endswith("You are there.")


def test_named_moves_bring_the_mean_to_the_step(week: Week) -> None:
    """Each named score, put in place of the engine's own, raises the mean of the scores by the missing alignment."""
    scores = {name: each.score for name, each in week.engines.items() if each.score is not None}
    found = said(week, value=0.5, cap=1.0, target=0.5, alignment=0.05, to_raise=0.10, to_lower=0.0)
    assert len(found.to_raise) == len(scores) + 1
    for line in found.to_raise[1:]:
        if "cannot" in line:
            continue
        start, goal = (
            float(part.split()[0]) for part in line.replace("−", "-").split("from ")[1].split(" to ")
        )
        assert goal - start == pytest.approx(0.05 * len(scores), abs=0.011)


def test_caps_and_ends_are_admitted(week: Week) -> None:
    assert "caps the target exposure at 60 %" in said(week, cap=0.6, target=0.6).to_raise[0]
    assert said(week, value=1.0, cap=1.0).to_raise == ("The target exposure is at its top.",)
    assert said(week, value=0.0).to_lower == ("The target exposure is at its bottom.",)


def test_each_reason_names_its_size(week: Week) -> None:
    drivers = [each for each in week.target_exposure.drivers if abs(each.contribution) >= 0.02]
    lines = [line for line in week.exposure_commentary.why if line.endswith(" points.")]
    assert len(lines) == len(drivers)


def test_says_so_when_no_engine_can_be_read(week: Week) -> None:
    blind = {name: replace(each, score=None) for name, each in week.engines.items()}
    exposure = replace(week.target_exposure, drivers=())
    found = exposure_commentary.comment(exposure, blind, week.regime, week.params.portfolio.target_exposure)
    assert found.verdict == "No engine can be read, so there is no target exposure this week."
    assert found.to_raise == found.to_lower == ()
