"""The shape of params/playbook.yaml: how far percentiles look back, and how insights are ranked.

Schemas only; no number of judgement may enter.
"""

from __future__ import annotations

from pydantic import Field

from fiveengines.base.yaml_files import Strict


class Percentiles(Strict):
    """How many weeks a percentile is taken over, and how few make it unknown."""

    weeks: int = Field(ge=52, le=1040)
    least_weeks: int = Field(ge=13, le=520)


class MostShown(Strict):
    """How many insights of a kind may be marked as mattering in a week."""

    active_signals: int = Field(ge=0, le=50)
    active_principles: int = Field(ge=0, le=50)
    watched_signals: int = Field(ge=0, le=50)


class Ranking(Strict):
    """How much an active or watched insight counts against the others of its week."""

    most: MostShown
    half_life_weeks: float = Field(gt=0, le=520)
    principle_factor: float = Field(ge=0, le=1)
    hostile_regimes: tuple[int, ...]
    hostile_factor: float = Field(ge=0, le=1)


class PlaybookParameters(Strict):
    """params/playbook.yaml."""

    percentiles: Percentiles
    ranking: Ranking
