"""One insight in one week, in words and plain data: status, evidence, age, history, conflicts and rank.

Everything is read from judged weeks; no condition and no threshold of a rule may enter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from fiveengines.playbook import content, figures
from fiveengines.playbook.models import Conflict, Insight, placeholders
from fiveengines.playbook.rules.judging import ACTIVE, DORMANT, OPPOSITE, STATUSES, UNKNOWN, WATCH, Judged
from fiveengines.research import forward_returns
from fiveengines.research.forward_returns import ForwardReturns

# So many active signals, principles and watched insights are the few that matter in a week.
FEW_ACTIVE, FEW_PRINCIPLES, FEW_WATCH = 5, 1, 3
# News fades: an insight that has been active for a quarter tells half as much.
FRESHNESS_WEEKS = 13
PRINCIPLE_COUNTS = 0.5
# Good news against a hostile regime counts half until liquidity improves.
AGAINST_COUNTS = 0.5
HOSTILE = 4
# Names in messages for series that are not figures of the evidence vocabulary.
_PLAIN_NAMES = {
    "advances": "advancing and declining issues",
    "policy_target": "the policy rate",
    "impulse_4w": "net liquidity",
    "impulse_13w": "net liquidity",
    "tga": "the Treasury account",
    "rrp": "reverse repo",
    "put_call": "equity put/call",
    "vvix": "VVIX",
    "vvix_percentile": "VVIX",
    "spx": "S&P 500",
    "breakeven": "breakeven inflation",
    "dgs10": "10-year yield",
    "expiry_next_week": "the expiry calendar",
}


@dataclass(frozen=True)
class Dispute:
    """An active insight that disagrees with this one, and how to weigh the two."""

    insight: int
    title: str
    weigh: str


@dataclass(frozen=True)
class Finding:
    """One insight in one week.

    status: active, watch or dormant; `opposite`: the mirror case is the active one, or near. weeks: readings in a row
    with this status, `since` the first of them. matters: one of the few to act on this week.
    """

    insight: int
    title: str
    status: str
    opposite: bool
    engine: str
    kind: str
    tone: str
    text: str
    condition: str
    evidence: str
    implication: str
    since: pd.Timestamp | None
    weeks: int
    share_active: float
    history: ForwardReturns
    conflicts: tuple[Dispute, ...] = ()
    relevance: float = 0.0
    matters: bool = False
    note: str = ""

    @property
    def sentence(self) -> str:
        """Title and evidence in a line."""
        return f"{self.title}: {self.evidence}." if self.evidence else f"{self.title}."


def findings(judged: Judged, day: pd.Timestamp) -> tuple[Finding, ...]:
    """All 38 on `day`: active first by relevance, then watch, then dormant by number."""
    row = int(judged.weeks.dates.get_indexer(pd.DatetimeIndex([day]))[0])
    found = [_finding(judged, insight, row) for insight in judged.insights.values()]
    order = {"active": 0, "watch": 1, "dormant": 2}
    ranked = sorted(found, key=lambda each: (order[each.status], -each.relevance, each.insight))
    return _with_conflicts(_chosen(ranked), content.conflicts())


def _finding(judged: Judged, insight: Insight, row: int) -> Finding:
    codes = judged.column(insight.id)[: row + 1]
    code = int(codes[row])
    mirrored = code == OPPOSITE or (code == WATCH and _leans(judged, insight, row))
    mirror = insight.opposite if mirrored else None
    status = "active" if code == OPPOSITE else STATUSES[code]
    spell = int((codes[::-1] == code).cumprod().sum())
    on = code in (ACTIVE, OPPOSITE)
    # A watch tells what followed the case that it leans to.
    starts = forward_returns.first_weeks(codes == (OPPOSITE if mirrored else ACTIVE))
    # The present spell is no past case; its first week is the last one that can have ended before it.
    history = forward_returns.after_signal(
        starts, judged.weeks.series["spx"], row, before=row - spell + 1 if on else None
    )
    known, active = codes != UNKNOWN, codes >= ACTIVE
    share = (int(active.sum()) + 1) / (int(known.sum()) + 2)
    implied = mirror or insight.implication
    against = on and implied.tone == "supportive" and _against_the_regime(judged, insight, row)
    relevance = _relevance(insight, share, spell) * (AGAINST_COUNTS if against else 1.0)
    note = "the regime is hostile and liquidity is not improving, so it counts half" if against else ""
    return Finding(
        insight=insight.id,
        title=insight.title,
        status=status,
        opposite=mirror is not None,
        engine=insight.engine,
        kind=insight.kind,
        tone=implied.tone,
        text=insight.text,
        condition=insight.condition("watch" if code == WATCH else "opposite" if mirror else "active"),
        evidence=_evidence(judged, insight, row) if code > DORMANT else "",
        implication=implied.text,
        since=judged.weeks.dates[row - spell + 1] if code > DORMANT else None,
        weeks=spell if code > DORMANT else 0,
        share_active=share,
        history=history,
        relevance=relevance if code > DORMANT else 0.0,
        note=_lacking(judged, insight, row) if code == UNKNOWN else note,
    )


def _evidence(judged: Judged, insight: Insight, row: int) -> str:
    names = {name for clause in insight.evidence for name in placeholders(clause)}
    own = judged.verdicts[insight.id].figures
    with np.errstate(invalid="ignore", divide="ignore"):
        return insight.render_evidence(figures.on_day(judged.weeks, names, own, row))


def _relevance(insight: Insight, share: float, spell: int) -> float:
    """How much the status tells: rare and new tell most. In bits, halved every quarter of age."""
    surprise = -float(np.log2(min(share, 1.0)))
    fresh = float(0.5 ** ((spell - 1) / FRESHNESS_WEEKS))
    return surprise * fresh * (PRINCIPLE_COUNTS if insight.kind == "principle" else 1.0)


def _leans(judged: Judged, insight: Insight, row: int) -> bool:
    """Whether a watch is for the mirror case."""
    leans = judged.verdicts[insight.id].leans
    return leans is not None and bool(leans[row] == 1)


def _against_the_regime(judged: Judged, insight: Insight, row: int) -> bool:
    """Liquidity's own insights judge liquidity by themselves; the others need it in a hostile regime."""
    hostile = judged.weeks.series["regime"][row] >= HOSTILE
    improving = judged.weeks.words["liquidity_direction"][row] == "improving"
    return bool(hostile and not improving and insight.engine != "liquidity")


