"""One insight in one week, in words and plain data: status, evidence, age, history, conflicts and rank.

Everything is read from evaluated weeks; no condition and no threshold of a rule may enter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from fiveengines.base.parameters.playbook import Ranking
from fiveengines.base.parameters.research import ResearchParameters
from fiveengines.playbook import content
from fiveengines.playbook.conditions import certain, numbers
from fiveengines.playbook.evidence import evidence
from fiveengines.playbook.models import Figure, Insight
from fiveengines.playbook.rule_inputs import Array, RuleInputs
from fiveengines.playbook.rules.evaluation import (
    ACTIVE,
    DORMANT,
    OPPOSITE,
    STATUSES,
    UNKNOWN,
    WATCH,
    Evaluation,
)
from fiveengines.research.forward_returns import ForwardReturns, after_signal, first_rows

_ORDER = ("active", "watch", "dormant")
# Series that are neither indicators nor figures, for messages.
_TITLES = {
    "advances": "advancing and declining issues of the NYSE",
    "vvix_percentile": "VVIX",
    "spx": "S&P 500",
    "expiry_next_week": "the expiry calendar",
}


@dataclass(frozen=True)
class ActiveConflict:
    """An active insight that disagrees with this one, and how to weigh the two."""

    insight: str
    title: str
    weigh: str


@dataclass(frozen=True)
class InsightReading:
    """One insight in one week.

    status: active, watch or dormant; `opposite`: the mirror case is the active one, or near. weeks: readings in a row
    with this status, `since` the first of them. matters: one of the few to act on this week.
    """

    insight: str
    title: str
    status: str
    opposite: bool
    engine: str
    kind: str
    tone: str
    condition: str
    evidence: str
    implication: str
    since: pd.Timestamp | None
    weeks: int
    share_active: float
    history: ForwardReturns
    conflicts: tuple[ActiveConflict, ...] = ()
    relevance: float = 0.0
    matters: bool = False
    note: str = ""


def insight_readings(
    evaluation: Evaluation, day: pd.Timestamp, ranking: Ranking, research: ResearchParameters
) -> tuple[InsightReading, ...]:
    """Every insight on `day`: active first by relevance, then watch, then dormant in the order of insights.yaml."""
    row = int(evaluation.inputs.dates.get_indexer(pd.DatetimeIndex([day]))[0])
    close, figures = numbers(evaluation.inputs.series["spx"]), content.figures()
    found = [
        _reading(evaluation, insight, row, close, figures, ranking, research)
        for insight in evaluation.insights.values()
    ]
    ranked = sorted(found, key=lambda each: (_ORDER.index(each.status), -each.relevance))
    return _with_conflicts(_with_most_relevant(ranked, ranking), evaluation.insights)


def _reading(
    evaluation: Evaluation,
    insight: Insight,
    row: int,
    close: Array,
    figures: Mapping[str, Figure],
    ranking: Ranking,
    research: ResearchParameters,
) -> InsightReading:
    inputs, result = evaluation.inputs, evaluation.results[insight.id]
    codes = evaluation.column(insight.id)[: row + 1]
    code = int(codes[row])
    leans = result.leans is not None and bool(certain(result.leans)[row])
    mirrored = code == OPPOSITE or (code == WATCH and leans)
    mirror = insight.opposite if mirrored else None
    status = "active" if code == OPPOSITE else STATUSES[code]
    spell = int((codes[::-1] == code).cumprod().sum())
    is_active, is_shown = code in (ACTIVE, OPPOSITE), code > DORMANT
    # The history of a watch is that of the case to which it leans.
    starts = first_rows(codes == (OPPOSITE if mirrored else ACTIVE), research.quiet_weeks)
    # The present spell is not a past case; its first week is the last one that can have ended before it.
    history = after_signal(starts, close, row, research, before=row - spell + 1 if is_active else None)
    # Laplace's rule of succession: neither never nor always is certain after a few weeks.
    share = (int((codes >= ACTIVE).sum()) + 1) / (int((codes != UNKNOWN).sum()) + 2)
    implied = mirror or insight.implication
    relevance, note = _relevance(insight, share, spell, ranking) if is_shown else 0.0, ""
    if is_active and implied.tone == "supportive" and _against_the_regime(inputs, insight, row, ranking):
        relevance *= ranking.hostile_factor
        note = "the regime is hostile and liquidity is not improving, so it counts less"
    return InsightReading(
        insight=insight.id,
        title=insight.title,
        status=status,
        opposite=mirror is not None,
        engine=insight.engine,
        kind=insight.kind,
        tone=implied.tone,
        condition=insight.condition("watch" if code == WATCH else "opposite" if mirror else "active"),
        evidence=evidence(inputs, insight, result, figures, row) if is_shown else "",
        implication=implied.text,
        since=inputs.dates[row - spell + 1] if is_shown else None,
        weeks=spell if is_shown else 0,
        share_active=share,
        history=history,
        relevance=relevance,
        note=_lacking(inputs, evaluation.reads[insight.id], figures, row) if code == UNKNOWN else note,
    )


def _relevance(insight: Insight, share: float, spell: int, ranking: Ranking) -> float:
    """How much the status says: rare and new says most. In bits, halved with every half-life of age."""
    surprise = -float(np.log2(min(share, 1.0)))
    fresh = float(0.5 ** ((spell - 1) / ranking.half_life_weeks))
    return surprise * fresh * (ranking.principle_factor if insight.kind == "principle" else 1.0)


def _against_the_regime(inputs: RuleInputs, insight: Insight, row: int, ranking: Ranking) -> bool:
    """Liquidity's own insights judge liquidity by themselves; the others need it in a hostile regime."""
    hostile = inputs.series["regime"][row] in ranking.hostile_regimes
    improving = inputs.labels["liquidity_direction"][row] == "improving"
    return hostile and not improving and insight.engine != "liquidity"


