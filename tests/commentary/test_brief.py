"""The brief: figures that stand in the data, words for a reader, nothing old called news, and a length."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fiveengines.commentary.brief import markets
from fiveengines.commentary.brief_records import Brief
from fiveengines.overrides import Entry
from fiveengines.week import Week, _read

REAL = ["2008-10-10", "2011-08-12", "2015-08-28", "2018-02-09", "2018-12-21", "2019-06-28"]


@pytest.fixture(scope="module")
def demo() -> Week:
    return Week.load(as_of="2016-06-24", source="demo")


def words(brief: Brief) -> list[str]:
    """Every word of a brief: figures, signs and units are none."""
    texts = [each.title for each in brief.markets]
    texts += [brief.call.name, brief.call.standing, brief.call.sentence]
    texts += [
        text for each in brief.engines for text in (each.name, each.state_words, each.direction, each.fact)
    ]
    texts += [each.text for each in (*brief.changes, *brief.flips)]
    texts += [brief.flips_note, brief.action.text, *brief.action.orders, brief.data.health, brief.data.text]
    texts += [text for each in brief.companions for text in (each.title, each.headline)]
    return re.findall(r"[A-Za-z][A-Za-z&’'-]*", " ".join(texts))


@pytest.fixture(scope="module")
def some(demo: Week) -> list[Week]:
    """Weeks of ten years, calm and not; each is read once for all tests."""
    return [demo.at(demo.readings.dates[-1 - back]) for back in range(0, 520, 40)]


def test_a_move_is_one_figure_in_the_strip_and_in_words(demo: Week) -> None:
    found = re.compile(r"^(S&P 500|VIX|High-yield spread|10-year yield) \S+(?: %)?, ([+−]\S+)")
    said = 0
    for day in demo.readings.dates[-120:]:
        week = demo.at(day)
        strip = {each.title: each.week_text.split()[0] for each in markets(week)}
        for text in week.phrases.markets(day):
            move = found.match(text)
            if move:
                assert strip[move[1]] == move[2], (day, text)
                said += 1
    assert said > 400


def test_no_score_and_no_private_word_in_any_text(some: list[Week]) -> None:
    for week in some:
        brief = week.brief
        texts = [brief.call.sentence, brief.call.standing, brief.action.text, brief.data.text]
        texts += [each.fact for each in brief.engines]
        texts += [each.text for each in (*brief.changes, *brief.flips)]
        assert not [text for text in texts if re.search(r"\bscore|severity|membership|coverage", text)]
        assert not [text for text in texts if re.search(r"(?<!\w)-\d", text)], "a hyphen in place of a minus"


def test_the_strip_is_what_the_panel_knew_that_evening(demo: Week) -> None:
    panel, day = demo.measured.panel, demo.as_of
    strip = {each.id: each for each in demo.brief.markets}
    assert list(strip) == [
        "sp500", "nasdaq100", "small_caps", "ten_year", "two_year", "dollar", "high_yield", "vix",
    ]  # fmt: skip
    index = panel.daily("SPX").loc[:day]
    assert strip["sp500"].level == pytest.approx(index.iloc[-1], abs=1e-3)
    before = index.loc[demo.readings.dates[-2]]
    assert strip["sp500"].week == pytest.approx(100 * (index.iloc[-1] / before - 1), abs=0.005)
    ten = panel.daily("DGS10").loc[:day]
    assert strip["ten_year"].quarter == pytest.approx(100 * (ten.iloc[-1] - ten.iloc[-64]), abs=0.005)
    assert strip["vix"].recent[-1] == strip["vix"].level


def test_the_strip_and_the_indicators_mean_the_same_quarter(some: list[Week]) -> None:
    for week in some:
        strip = {each.id: each for each in week.brief.markets}
        change = week.readings.measurements.values.at[week.as_of, "two_year_change_13w"]
        assert strip["two_year"].quarter == pytest.approx(100 * change, abs=0.01)


def test_a_level_that_is_older_than_the_week_has_no_move(some: list[Week]) -> None:
    for week in some:
        last = week.dates[-2].date()
        for each in week.brief.markets:
            assert each.old == (each.observed is not None and each.observed <= last)
            assert not (each.old and each.week is not None)


def test_every_change_names_an_input_of_the_week(demo: Week, some: list[Week]) -> None:
    known = {*demo.readings.applied.values.columns, "spx"}
    named = 0
    for week in some:
        for each in week.brief.changes:
            assert set(each.inputs) <= known
            named += bool(each.inputs)
    assert named > 12


def test_one_number_is_the_exposure(some: list[Week]) -> None:
    for week in some:
        action = week.brief.action
        if week.target_exposure is None:
            assert action.step == "no call" and action.target_exposure is None
            continue
        assert action.target_exposure == pytest.approx(week.target_exposure.value, abs=1e-4)
        assert action.target_exposure == pytest.approx(
            week.history()["aggressiveness"].loc[week.as_of], abs=1e-4
        )
        assert f"{100 * week.target_exposure.value:.0f} %" in action.text


def test_what_is_held_is_a_share_of_the_same_budget(demo: Week) -> None:
    """Half way up a band of 40 to 80 % are 60 % of the portfolio: 50 % of the budget."""
    rules = demo.params.portfolio.model_copy(
        update={
            "bands": demo.params.portfolio.bands | {demo.params.portfolio.risk_profile: (0.4, 0.8)},
            "actual_exposure": 0.6,
            "holdings": (),
        }
    )
    week = replace(demo, params=demo.params.model_copy(update={"portfolio": rules}))
    action = week.brief.action
    assert action.held == pytest.approx(0.5)
    assert action.target_exposure is not None
    expected = "add" if action.target_exposure > 0.5 else "reduce"
    assert action.step == expected


@pytest.mark.parametrize(
    ("high", "medium", "word"), [(0.2, 0.1, "high"), (0.99999, 0.1, "medium"), (0.99999, 0.9999, "low")]
)
def test_confidence_in_a_word_is_what_params_say(demo: Week, high: float, medium: float, word: str) -> None:
    rules = demo.params.regimes.brief.model_copy(
        update={"high_confidence": high, "medium_confidence": medium, "high_from_usual_weeks": 0}
    )
    params = demo.params.model_copy(
        update={"regimes": demo.params.regimes.model_copy(update={"brief": rules})}
    )
    week = next(
        week
        for each in range(400)
        if (week := replace(demo.at(demo.readings.dates[-1 - each]), params=params)).certainty is not None
        and 0.3 < week.certainty.confidence < 0.99
    )
    assert week.brief.call.confidence_word == word
    assert f"Confidence {word}, {100 * week.certainty.confidence:.0f} %" in week.brief.call.standing


def test_confidence_is_not_high_where_one_market_is_near_changing_the_call(demo: Week) -> None:
    def told(week: Week, usual_weeks: float) -> str | None:
        changed = {"high_confidence": 0.4, "medium_confidence": 0.3, "high_from_usual_weeks": usual_weeks}
        rules = week.params.regimes.brief.model_copy(update=changed)
        regimes = week.params.regimes.model_copy(update={"brief": rules})
        return replace(
            week, params=week.params.model_copy(update={"regimes": regimes})
        ).brief.call.confidence_word

    weeks = (demo.at(day) for day in reversed(demo.readings.dates[-400:]))
    sure = (each for each in weeks if each.certainty is not None and each.certainty.confidence >= 0.4)
    week, near = next(
        (each, flip.usual_weeks) for each in sure for flip in each.flip_levels if flip.kind == "regime"
    )
    assert told(week, near + 0.01) == "medium"
    assert told(week, near) == "high"


def test_a_week_without_a_call_says_why_and_what_to_do(demo: Week) -> None:
    values = demo.measured.measurements.values.copy()
    values.loc[demo.as_of] = np.nan
    measured = replace(demo.measured, measurements=replace(demo.measured.measurements, values=values))
    week = replace(demo, measured=measured, readings=_read(measured, demo.params, ()))
    brief = week.brief
    assert brief.call.number is None and brief.call.name == "No call"
    assert "can be read" in brief.call.sentence
    assert brief.call.standing.startswith("The last valid call was")
    assert brief.action.step == "no call" and brief.flips == []
    assert brief.data.health == "problem"
    assert {each.state for each in brief.engines} == {"unknown"}


def test_a_figure_entered_by_hand_is_marked_in_strip_engine_and_data(demo: Week) -> None:
    day = demo.as_of.date()
    moment = dt.datetime(2016, 6, 24, 21, tzinfo=dt.UTC)
    entry = Entry("e1", "vix", 41.5, "a test", "a screen", "tester", moment, day, day)
    brief = demo.with_entries((entry,)).brief
    vix = next(each for each in brief.markets if each.id == "vix")
    assert vix.by_hand and vix.level == 41.5
    assert next(each for each in brief.engines if each.engine == "volatility").by_hand
    assert brief.data.manual_entries == 1
    assert "1 by hand" in brief.data.text


def test_at_most_220_words_on_the_demo(some: list[Week]) -> None:
    assert max(len(words(week.brief)) for week in some) <= 220


@pytest.mark.real_data
def test_at_most_220_words_and_every_market_on_real_weeks(real_data: Path) -> None:
    last = Week.load(as_of=REAL[-1], source="files", data_dir=real_data)
    for day in REAL:
        brief = last.at(pd.Timestamp(day)).brief
        assert len(words(brief)) <= 220, day
        assert len(brief.markets) == 8
        assert brief.data.age_days == 0


@pytest.mark.real_data
def test_the_week_of_august_2011(real_data: Path) -> None:
    """S&P 500 1,178.81 on Friday after 1,119.46 on Monday, 8 August; VIX 36.36 after 48.00 (Cboe)."""
    brief = Week.load(as_of="2011-08-12", source="files", data_dir=real_data).brief
    index = brief.markets[0]
    assert index.level == pytest.approx(1178.81, abs=0.02)
    assert index.week == pytest.approx(-1.72, abs=0.02)
    assert brief.changes[0].text == "S&P 500 1,179, −1.7 % on the week, after a low of 1,120 on Monday."
    assert brief.engines[1].fact == "VIX closed at 48.0 on Monday and 36.4 on Friday"
    assert brief.changes[1].text.startswith("Regime: Risk-off → Crisis") and brief.changes[1].inputs == [
        "vix"
    ]
