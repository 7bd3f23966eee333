"""Series held against each other: what is said of an evening rests on it, and faults are named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from data_faults import FAULTS, Fault, laid
from fiveengines.base import parameters
from fiveengines.base.parameters import ConsistencyParameters
from fiveengines.data import calendars, demo
from fiveengines.data.consistency_checks.examine import Verdict, applied, examine
from fiveengines.data.dataset import MEMBERS, Dataset, Members, Notice, SeriesData, series_data
from fiveengines.data.folder import files

END = pd.Timestamp("2019-12-27")
SINCE = pd.Timestamp("2019-07-01")
Change = Callable[[pd.DataFrame], pd.DataFrame]


@cache
def rules() -> ConsistencyParameters:
    return parameters.load().consistency


@cache
def simulated() -> Dataset:
    return demo.load(7, END.date())


def with_series(data: Dataset, changes: dict[str, Change]) -> Dataset:
    changed = {
        name: replace(data.series[name], frame=change(data.series[name].frame.copy()))
        for name, change in changes.items()
    }
    return replace(data, series={**data.series, **changed})


def times(factor: float, since: pd.Timestamp | None = None) -> Change:
    def change(frame: pd.DataFrame) -> pd.DataFrame:
        rows = frame["observed"] >= (since or pd.Timestamp.min)
        return frame.assign(value=frame["value"].where(~rows, frame["value"] * factor))

    return change


def last_tenfold(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(value=np.append(frame["value"].to_numpy()[:-1], frame["value"].iloc[-1] * 10))


def still(frame: pd.DataFrame) -> pd.DataFrame:
    before = frame["value"][frame["observed"] < SINCE].iloc[-1]
    return frame.assign(value=frame["value"].where(frame["observed"] < SINCE, before))


def a_day_late(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(observed=frame["observed"] + pd.Timedelta(days=1))


def values_of(name: str) -> Change:
    other = simulated().series[name].frame.drop_duplicates("observed").set_index("observed")["value"]

    def change(frame: pd.DataFrame) -> pd.DataFrame:
        frame = frame.assign(value=frame["observed"].map(other))
        return frame[frame["value"].notna()].reset_index(drop=True)

    return change


def interchanged(first: str, second: str) -> dict[str, Change]:
    return {first: values_of(second), second: values_of(first)}


# What is done to the simulated market, and which series is then not used in the end.
INJECTED: dict[str, tuple[dict[str, Change], str]] = {
    "index divided by ten": ({"SPX": times(0.1)}, "SPX"),
    "last close tenfold": ({"SPX": last_tenfold}, "SPX"),
    "another index": ({"SPX": values_of("RUT")}, "SPX"),
    "dated a day late": ({"SPX": a_day_late}, "SPX"),
    "frozen": ({"VIX": still}, "VIX"),
    "interchanged volatilities": (interchanged("VIX", "VIX3M"), "VIX3M"),
    "interchanged yields": (interchanged("DGS10", "DGS30"), "DGS10"),
    "yield as a decimal": ({"DGS10": times(0.01, SINCE)}, "DGS10"),
    "account in billions": ({"WTREGEN": times(0.001)}, "WTREGEN"),
    "other sign": ({"NFCI": times(-1)}, "NFCI"),
    "gamma in billions": ({"GEX": times(1e-9)}, "GEX"),
    "put/call inverted": ({"PUT_CALL_EQUITY": lambda frame: frame.assign(value=1 / frame["value"])}, "PUT_CALL_EQUITY"),
    "bulls and bears": (interchanged("AAII_BULLISH", "AAII_BEARISH"), "AAII_BULLISH"),
    "one side of positions": (interchanged("COT_SP500_SPEC_LONG", "COT_SP500_SPEC_SHORT"), "COT_SP500_SPEC_LONG"),
    "positions of another market": (
        {
            f"COT_SP500_{who}_{side}": values_of(f"COT_NASDAQ_{who}_{side}")
            for who in ("SPEC", "COMM", "NONREPT")
            for side in ("LONG", "SHORT")
        },
        "COT_SP500_SPEC_LONG",
    ),
}  # fmt: skip


def test_the_simulated_market_raises_no_alarm() -> None:
    whole = demo.load(7)
    verdict = examine(whole, rules())
    assert [each.text for each in verdict.notices] == []
    assert verdict.checked > 60, "and it was looked at"
    assert applied(whole, verdict).fingerprint() == whole.fingerprint()


@pytest.mark.parametrize("name", INJECTED)
def test_a_fault_is_named_and_its_series_is_not_used(name: str) -> None:
    changes, series = INJECTED[name]
    faulty = with_series(simulated(), changes)
    verdict = examine(faulty, rules())
    cutoff = calendars.evening_of(END)
    current = replace(faulty, notices=verdict.notices).notices_at(cutoff)
    assert any(series in each.text and each.level == "error" for each in current)
    used = applied(faulty, verdict).series.get(series)
    last = faulty.series[series].frame["known_at"].iloc[-1]
    assert used is None or used.frame["known_at"].iloc[-1] < last, "its newest row counts for nothing"


def test_an_unadjusted_split_of_half_the_members_starts_new_columns() -> None:
    data = simulated()
    assert data.members is not None
    closes = data.members.closes.copy()
    tickers = closes.columns[:250]
    day = closes.index[closes.index.searchsorted(SINCE)]
    closes.loc[day:, tickers] /= 2
    faulty = replace(data, members=replace(data.members, closes=closes))
    verdict = examine(faulty, rules())
    assert {each.series for each in verdict.notices} == {MEMBERS}
    found = applied(faulty, verdict).members
    assert found is not None
    name = f"{tickers[0]} from {day.date()}"
    assert found.closes[tickers[0]].loc[day:].isna().all()
    assert found.closes[name].loc[:day].notna().sum() == 1
    assert found.closes.loc[day].notna().sum() == data.members.closes.loc[day].notna().sum()


def simple(name: str, days: pd.DatetimeIndex, values: np.ndarray) -> SeriesData:
    from fiveengines.data.catalog import lookup

    known = calendars.published_at(lookup(name), days)
    return series_data(name, days, values, known, provider="test", origin="test")


def test_the_side_that_the_others_accuse_is_the_worse_one() -> None:
    """10-year 4.00, 2-year 3.00, 3-month 2.00 and their published differences; then the 10-year says 0.04."""
    days = calendars.sessions(2020)
    days = days[(days >= "2018-01-02") & (days <= "2019-06-28")]
    wave = np.sin(np.arange(len(days)) / 9) / 10
    ten, two, bill = 4 + wave, 3 + wave / 2, 2 + wave / 3
    wrong = np.where(days >= "2019-06-03", ten / 100, ten)
    series = {
        "DGS10": wrong, "DGS2": two, "DGS3MO": bill, "T10Y2Y": ten - two, "T10Y3M": ten - bill,
    }  # fmt: skip
    data = Dataset("files", {name: simple(name, days, values) for name, values in series.items()})
    verdict = examine(data, rules())
    assert set(verdict.unused) == {"DGS10"}
    used = applied(data, verdict).series["DGS10"].frame
    assert used["observed"].max() == pd.Timestamp("2019-05-31")
    # Three days of it might be a slip, which the series itself tells; from the fourth on the others speak too.
    said = {each.text.partition(";")[0]: str(each.since)[:10] for each in verdict.notices}
    (own,) = (text for text in said if text.startswith("DGS10: a step") and "2019-06-03" in text)
    assert said[own] == "2019-06-04"
    (other,) = (
        text for text in said if text.startswith("T10Y2Y against DGS10 - DGS2") and "2019-06-06" in text
    )
    assert said[other] == "2019-06-07"
    assert all("DGS10 is not used while this lasts." in each.text for each in verdict.notices)


def test_two_that_disagree_are_both_named_when_nothing_decides() -> None:
    days = calendars.sessions(2020)
    days = days[(days >= "2019-01-02") & (days <= "2019-06-28")]
    close = 15 + np.sin(np.arange(len(days)))
    data = Dataset(
        "files", {"VIX": simple("VIX", days, close), "VIXCLS": simple("VIXCLS", days, close * 1.1)}
    )
    verdict = examine(data, rules())
    assert not verdict.unused
    (notice,) = verdict.notices
    assert (
        notice.level == "warning" and "VIX against VIXCLS" in notice.text and "both are used" in notice.text
    )


def at(verdict: Verdict, cutoff: pd.Timestamp) -> list[Notice]:
    return list(replace(Dataset("files", {}), notices=verdict.notices).notices_at(cutoff))


def assert_causal(data: Dataset, day: pd.Timestamp) -> None:
    """What is said and used on the evening of `day` is what it would be without anything later."""
    cutoff = calendars.evening_of(day)
    cut = data.until(cutoff, day)
    whole, early = examine(data, rules()), examine(cut, rules())
    assert at(early, cutoff) == at(whole, cutoff)
    then, now = applied(cut, early), applied(data, whole).until(cutoff, day)
    assert {name: each.fingerprint() for name, each in then.series.items()} == {
        name: each.fingerprint() for name, each in now.series.items()
    }
    if then.members is not None and now.members is not None:
        ours, theirs = (each.closes.dropna(axis=1, how="all") for each in (then.members, now.members))
        pd.testing.assert_frame_equal(ours, theirs)


@pytest.mark.parametrize(
    "name", ["index divided by ten", "frozen", "interchanged yields", "other sign", "dated a day late"]
)
def test_cutting_what_came_later_changes_nothing(name: str) -> None:
    faulty = with_series(simulated(), INJECTED[name][0])
    random = np.random.default_rng(abs(len(name)))
    fridays = calendars.reading_dates("2005-01-07", END)
    for day in random.choice(fridays[:-1], 2, replace=False):
        assert_causal(faulty, pd.Timestamp(day))


@pytest.mark.real_data
@pytest.mark.slow
def test_cutting_real_history_changes_nothing(real_data: Path) -> None:
    data = files.load(real_data)
    for day in ("2013-01-18", "2016-07-08", "2018-09-28"):
        assert_causal(data, pd.Timestamp(day))


@pytest.mark.real_data
@pytest.mark.slow
def test_clean_history_raises_no_false_alarm(real_data: Path) -> None:
    """2007 to 2019: only rows that are wrong indeed. The report of 8 January 2013 is another contract's, the MOVE has
    a Saturday and a Sunday, the Russell future changed its exchange, and three members' closes change scale."""
    verdict = examine(files.load(real_data), rules())
    told = {(each.series, str(each.since)[:7]) for each in verdict.notices if str(each.since) >= "2007"}
    (russell,) = (
        each.text for each in verdict.notices if str(each.since) >= "2017-08" and "RUSSELL" in each.text
    )
    assert all(
        f"COT_RUSSELL_{who}_{side}" in russell for who in ("SPEC", "COMM") for side in ("LONG", "SHORT")
    )
    assert told == {
        ("COT_RUSSELL_SPEC_LONG", "2017-08"), ("TFF_SP500_ASSET_MGR_LONG", "2013-01"), ("MOVE", "2013-01"),
        (MEMBERS, "2007-07"), (MEMBERS, "2016-07"), (MEMBERS, "2018-09"),
    }  # fmt: skip
    assert not [each for each in verdict.notices if str(each.since) < "2007"]


