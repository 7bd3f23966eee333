"""A week without a call, and how far a call can be trusted when engines are missing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fiveengines.base import parameters
from fiveengines.data import calendars
from fiveengines.data.load_dataset import load_dataset
from fiveengines.model.readings import measure_all, read
from fiveengines.week import Week

FRIDAY = pd.Timestamp("2024-03-08")


def cut_off(last: str, as_of: pd.Timestamp) -> Week:
    """The demo's week of `as_of` from data that end on the evening of `last`."""
    params = parameters.load()
    known = load_dataset("demo", seed=params.weekly.demo_seed).until(
        calendars.evening_of(pd.Timestamp(last)), pd.Timestamp(last)
    )
    measured = measure_all(known, as_of, params)
    run = parameters.run_parameters({"source": "demo"})
    return Week(as_of, "demo", params, run, measured, read(measured, params), ())


def test_an_index_that_ended_a_week_before_gives_no_call() -> None:
    week = cut_off("2024-03-01", FRIDAY)
    before = week.at(pd.Timestamp("2024-03-01"))
    assert before.no_call is None and before.regime is not None and before.target_exposure is not None
    found = week.no_call
    assert found is not None and found.last_call is not None
    assert found.data_end == pd.Timestamp("2024-03-01")
    assert (found.last_call.as_of, found.last_call.age_weeks) == (pd.Timestamp("2024-03-01"), 1)
    assert (found.last_call.number, found.last_call.value) == (
        before.regime.number,
        before.target_exposure.value,
    )
    assert (week.regime, week.target_exposure, week.style, week.plan, week.certainty) == (None,) * 5
    assert (week.insights, week.exposure_commentary) == ((), None)
    assert week.narrative.startswith("No call. The index has no close in the 5 sessions up to 8 Mar 2024")
    assert f"{before.regime.name} with" in week.narrative and "1 week before" in week.narrative
    assert week.changes[0] == f"Regime: {before.regime.name} → no call."


def test_a_close_within_the_week_is_enough() -> None:
    assert cut_off("2024-03-04", FRIDAY).no_call is None


def test_a_week_without_a_call_leaves_its_columns_empty() -> None:
    row = cut_off("2024-03-01", FRIDAY).history().loc[FRIDAY]
    assert row[["regime", "regime_raw", "aggressiveness"]].isna().all()


def test_without_any_call_before_none_is_named() -> None:
    week = cut_off("2024-03-01", FRIDAY)
    empty = week.readings.regimes.confirmed.mask(week.readings.regimes.confirmed.notna())
    history = replace(week.readings.regimes, confirmed=empty)
    never = replace(week, readings=replace(week.readings, regimes=history))
    assert never.no_call is not None and never.no_call.last_call is None
    assert "There has been no valid call before." in never.narrative


def missing(week: Week, liquidity: float, *names: str) -> Week:
    """The same week with liquidity at a score, and without the engines of `names`."""
    engines = week.readings.engines
    score, extended, coverage = (each.copy() for each in (engines.score, engines.extended, engines.coverage))
    for frame in (score, extended):
        frame.loc[week.as_of, list(names)] = np.nan
        frame.loc[week.as_of, "liquidity"] = liquidity
    coverage.loc[week.as_of, "liquidity"] = 0.8
    coverage.loc[week.as_of, list(names)] = 0.45
    changed = replace(engines, score=score, extended=extended, coverage=coverage)
    return replace(week, readings=replace(week.readings, engines=changed))


@pytest.fixture(scope="module")
def calm() -> Week:
    """A demo week with a call, in which every engine of the axis has all of its inputs."""
    week = Week.load(as_of="2020-06-26", source="demo")
    assert week.certainty is not None and week.certainty.known == 1.0
    return week


def test_with_every_input_the_confidence_is_the_membership(calm: Week) -> None:
    assert calm.regime is not None and calm.certainty is not None
    assert calm.certainty.confidence == calm.regime.memberships[calm.regime.number]
    assert (calm.certainty.missing, calm.certainty.reachable, calm.certainty_sentence) == ((), (), "")


@pytest.mark.parametrize(
    ("liquidity", "names", "known", "levels"),
    [
        # Weights 0.5, 0.25, 0.25: the axis may lie anywhere from (0.25 × liquidity ∓ 0.75); bull above 0.4.
        (0.0, ("volatility", "breadth"), 0.25 * 0.8, {1, 2, 3, 4}),
        (1.0, ("volatility", "breadth"), 0.25 * 0.8, {1, 2, 3, 4}),
        (-1.0, ("volatility", "breadth"), 0.25 * 0.8, {1, 2, 3, 4}),
    ],
)
def test_confidence_falls_with_what_is_missing(
    calm: Week, liquidity: float, names: tuple[str, ...], known: float, levels: set[int]
) -> None:
    week = missing(calm, liquidity, *names)
    assert week.regime is not None and week.certainty is not None
    assert week.certainty.missing == names
    assert week.certainty.known == pytest.approx(known)
    assert week.certainty.confidence == pytest.approx(known * week.regime.memberships[week.regime.number])
    within = {n for n in week.certainty.reachable if n < 5}
    low, high = 0.25 * liquidity - 0.75, 0.25 * liquidity + 0.75
    expected = levels - (set() if high > 0.4 else {1, 2}) - (set() if low <= -0.4 else {4})
    assert within == expected - {week.regime.number}
    assert "Volatility and breadth cannot be read" in week.certainty_sentence


