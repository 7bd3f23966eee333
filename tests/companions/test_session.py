"""A session sees what was public on its evening, whichever way it was asked for."""

from __future__ import annotations

import pandas as pd
import pytest

from fiveengines.base.errors import ParameterError
from fiveengines.companions.registry import companion
from fiveengines.companions.session import Session


def test_a_wednesday_is_read_as_of_its_own_evening_and_knows_last_friday() -> None:
    session = Session.load("2019-06-05", source="demo")
    assert session.as_of == pd.Timestamp("2019-06-05")
    assert session.panel.sessions[-1] == pd.Timestamp("2019-06-05")
    assert session.week is not None
    assert session.week.as_of == pd.Timestamp("2019-05-31")


def test_a_friday_shares_the_panel_of_its_week() -> None:
    session = Session.load("2019-05-31", source="demo")
    assert session.week is not None
    again = Session.load("2019-05-31", source="demo")
    assert again.panel is session.week.measured.panel


def test_a_weekend_is_read_as_of_the_session_before() -> None:
    assert Session.load("2019-06-02", source="demo").as_of == pd.Timestamp("2019-05-31")


@pytest.mark.parametrize(
    ("asked", "start", "said"),
    [
        ("2019-06-05", "2019-06-05", "not before the session"),
        ("2019-06-05", "last May", "YYYY-MM-DD"),
        ("2999-01-01", None, "in the future"),
        ("1989-12-29", None, "1990"),
    ],
)
def test_an_impossible_session_is_one_line(asked: str, start: str | None, said: str) -> None:
    with pytest.raises(ParameterError, match=said):
        Session.load(asked, source="demo", start=start)


def test_an_unknown_companion_is_one_line() -> None:
    with pytest.raises(ParameterError, match="no companion 'weather'"):
        companion("weather")