def _lacking(inputs: RuleInputs, reads: frozenset[str], figures: Mapping[str, Figure], row: int) -> str:
    """Which series were missing, in words."""
    names = [
        figures[name].meaning if name in figures else _TITLES.get(name, name.replace("_", " "))
        for name in sorted(reads)
        if _is_missing(inputs, name, row)
    ]
    return f"cannot be judged without {', '.join(dict.fromkeys(names)) or 'enough history'}"


def _is_missing(inputs: RuleInputs, name: str, row: int) -> bool:
    if name in inputs.series:
        return bool(inputs.series[name].isna()[row])
    if name in inputs.labels:
        return inputs.labels[name][row] in ("", "unknown")
    return bool(np.isnan(inputs.daily[name][inputs.at[row]]))


def _with_most_relevant(ranked: Sequence[InsightReading], ranking: Ranking) -> list[InsightReading]:
    """Mark the few that matter: the most relevant active signals and principles, and some to watch."""
    left = {
        ("active", "signal"): ranking.most.active_signals,
        ("active", "principle"): ranking.most.active_principles,
        ("watch", "signal"): ranking.most.watched_signals,
    }
    marked = []
    for each in ranked:
        slot = (each.status, each.kind)
        left[slot] = left.get(slot, 0) - 1
        marked.append(replace(each, matters=left[slot] >= 0))
    return marked


def _with_conflicts(
    found: Sequence[InsightReading], insights: Mapping[str, Insight]
) -> tuple[InsightReading, ...]:
    """Name the active insights that an active one disagrees with; a mirror case has no written conflict."""
    pairs = content.conflicts()
    active = {each.insight for each in found if each.status == "active" and not each.opposite}
    return tuple(
        replace(
            each,
            conflicts=tuple(
                ActiveConflict(other, insights[other].title, pairs[frozenset((each.insight, other))].weigh)
                for other in insights[each.insight].conflicts_with
                if {each.insight, other} <= active
            ),
        )
        for each in found
    )
