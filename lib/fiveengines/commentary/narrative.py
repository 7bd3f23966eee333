"""The week in words: one sentence of five clauses, and what changed since last week.

Words for readings only; no reading is computed and no advice is given.
"""

from __future__ import annotations

from collections.abc import Mapping

from fiveengines.base.formats import figure, first_capital, signed
from fiveengines.model.engines import EngineReading, Evidence
from fiveengines.model.regimes import NAMES, RegimeReading

ENGINE_NAMES = {
    "liquidity": "Liquidity",
    "volatility": "Volatility",
    "breadth": "Breadth",
    "positioning": "Positioning",
    "rate_path": "Rate path",
}

# engine → state → direction → clause
_CLAUSES: dict[str, dict[str, dict[str, str]]] = {
    "liquidity": {
        "supportive": {
            "improving": "liquidity ample and growing",
            "stable": "liquidity ample",
            "deteriorating": "liquidity ample but ebbing",
        },
        "neutral": {
            "improving": "liquidity on the mend",
            "stable": "liquidity neither loose nor tight",
            "deteriorating": "liquidity tightening",
        },
        "adverse": {
            "improving": "liquidity tight but easing",
            "stable": "liquidity tight",
            "deteriorating": "liquidity tight and getting tighter",
        },
    },
    "volatility": {
        "supportive": {
            "improving": "volatility low and falling",
            "stable": "volatility calm",
            "deteriorating": "volatility low but waking",
        },
        "neutral": {
            "improving": "volatility settling",
            "stable": "volatility ordinary",
            "deteriorating": "volatility picking up",
        },
        "adverse": {
            "improving": "volatility high but past its peak",
            "stable": "volatility high",
            "deteriorating": "volatility high and rising",
        },
    },
    "breadth": {
        "supportive": {
            "improving": "breadth wide and widening",
            "stable": "breadth wide",
            "deteriorating": "breadth wide but thinning",
        },
        "neutral": {
            "improving": "breadth recovering",
            "stable": "breadth mixed",
            "deteriorating": "breadth fading",
        },
        "adverse": {
            "improving": "breadth poor but lifting",
            "stable": "breadth poor",
            "deteriorating": "breadth breaking down",
        },
    },
    "positioning": {
        "supportive": {
            "improving": "positioning light and getting lighter",
            "stable": "positioning light",
            "deteriorating": "positioning light but filling up",
        },
        "neutral": {
            "improving": "positioning easing back",
            "stable": "positioning middling",
            "deteriorating": "positioning filling up",
        },
        "adverse": {
            "improving": "positioning crowded but thinning out",
            "stable": "positioning crowded",
            "deteriorating": "positioning crowded and still building",
        },
    },
    "rate_path": {
        "supportive": {
            "improving": "a rate path turning friendlier",
            "stable": "a friendly rate path",
            "deteriorating": "a rate path friendly but less so",
        },
        "neutral": {
            "improving": "a rate path clearing up",
            "stable": "an undecided rate path",
            "deteriorating": "a rate path growing less friendly",
        },
        "adverse": {
            "improving": "a hostile rate path that is softening",
            "stable": "a hostile rate path",
            "deteriorating": "a rate path turning more hostile",
        },
    },
}


def clause(reading: EngineReading) -> str:
    """One engine in a few words; an engine without enough data says so."""
    words = _CLAUSES[reading.name].get(reading.state)
    if words is None:
        return f"{ENGINE_NAMES[reading.name].lower()} unknown for want of data"
    return words[reading.direction]


def sentence(engines: Mapping[str, EngineReading]) -> str:
    """The five clauses as one sentence."""
    parts = [clause(each) for each in engines.values()]
    text = ", ".join(parts[:-1]) + f", and {parts[-1]}."
    return first_capital(text)


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
    """The scored indicator whose part in the engine's score moved most since last week."""
    moved = [
        (abs((each.score - each.previous_score) * each.weight), each)
        for each in reading.evidence
        if each.score is not None and each.previous_score is not None and each.weight > 0
    ]
    best = max(moved, key=lambda pair: pair[0], default=None)
    return best[1] if best is not None and best[0] > 0 else None


def moved_text(evidence: Evidence | None) -> str:
    """'VIX 18.2 → 24.1' for the indicator that moved most, or that nothing did."""
    if evidence is None:
        return "no indicator moved its score"
    return f"{evidence.title} {figure(evidence.previous, evidence.unit)} → {figure(evidence.value, evidence.unit)}"


def changes(
    engines: Mapping[str, EngineReading], regime: RegimeReading | None, least: float
) -> tuple[str, ...]:
    """What changed since last week, most important first; one line says so when nothing of weight did.

    regime: None in a week without a call, in which silence does not mean that nothing changed.
    """
    lines = []
    if regime is not None and regime.previous is not None and regime.previous != regime.number:
        lines.append(f"Regime: {NAMES[regime.previous]} → {regime.name}.")
    flips = [
        each
        for each in engines.values()
        if each.previous_state is not None and each.previous_state != each.state
    ]
    lines += [f"{ENGINE_NAMES[each.name]}: {each.previous_state} → {each.state}." for each in flips]
    moves = sorted(
        (each for each in engines.values() if each.score is not None and each.previous_score is not None),
        key=lambda each: -abs((each.score or 0.0) - (each.previous_score or 0.0)),
    )
    for each in moves[:2]:
        step = (each.score or 0.0) - (each.previous_score or 0.0)
        if abs(step) >= least:
            moved = moved_text(moved_most(each))
            lines.append(
                f"{ENGINE_NAMES[each.name]} score {signed(each.previous_score)} → {signed(each.score)}: {moved}."
            )
    if regime is None:
        return tuple(lines) or ("Too little is known to say what changed.",)
    return tuple(lines) or (
        f"Nothing of weight: no state changed and no engine's score moved by {least:.2f}.",
    )
