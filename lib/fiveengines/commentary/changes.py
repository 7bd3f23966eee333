"""What changed since last week, in a reader's order: the call, then the engines.

Why a call or a state is another one is what `conclusion_diff` found by reading the week again; an engine that kept its
state is told by the input that moved its score most.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from fiveengines.base.parameters.engines import Changes, Engine
from fiveengines.commentary import no_call
from fiveengines.commentary.conclusion_diff import ConclusionChange
from fiveengines.commentary.narrative import changed_engines, engine_change, moved_most
from fiveengines.model.engines import EngineReading


@dataclass(frozen=True)
class Change:
    """Something that changed in the week, and the inputs (ids) that moved it."""

    text: str
    inputs: tuple[str, ...]


def changes(
    conclusions: Iterable[ConclusionChange],
    engines: Mapping[str, EngineReading],
    weights: Mapping[Engine, float],
    rules: Changes,
    *,
    brief: bool = False,
) -> Iterator[Change]:
    """The call and the engines that changed; nothing when nothing of weight did.

    conclusions: those that differ from last week's. weights: each engine's share of the severity, see
    `changed_engines`. brief: with fewer inputs, and without the engines whose inputs the call has named.
    """
    found = {each.id: each for each in conclusions}
    named: set[str] = set()
    if "regime" in found:
        change = _told(found["regime"], brief=brief)
        named.update(change.inputs if brief else ())
        yield change
    for reading in changed_engines(engines, weights, rules):
        state = found.get(f"state:{reading.name}")
        if state is not None and reading.score is not None:
            change = _told(state, brief=brief)
        else:
            moved = moved_most(reading)
            change = Change(
                engine_change(reading, rules, brief=brief), () if moved is None else (moved.indicator,)
            )
        if not (change.inputs and named.issuperset(change.inputs)):
            yield change


def _told(change: ConclusionChange, *, brief: bool) -> Change:
    if change.kind == "regime" and no_call.NAME in (change.before, change.now):
        # Why there is no call is said where there is none; no input did it.
        before, now = (each.lower() if each == no_call.NAME else each for each in (change.before, change.now))
        return Change(f"Regime: {before} → {now}.", ())
    text = change.told(2, plain=True) if brief else change.sentence
    return Change(text, tuple(each.input for each in change.inputs))
