"""A week as reading.json: the form other programs read, held to the schema that ships beside this file.

Translates a Week; computes nothing.
"""

from __future__ import annotations

import datetime as dt
import json
from functools import cache
from importlib import resources
from typing import Any

import jsonschema
import pandas as pd

from fiveengines import __version__
from fiveengines.model.engines import EngineReading, Evidence
from fiveengines.report.fingerprint import parameters_fingerprint
from fiveengines.week import Week


def reading_document(week: Week, generated_at: dt.datetime | None = None) -> dict[str, Any]:
    """reading.json as plain data. The same week gives the same document but for `generated_at`."""
    moment = generated_at or dt.datetime.now(dt.UTC)
    regime, risk, style = week.regime, week.target_exposure, week.style
    return {
        "as_of": week.as_of.date().isoformat(),
        "generated_at": moment.replace(microsecond=0).isoformat(),
        "source": week.source,
        "simulated": week.simulated,
        "library_version": __version__,
        "data_fingerprint": week.dataset.fingerprint(),
        "series_fingerprints": week.dataset.fingerprints(),
        "parameters_fingerprint": parameters_fingerprint(week.params, week.trail, week.as_of.date()),
        "engines": {name: _engine(each) for name, each in week.engines.items()},
        "regime": {
            "number": regime.number,
            "name": regime.name,
            "confirmed": regime.confirmed,
            "raw": regime.raw,
            "memberships": {str(number): _round(share) for number, share in regime.memberships.items()},
            "runner_up": regime.runner_up,
            "narrative": week.narrative,
            "since": regime.since.date().isoformat(),
            "weeks": regime.weeks,
            "flip": None
            if regime.flip is None
            else {"engine": regime.flip.engine, "change": regime.flip.change, "to": regime.flip.to_regime},
        },
        "aggressiveness": {
            "value": _round(risk.value),
            "previous": _round(risk.previous),
            "target": _round(risk.target),
            "band": list(risk.band),
            "portfolio_exposure": _round(risk.portfolio_exposure),
            "nothing_to_do": risk.nothing_to_do,
        },
        "style": {
            "name": style.name,
            "by_regime": style.by_regime,
            "agreement": style.agreement,
            "tape": style.tape,
            "efficiency_ratio": _round(style.efficiency_ratio),
            "variance_ratio": _round(style.variance_ratio),
            "breakout_success": _round(style.breakout_success),
            "net_efficiency": _round(style.net_efficiency),
            "checks": [
                {
                    "measure": each.measure,
                    "window": each.window,
                    "direction": each.direction,
                    "value": _round(each.value),
                    "agrees": each.agrees,
                }
                for each in style.checks
            ],
        },
        "inflections": [
            {
                "engine": each.engine,
                "direction": each.direction,
                "since": each.since.date().isoformat(),
                "weeks_ago": each.weeks_ago,
                "strength": _round(each.strength),
                "announced": each.announced,
                "reversed": None if each.reversed is None else each.reversed.date().isoformat(),
            }
            for each in week.inflections
        ],
        "insights": [each.as_dict() for each in week.insights],
        "changes": list(week.changes),
        "overrides": [each.as_dict() for each in week.overrides],
        "without_overrides": _without(week),
        "notices": [{"level": each.level, "series": each.series, "text": each.text} for each in week.notices],
    }


def _engine(reading: EngineReading) -> dict[str, Any]:
    return {
        "score": _round(reading.score),
        "state": reading.state,
        "direction": reading.direction,
        "coverage": _round(reading.coverage),
        "disagreement": _round(reading.disagreement),
        "previous_score": _round(reading.previous_score),
        "previous_state": reading.previous_state,
        "stressed": reading.stressed,
        "forced": reading.forced,
        "evidence": [_evidence(each) for each in reading.evidence],
    }


def _evidence(each: Evidence) -> dict[str, Any]:
    return {
        "indicator": each.indicator,
        "title": each.title,
        "value": _round(each.value, 6),
        "unit": each.unit,
        "score": _round(each.score),
        "weight": each.weight,
        "observed": None if each.observed is None else each.observed.date().isoformat(),
        "known_at": _utc(each.known_at),
        "overridden": each.overridden,
        "data_value": _round(each.data_value, 6),
        "previous": _round(each.previous, 6),
        "series": list(each.series),
    }


def _without(week: Week) -> dict[str, Any] | None:
    """The call that the data alone would give, when anything was entered by hand."""
    if not week.overrides:
        return None
    plain = week.without_overrides()
    return {
        "regime": plain.regime.number,
        "aggressiveness": _round(plain.target_exposure.value),
        "states": {name: each.state for name, each in plain.engines.items()},
    }


def _round(value: float | None, digits: int = 4) -> float | None:
    return None if value is None else round(float(value), digits) + 0.0


def _utc(moment: pd.Timestamp | None) -> str | None:
    return None if moment is None else moment.tz_localize("UTC").isoformat()


@cache
def schema() -> dict[str, Any]:
    """The JSON schema of reading.json."""
    text = resources.files("fiveengines.report").joinpath("reading.schema.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def validate(document: dict[str, Any]) -> None:
    """Hold a document to the schema; jsonschema.ValidationError names the field that does not fit."""
    jsonschema.Draft202012Validator(schema()).validate(document)
