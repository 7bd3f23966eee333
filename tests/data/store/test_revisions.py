"""What an answer adds, and what a reader sees: worked by hand and as invariants."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from fiveengines.data.catalog import lookup
from fiveengines.data.dataset import Members
from fiveengines.data.providers.frames import Basis, frame_by_rule, response_frame
from fiveengines.data.store.revisions import additions, continued, first_choice, joined_members, no_rows, view

CLAIMS = lookup("ICSA")  # weekly, Saturday's week, public on Thursday 08:30 New York
FED = lookup("WALCL")  # Wednesday, public on Thursday 16:30 New York
CLOSE = lookup("VIX")


def at(text: str) -> pd.Timestamp:
    return pd.Timestamp(text)


def held_after(
    *answers: tuple[pd.DataFrame, str], series=FED, looks: tuple[str | None, ...] = ()
) -> pd.DataFrame:
    rows = no_rows()
    for number, (answer, when) in enumerate(answers):
        look = looks[number] if number < len(looks) else None
        new = additions(rows, answer, series, at(when), at(look) if look else None)
        rows = pd.concat([rows, new], ignore_index=True).sort_values(["known_at", "observed"], kind="stable")
    return rows


def known(rows: pd.DataFrame, evening: str) -> dict[str, float]:
    seen = view(rows)
    seen = seen[seen["known_at"] <= at(evening)].drop_duplicates("observed", keep="last")
    return {f"{o:%Y-%m-%d}": v for o, v in zip(seen["observed"], seen["value"], strict=True)}


def test_a_figure_dated_by_rule_is_public_when_the_rule_says() -> None:
    rows = held_after((frame_by_rule("WALCL", ["2019-12-25"], [4165591.0]), "2020-06-01"))
    # Thursday 2 January? No: the day after Christmas, 16:30 New York, is 21:30 UTC
    assert list(view(rows)["known_at"]) == [at("2019-12-26 21:30")]
    assert known(rows, "2019-12-26 21:29") == {}
    assert known(rows, "2019-12-26 21:30") == {"2019-12-25": 4165591.0}


def test_daylight_saving_moves_the_utc_moment() -> None:
    rows = frame_by_rule("WALCL", ["2024-03-06", "2024-03-13"], [1.0, 2.0])
    assert [f"{k:%d %H:%M}" for k in rows["known_at"]] == ["07 21:30", "14 20:30"]


def test_a_holiday_moves_the_release_to_the_next_business_day() -> None:
    # Thanksgiving 2024 is Thursday 28 November
    assert frame_by_rule("WALCL", ["2024-11-27"], [1.0])["known_at"][0] == at("2024-11-29 21:30")
    # Juneteenth 2026 is a Friday: the report of Tuesday the 16th comes on Monday the 22nd
    assert frame_by_rule("COT_SP500_SPEC_LONG", ["2026-06-16"], [1.0])["known_at"][0] == at(
        "2026-06-22 19:30"
    )


def test_a_changed_figure_is_a_row_seen_now_and_the_first_one_stays() -> None:
    first = frame_by_rule("WALCL", ["2024-01-03", "2024-01-10"], [100000.0, 200000.0])
    second = frame_by_rule("WALCL", ["2024-01-03", "2024-01-10"], [100000.0, 250000.0])
    rows = held_after((first, "2024-01-12"), (second, "2024-02-01 09:00"))
    assert len(rows) == 3
    assert known(rows, "2024-01-31")["2024-01-10"] == 200000.0
    assert known(rows, "2024-02-01 09:00")["2024-01-10"] == 250000.0


def test_a_figure_missed_by_an_earlier_look_is_dated_when_it_was_seen() -> None:
    first = frame_by_rule("WALCL", ["2024-01-03"], [100000.0])
    second = frame_by_rule("WALCL", ["2024-01-03", "2024-01-10"], [100000.0, 200000.0])
    # due on Thursday the 11th; a look on Saturday the 13th did not find it, one on the 20th does
    rows = held_after((first, "2024-01-05"), (second, "2024-01-20"), looks=(None, "2024-01-13"))
    assert known(rows, "2024-01-19") == {"2024-01-03": 100000.0}
    assert known(rows, "2024-01-20")["2024-01-10"] == 200000.0
    # without that look the rule holds
    rows = held_after((first, "2024-01-05"), (second, "2024-01-20"), looks=(None, "2024-01-05"))
    assert known(rows, "2024-01-19")["2024-01-10"] == 200000.0


def test_a_market_close_is_never_late() -> None:
    first = frame_by_rule("VIX", ["2024-01-03"], [14.0])
    second = frame_by_rule("VIX", ["2024-01-03", "2024-01-04"], [14.0, 14.1])
    rows = held_after((first, "2024-01-04"), (second, "2024-01-20"), series=CLOSE, looks=(None, "2024-01-13"))
    assert known(rows, "2024-01-05")["2024-01-04"] == 14.1


def test_what_we_hold_was_public_by_now() -> None:
    early = frame_by_rule("WALCL", ["2024-01-10"], [1.0])
    rows = held_after((early, "2024-01-11 12:00"))
    assert view(rows)["known_at"][0] == at("2024-01-11 12:00")


def vintages(*rows: tuple[str, float, str]) -> pd.DataFrame:
    observed, value, when = zip(*rows, strict=True)
    return response_frame(observed, value, when, int(Basis.PROVIDER))


def test_vintages_are_kept_where_they_change_something() -> None:
    answer = vintages(
        ("2024-01-06", 202.0, "2024-01-11 13:30"),
        ("2024-01-06", 203.0, "2024-01-18 13:30"),
        ("2024-01-13", 187.0, "2024-01-18 13:30"),
        ("2024-01-06", 203.0, "2024-01-25 13:30"),
    )
    rows = held_after((answer, "2024-02-01"), series=CLAIMS)
    assert len(rows) == 3
    assert known(rows, "2024-01-12") == {"2024-01-06": 202.0}
    assert known(rows, "2024-01-19") == {"2024-01-06": 203.0, "2024-01-13": 187.0}
    # asked again from the middle, FRED shows the value in force as if it began there: nothing is added
    clipped = vintages(("2024-01-06", 203.0, "2024-01-22 13:30"), ("2024-01-13", 187.0, "2024-01-22 13:30"))
    assert not len(additions(rows, clipped, CLAIMS, at("2024-02-02")))


def test_a_fact_outranks_a_rule() -> None:
    by_rule = frame_by_rule("COT_SP500_SPEC_LONG", ["2026-05-19"], [10.0])
    fact = vintages(("2026-05-19", 10.0, "2026-05-25 19:30:55"))
    series = lookup("COT_SP500_SPEC_LONG")
    rows = held_after((by_rule, "2026-05-26"), (fact, "2026-05-27"), series=series)
    assert len(rows) == 2, "nothing is taken away"
    assert list(view(rows)["known_at"]) == [at("2026-05-25 19:30:55")]


def test_a_row_that_the_provider_replaced_in_place_is_seen_now() -> None:
    first = vintages(("2026-05-19", 10.0, "2026-05-22 19:30:55"))
    second = vintages(("2026-05-19", 12.0, "2026-05-22 19:30:55"))
    series = lookup("COT_SP500_SPEC_LONG")
    rows = held_after((first, "2026-05-23"), (second, "2026-06-01"), (second, "2026-06-02"), series=series)
    assert known(rows, "2026-05-30") == {"2026-05-19": 10.0}
    assert known(rows, "2026-06-01") == {"2026-05-19": 12.0}
    assert len(rows) == 2


def test_adjusted_closes_continue_on_the_stored_base() -> None:
    days = pd.date_range("2024-03-18", periods=4, freq="B")
    held = pd.Series([100.0, 102.0, 101.0], index=days[:3])
    # a dividend of 1 % was paid since: the whole past was scaled by 0.99
    fresh = pd.Series([99.0, 100.98, 99.99, 101.9898], index=days)
    new = continued(held, fresh)
    assert list(new.index) == [days[3]]
    assert new.iloc[0] / held.iloc[2] == fresh.iloc[3] / fresh.iloc[2]
    assert np.isclose(new.iloc[0], 103.02)


def test_new_closes_of_members_leave_the_times_in_the_index_as_they_are() -> None:
    days = pd.to_datetime(["2024-01-02", "2024-01-03"])
    spells = pd.DataFrame({"ticker": ["AAA", "BBB"], "start": days[0], "end": [pd.NaT, days[1]]})
    held = Members(
        pd.DataFrame({"AAA": [10.0], "BBB": [20.0]}, index=days[:1]), {"AAA": "Energy"}, spells=spells
    )
    fresh = Members(pd.DataFrame({"AAA": [10.0, 11.0]}, index=days), note="survivors only")
    joined = joined_members(held, fresh)
    assert joined.closes["AAA"].tolist() == [10.0, 11.0]
    assert joined.spells is spells and joined.note == "" and joined.sectors == {"AAA": "Energy"}
    known = joined_members(Members(held.closes), Members(fresh.closes, spells=spells))
    assert known.spells is spells


def test_the_first_source_serves_the_dates_it_has() -> None:
    one = held_after((frame_by_rule("WALCL", ["2024-01-03"], [1.0]), "2024-02-01"))
    other = held_after((frame_by_rule("WALCL", ["2024-01-03", "2024-01-10"], [9.0, 2.0]), "2024-02-01"))
    both = first_choice([view(one), view(other)], [lambda: other])
    assert list(both["value"]) == [1.0, 2.0]


def test_the_first_source_wins_a_tie() -> None:
    """Fetched at the very moment the first source's figure became public: nobody knew the other one before."""
    moment = "2019-12-26 21:30"
    one = held_after((frame_by_rule("WALCL", ["2019-12-25"], [1.0]), "2020-06-01"))
    earlier = response_frame(["2019-12-25"], [9.0], ["2019-12-26 20:00"], Basis.PROVIDER)
    for fetched, expected in ((moment, [1.0]), ("2019-12-26 21:29:59", [9.0, 1.0])):
        other = held_after((earlier, fetched))
        both = first_choice([view(one), view(other)], [lambda rows=other: rows])  # type: ignore[misc]
        assert list(both["value"]) == expected, fetched
    same_moment = held_after((frame_by_rule("WALCL", ["2019-12-25"], [9.0]), "2020-06-01"))
    same_moment["fetched_at"] = at("2019-12-26 20:30")
    both = first_choice([view(one), view(same_moment)], [lambda: same_moment])
    assert list(both["value"]) == [1.0]


