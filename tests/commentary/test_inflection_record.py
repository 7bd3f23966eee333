"""Inflections: phases read off directions, and records counted by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from fiveengines.commentary import inflections as inflection_history
from fiveengines.week import Week

UP, DOWN, FLAT = "improving", "deteriorating", "stable"


def sequence(engine: str, *directions: str) -> inflection_history.Sequence:
    dates = pd.date_range("2019-01-04", periods=len(directions), freq="W-FRI")
    return inflection_history._sequence(engine, pd.Series(directions, index=dates), 26)


def test_worsening_stabilising_improving() -> None:
    found = sequence("liquidity", DOWN, DOWN, FLAT, FLAT, FLAT, UP)
    assert [(each.word, each.weeks) for each in found.phases] == [
        ("worsening", 2),
        ("stabilising", 3),
        ("improving", 1),
    ]
    assert found.sentence == "Liquidity: worsening → stabilising → improving (1 week)."


def test_stable_weeks_mean_what_came_before() -> None:
    assert sequence("liquidity", UP, FLAT).now.word == "levelling off"
    assert sequence("liquidity", DOWN, FLAT).now.word == "stabilising"
    assert sequence("liquidity", FLAT, FLAT).now.word == "steady"
    assert sequence("volatility", DOWN, FLAT, UP).sentence.startswith(
        "Volatility: rising → stabilising → falling"
    )


@pytest.fixture(scope="module")
def demo() -> Week:
    return Week.load(as_of="2016-06-24", source="demo")


def test_records_count_complete_cases_only_and_by_hand(demo: Week) -> None:
    past = demo.past
    close = past.closes.reindex(past.dates).to_numpy()
    last = len(close) - 1
    for each in demo.inflection_records:
        fired = past.inflections[f"{each.engine}:{each.direction}"].to_numpy().nonzero()[0]
        complete = [row for row in fired if row + 13 <= last and np.isfinite(close[[row, row + 13]]).all()]
        higher = sum(close[row + 13] > close[row] for row in complete)
        hits = higher if each.direction == UP else len(complete) - higher
        said = f"in {hits} of {len(complete)} past cases" if complete else "no complete case"
        assert said in each.sentence


def test_no_look_ahead(demo: Week) -> None:
    then = Week.load(as_of="2012-03-02", source="demo")
    now = demo.at(then.as_of)
    assert then.inflection_records == now.inflection_records
    assert then.sequences == now.sequences
