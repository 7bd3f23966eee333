"""The shape of params/claims.yaml: every claim of the sources and the test that decides it.

Schemas only; nothing is measured here.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from pydantic import Field

from fiveengines.base.yaml_files import Strict


class Holds(Strict):
    """Figures that show the claim: within these bounds."""

    least: float | None = None
    most: float | None = None

    def __contains__(self, figure: object) -> bool:
        """Whether a figure lies within."""
        value = float(str(figure))
        return (self.least is None or value >= self.least) and (self.most is None or value <= self.most)


class Claim(Strict):
    """One claim. `start` and `day` are given when it is about a time; `test` names its measure.

    needs: series without which it waits; uses: further ones that its measure takes where they are there.
    """

    id: str = Field(pattern=r"^[a-z]{2}-[a-z0-9.-]+$")
    source: str
    claim: str = Field(min_length=5, max_length=200)
    test: str
    start: dt.date | None = None
    day: dt.date | None = None
    needs: tuple[str, ...]
    uses: tuple[str, ...] = ()
    settings: dict[str, Any] = Field(default_factory=dict)
    holds: Holds


class Outcome(Strict):
    """What an insight says will follow, and on which side of the usual.

    what: in words; of: one series, or two of which the first is held against the second. `return` is in per cent,
    `change` in the series' own unit, `size` a return of either sign, per cent. `same`: nothing unusual follows.
    """

    what: str
    of: tuple[str, ...] = Field(min_length=1, max_length=2)
    measure: Literal["return", "change", "size"]
    shows: Literal["more", "less", "same"]


class InsightClaims(Strict):
    """How the framework's own insights are tested; one without an outcome of its own by the index's return."""

    horizons: tuple[int, ...] = Field(min_length=3)
    least_spells: int = Field(ge=2, le=100)
    outcomes: dict[str, Outcome] = Field(default_factory=dict)


class ClaimsParameters(Strict):
    """params/claims.yaml."""

    claims: tuple[Claim, ...]
    insights: InsightClaims
