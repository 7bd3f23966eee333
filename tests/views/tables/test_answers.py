"""What an engine's question asks is answered, with the figures of the week."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fiveengines.views import tables
from fiveengines.week import Week

pytestmark = pytest.mark.real_data


@pytest.fixture(scope="module")
def week(real_data: Path) -> Week:
    return Week.load("2019-08-02", source="files", data_dir=real_data)


def text(week: Week, engine: str) -> str:
    shown = tables.answer(week, engine)
    assert shown is not None
    return re.sub(r"<[^>]+>", "", shown._repr_html_())


def test_cuts_priced_are_the_two_year_yield_against_the_target_in_quarter_points(week: Week) -> None:
    """The Fed had cut to 2.00-2.25 on Wednesday; the 2-year closed at 1.73 on Thursday."""
    said = text(week, "rate_path")
    assert "Policy rate (target) 2.12 % a year; Effective funds rate 2.14 % a year" in said
    assert "Priced: 1.6 cuts of a quarter point. The 2-year yield is 0.40 points below the target" in said


def test_who_would_buy_or_sell_after_a_move_comes_from_the_models(week: Week) -> None:
    held = week.after_move
    assert held.columns.tolist() == ["now", "up", "down"]
    trend = held.loc["cta_exposure"]
    assert trend["now"] == pytest.approx(week.series("cta_exposure").iloc[-1])
    assert trend["down"] < trend["now"] < trend["up"]
    bought, sold = round(trend["up"] - trend["now"]), round(trend["now"] - trend["down"])
    said = text(week, "positioning")
    assert f"trend followers hold 6 % of their maximum and would buy {bought} points after a rise" in said
    assert f"sell {sold} points after a fall" in said


def test_net_liquidity_is_shown_in_levels_over_the_quarter(week: Week) -> None:
    path = week.series("net_liquidity").iloc[[-14, -9, -5, -1]]
    levels = " → ".join(f"${each:,.0f} bn" for each in path)
    assert f"Net liquidity 13, 8, 4 weeks ago to now: {levels}." in text(week, "liquidity")
