"""Turns: announced once, from extremes only, and never ahead of time."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiveengines.base import parameters
from fiveengines.base.parameters import ENGINES
from fiveengines.model import inflections
from fiveengines.overrides import Entry
from fiveengines.report.page.cover import cover
from fiveengines.views import charts, tables
from fiveengines.week import Week

RULES = parameters.load().regimes.inflections


def table(
    share: list[float], vix: list[float] | None = None, **scores: list[float]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    index = pd.date_range("2015-01-02", periods=len(share), freq="W-FRI")
    score = pd.DataFrame({each: scores.get(each, [0.0] * len(share)) for each in ENGINES}, index=index)
    closes = vix or [15.0] * len(share)
    week = {"vix": closes, "vix_highest_close": closes, "vix_lowest_close": closes}
    return score, pd.DataFrame({"pct_above_50d": share, **week}, index=index)


def column(score: pd.DataFrame, values: pd.DataFrame) -> list[str]:
    return inflections.announced(inflections.detect(score, values, RULES), RULES).tolist()


def test_breadth_recovering_from_a_wash_out_is_announced_once() -> None:
    found = column(*table([60, 40, 15, 12, 30, 55, 60, 48, 52, 58]))
    assert found.index("breadth:improving") == 5
    assert sum("breadth:improving" in each for each in found) == 1


def test_a_dip_that_was_no_wash_out_is_no_turn() -> None:
    assert "breadth:improving" not in column(*table([60, 40, 30, 28, 40, 55, 60]))


def test_a_wash_out_too_long_ago_is_no_turn() -> None:
    assert "breadth:improving" not in column(*table([60, 15, *[30] * 10, 55]))


def test_volatility_falling_off_a_shock_is_a_turn() -> None:
    found = column(*table([50] * 6, vix=[14, 36, 34, 30, 22, 18]))
    assert found[1] == "volatility:deteriorating"
    assert found[4:] == ["", "volatility:improving"], "0.6 of 36 is 21.6"


def test_the_peak_is_the_highest_close_within_the_week() -> None:
    """February 2018: Fridays closed at 17.3, 29.1 and 19.5, and the shock's peak is the 37.3 of Monday the 5th."""
    score, values = table([50] * 4, vix=[11.1, 17.3, 29.1, 19.5])
    assert "volatility:improving" not in ",".join(column(score, values))
    values["vix_highest_close"] = [11.6, 17.3, 37.3, 25.6]
    assert column(score, values)[3] == "volatility:improving"
    found = inflections.detect(score, values, RULES)["volatility:improving"]
    assert found.iloc[3] == pytest.approx(1.5 * (1 - 19.5 / 37.3))


def test_a_fall_is_lost_again_from_its_daily_peak() -> None:
    """From a daily peak of 40 to 20 the half lies at 30, from the highest Friday it would lie at 28."""
    score, values = table([50] * 5, vix=[15, 36, 20, 29, 31])
    values["vix_highest_close"] = [15, 40, 30, 29, 31]
    assert told(score, values)["volatility:improving"] == score.index[4]


def test_liquidity_turning_from_its_low_is_a_turn() -> None:
    found = column(*table([50] * 6, liquidity=[0.0, -0.6, -0.7, -0.4, 0.06, 0.1]))
    assert found[4] == "liquidity:improving"


def test_an_improving_turn_of_an_engine_that_is_not_named_is_kept_but_not_announced() -> None:
    score, values = table([50] * 5, positioning=[0.0, -0.8, -0.8, -0.3, 0.0])
    found = inflections.detect(score, values, RULES)
    assert found["positioning:improving"].iloc[3] > 0
    assert column(score, values)[3] == ""
    recent = inflections.recent(
        found, inflections.weeks_until_reversal(found, score, values, RULES), RULES, score.index[-1]
    )
    assert [(each.engine, each.weeks_ago, each.announced) for each in recent] == [("positioning", 1, False)]


def told(score: pd.DataFrame, values: pd.DataFrame) -> dict[str, pd.Timestamp | None]:
    found = inflections.detect(score, values, RULES)
    until = inflections.weeks_until_reversal(found, score, values, RULES)
    recent = inflections.recent(found, until, RULES, score.index[-1])
    return {f"{each.engine}:{each.direction}": each.reversed for each in recent}


def test_a_turn_that_gives_back_half_of_its_move_is_overtaken() -> None:
    """From 12 % to 55 %: the half lies at 33.5 %."""
    stands = table([60, 40, 15, 12, 30, 55, 50, 34])
    assert told(*stands) == {"breadth:improving": None}
    score, values = table([60, 40, 15, 12, 30, 55, 50, 33, 70])
    assert told(score, values) == {"breadth:improving": score.index[7]}, "a turn that has failed stays failed"
    assert told(score.iloc[:7], values.iloc[:7]) == {"breadth:improving": None}


def test_volatility_and_scores_are_overtaken_in_their_own_measure() -> None:
    score, values = table([50] * 9, vix=[14, 36, 34, 30, 22, 20, 24, 28, 40], liquidity=[0.0] * 9)
    assert told(score, values)["volatility:improving"] == score.index[8]
    score, values = table([50] * 8, liquidity=[0.0, -0.6, -0.7, -0.4, -0.1, 0.1, -0.2, -0.5])
    assert told(score, values)["liquidity:improving"] == score.index[7]


