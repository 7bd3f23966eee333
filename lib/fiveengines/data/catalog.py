"""The catalog: every series with its title, unit, rhythm, provider and release rule, read from catalog.yaml.

Facts about series only; no observation and no judgement (breakpoints live in params/) may enter.
"""

from __future__ import annotations

import difflib
from functools import lru_cache
from importlib import resources
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from fiveengines.base import yaml_files
from fiveengines.base.errors import ParameterError

Frequency = Literal["daily", "weekly", "monthly", "quarterly"]
Rule = Literal["session", "business_days", "weekday", "cot", "period_end", "target"]
Weekday = Literal["mon", "tue", "wed", "thu", "fri"]


class Release(BaseModel):
    """When an observation becomes public; `calendars.published_at` turns it into moments."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    rule: Rule
    time: str = Field(pattern=r"^\d\d:\d\d$", description="New York wall-clock time")
    lag: int = 0
    weekday: Weekday | None = None
    after: int = 0
    days: int = 0


class Series(BaseModel):
    """One catalog entry. `unit` is the provider's own; `bounds` are the values that can be true."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    id: str
    title: str
    unit: str
    frequency: Frequency
    provider: str
    release: Release
    revised: bool
    stale_after: int = Field(gt=0, description="calendar days")
    bounds: tuple[float, float] | None = None
    zero_before: str | None = None
    shares_below: float | None = Field(
        default=None, description="a history of percents that never exceeds this is written in shares"
    )
    usable_from: str | None = None
    begins: str | None = Field(
        default=None,
        pattern=r"^\d{4}-\d\d-\d\d$",
        description="first observation ever published; None: before readings can begin, or not known",
    )

    @model_validator(mode="after")
    def _ordered(self) -> Series:
        if self.bounds is not None and self.bounds[0] >= self.bounds[1]:
            raise ValueError(f"{self.id}: bounds must rise")
        return self


@lru_cache(maxsize=1)
def catalog() -> dict[str, Series]:
    """All series by id, in the order of catalog.yaml."""
    text = resources.files("fiveengines.data").joinpath("catalog.yaml").read_text(encoding="utf-8")
    raw: dict[str, Any] = yaml_files.parse(text, ours=True)["series"]
    return {key: Series(id=key, **entry) for key, entry in raw.items()}


def lookup(series_id: str) -> Series:
    """The entry of `series_id`; an unknown id raises ParameterError with the nearest known ones."""
    entry = catalog().get(series_id)
    if entry is None:
        near = difflib.get_close_matches(series_id.upper(), catalog(), n=3)
        raise ParameterError(
            f"unknown series {series_id!r}.",
            remedy=f"Did you mean {', '.join(near)}?" if near else "See catalog.yaml.",
        )
    return entry