def test_what_another_source_told_in_time_stays_known_when_the_first_one_is_late() -> None:
    """The evening of Friday the 12th saw the second source's figure; the first source's came on the 20th."""
    late = held_after((frame_by_rule("WALCL", ["2024-01-03"], [1.0]), "2024-01-05"))
    new = additions(
        late, frame_by_rule("WALCL", ["2024-01-10"], [2.5]), FED, at("2024-01-20"), at("2024-01-13")
    )
    late = pd.concat([late, new], ignore_index=True)
    assert new["known_at"].tolist() == [at("2024-01-20")]
    for fetched, seen_on_the_12th in (
        ("2024-01-12", [1.0, 2.0]),
        ("2024-01-20", [1.0]),
        ("2024-06-01", [1.0]),
    ):
        other = held_after((frame_by_rule("WALCL", ["2024-01-03", "2024-01-10"], [1.0, 2.0]), fetched))
        both = first_choice([view(late), view(other)], [lambda rows=other: rows])  # type: ignore[misc]
        evening = both[both["known_at"] <= at("2024-01-13 01:00")]
        assert list(evening["value"]) == seen_on_the_12th, (
            "rows fetched later prove nothing about that evening"
        )
        assert both.drop_duplicates("observed", keep="last")["value"].iloc[-1] == 2.5


