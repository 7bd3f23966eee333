"""What an engine's question asks is answered, with the figures of the week."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from fiveengines.views import tables
from fiveengines.views.tables import answers
from fiveengines.week import Week

pytestmark = pytest.mark.real_data


@pytest.fixture(scope="module")
def week(real_data: Path) -> Week:
    return Week.load("2019-08-02", source="files", data_dir=real_data)


def text(week: Week, engine: str) -> str:
    shown = tables.answer(week, engine)
    assert shown is not None
    return re.sub(r"<[^>]+>", "", shown._repr_html_())


def test_cuts_priced_come_from_futures(week: Week) -> None:
    """The Fed had cut to 2.00-2.25 on Wednesday; on Friday August 2020 closed at 98.655, which is 1.345 %."""
    said = text(week, "rate_path")
    assert "Policy rate (target) 2.12 % a year; Effective funds rate 2.14 % a year" in said
    assert (
        "Priced: 3.1 cuts of a quarter point. Cuts priced over 12 months, against the target: from fed"
        in said
    )
    cuts = next(each for each in week.engines["rate_path"].evidence if each.indicator == "policy_cuts_priced")
    assert (cuts.value, cuts.weight) == (pytest.approx(78.0), 0.5)
    assert week.providers(*cuts.series)["downloaded file"] == ["fed_funds_futures"]


def test_cuts_priced_without_futures_are_the_two_year_yield_against_the_target(week: Week) -> None:
    """The 2-year closed at 1.73 on Thursday."""
    evidence = [
        replace(each, value=None) if each.indicator == "policy_cuts_priced" else each
        for each in week.engines["rate_path"].evidence
    ]
    without = SimpleNamespace(engines={"rate_path": SimpleNamespace(evidence=evidence)})
    said = str(answers._priced(without))  # type: ignore[arg-type]
    assert "Priced: 1.6 cuts of a quarter point." in said
    assert "The 2-year yield is 0.40 points below the target" in said


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


def test_a_forecast_stands_beside_its_rivals_and_is_not_printed_without_skill(week: Week) -> None:
    found = week.outlook
    scores = {"This workbook": 1.40, "VIX alone": 1.45, "Realised alone (HAR)": 1.60, "Climatology": 2.40}
    good = replace(
        found, quantile_scores=scores, scored_weeks=1000, brier=0.45, persistence=0.66, climatology=0.70
    )

    def said(outlook: object) -> str:
        shown = tables.outlook(SimpleNamespace(outlook=outlook))  # type: ignore[arg-type]
        assert shown is not None
        return re.sub(r"<[^>]+>", "", shown._repr_html_())

    both = said(good)
    assert "% a year expected" in both and "In 4 weeks: " in both
    assert (
        "Quantile score over 1,000 weeks: 1.40, against 1.45 for the VIX alone, 1.60 for realised volatility alone and"
        " 2.40 for the quantiles of the past (smaller is better)." in both
    )
    neither = said(replace(good, quantile_scores=scores | {"VIX alone": 1.39}, persistence=0.40))
    assert neither.startswith("No forecast.")
    assert "so no volatility is forecast." in neither and "so no regime is forecast." in neither
    assert "% a year expected" not in neither and "In 4 weeks" not in neither
