"""How far a call can be trusted, in words: what is known of what names a regime, and what the rest could make of it.

Words for a certainty that is already there; nothing is computed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from fiveengines.base.formats import counted, first_capital, joined, percent
from fiveengines.commentary.narrative import ENGINE_NAMES
from fiveengines.model.certainty import Certainty
from fiveengines.model.engines import EngineReading
from fiveengines.model.regimes import NAMES, RegimeReading


def sentence(found: Certainty, call: RegimeReading, leaning: Collection[str] = ()) -> str:
    """What lowers the confidence and what the missing engines could change; empty when every input is there.

    leaning: the engines that the target exposure leans on.
    """
    return " ".join(filter(None, (_axis(found, call), _off_axis(found, leaning))))


def _axis(found: Certainty, call: RegimeReading) -> str:
    if found.known >= 0.995:
        return ""
    share, membership = percent(found.known), percent(call.memberships[call.number])
    text = f"{share} of what names a regime is known, so a membership of {membership} counts as "
    text += f"{percent(found.confidence)} confidence."
    if not found.missing:
        return text
    names = _named(found.missing)
    others = [NAMES[each].lower() for each in found.reachable]
    could = (
        f"With {'its score' if len(found.missing) == 1 else 'their scores'} anywhere between −1 and +1 the week could "
        f"also read {joined(others).replace(' and ', ' or ')}."
        if others
        else "Whatever the score, the week would read the same."
    )
    return f"{names} cannot be read: {text} {could}"


def _off_axis(found: Certainty, leaning: Collection[str]) -> str:
    if not found.unread:
        return ""
    text = f"{_named(found.unread)} cannot be read: that changes no regime"
    leans = [each for each in found.unread if each in leaning]
    if not leans:
        return f"{text} and no target exposure."
    rest = joined([ENGINE_NAMES[each].lower() for each in leaning if each not in leans])
    return f"{text}, but the target exposure leans on {f'{rest} alone' if rest else 'no engine at all'}."


def _named(engines: Iterable[str]) -> str:
    return first_capital(joined([ENGINE_NAMES[each].lower() for each in engines]))


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
