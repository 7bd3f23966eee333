"""Step 5 in words and counts: where each engine is between worse and better, and what followed past inflections.

Directions and inflections come from readings; the counts are of this history alone, against all its weeks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from fiveengines.base.formats import counted, number, percent
from fiveengines.base.parameters import ENGINES
from fiveengines.commentary import narrative
from fiveengines.model.inflections import DETERIORATING, IMPROVING
from fiveengines.model.readings import Readings
from fiveengines.research import EvidenceSample, inflection_record

_PHASES: Mapping[str, str] = {
    "worse": "worsening",
    "after worse": "stabilising",
    "better": "improving",
    "after better": "levelling off",
}
# What an engine's phases are called where the general word would be odd.
_OWN_WORDS: Mapping[str, Mapping[str, str]] = {
    "volatility": {
        "worse": "rising",
        "after worse": "stabilising",
        "better": "falling",
        "after better": "settled",
    },
    "positioning": {
        "worse": "filling up",
        "after worse": "no longer filling",
        "better": "thinning out",
        "after better": "no longer thinning",
    },
    "rate_path": {
        "worse": "turning hostile",
        "after worse": "no longer worsening",
        "better": "clearing up",
        "after better": "settled",
    },
}


@dataclass(frozen=True)
class Phase:
    """A stretch of weeks in one phase, in the engine's own word."""

    word: str
    weeks: int


@dataclass(frozen=True)
class Sequence:
    """An engine's phases, oldest first."""

    engine: str
    phases: tuple[Phase, ...]

    @property
    def now(self) -> Phase:
        """The present phase."""
        return self.phases[-1]

    @property
    def sentence(self) -> str:
        """'Liquidity: worsening → stabilising → improving (3 weeks).'"""
        path = " → ".join(each.word for each in self.phases[-3:])
        return f"{narrative.ENGINE_NAMES[self.engine]}: {path} ({counted(self.now.weeks, 'week')})."


@dataclass(frozen=True)
class Record:
    """What followed past inflections of one kind, in a sentence."""

    engine: str
    direction: str
    sentence: str


def sequences(readings: Readings, weeks: int, day: pd.Timestamp) -> dict[str, Sequence]:
    """Each engine's phases in the last `weeks` readings up to `day`."""
    directions = readings.engines.direction.loc[:day]
    return {engine: _sequence(engine, directions[engine], weeks) for engine in ENGINES}


def _sequence(engine: str, direction: pd.Series, weeks: int) -> Sequence:
    """Stable weeks take their meaning from the last direction before them."""
    kinds, last = [], "steady"
    for word in direction:
        if word == IMPROVING:
            kind, last = "better", "after better"
        elif word == DETERIORATING:
            kind, last = "worse", "after worse"
        else:
            kind = last
        kinds.append(kind)
    window = np.array(kinds[-weeks:], dtype=object)
    starts = np.flatnonzero(np.concatenate([[True], window[1:] != window[:-1]]))
    ends = np.append(starts[1:], len(window))
    words = {"steady": "steady", **_PHASES, **_OWN_WORDS.get(engine, {})}
    phases = (Phase(words[window[a]], int(b - a)) for a, b in zip(starts, ends, strict=True))
    return Sequence(engine, tuple(phases))


def records(past: EvidenceSample) -> tuple[Record, ...]:
    """What followed each kind of inflection in history, as far as it was known on the evening of `past`."""
    table, horizon = inflection_record(past), past.quarter
    return tuple(
        Record(row["engine"], row["direction"], _record(row, horizon.label))
        for row in table.to_dict("records")
    )


def _record(row: Mapping[Any, Any], horizon: str) -> str:
    """The counts in a sentence; a small sample is called so."""
    name = f"{narrative.ENGINE_NAMES[row['engine']]} {row['direction']}"
    if row["cases"] == 0:
        return f"{name}: no complete case in this history."
    way = "higher" if row["direction"] == IMPROVING else "lower"
    return (
        f"{name}: {horizon} later the S&P 500 was {way} in {row['hits']} of {row['cases']} past cases "
        f"({number(row['mean_return'], 1, ' %', sign=True)} on average; "
        f"{way} after {percent(row['all_hit_rate'])} of all weeks)"
        f"{'; a small sample' if row['small'] else ''}."
    )
