"""Archives of made-up weeks, in the shape that the schema of reading.json asks for.

Numbers follow slow waves, so that years look like years; nothing here is a market.
"""

from __future__ import annotations

import datetime as dt
import json
import math
from pathlib import Path
from typing import Any

from fiveengines.base.parameters import ENGINES, REGIME_NAMES

STYLES = {
    1: "trend_following",
    2: "trend_following",
    3: "mean_reversion",
    4: "capital_preservation",
    5: "capital_preservation",
}
INDICATORS = 6


def friday(week: int, first: dt.date = dt.date(2005, 1, 7)) -> dt.date:
    """The reading date of a week by its number."""
    return first + dt.timedelta(weeks=week)


def brief(day: dt.date) -> dict[str, Any]:
    """A schema-valid brief without markets, engines or lines."""
    nothing = {"held": None, "previous": None, "target_exposure": 0.5, "orders": []}
    data = {
        "index_close": day.isoformat(),
        "age_days": 0,
        "oldest_input": "",
        "oldest_date": None,
        "missing": [],
    }
    return {
        "as_of": day.isoformat(),
        "simulated": False,
        "markets": [],
        "call": {
            "number": 1,
            "name": "Broad bull",
            "confidence": 0.6,
            "confidence_word": "medium",
            "age": 1,
            "standing": "New this week.",
            "sentence": "All is well.",
        },
        "engines": [],
        "changes": [],
        "flips": [],
        "flips_note": "",
        "action": nothing | {"step": "nothing", "text": "Nothing."},
        "companions": [],
        "data": data | {"health": "good", "inputs": 28, "present": 28, "manual_entries": 0, "text": "All."},
    }


def reading(day: dt.date, **changes: Any) -> dict[str, Any]:
    """One schema-valid reading.json of `day`; `changes` replace top-level keys."""
    week = (day - dt.date(2000, 1, 7)).days // 7
    engines = {name: engine(name, week, place) for place, name in enumerate(ENGINES)}
    mean = sum(each["score"] for each in engines.values()) / 5
    number = 1 if mean > 0.35 else 2 if mean > 0.12 else 3 if mean > -0.2 else 4 if mean > -0.45 else 5
    near = {str(each): math.exp(-abs(each - number)) for each in REGIME_NAMES}
    value = round(min(1.0, max(0.0, 0.5 + mean)), 2)
    document = {
        "schema": "fiveengines.reading.v1",
        "as_of": day.isoformat(),
        "generated_at": f"{day + dt.timedelta(days=1)}T08:00:00+00:00",
        "source": "files",
        "simulated": False,
        "library_version": "0.1.0",
        "data_fingerprint": f"{week:016x}",
        "series_fingerprints": {"VIX": f"{week:012x}"},
        "parameters_fingerprint": "0123456789abcdef",
        "engines": engines,
        "regime": {
            "number": number,
            "name": REGIME_NAMES[number],
            "confirmed": week % 5 != 0,
            "confidence": 0.4,
            "could_be": [],
            "raw": number,
            "memberships": {key: round(share / sum(near.values()), 4) for key, share in near.items()},
            "runner_up": number % 5 + 1,
            "narrative": f"Liquidity {'ample' if mean > 0 else 'tight'}, volatility calm, and breadth as it was.",
            "since": day.isoformat(),
            "weeks": 1,
            "flip": {"engine": "breadth", "change": -0.3, "to": number % 5 + 1},
        },
        "aggressiveness": {
            "value": value,
            "previous": value,
            "target": value,
            "band": [0.25, 0.85],
            "portfolio_exposure": round(0.25 + 0.6 * value, 3),
            "nothing_to_do": True,
        },
        "no_call": None,
        "style": {
            "name": STYLES[number],
            "by_regime": STYLES[number],
            "agreement": "agrees",
            "tape": "trending",
            "efficiency_ratio": 0.4,
            "variance_ratio": 1.1,
            "breakout_success": None,
            "net_efficiency": 0.1,
            "checks": [],
        },
        "inflections": [],
        "insights": [],
        "changes": [],
        "brief": brief(day),
        "conclusion_changes": [],
        "week_path": {"spx": None, "vix": None, "vix_intraday": None},
        "overrides": [],
        "without_overrides": None,
        "notices": [],
        "forecast": {
            "sessions": 20,
            "volatility": {"low": 9.1, "median": 13.2, "high": 21.4},
            "regime_weeks": 4,
            "record": {
                "band_coverage": 0.79,
                "band_weeks": 1195,
                "quantile_scores": {"This workbook": 1.33, "VIX alone": 1.37, "Climatology": 2.32},
                "quantile_weeks": 1195,
                "brier_scores": {"This workbook": 0.45, "Persistence": 0.66, "Climatology": 0.7},
                "brier_weeks": 1089,
                "volatility_skill": True,
                "regime_skill": True,
            },
            "regimes": {"1": 0.6, "2": 0.15, "3": 0.15, "4": 0.08, "5": 0.02},
        },
        "files": {"read": 0, "series": 0, "left_out": []},
        "companions": [],
    }
    if week % 17 == 0:
        document["inflections"] = [
            inflection("breadth", "improving", day, 0),
            inflection("volatility", "improving", day, 3),
        ]
    return document | changes