def folder(tmp_path: Path, source: Path, *wanted: str) -> Path:
    """A folder of downloads with links to some of the real ones."""
    for pattern in wanted:
        for file in source.glob(pattern):
            link = tmp_path / file.relative_to(source)
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(file)
    (tmp_path / "fred" / "VIXCLS.csv").unlink(missing_ok=True)
    return tmp_path


@pytest.mark.real_data
def test_two_engines_make_no_call(tmp_path: Path, real_data: Path) -> None:
    two = folder(tmp_path, real_data, "fred/*.csv", "prices/SPX.csv")
    week = Week.load(as_of="2018-12-21", source="files", data_dir=two)
    assert [name for name, each in week.engines.items() if each.score is not None] == [
        "liquidity",
        "rate_path",
    ]
    assert week.no_call is not None
    assert week.no_call.reason == "Only liquidity and rate path can be read; a call needs 3 of the 5 engines."
    assert week.no_call.data_end == pd.Timestamp("2018-12-21")


@pytest.mark.real_data
def test_a_call_from_a_quarter_of_the_axis_says_how_little_that_is(tmp_path: Path, real_data: Path) -> None:
    wanted = (
        "fred/*.csv",
        "prices/SPX.csv",
        "cftc/*",
        "sentiment/*",
        "cboe/VVIX*",
        "cboe/SKEW*",
        "reference/*",
    )
    week = Week.load(as_of="2018-12-21", source="files", data_dir=folder(tmp_path, real_data, *wanted))
    assert (week.engines["breadth"].coverage, week.engines["volatility"].state) == (0.0, "unknown")
    assert week.engines["volatility"].coverage < 0.5
    assert week.regime is not None and week.certainty is not None
    assert week.certainty.confidence <= 0.25
    assert set(week.certainty.reachable) >= {1, 2, 3}
    assert "With their scores anywhere between −1 and +1 the week could also read" in week.certainty_sentence


@pytest.mark.parametrize(
    ("names", "said"),
    [
        # 4 of 5: an engine of the axis, one that the exposure leans on, one that only warns.
        (("breadth",), ("Breadth cannot be read: 70 % of what names a regime is known",)),
        (
            ("rate_path",),
            ("Rate path cannot be read: that changes no regime,", "but the target exposure leans on liquidity alone."),
        ),
        (("positioning",), ("Positioning cannot be read: that changes no regime and no target exposure.",)),
        # 3 of 5
        (
            ("volatility", "positioning"),
            (
                "Volatility cannot be read: 45 % of what names a regime is known",
                "With its score anywhere between −1 and +1 the week could also read",
                "Positioning cannot be read: that changes no regime and no target exposure.",
            ),
        ),
    ],
)  # fmt: skip
def test_the_page_says_what_each_missing_engine_could_change(
    calm: Week, names: tuple[str, ...], said: tuple[str, ...]
) -> None:
    """Volatility weighs a half, breadth and liquidity a quarter each; liquidity's coverage is 0.8."""
    week = missing(calm, 0.0, *names)
    assert week.regime is not None and week.no_call is None
    for each in said:
        assert each in week.certainty_sentence, week.certainty_sentence


def test_breadth_at_its_worst_with_others_missing_is_a_call_of_little_confidence(calm: Week) -> None:
    """No member above its average, VIX unknown: what can be read is called, with the quarters that are known."""
    week = missing(calm, 0.0, "volatility", "positioning")
    engines = week.readings.engines
    score, extended = engines.score.copy(), engines.extended.copy()
    score.loc[week.as_of, "breadth"] = extended.loc[week.as_of, "breadth"] = -1.0
    week = replace(
        week, readings=replace(week.readings, engines=replace(engines, score=score, extended=extended))
    )
    assert week.no_call is None and week.regime is not None and week.certainty is not None
    # Breadth whole and liquidity at 0.8, a quarter each; volatility, worth a half, unknown.
    assert week.certainty.known == pytest.approx(0.25 + 0.25 * 0.8)
    assert week.certainty.confidence <= 0.45
    assert "volatility" in week.certainty.missing and week.certainty.reachable
    assert "Volatility cannot be read: 45 % of what names a regime is known" in week.certainty_sentence
