"""Claims with their verdicts in tables. Shows an answer of the claims companion; computes none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fiveengines.base.formats import number
from fiveengines.companions.claims import Result
from fiveengines.companions.claims.result import ClaimRecord, WindowRecord
from fiveengines.views.charts.claims import SOURCES
from fiveengines.views.tables.markup import Column, great_table, lines, prose, soft


def of_verdict(result: Result, verdict: str, title: str) -> Any:
    """Every claim of one verdict, by source; a sentence when there is none."""
    rows = [each for each in result.claims if each.verdict == verdict]
    if not rows:
        return prose(f"{title}: none.")
    return great_table(
        rows,
        Column("Claim", lambda each: lines(each.claim, soft(each.id))),
        Column(
            "Figures by window",
            lambda each: lines(*map(_window, each.windows)) if each.windows else soft(each.waits_for),
        ),
        Column("Decided by", lambda each: soft(", ".join(each.decided_by))),
        title=f"{title}: {len(rows)}",
        group=lambda each: SOURCES.get(each.source, each.source),
    )


def _window(each: WindowRecord) -> str:
    interval = (
        ""
        if each.low is None or each.high is None
        else f" ({number(each.low, 1, sign=True)} to {number(each.high, 1, sign=True)})"
    )
    return f"{each.window}: {number(each.figure, 1)}{interval}, n {each.n:,}"


def marked(claims: Sequence[ClaimRecord]) -> Any:
    """The claims of one source with their verdicts, for its companion's own page."""
    return great_table(
        claims,
        Column("Claim", lambda each: lines(each.claim, soft(each.id))),
        Column("Verdict", lambda each: each.verdict),
        Column("Figure", lambda each: lines(*map(_window, each.windows)) or soft(each.waits_for)),
        title="What the source claims",
        subtitle="True when every window shows it, false when none does",
    )
