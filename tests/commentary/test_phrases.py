"""Every phrase of every week of demo and real history, held to what its words mean and to the page's other words.

The dictionary here is a second one, written in the test's own terms: the product's is in playbook/phrases.yaml.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiveengines.base.formats import number
from fiveengines.base.parameters import ENGINES, Engine
from fiveengines.commentary import narrative
from fiveengines.playbook import content, rules
from fiveengines.playbook.conditions import quantity
from fiveengines.playbook.models import Bound, Figure, Word
from fiveengines.playbook.phrases import Phrases
from fiveengines.week import Week

DEMO_END, REAL_END = "2026-11-20", "2019-12-27"
Figures = Mapping[str, float]

# engine, what the clause says before its figure → what the figures of that week must be. NaN makes a comparison false.
MEANINGS: tuple[tuple[str, str, Callable[[Figures], bool]], ...] = (
    ("volatility", r"\bcalm\b", lambda f: f["vix"] < 15),
    ("volatility", r"\bordinary\b", lambda f: 15 <= f["vix"] < 20),
    ("volatility", r"\belevated\b", lambda f: 20 <= f["vix"] < 30),
    ("volatility", r"\bin shock\b", lambda f: f["vix"] >= 30),
    ("volatility", r"\bshock within the week\b", lambda f: f["vix_highest"] >= 30),
    ("volatility", r"\bjumping\b|\bwaking\b", lambda f: f["vix"] > 1.14 * f["vix_before"]),
    ("volatility", r"\bup on the week\b", lambda f: f["vix"] > 1.07 * f["vix_before"]),
    ("volatility", r"\bdown on the week\b", lambda f: f["vix"] < 0.93 * f["vix_before"]),
    ("breadth", r"\bwide\b", lambda f: f["pct_above_200d"] >= 60),
    ("breadth", r"\bmixed\b", lambda f: 40 <= f["pct_above_200d"] < 60),
    ("breadth", r"\bpoor\b", lambda f: f["pct_above_200d"] < 40),
    ("breadth", r"\bwashed out\b", lambda f: f["pct_above_200d"] < 20),
    ("breadth", r"\bcollapsing\b|\bthinner on", lambda f: f["pct_above_50d"] <= f["pct_above_50d_before"] - 10),
    ("breadth", r"\bsurging\b|\bbetter on", lambda f: f["pct_above_50d"] >= f["pct_above_50d_before"] + 10),
    ("breadth", r"\brecovering\b", lambda f: f["pct_above_50d"] >= 50),
    ("liquidity", r"\bample\b", lambda f: f["spread_percentile"] <= 50),
    ("liquidity", r"\btight\b|\bstill wide\b", lambda f: f["spread_percentile"] >= 50),
    ("liquidity", r"\bscarce\b", lambda f: f["hy_spread"] > 8 or f["baa_spread"] >= 4.5),
    ("liquidity", r"\bjumping\b", lambda f: f["hy_spread"] >= 1.12 * f["hy_spread_before"]),
    ("liquidity", r"\bwider on\b", lambda f: f["hy_spread"] > f["hy_spread_before"]),
    ("liquidity", r"\bnarrower on\b", lambda f: f["hy_spread"] < f["hy_spread_before"]),
    ("positioning", r"\bcrowded\b|\bfull\b", lambda f: f["positioning"] < 0),
    ("positioning", r"\b(positioning|the) light\b", lambda f: f["positioning"] > 0),
    ("rate_path", r"\bfriendly\b", lambda f: f["two_year_change_13w"] <= 0.155 and not f["hy_spread"] > 6),
    ("rate_path", r"\bhostile\b|\btightening\b", lambda f: f["two_year_change_13w"] >= 0.145),
    ("rate_path", r"\beasing\b|\bfalling\b", lambda f: f["two_year_change_13w"] <= -0.145),
    ("rate_path", r"\bcredit stress\b", lambda f: f["hy_spread"] > 8),
    ("rate_path", r"\blong yields up\b", lambda f: f["ten_year"] > f["ten_year_before"]),
    ("rate_path", r"\blong yields down\b", lambda f: f["ten_year"] < f["ten_year_before"]),
)  # fmt: skip

# Words of a clause that no insight of these may stand beside on the same page (an insight's status after the colon).
AGAINST_INSIGHTS = (
    ("breadth", r"\bwide\b(?! in the long trend)", "narrow_rally:active"),
    ("breadth", r"\bpoor\b|\bwashed out\b", "broad_participation:active"),
    ("breadth", r"\bcollapsing\b", "breadth_turns_from_washout:active"),
    ("volatility", r"\bvolatility calm\b", "volatile_without_trend:active"),
    ("volatility", r"\bvolatility calm\b", "mechanical_volatility_spike:active"),
    ("volatility", r"\belevated\b|\bshock\b", "calm_trend:active"),
    ("positioning", r"\bcrowded\b|\bfull side\b", "crowded_shorts:active"),
    ("positioning", r"\bcrowded\b|\bfull side\b", "cash_on_sidelines:active"),
    ("positioning", r"positioning light\b", "crowded_longs:active"),
    ("positioning", r"positioning light\b", "cta_at_maximum:active"),
    ("liquidity", r"\bliquidity ample\b(?! by its spreads)", "sudden_liquidity_drain:active"),
    ("liquidity", r"\btight\b|\bscarce\b", "ample_liquidity:active"),
    ("liquidity", r"\bwider than two months ago\b", "risk_premiums_narrow:active"),
    ("liquidity", r"\bjumping\b", "liquidity_stops_worsening:active"),
    ("rate_path", r"\bfriendly\b", "two_year_yield_moves:active"),
    ("rate_path", r"\bfriendly\b", "real_yield_moves:active"),
    ("rate_path", r"\bfriendly\b", "cut_into_stress:active"),
    ("rate_path", r"\bhostile\b|\btightening\b", "two_year_yield_moves:opposite"),
)  # fmt: skip

# Words of a clause that the state or the direction shown beside it may not contradict.
AGAINST_LABELS = (
    ("volatility", r"\bcalm\b", "adverse"),
    ("volatility", r"\belevated\b|\bin shock\b", "supportive"),
    ("volatility", r"\bup over a month\b", "improving"),
    ("volatility", r"\bdown over a month\b", "deteriorating"),
    ("breadth", r"\bwide\b(?! in the long trend but adverse)", "adverse"),
    ("breadth", r"\bpoor\b|\bwashed out\b", "supportive"),
    ("breadth", r"\bthinner than a month ago\b", "improving"),
    ("breadth", r"\bbetter than a month ago\b", "deteriorating"),
    ("liquidity", r"\bample\b", "adverse"),
    ("liquidity", r"\btight\b|\bscarce\b", "supportive"),
    ("positioning", r"\bcrowded\b|\bfull side\b", "supportive"),
    ("positioning", r"\b(positioning|the) light\b", "adverse"),
    ("positioning", r"\bfuller than a month ago\b", "improving"),
    ("positioning", r"\blighter than a month ago\b", "deteriorating"),
    ("rate_path", r"\bfriendly\b", "adverse"),
    ("rate_path", r"\bhostile\b", "supportive"),
)  # fmt: skip


@pytest.fixture(scope="module", params=["demo", pytest.param("real", marks=pytest.mark.real_data)])
def week(request: pytest.FixtureRequest) -> Week:
    if request.param == "demo":
        return Week.load(as_of=DEMO_END, source="demo")
    folder: Path = request.getfixturevalue("real_data")
    return Week.load(as_of=REAL_END, source="files", data_dir=folder)


@pytest.fixture(scope="module")
def clauses(week: Week) -> dict[str, dict[pd.Timestamp, str]]:
    """Each engine's clause in every week in which it can be read, without its figure."""
    score = week.readings.engines.score
    return {
        engine: {
            day: week.phrases.clause(engine, day).split(" (")[0]  # type: ignore[arg-type]
            for day in score.index[score[engine].notna()]
        }
        for engine in ENGINES
    }


