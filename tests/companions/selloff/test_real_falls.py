"""Real falls: shares add up, sentences are practitioners', the published chain is found, nothing is known early."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from companions.selloff.evenings import changed, document, edited, evening, random_days, scrambled, without
from fiveengines.companions.selloff import Result, analyse
from fiveengines.companions.session import Session
from fiveengines.data.panel import Panel
from fiveengines.overrides import Entry

pytestmark = pytest.mark.real_data


@pytest.fixture(scope="module")
def session(real_data: Path) -> Session:
    """The evening of the taper tantrum's low, from the high of 21 May 2013."""
    return evening("2013-06-25", "2013-05-21", real_data)


@pytest.fixture(scope="module")
def answer(session: Session) -> Result:
    return analyse(session)


def test_shares_and_residual_add_up_to_the_fall_as_of_the_session(answer: Result) -> None:
    assert answer.window is not None
    assert answer.shares is not None
    assert answer.window.fall_pct == pytest.approx(100 * (1588.03 / 1669.16 - 1), abs=0.01)
    assert sum(answer.shares.model_dump().values()) == pytest.approx(answer.window.fall_pct, abs=1e-6)


def test_stocks_that_fall_as_yields_rise_fall_for_rates(answer: Result) -> None:
    """BIS Annual Report 2014, chapter II: the prospect of tapering."""
    assert answer.shares is not None
    assert answer.drivers[0].driver == "rates"
    assert answer.drivers[0].role == "cause"
    assert (
        answer.shares.monetary + answer.shares.common_premium
        < answer.shares.growth + answer.shares.hedging_premium
    )
    assert answer.pattern == "bonds fell with stocks: rates"
    assert "10-year real yield rose" in answer.bottom_line


def test_without_futures_vxn_or_members_each_is_named_and_rates_still_lead(session: Session) -> None:
    gone = ("HG_F", "GC_F", "CL_F", "SI_F", "6J_F", "DX_F", "ZN_F", "VXN", "COR1M", "UX1", "UX2")
    found = analyse(without(session, gone, members=False))
    said = " ".join(found.not_available)
    assert all(word in said for word in ("Copper against gold", "VXN", "COR1M", "Members: none", "Yen"))
    assert found.drivers[0].driver == "rates"


def test_1994_has_no_week_and_few_inputs_and_is_answered(real_data: Path) -> None:
    early = evening("1994-04-05", "1994-02-02", real_data)
    assert early.week is None
    found = analyse(early)
    assert found.drivers[0].driver == "rates"
    assert not found.cannot_tell
    assert found.capitulation.of < len(found.capitulation.items)


def test_the_chain_of_7_january_2024_gives_the_published_gamma_and_flip(real_data: Path) -> None:
    last = pd.DataFrame(
        {"observed": pd.to_datetime(["2024-01-05", "2024-01-08"]), "value": [4697.24, 4763.54],
         "known_at": pd.to_datetime(["2024-01-05 21:30", "2024-01-08 21:30"])}
    )  # fmt: skip
    held = evening("2024-01-08", folder=real_data)
    found = analyse(edited(held, "SPX", lambda frame: pd.concat([frame, last]))).gamma
    assert found is not None
    assert found.value == pytest.approx(-11.00, abs=0.005)
    assert found.flip == pytest.approx(4734, abs=1)


@pytest.mark.long
def test_what_comes_later_changes_nothing_on_thirty_sessions(real_data: Path) -> None:
    whole = evening("2019-12-31", folder=real_data)
    for at, day in enumerate(random_days(whole, 30, 21)):
        honest = replace(changed(whole, whole.dataset), as_of=day, panel=Panel(whole.dataset, day))
        stirred = scrambled(whole.dataset, day, at)
        assert document(honest) == document(replace(honest, panel=Panel(stirred, day))), day.date()


def test_a_manual_reading_takes_the_measured_ones_place_and_is_named(session: Session) -> None:
    moment = dt.datetime(2013, 6, 25, 22, tzinfo=dt.UTC)
    day = dt.date(2013, 6, 25)
    entries = tuple(
        Entry(name, name, value, "desk's own count", "prime broker", "A. Reader", moment, day, day)
        for name, value in (
            ("dealer_gamma", -3.5),
            ("cta_exposure", 10.0),
            ("hedge_fund_gross", 88.0),
            ("gamma_flip", 1620.0),
            ("fund_flows", -12.5),
        )
    )
    found = analyse(replace(session, entries=entries))
    assert [each.field for each in found.overrides] == [
        "cta_exposure",
        "dealer_gamma",
        "fund_flows",
        "gamma_flip",
        "hedge_fund_gross",
    ]
    assert found.gamma is not None
    assert (found.gamma.value, found.gamma.source) == (-3.5, "entered by hand; the level entered by hand")
    assert found.gamma.flip == 1620.0
    assert found.window is not None and found.gamma.distance_pct is not None
    assert found.gamma.distance_pct == pytest.approx(100 * (1620.0 / found.window.close - 1), abs=0.01)
    marked = {each.name: each.value for each in found.positioning if each.overridden}
    assert marked == {"cta_exposure": 10.0, "hedge_fund_gross": 88.0, "fund_flows": -12.5}


def test_an_answer_is_the_same_twice(session: Session) -> None:
    assert document(session) == document(session)