def test_one_bad_day_of_a_table_is_one_notice() -> None:
    """Open, high, low and close of the VIX ten times too high on one day: told once, and no correlation of the months
    after accuses the series that it is held against."""
    names = ("VIX", "VIX_OPEN", "VIX_HIGH", "VIX_LOW")
    day = simulated().series["VIX"].frame["observed"].iloc[-200]

    def tenfold(frame: pd.DataFrame) -> pd.DataFrame:
        return frame.assign(value=frame["value"].where(frame["observed"] != day, frame["value"] * 10))

    faulty = with_series(simulated(), dict.fromkeys(names, tenfold))
    series = {
        name: replace(data, origin="vix.csv" if name in names else name)
        for name, data in faulty.series.items()
    }
    faulty = replace(faulty, series=series)
    verdict = examine(faulty, rules())
    (told,) = verdict.notices
    assert all(name in told.text for name in names), told.text
    for name in names:
        assert day not in set(applied(faulty, verdict).series[name].frame["observed"]), name


def test_what_ended_long_ago_is_told_and_no_warning() -> None:
    day = pd.Timestamp("2019-01-04 21:00")
    notice = Notice("error", "VIX", "odd", day, day + pd.Timedelta(days=3))
    data = Dataset("files", {}, notices=(notice,))
    assert data.notices_at(day) == (), "nobody knew yet"
    assert data.notices_at(day + pd.Timedelta(days=1)) == (replace(notice, until=None),), (
        "nobody knows when it ends"
    )
    assert data.notices_at(day + pd.Timedelta(days=60))[0].level == "error"
    assert data.notices_at(day + pd.Timedelta(days=120))[0].level == "info"


def silent(fault: Fault, real: Path, folder: Path, clean: frozenset[str]) -> bool:
    data = files.load(laid(fault, real, folder))
    told = (*data.notices, *examine(data, rules()).notices)
    cutoff = calendars.evening_of(pd.Timestamp("2020-01-10"))
    words = (*fault.series, *fault.changes)
    return not any(
        each.level != "info"
        and each.text not in clean
        and any(word in f"{each.series} {each.text}" for word in words)
        for each in replace(data, notices=told).notices_at(cutoff)
    )


@pytest.mark.real_data
@pytest.mark.long
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_faults_of_real_files(fault: Fault, real_data: Path, tmp_path: Path) -> None:
    """What can be told names its series or file; what nothing tells is silent still, else it is listed wrongly."""
    data = files.load(real_data)
    clean = frozenset(each.text for each in (*data.notices, *examine(data, rules()).notices))
    assert silent(fault, real_data, tmp_path, clean) == (not fault.tellable)


def test_enough_faults_are_tried() -> None:
    assert sum(fault.tellable for fault in FAULTS) >= 70
    assert isinstance(simulated().members, Members)