def figures(week: Week) -> pd.DataFrame:
    """What the words are about, from the readings' own frames: (weeks, figures)."""
    values, panel = week.readings.applied.values, week.measured.panel
    names = [
        "vix",
        "pct_above_200d",
        "pct_above_50d",
        "hy_spread",
        "baa_spread",
        "two_year_change_13w",
        "ten_year",
    ]
    table = values[names].copy()
    for name in ("vix", "pct_above_50d", "hy_spread", "ten_year"):
        table[f"{name}_before"] = values[name].shift()
    table["positioning"] = week.readings.engines.score["positioning"]
    table["spread_percentile"] = values["hy_spread_percentile"].fillna(values["baa_spread_percentile"])
    closes = panel.first_of("VIX", "VIXCLS")
    starts = values.index.to_series().shift().fillna(pd.Timestamp("1990-01-01"))
    table["vix_highest"] = [
        closes[(closes.index > start) & (closes.index <= day)].max()
        for start, day in zip(starts, values.index, strict=True)
    ]
    return table


def test_every_word_of_every_week_is_earned(
    week: Week, clauses: Mapping[str, Mapping[pd.Timestamp, str]]
) -> None:
    rows = figures(week).to_dict("index")
    unearned, said = [], dict.fromkeys(((engine, word) for engine, word, _ in MEANINGS), 0)
    for engine, word, means in MEANINGS:
        for day, text in clauses[engine].items():
            if re.search(word, text):
                said[engine, word] += 1
                if not means(rows[day]):
                    unearned.append(f"{day.date()}: {text}")
    assert not unearned
    assert sum(count > 0 for count in said.values()) > 0.8 * len(said), "most words are said in some week"


