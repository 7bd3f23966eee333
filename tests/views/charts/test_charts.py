"""Every chart is a valid Vega-Lite specification with a title that says the finding, whatever data are missing."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import re
from collections.abc import Callable
from typing import Any

import altair as alt
import pandas as pd
import pytest

from fiveengines.overrides import Entry
from fiveengines.views import charts
from fiveengines.views.charts import base
from fiveengines.views.charts.regime_map import spells
from fiveengines.views.charts.renderer import MIME, mime_bundle
from fiveengines.week import Week

OF_A_WEEK = [name for name in charts.__all__ if name not in {"analog_paths", "similar_weeks"}]
SCENARIOS: dict[str, tuple[tuple[str, ...], bool]] = {
    "nothing at all": (("*",), False),
    "no index": (("SPX*", "SPY"), True),
    "no volatility": (("VIX*", "VXVCLS", "VVIX"), True),
    "no breadth": (("PCT_ABOVE*", "XL*", "NYSE*"), False),
    "no positions": (("COT*", "TFF*", "NAAIM"), True),
    "no yields": (("DGS*", "DFII10", "EFFR", "DFF"), True),
    "no Fed": (("WALCL",), True),
}


@pytest.fixture(scope="module")
def weeks(without: Callable[..., Week]) -> Callable[[str], Week]:
    read: dict[str, Week] = {}

    def of(name: str) -> Week:
        if name not in read:
            series, members = SCENARIOS[name]
            read[name] = without(*series, members=members)
        return read[name]

    return of


def specification(chart: Any) -> dict[str, Any]:
    """The specification as the page gets it; altair's own schema check must accept it."""
    spec = chart.to_dict(validate=True)
    tidy: dict[str, Any] = mime_bundle(spec)[0][MIME]
    return tidy


def title(spec: dict[str, Any]) -> str:
    return str(spec["title"]["text"])


def check(chart: Any) -> dict[str, Any]:
    spec = specification(chart)
    assert title(spec), "a chart needs a title"
    assert spec["title"]["subtitle"]
    assert spec["description"]
    assert not re.search(r"\bnan\b|\bNone\b|\binf\b", title(spec) + spec["title"]["subtitle"])
    assert "NaN" not in json.dumps(spec)
    return spec


@pytest.mark.parametrize("name", OF_A_WEEK)
def test_a_full_week_is_drawn(name: str, week: Week) -> None:
    spec = check(getattr(charts, name)(week))
    assert "no data" not in title(spec)
    assert len(json.dumps(spec)) < 60_000


@pytest.mark.parametrize("scenario", SCENARIOS)
@pytest.mark.parametrize("name", OF_A_WEEK)
def test_missing_series_leave_a_chart_or_a_sentence(
    name: str, scenario: str, weeks: Callable[[str], Week]
) -> None:
    check(getattr(charts, name)(weeks(scenario)))


@pytest.mark.parametrize(
    ("name", "scenario"),
    [
        ("net_liquidity", "no Fed"),
        ("vix_curve", "no volatility"),
        ("implied_and_realized", "no volatility"),
        ("breadth", "no breadth"),
        ("cot_fan", "no positions"),
        ("yield_curve", "no yields"),
        ("rate_compass", "no yields"),
    ],
)
def test_a_chart_without_its_series_says_so(name: str, scenario: str, weeks: Callable[[str], Week]) -> None:
    spec = check(getattr(charts, name)(weeks(scenario)))
    assert "no data this week" in title(spec)


def test_the_curve_title_names_the_slope(week: Week) -> None:
    values = week.readings.applied.values.loc[week.as_of]
    slope = {True: "is inverted", False: "slopes up"}[bool(values["vix_term"] > 1)]
    if abs(values["vix_term"] - 1) < 0.01:
        slope = "is flat"
    spec = specification(charts.vix_curve(week))
    assert slope in title(spec)
    assert f"{values['vix']:.1f}" in title(spec)


MANUAL = {
    "implied_and_realized": ("vix", 33.0, "manual this week: VIX"),
    "breadth": ("pct_above_200d", 40.0, "manual this week: Members above their 200-day average"),
    "surveys": ("naaim", 40.0, "manual this week: Active managers' exposure (NAAIM)"),
    "cot_fan": ("cot_speculators", 40.0, "manual this week: Futures speculators, net"),
    "net_liquidity": ("net_liquidity", 5000.0, "manual this week: Net liquidity"),
    "rate_compass": ("two_year", 2.0, "manual this week: 2-year yield"),
    "engine_scores": ("state:breadth", "adverse", "Breadth (manual)"),
}