def test_the_other_turn_of_an_engine_overtakes() -> None:
    score, values = table([60, 40, 15, 12, 30, 76, 60, 58, 57, 39])
    assert told(score, values) == {"breadth:improving": score.index[9], "breadth:deteriorating": None}


def test_only_a_turn_that_stands_and_is_young_opens_re_entry() -> None:
    score, values = table([60, 40, 15, 12, 30, 55, 50, 33, 70, *[60] * 6])
    found = inflections.detect(score, values, RULES)
    until = inflections.weeks_until_reversal(found, score, values, RULES)
    assert np.flatnonzero(inflections.active(found, until, RULES, 8)).tolist() == [5, 6]
    score, values = table([60, 40, 15, 12, 30, *[55] * 12])
    found = inflections.detect(score, values, RULES)
    until = inflections.weeks_until_reversal(found, score, values, RULES)
    assert np.flatnonzero(inflections.active(found, until, RULES, 8)).tolist() == list(range(5, 13))


@given(st.lists(st.floats(0, 100), min_size=5, max_size=60), st.integers(1, 59))
def test_what_overtakes_a_turn_is_never_known_before(share: list[float], cut: int) -> None:
    score, values = table(share)
    cut = min(cut, len(share))
    found = inflections.detect(score, values, RULES)
    day = score.index[cut - 1]
    whole = inflections.recent(
        found, inflections.weeks_until_reversal(found, score, values, RULES), RULES, day
    )
    short, few, less = found.iloc[:cut], score.iloc[:cut], values.iloc[:cut]
    assert whole == inflections.recent(
        short, inflections.weeks_until_reversal(short, few, less, RULES), RULES, day
    )


@given(st.lists(st.floats(0, 100), min_size=5, max_size=80), st.integers(1, 79))
def test_a_turn_never_knows_the_next_week(share: list[float], cut: int) -> None:
    rng = np.random.default_rng(2)
    score, values = table(share, vix=list(rng.uniform(10, 60, len(share))))
    cut = min(cut, len(share))
    whole = inflections.detect(score, values, RULES).iloc[:cut]
    pd.testing.assert_frame_equal(whole, inflections.detect(score.iloc[:cut], values.iloc[:cut], RULES))


@pytest.mark.real_data
def test_a_failed_turn_is_told_as_overtaken_wherever_it_is_shown(real_data: Path) -> None:
    """Breadth improved on 30 November 2018 and broke down at once; three weeks later nobody may call it standing."""
    whole = Week.load(as_of="2019-01-11", source="files", data_dir=real_data)
    week = whole.at(pd.Timestamp("2018-12-21"))
    failed = next(
        each for each in week.inflections if (each.engine, each.direction) == ("breadth", "improving")
    )
    assert failed.reversed == pd.Timestamp("2018-12-07") and failed.weeks_ago == 3
    assert "Breadth improving, 3 weeks ago; reversed on 7 December." in cover(week).inflections
    assert not cover(week).inflections[0].startswith("Breadth improving")
    assert "reversed 7 Dec 2018" in tables.inflections(week)._repr_html_().replace("\u00a0", " ")
    assert "breadth improving" not in str(charts.inflections(week).title.text)
    assert week.style.name == "capital_preservation"
    # The turn of volatility in January stands, and it is what opens re-entry.
    assert whole.style.name == "selective_re_entry"
    assert cover(whole).inflections[0] == "Volatility improving, last week."


@pytest.mark.real_data
def test_the_shock_of_a_monday_is_seen(real_data: Path) -> None:
    """5 February 2018: VIX closed at 37.32 on Monday and at 29.06 on Friday, 19.46 a week later is 52 % of the peak."""
    week = Week.load(as_of="2018-02-16", source="files", data_dir=real_data)
    path = week.measured.paths["vix"].loc["2018-02-09"]
    assert (path["high"], path["last"]) == (37.32, 29.06)
    assert week.measured.paths["vix_intraday"].at[pd.Timestamp("2018-02-09"), "high"] == 50.30
    assert next(each.weeks_ago for each in week.inflections if each.engine == "volatility") == 0


@pytest.mark.real_data
def test_a_vix_entered_by_hand_stands_in_for_the_reading_dates_close(real_data: Path) -> None:
    week = Week.load(as_of="2018-02-16", source="files", data_dir=real_data)
    day = week.as_of

    def entered(value: float) -> tuple[Entry, ...]:
        moment = dt.datetime(2018, 2, 17, tzinfo=dt.UTC)
        return (Entry("e1", "vix", value, "because", "desk", "Ada", moment, day.date(), day.date()),)

    still_high = week.with_entries(entered(26.0))
    assert still_high.readings.inflections.at[day, "volatility:improving"] == 0.0
    lower = week.with_entries(entered(18.0))
    assert lower.readings.inflections.at[day, "volatility:improving"] == pytest.approx(1.5 * (1 - 18 / 37.32))
