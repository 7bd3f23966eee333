"""claims.json: the models are the document and its schema at once. Shapes only."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from fiveengines.base.documents import Figure, Record
from fiveengines.base.formats import csv_text, inert
from fiveengines.companions.document import CompanionDocument


class WindowRecord(Record):
    """One window, horizon or definition: its figure, cases, interval if it has one, whether it shows the claim."""

    window: str
    figure: Figure
    n: int
    low: Figure | None
    high: Figure | None
    shows: bool


class ClaimRecord(Record):
    """One claim: its verdict as of the session, the middle window's figure and interval, and every window.

    `waits_for` says what an untestable claim lacks; `decided_by` names the series.
    """

    id: str
    source: str
    claim: str
    verdict: Literal["true", "false", "depends", "untestable"]
    figure: Figure | None
    n: int | None
    interval: list[Figure] | None
    windows: list[WindowRecord]
    decided_by: list[str]
    waits_for: str
    as_of: dt.date


class Result(CompanionDocument):
    """Every claim of the sources, marked as of one session."""

    claims: list[ClaimRecord]


def as_csv(result: Result) -> str:
    """One row a claim: id, source, verdict, figure, n, interval, series that decided, what it waits for, claim."""
    rows: list[list[object]] = [
        ["id", "source", "verdict", "figure", "n", "low", "high", "decided_by", "waits_for", "as_of", "claim"]
    ]
    for each in result.claims:
        low, high = each.interval or (None, None)
        series = " ".join(each.decided_by)
        figures = [each.figure, each.n, low, high]
        rows.append(
            [
                each.id, each.source, each.verdict, *figures, series, each.waits_for, each.as_of, inert(each.claim),
            ]
        )  # fmt: skip
    return csv_text(rows)