@pytest.mark.parametrize("name", MANUAL)
def test_a_figure_entered_by_hand_is_named_on_its_chart(name: str, week: Week) -> None:
    field, value, said = MANUAL[name]
    day = week.as_of.date()
    made = Entry("e1", field, value, "w", "", "Ada", dt.datetime(2020, 6, 27, tzinfo=dt.UTC), day, day)
    draw = getattr(charts, name)
    assert said in json.dumps(draw(week.with_entries((made,))).to_dict())
    assert "manual" not in json.dumps(draw(week).to_dict()).lower()


def test_nothing_after_the_week_is_drawn(week: Week) -> None:
    earlier = week.at(week.readings.dates[-60])
    for name in OF_A_WEEK:
        spec = json.dumps(specification(getattr(charts, name)(earlier)))
        days = [pd.Timestamp(found) for found in re.findall(r"\d{4}-\d\d-\d\d(?=T00:00:00)", spec)]
        assert all(day <= earlier.as_of for day in days), name


def test_spells_are_runs() -> None:
    days = pd.date_range("2020-01-03", periods=6, freq="W-FRI")
    runs = spells(pd.Series([1, 1, 4, 4, 4, 2], index=days))
    assert runs["regime"].tolist() == [1, 4, 2]
    assert runs["weeks"].tolist() == [2, 3, 1]
    assert runs["start"].tolist() == [days[0], days[2], days[5]]
    assert runs["end"].tolist() == [days[2], days[5], days[5]]


def test_analog_paths_count_what_rose() -> None:
    days = [pd.Timestamp(day) for day in ("2009-03-06", "2011-08-12", "2016-02-12")]
    ends = (10.0, -4.0, 2.0)
    rows = [
        {"week": day, "weeks_ahead": ahead, "change": end * ahead / 13}
        for day, end in zip(days, ends, strict=True)
        for ahead in range(14)
    ]
    spec = check(charts.analog_paths(pd.DataFrame(rows), "Risk-off"))
    assert "3 weeks like Risk-off" in title(spec)
    assert "in 2 of 3" in title(spec)
    assert "rose 2.0 %" in title(spec)


def test_analog_paths_without_paths_say_so() -> None:
    empty = pd.DataFrame({"week": pd.to_datetime([]), "weeks_ahead": [], "change": []})
    assert "no data" in title(check(charts.analog_paths(empty)))


def test_validation_would_notice_a_broken_chart() -> None:
    broken = alt.Chart(pd.DataFrame({"a": [1]})).mark_point().encode(x="a:Q")
    broken.encoding.x.axis = {"tickCount": {"no": "such"}}
    with pytest.raises(Exception, match=r"tickCount|valid"):
        broken.to_dict(validate=True)


def test_end_labels_keep_their_distance_and_their_order() -> None:
    ends = {"a": 50.0, "b": 51.0, "c": 90.0}
    moves = base.apart(ends, 0, 100, 200)
    places = {name: ends[name] * 2 - moves[name] for name in ends}
    assert moves["a"] == 0
    assert places["b"] - places["a"] == pytest.approx(14)
    assert moves["c"] == 0


def test_the_drivers_lead_from_half_of_the_budget_through_the_unit_of_risk_to_the_exposure(
    week: Week,
) -> None:
    """Bars join; those of the engines add to what the lean justifies, and the unit of risk takes its share of that."""
    found = week.readings.target_exposure
    thin = found.unit[found.exposure.notna()].idxmin()
    for day in (week.as_of, thin):
        seen = week.at(day)
        spec = charts.target_exposure_drivers(seen).to_dict()
        rows = next(iter(spec["datasets"].values()))
        risk, rules = seen.target_exposure, seen.params.portfolio.target_exposure
        assert risk is not None
        assert rows[0]["to"] == 0.5
        steps = rows[:-1]
        assert all(b["from"] == pytest.approx(a["to"]) for a, b in itertools.pairwise(steps))
        assert abs(steps[-1]["to"] - risk.value) < 0.005 and rows[-1]["to"] == risk.value
        engines = [each for each in rows if each["kind"] in ("supportive", "adverse")]
        assert sum(each["move"] for each in engines) == pytest.approx(rules.gain * risk.alignment)
        unit = next(each for each in rows if each["name"].startswith("unit of risk"))
        assert unit["to"] == pytest.approx(unit["from"] * risk.unit)
    assert risk.unit < 0.75
