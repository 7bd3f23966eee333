"""reading.json and its schema: one model makes both, and the file that ships is the model's."""

from __future__ import annotations

import copy
import datetime as dt
from typing import Any

import jsonschema
import pandas as pd
import pytest

from archive import synthetic
from fiveengines.data import demo
from fiveengines.report import reading_json, schemas
from fiveengines.report.reading_json import reading_document
from fiveengines.week import Week
from report.schema import fits_schema, shipped

MOMENT = dt.datetime(2024, 1, 6, 8, 30, 15, 999, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return reading_document(Week.load(as_of="2020-03-20", source="demo"), MOMENT)


@pytest.mark.parametrize("stem", schemas.models())
def test_the_schema_that_ships_is_the_model_s(stem: str) -> None:
    text = schemas.schema_file(stem).read_text(encoding="utf-8")
    assert text == schemas.schema(schemas.models()[stem]), "run `make docs`"
    jsonschema.Draft202012Validator.check_schema(shipped(stem))
    envelope = {"schema", "as_of", "source", "data_fingerprint", "library_version"}
    assert envelope <= set(shipped(stem)["required"])


def test_a_document_names_its_schema_source_data_and_library(document: dict[str, Any]) -> None:
    fits_schema(document)
    assert (document["schema"], document["as_of"]) == ("fiveengines.reading.v1", "2020-03-20")
    assert document["generated_at"] == "2024-01-06T08:30:15+00:00"


def test_the_path_of_the_week_is_that_of_its_daily_closes(document: dict[str, Any]) -> None:
    friday = pd.Timestamp(document["as_of"])
    closes = demo.load().series["VIX"].latest().loc[friday - pd.Timedelta(days=4) : friday]
    path = document["week_path"]["vix"]
    assert (path["first"], path["last"]) == pytest.approx((closes.iloc[0], closes.iloc[-1]), abs=0.005)
    assert (path["high"], path["low"]) == pytest.approx((closes.max(), closes.min()), abs=0.005)
    assert (path["high_day"], path["low_day"]) == (str(closes.idxmax().date()), str(closes.idxmin().date()))
    assert document["week_path"]["vix_intraday"]["high"] >= path["high"]
    assert document["week_path"]["spx"]["first_day"] == str(closes.index[0].date())


def test_figures_are_rounded_and_no_nought_is_negative(document: dict[str, Any]) -> None:
    for engine in document["engines"].values():
        assert engine["score"] == round(engine["score"], 4)
        for each in engine["evidence"]:
            assert each["value"] is None or each["value"] == round(each["value"], 6)
    model = reading_json.AggressivenessRecord(
        value=-0.000001,
        previous=None,
        target=1.0000001,
        band=[0, 1],
        portfolio_exposure=0,
        nothing_to_do=True,
    )
    assert (str(model.value), model.target) == ("0.0", 1.0)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("engines", "breadth", "score"), 1.2),
        (("engines", "breadth", "state"), "friendly"),
        (("engines", "gold"), None),
        (("regime", "number"), 6),
        (("regime", "memberships", "6"), 0.1),
        (("aggressiveness", "band"), [0.1]),
        (("parameters_fingerprint",), "short"),
        (("schema",), "another"),
        (("extra",), 1),
    ],
)
def test_what_does_not_fit_is_refused(path: tuple[str, ...], value: object) -> None:
    document = copy.deepcopy(synthetic.reading(dt.date(2020, 1, 3)))
    fits_schema(document)
    part = document
    for name in path[:-1]:
        part = part[name]
    part[path[-1]] = value
    with pytest.raises(jsonschema.ValidationError):
        fits_schema(document)


@pytest.mark.parametrize("name", ["schema", "data_fingerprint", "engines"])
def test_a_field_that_is_missing_is_refused(name: str) -> None:
    document = synthetic.reading(dt.date(2020, 1, 3))
    del document[name]
    with pytest.raises(jsonschema.ValidationError, match=name):
        fits_schema(document)
