"""How far a call can be trusted, in words: what is known of what names a regime, and what the rest could make of it.

Words for a certainty that is already there; nothing is computed.
"""

from __future__ import annotations

from collections.abc import Iterable

from fiveengines.base.formats import counted, first_capital, joined, percent
from fiveengines.commentary.narrative import ENGINE_NAMES
from fiveengines.model.certainty import Certainty
from fiveengines.model.engines import EngineReading
from fiveengines.model.regimes import NAMES, RegimeReading


def sentence(found: Certainty, call: RegimeReading) -> str:
    """What lowers the confidence and what the missing engines could change; empty when every input is there."""
    if found.known >= 0.995:
        return ""
    share, membership = percent(found.known), percent(call.memberships[call.number])
    text = f"{share} of what names a regime is known, so a membership of {membership} counts as "
    text += f"{percent(found.confidence)} confidence."
    if not found.missing:
        return text
    names = first_capital(joined([ENGINE_NAMES[each].lower() for each in found.missing]))
    others = [NAMES[each].lower() for each in found.reachable]
    could = (
        f"With {'its score' if len(found.missing) == 1 else 'their scores'} anywhere between −1 and +1 the week could "
        f"also read {joined(others).replace(' and ', ' or ')}."
        if others
        else "Whatever the score, the week would read the same."
    )
    return f"{names} cannot be read: {text} {could}"


def not_begun(engines: Iterable[EngineReading]) -> str:
    """Scored inputs that nobody could have had in this week, with the month from which they can; empty for none."""
    found = [
        f"{each.title} (from {each.begins:%B %Y})"
        for engine in engines
        for each in engine.evidence
        if each.begins is not None and each.value is None
    ]
    if not found:
        return ""
    count, verbs = counted(len(found), "input"), ("was", "lowers") if len(found) == 1 else ("were", "lower")
    return f"{count} {verbs[0]} not published yet and {verbs[1]} no coverage: {joined(found)}."
