"""What holds for every companion, on the demo: its document's form, and that nothing later than its evening enters."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib import resources
from typing import Any

import jsonschema
import pandas as pd
import pytest

from fiveengines import week
from fiveengines.base import paths
from fiveengines.base.errors import ParameterError
from fiveengines.companions.rebalance import background
from fiveengines.companions.registry import REGISTRY, Companion, labelled, paged
from fiveengines.companions.session import Session
from fiveengines.data import calendars
from fiveengines.report.companion_json import companion_document, json_text

DAYS = ("2009-03-11", "2020-03-20")


@pytest.fixture(autouse=True)
def nothing_measured() -> Iterator[None]:
    """Each test reads the data anew."""
    yield
    forget()


def forget() -> None:
    week._MEASURED.clear()
    week._panel.cache_clear()
    background._KEPT.clear()


def document(each: Companion, day: str) -> dict[str, Any]:
    session = Session.load(day, source="demo")
    found = companion_document(session, each.analyse(session))
    return {**found, "generated_at": ""}


@pytest.mark.parametrize("name", REGISTRY)
@pytest.mark.parametrize("day", DAYS)
def test_cutting_what_came_later_changes_nothing(
    name: str, day: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = document(REGISTRY[name], day)
    moment, load = pd.Timestamp(day), week._dataset
    monkeypatch.setattr(
        week, "_dataset", lambda *given: load(*given).until(calendars.evening_of(moment), moment)
    )
    forget()
    assert document(REGISTRY[name], day) == before


@pytest.mark.parametrize("name", REGISTRY)
def test_its_document_has_the_form_that_ships(name: str) -> None:
    session = Session.load(DAYS[0], source="demo")
    answer = REGISTRY[name].analyse(session)
    assert type(answer).model_validate_json(answer.model_dump_json(by_alias=True)) == answer
    found = companion_document(session, answer)
    stem = REGISTRY[name].stem
    shipped = resources.files("fiveengines.report").joinpath(f"{stem}.schema.json").read_text("utf-8")
    jsonschema.Draft202012Validator(json.loads(shipped)).validate(found)
    assert (found["as_of"], found["source"], found["from"]) == (DAYS[0], "demo", None)
    assert 0 < len(found["headline"].split()) <= 15
    assert found["bottom_line"].endswith(".")
    assert list(json.loads(json_text(found))) == list(found), "the envelope stands first"
    assert list(found)[:9] == [
        "schema",
        "as_of",
        "source",
        "library_version",
        "data_fingerprint",
        "generated_at",
        "parameters_fingerprint",
        "headline",
        "bottom_line",
    ]


def test_a_portfolio_has_pages_of_its_own() -> None:
    growth = REGISTRY["rebalance"].about("growth-2")
    assert (growth.stem, growth.page, growth.label) == (
        "rebalance",
        "rebalance-growth-2",
        "rebalance-growth-2",
    )
    assert labelled("rebalance-growth-2") == paged("rebalance-growth-2") == growth
    assert (labelled("rate-shock"), paged("rate_shock")) == (REGISTRY["rate-shock"], REGISTRY["rate-shock"])
    assert (labelled("selloff-growth"), paged("selloff-growth"), paged("rebalance-")) == (None, None, None)
    assert labelled("rebalance-") is None
    with pytest.raises(ParameterError, match="selloff is not about one of several portfolios"):
        REGISTRY["selloff"].about("growth")


@pytest.mark.parametrize("name", REGISTRY)
def test_it_is_described(name: str) -> None:
    text = (paths.project_root() / "docs" / "COMPANIONS.md").read_text(encoding="utf-8")
    assert f"\n| `{name}` | " in text
    assert f"\n## {name}\n" in text
