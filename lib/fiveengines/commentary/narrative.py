"""The week in words: one sentence of five clauses, and how an engine moved since last week.

The phrases and what earns them are in playbook/phrases.yaml; no reading is computed and no advice is given.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from fiveengines.base.formats import figure, first_capital, percent
from fiveengines.base.parameters.engines import Changes, Engine
from fiveengines.model.engines import EngineReading, Evidence
from fiveengines.playbook.phrases import Phrases

ENGINE_NAMES = {
    "liquidity": "Liquidity",
    "volatility": "Volatility",
    "breadth": "Breadth",
    "positioning": "Positioning",
    "rate_path": "Rate path",
}

# What an engine got when its score fell or rose, and what its state is called, where the general words would be odd.
_WORSE_BETTER = {"positioning": ("fuller", "lighter")}
_STATES = {
    "positioning": {
        "supportive": "on the light side",
        "neutral": "in the middle",
        "adverse": "on the full side",
    }
}


def clause(reading: EngineReading, phrases: Phrases, day: pd.Timestamp) -> str:
    """One engine in a few words with the figure that earns them; an engine without enough data says so."""
    if reading.score is None:
        return unknown(reading.name)
    return phrases.clause(reading.name, day)  # type: ignore[arg-type]


def unknown(engine: str) -> str:
    """What is said of an engine that cannot be read."""
    return f"{ENGINE_NAMES[engine].lower()} unknown for want of data"


def state_words(engine: str, state: str) -> str:
    """An engine's state in a word or two."""
    return _STATES.get(engine, {}).get(state, state)


def sentence(clauses: Iterable[str]) -> str:
    """The clauses as one sentence."""
    *most, last = clauses
    return first_capital("; ".join([*most, f"and {last}."]))


_ZONES = {"calm": "calm", "normal": "normal", "elevated": "elevated", "shock": "in shock"}
_BASES = {
    "members": "Counted from members' own prices.",
    "published": "From published breadth series; there are no members' prices this week.",
    "sectors": "From sector funds, for want of members' prices and of published series.",
}


def named(engine: str, words: Mapping[str, str], breadth_basis: str = "") -> str:
    """What is named rather than measured about an engine, as sentences; empty when there is nothing to name."""
    parts: list[str] = []
    if engine == "volatility":
        if "volatility_zone" in words:
            parts.append(f"Volatility is {_ZONES[words['volatility_zone']]}.")
        if "vix_curve" in words:
            curve = words["vix_curve"]
            parts.append("The VIX curve is flat." if curve == "flat" else f"The VIX curve is in {curve}.")
    elif engine == "rate_path":
        if "curve_move" in words:
            move = words["curve_move"]
            shape = f"a {move}" if move.endswith(("steepener", "flattener")) else move
            parts.append(f"The yield curve's move over a month: {shape}.")
        if "policy_phase" in words:
            parts.append(f"The policy cycle: {words['policy_phase']}.")
    elif engine == "breadth":
        parts.append(_BASES.get(breadth_basis, ""))
    return " ".join(part for part in parts if part)


def moved_most(reading: EngineReading) -> Evidence | None:
    """The scored indicator that moved the engine's score most since last week, in the direction in which it went.

    Scores count beyond ±1 here: in a panic every score is at -1, and yet something got worse.
    """
    total = score_change(reading)
    moved = [(change * (1 if total >= 0 else -1), each) for each, change in _changes(reading)]
    best = max(moved, key=lambda pair: pair[0], default=None)
    return best[1] if best is not None and best[0] > 0 else None


def score_change(reading: EngineReading) -> float:
    """How much the engine's score changed since last week, counted beyond ±1; 0 where it is not known or held."""
    if reading.forced or (reading.score == reading.previous_score and abs(reading.score or 0.0) < 1.0):
        return 0.0
    return sum(change for _, change in _changes(reading))


def _changes(reading: EngineReading) -> list[tuple[Evidence, float]]:
    """Each scored indicator's part in the change of the score, for those that had a score in both weeks."""
    found = [
        (each, each.weight * (each.extended - each.previous_extended))
        for each in reading.evidence
        if each.extended is not None and each.previous_extended is not None and each.weight > 0
    ]
    total = sum(each.weight for each, _ in found)
    return [(each, change / total) for each, change in found]


def moved_text(evidence: Evidence | None) -> str:
    """'VIX 18.2 → 24.1' for the indicator that moved most, or that nothing did."""
    if evidence is None:
        return "no indicator moved its score"
    return f"{evidence.title} {figure(evidence.previous, evidence.unit)} → {figure(evidence.value, evidence.unit)}"


def went(reading: EngineReading, rules: Changes) -> str:
    """Whether the engine got better or worse since last week; positioning got lighter or fuller."""
    change = score_change(reading)
    worse, better = _WORSE_BETTER.get(reading.name, ("worse", "better"))
    if abs(change) < rules.least:
        return "hardly changed"
    size = "much " if abs(change) >= rules.much else ""
    return f"got {size}{better if change > 0 else worse}"


def changed_engines(
    engines: Mapping[str, EngineReading], weights: Mapping[Engine, float], rules: Changes
) -> list[EngineReading]:
    """The engines that changed in the week: those whose state did, then those whose score did most.

    weights: each engine's share of the severity: engines that went its way come first, so that a crash does not read
    like an improvement.
    """
    severity = sum(weight * score_change(engines[name]) for name, weight in weights.items())
    way = -1 if severity < 0 else 1
    turned = [each for each in engines.values() if each.previous_state not in (None, each.state)]
    others = [each for each in engines.values() if each not in turned and each.score is not None]
    moved = [each for each in others if abs(score_change(each)) >= rules.least]
    moved.sort(key=lambda each: -abs(score_change(each)))
    moved = moved[: max(0, rules.most_engines - len(turned))]
    return sorted([*turned, *moved], key=lambda each: (each not in turned, -way * score_change(each)))


def engine_change(reading: EngineReading, rules: Changes, *, brief: bool = False) -> str:
    """How an engine that kept its state changed in the week, with the input that moved it most.

    brief: the state it keeps is named only where the change goes against it; in the brief it is beside its name.
    """
    name, moved = ENGINE_NAMES[reading.name], moved_text(moved_most(reading))
    if reading.score is None:
        return f"{name} can no longer be read: {percent(reading.coverage)} of its weight has data."
    state = state_words(reading.name, reading.state)
    against = (reading.state, score_change(reading) > 0) in (("adverse", True), ("supportive", False))
    stays = f" {'but' if against else 'and'} stays {state}" if against or not brief else ""
    return f"{name} {went(reading, rules)}{stays}: {moved}."