def test_the_figure_in_a_clause_is_the_weeks(week: Week) -> None:
    rows, score = figures(week), week.readings.engines.score
    quoted = 0
    for day in rows.index[score["volatility"].notna() & rows["vix"].notna()]:
        text = week.phrases.clause("volatility", day)
        found = re.search(r"VIX ([\d.]+)(?:,|\))|and ([\d.]+) on \w+day", text)
        assert found is not None, text
        assert float(found[1] or found[2]) == pytest.approx(rows.at[day, "vix"], abs=0.051), text
        quoted += 1
    for day in rows.index[score["breadth"].notna() & rows["pct_above_200d"].notna()]:
        found = re.search(
            r"([\d.]+) % of (?:members|sector funds) above", week.phrases.clause("breadth", day)
        )
        assert found is not None
        assert float(found[1]) == pytest.approx(rows.at[day, "pct_above_200d"], abs=0.51)
        quoted += 1
    assert quoted > 1000


def test_no_clause_contradicts_an_insight_of_its_page(
    week: Week, clauses: Mapping[str, Mapping[pd.Timestamp, str]]
) -> None:
    status = rules.status_history(week.readings, week.measured.panel, week.params)
    found = []
    for engine, word, insight in AGAINST_INSIGHTS:
        name, wanted = insight.split(":")
        column = status[name].to_dict()
        found += [
            f"{day.date()}: {text} / {name}"
            for day, text in clauses[engine].items()
            if column[day] == wanted and re.search(word, text)
        ]
    assert not found


def test_no_clause_contradicts_the_state_and_direction_beside_it(
    week: Week, clauses: Mapping[str, Mapping[pd.Timestamp, str]]
) -> None:
    found = []
    for engine, word, label in AGAINST_LABELS:
        frames = (week.readings.engines.state, week.readings.engines.direction)
        beside = [frame[engine].to_dict() for frame in frames]
        found += [
            f"{day.date()}: {text} / {label}"
            for day, text in clauses[engine].items()
            if label in (each[day] for each in beside) and re.search(word, text)
        ]
    assert not found


