"""Real history: the weeks a practitioner remembers, no look-ahead on files, and the history CSV.

Skips visibly without the real-data directory (FIVEENGINES_REAL_DATA).
"""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fiveengines.week import Week, history_table

pytestmark = pytest.mark.real_data


@pytest.fixture(scope="module")
def history(real_data: Path) -> pd.DataFrame:
    return history_table("2007-06-01", "2019-12-27", source="files", data_dir=real_data)


def week(real_data: Path, day: str) -> Week:
    return Week.load(as_of="2019-12-27", source="files", data_dir=real_data).at(pd.Timestamp(day))


@pytest.mark.parametrize(
    ("day", "regimes", "states"),
    [
        ("2008-10-10", {5}, {"volatility": "adverse", "breadth": "adverse", "liquidity": "adverse"}),
        ("2011-08-12", {4, 5}, {"volatility": "adverse", "breadth": "adverse"}),
        ("2013-05-17", {1, 2}, {"volatility": "supportive", "breadth": "supportive"}),
        ("2016-02-12", {4}, {"volatility": "adverse", "breadth": "adverse", "liquidity": "adverse"}),
        (
            "2017-12-29",
            {1, 2},
            {"volatility": "supportive", "breadth": "supportive", "positioning": "adverse"},
        ),
        ("2018-12-21", {4, 5}, {"volatility": "adverse", "breadth": "adverse", "liquidity": "adverse"}),
    ],
)
def test_weeks_that_practitioners_remember(
    real_data: Path, day: str, regimes: set[int], states: dict[str, str]
) -> None:
    found = week(real_data, day)
    assert found.regime.number in regimes
    assert {name: found.engines[name].state for name in states} == states


def test_the_evidence_carries_known_figures(real_data: Path) -> None:
    evidence = {each.indicator: each for each in week(real_data, "2008-11-21").engines["volatility"].evidence}
    assert evidence["vix"].value == pytest.approx(72.67)  # Cboe's close of 2008-11-21
    assert evidence["vix"].observed == pd.Timestamp("2008-11-21")
    liquidity = {each.indicator: each for each in week(real_data, "2019-12-27").engines["liquidity"].evidence}
    assert liquidity["net_liquidity"].value == pytest.approx(4165.591 - 367.82 - 10.0, abs=40)
    assert liquidity["net_liquidity"].observed <= pd.Timestamp("2019-12-25")


def test_history_has_one_row_a_friday(history: pd.DataFrame) -> None:
    assert len(history) == 657
    assert history.index[0] == pd.Timestamp("2007-06-01")
    assert set(history["regime"]) == {1, 2, 3, 4, 5}
    assert history["aggressiveness"].between(0, 1).all()


def reference_until(file: Path, friday: pd.Timestamp) -> pd.DataFrame:
    """A list of members, spells or decisions as it stood on that evening: what came later is not in it."""
    table = pd.read_csv(file, dtype=str)
    day = friday.date().isoformat()
    for column in {"decision_date", "start"} & set(table):
        table = table[table[column] <= day]
    if "end" in table:
        table["end"] = table["end"].where(table["end"] <= day)
    return table


def test_cutting_the_files_after_a_random_friday_changes_nothing(
    real_data: Path, history: pd.DataFrame, tmp_path: Path
) -> None:
    friday = history.index[int(np.random.default_rng(2019).integers(150, len(history) - 1))]
    folder = tmp_path / "cut"
    for file in real_data.rglob("*"):
        if not file.is_file() or file.relative_to(real_data).parts[0] == "formats":
            continue
        target = folder / file.relative_to(real_data)
        target.parent.mkdir(parents=True, exist_ok=True)
        if file.parent.name == "reference":
            reference_until(file, friday).to_csv(target, index=False)
            continue
        if file.suffix == ".parquet":
            pd.read_parquet(file).loc[:friday].to_parquet(target)
        elif file.suffix == ".csv":
            lines = file.read_text().splitlines(keepends=True)
            column = lines[0].split(",")[0]
            style = "%m/%d/%Y" if "/" in lines[1].split(",")[0] else "%Y-%m-%d"
            dates = pd.to_datetime(pd.read_csv(file, usecols=[column])[column], format=style)
            target.write_text(
                lines[0] + "".join(line for line, day in zip(lines[1:], dates, strict=True) if day <= friday)
            )
        else:
            shutil.copy(file, target)
    part = history_table("2007-06-01", friday.date(), source="files", data_dir=folder)
    pd.testing.assert_frame_equal(part, history.loc[:friday])


def test_breadth_comes_from_members_and_says_so(real_data: Path) -> None:
    assert week(real_data, "2018-12-21").breadth_basis == "members"


@pytest.mark.parametrize(
    ("day", "words"),
    [
        ("2007-03-30", {"policy_phase": "pause"}),  # the last hike was in June 2006
        ("2007-09-28", {"policy_phase": "first cut"}),  # 18 September 2007
        ("2011-08-12", {"vix_curve": "backwardation", "volatility_zone": "shock"}),
        ("2015-12-18", {"policy_phase": "hiking"}),  # 16 December 2015
        ("2017-12-29", {"vix_curve": "contango", "volatility_zone": "calm", "curve_move": "bear flattener"}),
        ("2019-08-02", {"policy_phase": "first cut"}),  # 31 July 2019
        ("2019-11-01", {"policy_phase": "cutting"}),  # the third cut, 30 October 2019
    ],
)
def test_what_is_named_is_named_as_it_was(real_data: Path, day: str, words: dict[str, str]) -> None:
    found = week(real_data, day).labels
    assert {name: found[name] for name in words} == words


def test_no_scored_indicator_sat_on_one_bound_for_most_of_the_decade(real_data: Path) -> None:
    last = week(real_data, "2019-12-27")
    scores, lines = last.readings.engines.scores.loc["2010":"2019"], last.params.engines
    assert len(scores) == 521
    for name in scores:
        known = scores[name].dropna()
        if len(known) < 52:  # entered by hand
            continue
        most = lines.indicator(name)[1].most  # type: ignore[union-attr]
        on_bound = {bound: float((known == bound).mean()) for bound in (-1.0, most)}
        assert max(on_bound.values()) <= 0.8, f"{name}: {on_bound}"