def _lacking(judged: Judged, insight: Insight, row: int) -> str:
    """Which figures were missing, in words."""
    weeks, meanings = judged.weeks, content.figures()
    names = [
        _PLAIN_NAMES.get(name) or (meanings[name].meaning if name in meanings else name.replace("_", " "))
        for name in sorted(judged.reads[insight.id])
        if _is_missing(weeks.series, weeks.daily, weeks.words, name, row, weeks.at[row])
    ]
    lacking = ", ".join(dict.fromkeys(names)) or "enough history"
    return f"cannot be judged without {lacking}"


def _is_missing(
    series: Mapping[str, np.ndarray],
    daily: Mapping[str, np.ndarray],
    words: Mapping[str, np.ndarray],
    name: str,
    row: int,
    session: int,
) -> bool:
    if name in series:
        return not np.isfinite(series[name][row])
    if name in words:
        return words[name][row] in ("", "unknown")
    return not np.isfinite(daily[name][session])


def _chosen(ranked: Sequence[Finding]) -> list[Finding]:
    """Mark the few that matter: the most relevant active signals, a principle at most, and some to watch."""
    left = {
        ("active", "signal"): FEW_ACTIVE,
        ("active", "principle"): FEW_PRINCIPLES,
        ("watch", "signal"): FEW_WATCH,
    }
    chosen = []
    for each in ranked:
        slot = (each.status, each.kind)
        matters = left.get(slot, 0) > 0
        if matters:
            left[slot] -= 1
        chosen.append(replace(each, matters=matters))
    return chosen


def _with_conflicts(
    found: Sequence[Finding], conflicts: Mapping[frozenset[int], Conflict]
) -> tuple[Finding, ...]:
    """Name the active insights that an active one disagrees with; a mirror case has no written conflict."""
    active = {each.insight: each for each in found if each.status == "active" and not each.opposite}
    result = []
    for each in found:
        disputes = [
            Dispute(other, active[other].title, conflicts[frozenset((each.insight, other))].weigh)
            for other in sorted(active)
            if each.insight in active and frozenset((each.insight, other)) in conflicts
        ]
        result.append(replace(each, conflicts=tuple(disputes)))
    return tuple(result)