def engine(name: str, week: int, place: int) -> dict[str, Any]:
    """One engine: a wave of three to five years with a quicker one on it."""
    score = round(0.65 * math.sin(week / (26 + 5 * place) + place) + 0.3 * math.sin(week / 7 + 2 * place), 4)
    return {
        "score": score,
        "state": "supportive" if score > 0.3 else "adverse" if score < -0.3 else "neutral",
        "direction": ("improving", "stable", "deteriorating")[week % 3],
        "coverage": 1.0,
        "disagreement": 0.2,
        "previous_score": score,
        "previous_state": "neutral",
        "stressed": False,
        "forced": False,
        "evidence": [evidence(name, each, week, score) for each in range(INDICATORS)],
    }


def evidence(name: str, number: int, week: int, score: float) -> dict[str, Any]:
    """One figure behind an engine; the last one is shown and carries no weight."""
    own = round(max(-1.0, min(1.0, score + 0.2 * math.sin(week / 3 + number))), 4)
    return {
        "indicator": f"{name}_{number}",
        "title": f"{name.replace('_', ' ').capitalize()} figure {number + 1}",
        "value": round(1234.5678 * own, 6),
        "unit": "$ billion",
        "score": own,
        "weight": 0.0 if number == INDICATORS - 1 else 1.0,
        "observed": "2005-01-06",
        "known_at": "2005-01-07T21:30:00+00:00",
        "overridden": False,
        "data_value": None,
        "previous": None,
        "series": ["WALCL"],
        "vintage": None,
    }


def inflection(engine: str, direction: str, day: dt.date, weeks_ago: int) -> dict[str, Any]:
    """One announced inflection."""
    since = (day - dt.timedelta(weeks=weeks_ago)).isoformat()
    base = {"engine": engine, "direction": direction, "since": since}
    return base | {"weeks_ago": weeks_ago, "strength": 0.5, "announced": True, "reversed": None}


def fill(out: Path, weeks: int, **changes: Any) -> Path:
    """A folder of reports for `weeks` weeks; the pages are stubs, the readings are whole."""
    for week in range(weeks):
        day = friday(week)
        put(out, reading(day, **changes))
    return out


def put(out: Path, document: dict[str, Any]) -> Path:
    """One week's folder with this reading."""
    folder = out / str(document["as_of"])
    folder.mkdir(parents=True)
    (folder / "weekly.html").write_text("<!DOCTYPE html><title>A week</title>", encoding="utf-8")
    (folder / "reading.json").write_text(json.dumps(document), encoding="utf-8")
    return folder