def test_the_zone_of_volatility_is_the_clauses(
    week: Week, clauses: Mapping[str, Mapping[pd.Timestamp, str]]
) -> None:
    zones = week.measured.labels["volatility_zone"].dropna()
    words = {
        "calm": r"\bcalm\b",
        "normal": r"\bordinary\b",
        "elevated": r"\belevated\b|\babove",
        "shock": r"in shock",
    }
    days = [day for day in zones.index if day in clauses["volatility"]]
    assert [f"{d.date()}" for d in days if not re.search(words[zones[d]], clauses["volatility"][d])] == []


def test_what_changed_agrees_with_the_sentence(week: Week) -> None:
    """A line names an input that moved the way it says, and the markets' lines the same moves as the clauses."""
    told = 0
    for day in week.dates[60::83]:
        one = week.at(day)
        if not bool(week.readings.regimes.known.loc[day]):
            continue
        lines = " ".join(one.changes)
        change = week.phrases.value("vix_change_1w", day)
        if isinstance(change, float):
            assert f"{number(change, 1, sign=True)} on the week" in lines
        for line in one.changes:
            moved = re.search(r"^Volatility got (much )?(better|worse) .*: VIX ([\d.]+) → ([\d.]+)\.$", line)
            if moved:
                told += 1
                assert (float(moved[4]) < float(moved[3])) == (moved[2] == "better"), line
    assert told > 2


@pytest.mark.real_data
def test_a_crash_does_not_read_like_an_improvement(real_data: Path) -> None:
    week = Week.load(as_of=REAL_END, source="files", data_dir=real_data).at(pd.Timestamp("2008-10-10"))
    assert week.changes[:4] == (
        "S&P 500 899, −18.2 % on the week.",
        "VIX 70.0, +24.8 on the week.",
        "High-yield spread 13.91 %, +191 bp on the week.",
        "10-year yield 3.84 %, +18 bp on the week.",
    )
    assert week.changes[4] == "Volatility got much worse and stays adverse: VIX 45.1 → 70.0."
    assert not re.search(r"better|improv|eas(y|ier)|calm", " ".join(week.changes))
    assert not re.search(r"[+−]\d\.\d\d (→|to)", " ".join(week.changes)), "no bare scores"


@pytest.mark.real_data
def test_the_path_within_the_week_is_said(real_data: Path) -> None:
    week = Week.load(as_of=REAL_END, source="files", data_dir=real_data).at(pd.Timestamp("2018-02-09"))
    assert week.clauses["volatility"].endswith(
        "(VIX closed at 37.3 on Monday and 29.1 on Friday, intraday high 50.3)"
    )
    assert (
        "Regime: Broad bull → Risk-off: VIX 17.3 → 29.1; Realised volatility, 21 sessions 11.8 % → 24.3 %; "
        "Members above their 200-day average 75.6 % → 59.5 %; and 2 further inputs."
    ) in week.changes


def test_an_engine_without_data_says_so(week: Week) -> None:
    blind = replace(week.engines["breadth"], score=None, state="unknown")
    assert narrative.clause(blind, week.phrases, week.as_of) == "breadth unknown for want of data"


def test_the_sentence_names_the_five_engines_in_order(week: Week) -> None:
    text = week.narrative
    assert text.count(";") == 4
    assert text[0].isupper() and text.endswith(".")
    at = [
        text.lower().index(each) for each in ("liquidity", "volatility", "breadth", "positioning", "; and ")
    ]
    assert at == sorted(at)


limits = st.one_of(st.none(), st.integers(-3, 3).map(float))


@st.composite
def bounds(draw: st.DrawFn) -> Bound:
    low, high = draw(st.sampled_from(["at_least", "above"])), draw(st.sampled_from(["at_most", "below"]))
    given_ = {name: value for name, value in ((low, draw(limits)), (high, draw(limits))) if value is not None}
    return Bound(**given_) if given_ else Bound(at_least=0.0)  # type: ignore[arg-type]


@given(bounds(), bounds(), st.integers(-8, 8))
def test_a_condition_within_another_implies_it(one: Bound, other: Bound, halves: int) -> None:
    if one.within(other) and one.holds(halves / 2):
        assert other.holds(halves / 2)


