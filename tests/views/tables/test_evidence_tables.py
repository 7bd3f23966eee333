"""The evidence companion's tables: every figure of a frame in words a reader knows, a dash for what is missing."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest

from fiveengines import research
from fiveengines.model.regimes import NAMES
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
