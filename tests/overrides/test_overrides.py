"""Manual readings: what may be entered, how long it holds, and what it changes."""

from __future__ import annotations

import datetime as dt
import random
import re
from functools import partial

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiveengines import overrides
from fiveengines.base import parameters
from fiveengines.base.errors import OverrideError
from fiveengines.base.parameters import ENGINES
from fiveengines.data import calendars
from fiveengines.data.catalog import lookup
from fiveengines.indicators import REGISTRY
from fiveengines.overrides import Entry, Trail
from fiveengines.overrides.companion_fields import FIELDS
from fiveengines.overrides.entries import Record
from fiveengines.overrides.fields import overridable
from fiveengines.overrides.trail import active
from fiveengines.overrides.validity import default_until, next_release

# Fridays on both sides of the clock changes of 10 March and 3 November 2024, and over Good Friday (29 March).
DATES = calendars.reading_dates("2024-01-05", "2024-12-20")
DAYS = [each.date() for each in DATES]
COLUMNS = ["vix", "vix_percentile", "cta_exposure", "naaim"]
VALUES = pd.DataFrame(
    np.arange(len(DATES) * len(COLUMNS), dtype="float64").reshape(len(DATES), -1), DATES, COLUMNS
)
VALUES.iloc[3:6, 2] = np.nan
apply = partial(overrides.apply, forced_score=0.6)
NOON = dt.datetime(2024, 6, 1, 12, tzinfo=dt.UTC)


def entry(field: str = "vix", value: float | str = 20.0, start: int = 5, end: int = 7, at: int = 0) -> Entry:
    moment = NOON + dt.timedelta(seconds=at)
    return Entry(f"e{start}-{at}", field, value, "because", "desk", "Ada", moment, DAYS[start], DAYS[end])


def record(
    number: int, action: str, reading: dt.date, after: float | None, until: dt.date | None, **more: object
):
    given = {"id": f"r{number}", "entry": f"e{number}", "field": "vix", "why": "w", "who": "Ada", "at": NOON}
    return Record.model_validate(
        given | {"action": action, "reading": reading, "after": after, "until": until} | more
    )


def test_without_entries_values_come_back_untouched() -> None:
    for nothing in ((), Trail()):
        applied = apply(VALUES, nothing)
        assert applied.values is VALUES
        assert not applied.overridden.to_numpy().any()
        assert applied.forced.isna().to_numpy().all()


def test_an_entry_replaces_its_own_input_for_its_validity_and_nothing_else() -> None:
    before = VALUES.copy()
    applied = apply(VALUES, (entry(value=99.0, start=5, end=7),))
    changed = (applied.values != VALUES) & VALUES.notna()
    assert list(np.flatnonzero(changed["vix"])) == [5, 6, 7]
    assert not changed.drop(columns="vix").to_numpy().any(), "what is derived from VIX stays as measured"
    assert applied.overridden.to_numpy().sum() == 3
    pd.testing.assert_frame_equal(VALUES, before)


def test_an_entry_fills_what_the_data_lack() -> None:
    applied = apply(VALUES, (entry("cta_exposure", 65.0, start=4, end=4),))
    assert applied.values["cta_exposure"].iloc[3:6].fillna(0).tolist() == [0, 65, 0]


def test_a_state_sets_the_score_of_its_engine_only() -> None:
    applied = apply(VALUES, (entry("state:breadth", "adverse", 2, 3),))
    assert applied.values.equals(VALUES)
    assert list(np.flatnonzero(applied.forced["breadth"] < -0.25)) == [2, 3]
    assert applied.forced.drop(columns="breadth").isna().to_numpy().all()


def test_the_newest_entry_of_a_field_wins_while_it_holds() -> None:
    long, short = entry(value=1000.0, start=5, end=12), entry(value=2000.0, start=7, end=8, at=5)
    found = apply(VALUES, (short, long)).values["vix"]
    assert found.iloc[5:13].tolist() == [1000, 1000, 2000, 2000, 1000, 1000, 1000, 1000]


entries = st.builds(
    lambda field, value, start, length, at: entry(
        field, value, start, min(start + length, len(DAYS) - 1), at
    ),
    st.sampled_from(COLUMNS),
    st.floats(-100, 100),
    st.integers(0, len(DAYS) - 1),
    st.integers(0, 8),
    st.integers(0, 3),
)


