"""The evidence companion's tables: every figure of a frame in words a reader knows, a dash for what is missing."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pandas as pd
import pytest

from fiveengines import research
from fiveengines.model.regimes import NAMES
from fiveengines.research import significance
from fiveengines.views.charts.evidence import calibration
from fiveengines.views.tables import evidence_tables
from fiveengines.week import Week


@pytest.fixture(scope="module")
def past() -> research.EvidenceSample:
    return Week.load(as_of="2020-06-26", source="demo").past


def text(shown: Any) -> str:
    html = re.sub(r"<style>.*?</style>", "", shown._repr_html_(), flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).replace("\u00a0", " ").split())


def test_outcomes_stand_with_their_interval_and_their_sample(past: research.EvidenceSample) -> None:
    found = research.base_rates(past, [past.quarter])
    shown = text(evidence_tables.outcomes(found, now=1))
    row = found.loc[("13 weeks", 1)]
    interval = f"{row['return_low']:+.1f} % to {row['return_high']:+.1f} %".replace("-", "−")
    assert f"Broad bull (now) {row['return']:+.1f} % {interval}".replace("-", "−") in shown
    assert str(row["sample"]) in shown


def test_turns_spells_and_transitions_name_engines_and_regimes(past: research.EvidenceSample) -> None:
    turns = research.inflection_record(past)
    shown = text(evidence_tables.inflection_record(turns))
    assert f"Rate path deteriorating {100 * turns.at['rate_path:deteriorating', 'hit_rate']:.0f} %" in shown
    longest = research.spells(past)["longest"].max()
    assert f" {longest:.0f} " in text(evidence_tables.spells(research.spells(past)))
    counts, shares = research.transition_counts(past), research.transition_shares(past)
    first = f"{NAMES[1]} {100 * shares.at[1, 1]:.0f} % {counts.at[1, 1]}"
    assert first in text(evidence_tables.transitions(counts, shares))


def test_analogs_rules_and_numbers_are_written_for_a_reader(past: research.EvidenceSample) -> None:
    weeks = research.analogs(past).weeks
    shown = text(evidence_tables.analogs(weeks))
    assert all(f"{day.day} {day:%b %Y}" in shown for day in weeks.index)
    rules = research.walk_forward(past)
    compared = text(evidence_tables.walk_forward(rules))
    assert all(str(name) in compared for name in rules.index)
    assert not re.search(r"\de[-+]\d", shown + compared)


def test_what_is_missing_is_a_dash() -> None:
    nothing = float("nan")
    assert {
        write(nothing) for write in (evidence_tables.change, evidence_tables.fall, evidence_tables.level)
    } == {"–"}
    assert evidence_tables.fall(-4.25) == "−4.2 %"


def test_how_much_is_luck_stands_with_intervals_and_the_count_of_trials(
    past: research.EvidenceSample,
) -> None:
    net, rules = research.daily_net_returns(past), past.params.bootstrap
    found = significance.sharpe_differences(net, "Target exposure", rules).loc["Holding the index"]
    shown = text(evidence_tables.differences(net, rules)).replace("−", "-")
    gap, low, high = (f"{found[name]:+.2f}" for name in ("difference", "low", "high"))
    assert f"Holding the index {gap} {low} to {high}" in shown
    assert f"best of {significance.trials()['sharpe_2007'].notna().sum()} variants" in shown
    assert "p-value 0." in shown or "p-value 1." in shown


def test_forecasts_stand_beside_simpler_ones_and_not_beside_themselves() -> None:
    rows = {"This workbook": [0.5, 0, 0, 0, 0.8], "VIX alone": [0.6, -0.1, -0.2, 0.05, 0.75]}
    columns = ["score", "difference", "low", "high", "coverage"]
    found = pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("forecast")
    shown = text(evidence_tables.quantile_scores(found))
    assert "This workbook 0.500 – 80 %" in shown
    assert "VIX alone 0.600 −0.100 −0.200 to +0.050 75 %" in shown
    parts = found.assign(max_drawdown=-10.0, turnover=1.0, mean_exposure=0.6, sharpe=0.7).rename_axis(
        "variant"
    )
    assert "VIX alone 0.70 −0.10 −0.20 to +0.05 −10.0 %" in text(evidence_tables.ablation(parts))


def test_the_record_of_an_earlier_week_knows_nothing_later() -> None:
    week = Week.load(as_of="2012-06-29", source="demo")
    earlier = week.at(pd.Timestamp("2010-06-25"))
    alone = Week.load(as_of="2010-06-25", source="demo")
    pd.testing.assert_frame_equal(earlier.regime_record, alone.regime_record)
    pd.testing.assert_frame_equal(earlier.calibration, alone.calibration)
    spec = calibration(alone.calibration).to_dict()
    assert "came true to within" in spec["title"]["text"]