DAYS = pd.date_range("2024-01-03", periods=6, freq="W-WED")
ANSWERS = st.lists(
    st.tuples(
        st.dictionaries(st.integers(0, 5), st.integers(100_000, 200_000).map(float), min_size=1, max_size=6),
        st.booleans(),
        st.integers(1, 30),
    ),
    min_size=1,
    max_size=5,
)


@settings(max_examples=40)
@given(ANSWERS)
def test_nothing_is_lost_and_nothing_repeats(answers: list[tuple[dict[int, float], bool, int]]) -> None:
    rows, now = no_rows(), at("2024-03-01")
    for figures, dated, days in answers:
        now += pd.Timedelta(days=days)
        observed, value = DAYS[list(figures)], list(figures.values())
        if dated:
            answer = response_frame(observed, value, observed + pd.Timedelta(days=2), int(Basis.PROVIDER))
        else:
            answer = frame_by_rule("WALCL", observed, value)
        before = {
            evening: known(rows, evening) for evening in ("2024-02-01", f"{now - pd.Timedelta(seconds=1)}")
        }
        new = additions(rows, answer, FED, now)
        whole = pd.concat([rows, new], ignore_index=True).sort_values(["known_at", "observed"], kind="stable")
        assert not len(additions(whole, answer, FED, now + pd.Timedelta(days=1))), (
            "the same answer adds nothing"
        )
        latest = known(whole, f"{now}")
        if not dated:
            assert {
                f"{d:%Y-%m-%d}": v for d, v in zip(observed, value, strict=True)
            }.items() <= latest.items()
            for evening, seen in before.items():
                assert seen.items() <= known(whole, evening).items(), (
                    "a change seen now leaves the past alone"
                )
        rows = whole
        assert view(rows)["known_at"].max() <= now