@pytest.mark.parametrize(
    ("given_", "value", "holds"),
    [
        ({"at_least": 30.0}, 30.0, True),
        ({"above": 30.0}, 30.0, False),
        ({"at_most": 15.0}, 15.0, True),
        ({"below": 15.0}, 15.0, False),
        ({"at_least": 15.0, "below": 20.0}, 20.0, False),
        ({"at_least": 0.0}, None, False),
        ({"one_of": ("adverse",)}, "adverse", True),
        ({"one_of": ("adverse",)}, "neutral", False),
        ({"one_of": ("adverse",)}, 1.0, False),
    ],
)
def test_a_condition_holds_at_its_limits(given_: dict[str, object], value: object, holds: bool) -> None:
    assert Bound.model_validate(given_).holds(value) is holds  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "given_",
    [{}, {"at_least": 1.0, "above": 1.0}, {"at_most": 1.0, "one_of": ("a",)}, {"at_most": 1, "below": 2}],
)
def test_a_condition_that_says_nothing_or_too_much_is_refused(given_: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="condition"):
        Bound.model_validate(given_)


def test_a_word_is_earned_only_by_a_condition_at_least_as_strict() -> None:
    calm = Word.model_validate({"engine": "volatility", "word": "calm", "any_of": [{"vix": {"below": 15}}]})
    assert calm.earned_by({"vix": Bound(below=14.0)})
    assert not calm.earned_by({"vix": Bound(at_most=15.0)})
    assert not calm.earned_by({"realized_volatility_21d": Bound(below=10.0)})
    assert calm.is_in("volatility calm again") and not calm.is_in("volatility calmer")


def test_a_figure_has_one_meaning_in_both_files() -> None:
    ours, theirs = content.phrases().figures, content.figures()
    shared = sorted(ours.keys() & theirs.keys())
    assert "vix_change_1w_pct" in shared

    def measured(each: Figure) -> tuple[object, ...]:
        return each.of, each.measure, each.weeks, each.unit

    assert [measured(ours[name]) for name in shared] == [measured(theirs[name]) for name in shared]


def test_words_at_their_limits(week: Week) -> None:
    """A VIX of 15 is no longer calm, one of 20 elevated and one of 30 a shock; 60 % of members are wide, 40 % mixed."""
    inputs = week.phrases.inputs

    def level(engine: Engine, name: str, value: float) -> str:
        flat = quantity(np.full(len(inputs.dates), value))
        words = {**inputs.labels, f"{engine}_state": np.full(len(inputs.dates), "neutral", dtype=object)}
        changed = replace(
            inputs,
            series={**inputs.series, name: flat, "pct_above_50d": quantity(flat * 0 + 49)},
            labels=words,
        )
        return Phrases(changed).clause(engine, week.as_of).split(" (")[0].split(",")[0].split(" and ")[0]

    assert [level("volatility", "vix", each) for each in (14.99, 15.0, 19.99, 20.0, 29.99, 30.0)] == [
        "volatility calm",
        *["volatility ordinary"] * 2,
        *["volatility elevated"] * 2,
        "volatility in shock",
    ]
    assert [level("breadth", "pct_above_200d", each) for each in (19.9, 20.0, 39.9, 40.0, 59.9, 60.0)] == [
        "breadth washed out",
        *["breadth poor"] * 2,
        *["breadth mixed"] * 2,
        "breadth wide",
    ]


@pytest.mark.real_data
def test_a_high_on_the_way_down_is_none(real_data: Path) -> None:
    """S&P 500: 2,762 on 2 February 2018, 2,695 on the Tuesday after, 2,620 on Friday; 1,119 on 8 August 2011."""
    week = Week.load(as_of=REAL_END, source="files", data_dir=real_data)
    assert week.at(pd.Timestamp("2018-02-09")).changes[0] == "S&P 500 2,620, −5.2 % on the week."
    fall = week.at(pd.Timestamp("2011-08-12")).changes
    assert fall[0] == "S&P 500 1,179, −1.7 % on the week, after a low of 1,120 on Monday."
