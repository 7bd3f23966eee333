"""Sensitivity: how many weeks would be called otherwise if one number of judgement were moved by a fifth.

The data are measured once and only read again; nothing is written to params/.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from fiveengines import overrides
from fiveengines.base.parameters import (
    ENGINES,
    EngineParameters,
    Parameters,
    RegimeParameters,
)
from fiveengines.base.parameters.engines import ScoredIndicator
from fiveengines.model import engines, regimes
from fiveengines.model.readings import Measured
from fiveengines.research.evidence_sample import first_full_week

COLUMNS = ["part", "engine", "parameter", "move", "value", "moved_to", "weeks", "changed", "states_changed"]


@dataclass(frozen=True)
class Move:
    """One number moved: where it stands, what it was and became, and the parameters with it."""

    part: str
    engine: str
    parameter: str
    indicator: str | None
    direction: int
    value: float
    moved_to: float
    engines: EngineParameters
    regimes: RegimeParameters


def sensitivity(
    measured: Measured,
    params: Parameters,
    trail: overrides.Trail | tuple[overrides.Entry, ...] = (),
) -> pd.DataFrame:
    """Move every number of engines.yaml and regimes.yaml in params/ that can change a regime, one at a time.

    A weight, a threshold of stress, severity, participation or crisis moves by
    a fifth of itself. A breakpoint moves by `size` of the distance between `adverse` and `supportive`,
    because 20 % of a breakpoint at zero would be no move at all. Returns one row a move, worst first: `part`
    (breakpoint, weight, stress, severity, participation, crisis), `engine`, `parameter`, `move`, `value`,
    `moved_to`; `weeks`, how many have a value of that indicator (0: not tried); `changed`, the share of
    weeks whose confirmed regime changes, and `states_changed`, the share in which some engine's state does.
    Weeks count from the first with every engine.
    """
    applied = overrides.apply(measured.measurements.values, trail, params.engines.states.forced)
    base = engines.read(applied.values, params.engines, applied.forced)
    enough = measured.market["fresh"] & (base.score.notna().sum(axis=1) >= params.regimes.call.least_engines)
    called = regimes.classify(base.extended, applied.values, enough, params.regimes).confirmed
    since = first_full_week(base.score)
    present = applied.values.loc[since:].notna().sum()
    rows = []
    size = params.research.sensitivity.move
    for move in moves(params, size):
        weeks = int(present[move.indicator]) if move.indicator else len(called.loc[since:])
        score, states_changed, changed = base.extended, 0.0, 0.0
        if weeks and move.engines is not params.engines:
            again = engines.read(applied.values, move.engines, applied.forced)
            read = [move.engine] if move.engine else list(ENGINES)
            score = base.extended.assign(**{each: again.extended[each] for each in read})
            states_changed = float((again.state != base.state).loc[since:, read].any(axis=1).mean())
        # The past is read again from the first week on: a regime remembers what came before it.
        if weeks and (move.regimes is not params.regimes or not score.equals(base.extended)):
            moved = regimes.classify(score, applied.values, enough, move.regimes).confirmed
            changed = float((moved != called).loc[since:].mean())
        sign = "+" if move.direction > 0 else "−"
        moved_from_to = [f"{sign}{size:.0%}", move.value, move.moved_to]
        rows.append([move.part, move.engine, move.parameter, *moved_from_to, weeks, changed, states_changed])
    table = pd.DataFrame(rows, columns=COLUMNS)
    return table.sort_values("changed", ascending=False, kind="stable", ignore_index=True)


def summary(table: pd.DataFrame, target: float) -> str:
    """The table of `sensitivity` in words: mean, worst, and the moves that change more than `target` of the weeks."""
    tried = table[table["weeks"] > 0]
    if tried.empty:
        return "No number could be tried: no indicator has a value."
    worst = tried.iloc[0]
    over = tried[tried["changed"] > target]
    named = ", ".join(over["parameter"] + " " + over["move"]) or "none"
    size = str(worst["move"]).lstrip("+−")
    left = sorted(set(table.loc[table["weeks"] == 0, "parameter"].str.rsplit(".", n=1).str[0]))
    text = (
        f"{len(tried)} moves by {size}: the regime changes in {tried['changed'].mean():.1%} of weeks on average, "
        f"in {worst['changed']:.1%} at most ({worst['parameter']} {worst['move']}); "
        f"in more than {target:.0%}: {named}."
    )
    return text + (f" Not tried for want of data: {', '.join(left)}." if left else "")


def moves(params: Parameters, size: float) -> Iterator[Move]:
    """Every number moved up and down by `size`, one at a time."""
    for direction in (1, -1):
        factor = 1 + direction * size
        yield from _indicator_moves(params, direction, size)
        yield from _stress_moves(params, direction, factor)
        yield from _regime_moves(params, direction, factor)


def _indicator_moves(params: Parameters, direction: int, size: float) -> Iterator[Move]:
    for engine in params.engines.engines:
        # The other engines stay as they were read, so they are read again by one line only, to save the time.
        others = {each: _one_line(lines) for each, lines in params.engines.engines.items()}
        for name, line in params.engines.engines[engine].items():
            if line.weight == 0 or line.adverse is None or line.supportive is None:
                continue
            step = direction * size * (line.supportive - line.adverse)
            trials = {
                "weight": (line.weight, line.weight * (1 + direction * size)),
                "adverse": (line.adverse, line.adverse + step),
                "supportive": (line.supportive, line.supportive + step),
            }
            for field, (value, moved_to) in trials.items():
                lines = params.engines.engines[engine] | {name: line.model_copy(update={field: moved_to})}
                changed = params.engines.model_copy(update={"engines": others | {engine: lines}})
                part = "weight" if field == "weight" else "breakpoint"
                yield Move(
                    part,
                    engine,
                    f"{engine}.{name}.{field}",
                    name,
                    direction,
                    value,
                    moved_to,
                    changed,
                    params.regimes,
                )


def _one_line(lines: dict[str, ScoredIndicator]) -> dict[str, ScoredIndicator]:
    return dict([next(item for item in lines.items() if item[1].weight > 0 and item[1].instead_of is None)])


def _stress_moves(params: Parameters, direction: int, factor: float) -> Iterator[Move]:
    stress = params.engines.stress

    def made(
        engine: str, parameter: str, indicator: str | None, value: float, update: dict[str, object]
    ) -> Move:
        changed = params.engines.model_copy(update={"stress": stress.model_copy(update=update)})
        return Move(
            "stress",
            engine,
            f"stress.{parameter}",
            indicator,
            direction,
            value,
            value * factor,
            changed,
            params.regimes,
        )

    for engine, cap in stress.caps.items():
        if cap:
            yield made(engine, f"caps.{engine}", None, cap, {"caps": stress.caps | {engine: cap * factor}})
    for at, conditions in enumerate(stress.any):
        for name, threshold in conditions.items():
            moved = (*stress.any[:at], conditions | {name: threshold * factor}, *stress.any[at + 1 :])
            yield made("", f"any.{at + 1}.{name}", name, threshold, {"any": moved})


def _regime_moves(params: Parameters, direction: int, factor: float) -> Iterator[Move]:
    rules = params.regimes

    def made(part: str, engine: str, parameter: str, value: float, update: Mapping[str, object]) -> Move:
        changed = rules.model_copy(update=update)
        return Move(part, engine, parameter, None, direction, value, value * factor, params.engines, changed)

    for engine, value in rules.severity.weights.items():
        weights = rules.severity.weights | {engine: value * factor}
        moved = {"severity": rules.severity.model_copy(update={"weights": weights})}
        yield made("severity", engine, f"severity.weights.{engine}", value, moved)
    for room, fields in (
        ("severity", ("bull", "risk_off", "hysteresis")),
        ("participation", ("hysteresis",)),
        ("crisis", tuple(type(rules.crisis).model_fields)),
    ):
        inner = getattr(rules, room)
        for field in fields:
            value = float(getattr(inner, field))
            yield made(
                room, "", f"{room}.{field}", value, {room: inner.model_copy(update={field: value * factor})}
            )