@given(st.lists(entries, max_size=8, unique_by=lambda each: each.order), st.randoms(use_true_random=False))
def test_order_does_not_matter(many: list[Entry], chance: random.Random) -> None:
    shuffled = chance.sample(many, len(many))
    first, second = apply(VALUES, many), apply(VALUES, shuffled)
    pd.testing.assert_frame_equal(first.values, second.values)
    assert active(many, DAYS[-1]) == active(shuffled, DAYS[-1])


@given(st.lists(entries, max_size=6))
def test_each_week_uses_exactly_the_entries_in_force(many: list[Entry]) -> None:
    applied = apply(VALUES, many)
    for day in DATES:
        holding = {
            e.field: e for e in sorted(many, key=lambda e: e.order) if e.as_of <= day.date() <= e.until
        }
        assert set(applied.overridden.columns[applied.overridden.loc[day]]) == set(holding)
        for field, each in holding.items():
            assert applied.values.at[day, field] == each.value


@given(st.integers(0, 50), st.integers(0, 50), st.integers(0, 50))
def test_withdrawing_brings_back_the_first_reading_from_that_week_on(a: int, b: int, c: int) -> None:
    start, end, gone = sorted((a, b, c))[0], max(a, b, c), sorted((a, b, c))[1]
    start, end, gone = (min(each, len(DAYS) - 1) for each in (start, end, gone))
    made = record(1, "set", DAYS[start], 500.0, DAYS[end])
    taken = record(2, "withdraw", DAYS[gone], None, None, entry="e1", at=NOON + dt.timedelta(1))
    found = apply(VALUES, Trail((taken, made))).values
    pd.testing.assert_frame_equal(found.iloc[gone:], VALUES.iloc[gone:])
    assert (found["vix"].iloc[start:gone] == 500.0).all(), "a reading that is past does not change"


def test_records_of_one_moment_are_ordered_by_their_ids() -> None:
    one = record(1, "set", DAYS[5], 10.0, DAYS[6])
    two = record(2, "change", DAYS[5], 11.0, DAYS[6], entry="e1")
    for order in ((one, two), (two, one)):
        assert [each.value for each in Trail(order).active(DAYS[5])] == [11.0]


def test_held_records_have_no_effect() -> None:
    assert Trail((record(1, "held", DAYS[5], 10.0, DAYS[9]),)).entries == ()


def test_expired_entries_say_so_and_withdrawn_ones_do_not() -> None:
    made = record(1, "set", DAYS[5], 10.0, DAYS[6])
    assert [each.value for each in Trail((made,)).expired(DAYS[7])] == [10.0]
    assert Trail((made,)).expired(DAYS[6]) == ()
    taken = record(2, "withdraw", DAYS[6], None, None, entry="e1")
    assert Trail((made, taken)).expired(DAYS[7]) == ()


def test_an_entry_whose_time_ran_out_the_day_before_a_withdrawal_has_expired() -> None:
    made = record(1, "set", DAYS[5], 10.0, DAYS[6] - dt.timedelta(days=1))
    late = record(2, "withdraw", DAYS[6], None, None, entry="e1")
    assert [each.value for each in Trail((made, late)).expired(DAYS[6])] == [10.0]


@given(st.integers(0, len(DAYS) - 4), st.integers(0, 2))
def test_expiry_is_exact_to_the_day(start: int, length: int) -> None:
    one = entry(start=start, end=start + length)
    held = [day for day in DAYS if active((one,), day)]
    replaced = apply(VALUES, (one,)).overridden.any(axis=1)
    assert replaced[replaced].index.date.tolist() == held
    assert held == DAYS[start : start + length + 1]


@pytest.mark.parametrize(
    ("field", "reading", "until"),
    [
        # NAAIM comes on Thursdays at noon; New York moved its clocks on 10 March and 3 November 2024
        ("naaim", dt.date(2024, 3, 8), dt.date(2024, 3, 13)),
        ("naaim", dt.date(2024, 11, 1), dt.date(2024, 11, 6)),
        # the Commitments of Traders on Friday at 15:30, so the next reading knows the new one
        ("cot_speculators", dt.date(2024, 3, 8), dt.date(2024, 3, 14)),
        ("cot_speculators", dt.date(2024, 11, 1), dt.date(2024, 11, 7)),
        # VIX closes on the next session, a Monday; Good Friday's reading is Thursday's
        ("vix", dt.date(2024, 3, 8), dt.date(2024, 3, 10)),
        ("vix", dt.date(2024, 3, 28), dt.date(2024, 3, 31)),
        # of Fed assets (Thursday), the Treasury account (Thursday) and reverse repo (Monday) the first one counts
        ("net_liquidity", dt.date(2024, 6, 7), dt.date(2024, 6, 9)),
        # no calendar knows a prime broker's note
        ("hedge_fund_net", dt.date(2024, 3, 8), dt.date(2024, 3, 22)),
        ("cta_exposure", dt.date(2024, 10, 25), dt.date(2024, 11, 8)),
        ("state:breadth", dt.date(2024, 3, 1), dt.date(2024, 3, 15)),
    ],
)
def test_default_validity_ends_before_the_next_release(field: str, reading: dt.date, until: dt.date) -> None:
    assert overrides.default_until(field, reading) == until


