"""Findings of a week: ranked, dated, counted, in words, with conflicts named, as plain data, and without look-ahead."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fiveengines import overrides
from fiveengines.base import parameters
from fiveengines.playbook import content, rules
from fiveengines.playbook.rules import InsightReading, insight_readings
from fiveengines.report.reading_json import InsightRecord
from fiveengines.week import Week
from playbook.synthetic import COUNT, PARAMS, pieces, weeks

CALM_CROWD = {"vix": 12, "realized_volatility_21d": 9, "vix_term": 0.85, "cta_exposure": pieces(60, (90, 6))}
RESEARCH = parameters.load().research
DAY = pd.Timestamp("2018-03-30")


def found(insight: str, **market: object) -> InsightReading:
    evaluation = rules.evaluate(weeks(**market), content.insights())
    return next(
        each
        for each in insight_readings(evaluation, DAY, PARAMS.ranking, RESEARCH)
        if each.insight == insight
    )


@pytest.fixture(scope="module")
def demo() -> Week:
    return Week.load(as_of="2016-06-24", source="demo")


def test_since_and_age() -> None:
    each = found("cta_at_maximum", **CALM_CROWD)
    assert (each.status, each.weeks, each.since) == ("active", 6, pd.Timestamp("2018-02-23"))
    assert each.evidence == "CTA exposure +90 % of maximum, +0 points over four weeks"
    assert each.title == "Full trend-followers cannot buy more"


def test_conflicts_are_named_on_both_sides_with_how_to_weigh_them() -> None:
    one, other = found("calm_trend", **CALM_CROWD), found("cta_at_maximum", **CALM_CROWD)
    assert [each.insight for each in one.conflicts] == ["cta_at_maximum"] and [
        each.insight for each in other.conflicts
    ] == ["calm_trend"]
    assert one.conflicts[0].weigh == content.conflicts()[frozenset(("calm_trend", "cta_at_maximum"))].weigh
    assert not found("cta_at_maximum", cta_exposure=90).conflicts


def test_past_cases_are_counted_without_the_present_one() -> None:
    """Two past spells of a full position, the index up 10 % after the first and unchanged after the second."""
    exposure = pieces(40, (90, 2), (40, 60), (90, 2), (40, 60), (90, 1))
    close = np.full(COUNT, 100.0)
    close[COUNT - 115 :] = 110.0
    each = found("cta_at_maximum", cta_exposure=exposure, spx=close)
    assert (each.history.cases, each.history.complete) == (2, 2)
    assert each.history.mean == pytest.approx(5.0) and each.history.share_up == 0.5
    assert each.history.small and "small sample" in each.history.sentence


def test_rare_and_new_ranks_before_common_and_old() -> None:
    new, old = (
        found("cta_at_maximum", cta_exposure=pieces(40, (90, 1))),
        found("cta_at_maximum", cta_exposure=90),
    )
    assert new.relevance > old.relevance


def test_good_news_against_a_hostile_regime_counts_half() -> None:
    market = {"cot_leveraged_funds": pieces(50, (5, 2)), "aaii_bears": 55, "cta_exposure": -5}
    plain, hostile = found("crowded_shorts", **market), found("crowded_shorts", **market, regime=4)
    assert hostile.relevance == pytest.approx(plain.relevance / 2) and "hostile" in hostile.note
    improving = found("crowded_shorts", **market, regime=4, words={"liquidity_direction": "improving"})
    assert improving.relevance == pytest.approx(plain.relevance) and not improving.note


def test_a_watch_for_the_mirror_case_speaks_for_it() -> None:
    """A real yield that has fallen by half the threshold is on watch for the supportive side, not for the caution."""
    entry = content.insights()["real_yield_moves"]
    falling, rising = (
        found("real_yield_moves", real_yield_change_13w_bp=-20),
        found("real_yield_moves", real_yield_change_13w_bp=20),
    )
    assert (falling.status, falling.opposite, falling.tone) == ("watch", True, entry.opposite.tone)
    assert (rising.status, rising.opposite, rising.tone) == ("watch", False, entry.implication.tone)


def test_a_watch_for_the_mirror_case_counts_the_mirrors_past() -> None:
    """Two spells of a falling 2-year yield and none of a rising one; the third fall is still small."""
    path = pieces(0, (-60, 6), (0, 20), (-60, 6), (0, 20), (-25, 2))
    each = found("two_year_yield_moves", two_year_change_13w_bp=path)
    assert (each.status, each.opposite, each.history.cases) == ("watch", True, 2)
    assert found("two_year_yield_moves", two_year_change_13w_bp=-path).history.cases == 2
    assert (
        found(
            "two_year_yield_moves", two_year_change_13w_bp=pieces(0, (60, 6), (0, 20), (-25, 2))
        ).history.cases
        == 0
    )


def test_what_is_missing_is_said() -> None:
    market = weeks()
    market.series["dealer_gamma"][:] = np.nan
    market.daily["dealer_gamma"][:] = np.nan
    evaluation = rules.evaluate(market, content.insights())
    each = next(
        one
        for one in insight_readings(evaluation, DAY, PARAMS.ranking, RESEARCH)
        if one.insight == "negative_gamma"
    )
    assert each.status == "dormant" and not each.evidence
    assert each.note == "cannot be judged without Dealer gamma"


def test_the_few_are_few_and_first(demo: Week) -> None:
    every = rules.all_insights(demo.readings, demo.measured.panel, demo.params, demo.as_of)
    assert sorted(each.insight for each in every) == sorted(content.insights())
    order = [("active", "watch", "dormant").index(each.status) for each in every]
    assert order == sorted(order)
    for status in ("active", "watch"):
        relevance = [each.relevance for each in every if each.status == status]
        assert relevance == sorted(relevance, reverse=True)
    chosen = [each for each in every if each.matters]
    assert (
        sum(each.status == "active" and each.kind == "signal" for each in chosen)
        <= PARAMS.ranking.most.active_signals
    )
    assert sum(each.kind == "principle" for each in chosen) <= PARAMS.ranking.most.active_principles
    assert sum(each.status == "watch" for each in chosen) <= PARAMS.ranking.most.watched_signals
    assert {each.insight for each in demo.insights} == {
        each.insight for each in every if each.status != "dormant"
    }


def plain(reading: InsightReading) -> dict[str, object]:
    return InsightRecord.model_validate(reading).model_dump(mode="json")


def test_plain_data(demo: Week) -> None:
    for each in rules.all_insights(demo.readings, demo.measured.panel, demo.params, demo.as_of):
        text = json.dumps(plain(each), allow_nan=False)
        assert json.loads(text)["insight"] == each.insight
        assert "{" not in each.condition + each.evidence


def test_log_agrees_with_the_week_and_with_a_shorter_history(demo: Week) -> None:
    log = rules.status_history(demo.readings, demo.measured.panel, demo.params)
    assert log.shape == (len(demo.readings.dates), len(content.insights()))
    for day in ("2011-03-11", "2015-08-28"):
        then = Week.load(as_of=day, source="demo")
        short = rules.status_history(then.readings, then.measured.panel, then.params)
        pd.testing.assert_frame_equal(short, log.loc[:day])
        earlier, now = then.insights, demo.at(pd.Timestamp(day)).insights
        assert [plain(each) for each in earlier] == [plain(each) for each in now]


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("day", "active", "not_active"),
    [
        # October 2008: cuts into stress; the flood of Fed money is no invitation.
        (
            "2008-10-10",
            {"cut_into_stress", "fast_derisking"},
            {
                "liquidity_stops_worsening",
                "slow_drain_or_burst",
                "risk_premiums_narrow",
                "calm_trend",
                "broad_participation",
                "policy_path_priced",
            },
        ),
        # March 2009: credit off its peak, breadth turning from a washout, a published Zweig thrust.
        (
            "2009-03-27",
            {"liquidity_stops_worsening", "breadth_turns_from_washout", "breadth_thrust"},
            {"crowded_longs", "cta_at_maximum"},
        ),
        # The week before the break of August 2015: fewer members near the index's high.
        (
            "2015-08-14",
            {"vvix_before_vix", "participation_peaked"},
            {"mechanical_volatility_spike", "broad_participation"},
        ),
        ("2015-08-28", {"crowded_shorts"}, {"calm_trend"}),
        # January 2018: everybody in, trend-followers full; then a mechanical spike with negative gamma.
        (
            "2018-01-26",
            {"crowded_longs", "cta_at_maximum"},
            {"volatile_without_trend", "mechanical_volatility_spike"},
        ),
        (
            "2018-02-09",
            {"mechanical_volatility_spike", "negative_gamma", "fast_derisking"},
            {"calm_trend", "cta_at_maximum", "hikes_absorbed"},
        ),
        # January 2019: a published Zweig thrust and covering; summer: inversion, and the first cut as a hinge.
        ("2019-01-18", {"breadth_thrust", "cta_short_covering"}, {"cut_into_stress"}),
        # By March trend-followers are long again and have nothing left to cover.
        ("2019-03-15", {"breadth_turns_from_washout"}, {"liquidity_stops_worsening", "cta_short_covering"}),
        ("2019-08-16", {"curve_inverted", "policy_cycle_turns"}, {"calm_trend", "cut_into_stress"}),
    ],
)
def test_history_reads_as_a_practitioner_would_wish(
    real_data: Path, day: str, active: set[str], not_active: set[str]
) -> None:
    week = Week.load(as_of="2019-12-27", source="files", data_dir=real_data)
    row = rules.status_history(week.readings, week.measured.panel, week.params).loc[day]
    on = set(row.index[row == "active"])
    assert active <= on
    assert not not_active & set(row.index[row.isin(["active", "opposite"])])


def test_a_folder_with_the_vix_alone_is_read_without_a_plan(tmp_path: Path) -> None:
    """Everything that cannot be judged says so; no proposal is made out of nothing."""
    days = pd.bdate_range("2012-01-03", "2015-08-28")
    (tmp_path / "cboe").mkdir()
    # A series that stands still for weeks is not used.
    levels = [14 + 0.01 * (at * 7 % 40) for at in range(len(days))]
    rows = "\n".join(
        f"{day:%m/%d/%Y},{each:.2f},{each:.2f},{each:.2f},{each:.2f}"
        for day, each in zip(days, levels, strict=True)
    )
    (tmp_path / "cboe" / "VIX_History.csv").write_text(f"DATE,OPEN,HIGH,LOW,CLOSE\n{rows}\n")
    week = Week.load(as_of="2015-08-28", source="files", data_dir=tmp_path)
    every = rules.all_insights(week.readings, week.measured.panel, week.params, week.as_of)
    assert sum(each.note.startswith("cannot be judged without") for each in every) > 0.75 * len(every)
    assert next(each for each in every if each.insight == "volatility_zone_persists").status == "active"
    assert week.no_call is not None and week.regime is None and week.target_exposure is None
    assert week.plan is None and week.insights == () and week.watch_list == ()
    assert all("no complete case" in each.sentence for each in week.inflection_records)


def test_a_reading_entered_by_hand_moves_its_insight(demo: Week) -> None:
    """CTA exposure entered at 95 % of maximum makes `cta_at_maximum` active, whatever the model says."""
    now = dt.datetime(2016, 6, 24, 18, tzinfo=dt.UTC)
    entry = overrides.Entry(
        id="1", field="cta_exposure", value=95.0, why="Desk note", origin="broker", who="me", entered_at=now,
        as_of=demo.as_of.date(), until=demo.as_of.date() + dt.timedelta(days=7),
    )  # fmt: skip
    by_hand = demo.with_entries((entry,))
    assert "cta_at_maximum" in {each.insight for each in by_hand.insights if each.status == "active"}
    assert "cta_at_maximum" not in {each.insight for each in demo.insights if each.status == "active"}