def test_a_release_at_eight_in_the_evening_is_known_to_that_days_reading(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Monday's figure at 20:00 ends Friday's entry on Sunday; a second later it would be Tuesday's to end it."""
    vix = lookup("VIX")
    late = vix.model_copy(update={"release": vix.release.model_copy(update={"time": "20:00"})})
    monkeypatch.setattr("fiveengines.overrides.validity.lookup", lambda name: late)
    assert default_until("vix", dt.date(2024, 6, 7)) == dt.date(2024, 6, 9)


@pytest.mark.parametrize("series", ["NAAIM", "VIX", "TFF_SP500_ASSET_MGR_LONG", "WALCL", "CPIAUCSL"])
def test_the_next_release_is_after_the_evening_and_the_reading_after_it_knows_it(series: str) -> None:
    for day in DATES[::4]:
        moment = next_release(lookup(series), day)
        assert moment is not None
        assert moment > calendars.evening_of(day)
        assert calendars.published_at(lookup(series), pd.DatetimeIndex([day])).max() <= moment + pd.Timedelta(
            40, "D"
        )


def test_every_field_has_bounds_and_a_default() -> None:
    for field in overridable():
        found = overrides.bounds(field)
        assert found.low < found.high
        assert found.step > 0
        assert overrides.default_until(field, DAYS[8]) >= DAYS[8]
    states = {f"state:{engine}" for engine in ENGINES}
    assert states | set(REGISTRY) | set(FIELDS) == set(overridable())


@pytest.mark.parametrize(
    ("field", "value", "allowed"),
    [
        ("vix", 700, "5 to 200"),
        ("cta_exposure", 101, "-100 to 100 % of maximum"),
        ("cot_speculators", -1, "0 to 100 percentile"),
        ("pct_above_200d", 100.5, "0 to 100 %"),
        ("naaim", 250, "-200 to 200 %"),
        ("treasury_account", 700_000, "0 to 5,000 $bn"),
        ("index_breadth_divergence", 0.5, "0 (no) or 1 (yes)"),
        ("state:breadth", "good", "supportive, neutral, adverse"),
        ("vix", float("nan"), "5 to 200"),
        ("vix", float("inf"), "5 to 200"),
        ("vix", True, "5 to 200"),
        ("vix", "twenty", "5 to 200"),
        ("vix", "1,5", "5 to 200"),
    ],
)
def test_impossible_values_are_refused_with_the_range(field: str, value: object, allowed: str) -> None:
    with pytest.raises(OverrideError) as caught:
        overrides.check(field, value)
    assert allowed in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("field", "typed", "kept"),
    [
        ("vix", "30 %", 30.0),
        ("cta_exposure", "−20", -20.0),
        ("vix", " 18.5\u00a0", 18.5),
        ("vix", "2e1", 20.0),
    ],
)
def test_a_figure_may_be_typed_as_it_is_printed(field: str, typed: str, kept: float) -> None:
    assert overrides.check(field, typed) == kept


def test_an_unknown_field_is_answered_with_the_nearest() -> None:
    with pytest.raises(OverrideError, match="'vix'"):
        overrides.check("vixx", 20)


def test_every_scored_indicator_says_where_a_person_finds_it() -> None:
    lines = parameters.load().engines.engines
    for name in (name for each in lines.values() for name, line in each.items() if line.weight > 0):
        found = overrides.lookup(name)
        assert found is not None, name
        assert re.fullmatch(r"https://[^\s<>\"']+", found.url), name
        assert len(found.where) >= 3 and found.question.endswith("?"), name
    assert overrides.lookup("state:breadth") is None
