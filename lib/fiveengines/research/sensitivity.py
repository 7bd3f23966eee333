"""Sensitivity: how many weeks would be called otherwise if one number of judgement were moved by a fifth.

The data are measured once and only read again; nothing is written to params/.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd
from pydantic import BaseModel

from fiveengines.base.formats import percent
from fiveengines.base.parameters import (
    ENGINES,
    EngineParameters,
    Parameters,
    RegimeParameters,
)
from fiveengines.base.parameters.engines import ScoredIndicator
from fiveengines.indicators import Applied
from fiveengines.model import engines, regimes
from fiveengines.model.readings import Measured
from fiveengines.research.evidence_sample import first_full_week

COLUMNS = ["part", "engine", "parameter", "move", "value", "moved_to", "weeks", "changed", "states_changed"]


@dataclass(frozen=True)
class Move:
    """One number moved: where it is, what it was and became, and the parameters with it."""

    part: str
    engine: str
    parameter: str
    indicator: str | None
    direction: int
    value: float
    moved_to: float
    engines: EngineParameters
    regimes: RegimeParameters


def sensitivity(measured: Measured, params: Parameters, applied: Applied) -> pd.DataFrame:
    """Move every number of engines.yaml and regimes.yaml in params/ that can change a regime, one at a time.

    applied: the measured values after manual readings.

    A weight, or a threshold of stress, severity, participation or crisis, moves by a share of
    itself (params/research.yaml). A breakpoint moves by that share of the distance between `adverse` and
    `supportive`, because 20 % of a breakpoint at zero would be no move at all. Returns one row a move, worst first:
    `part` (breakpoint, weight, stress, severity, participation, crisis), `engine`, `parameter`, `move`, `value`,
    `moved_to`; `weeks`, how many have a value of that indicator (0: not tried); `changed`, the share of weeks whose
    confirmed regime changes, and `states_changed`, the share in which some engine's state does. Weeks count from the
    first with every engine.
    """
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
        moved_from_to = [f"{sign}{percent(size)}", move.value, move.moved_to]
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
        f"{len(tried)} moves by {size}: the regime changes in {percent(tried['changed'].mean(), 1)} of weeks on "
        f"average, in {percent(worst['changed'], 1)} at most ({worst['parameter']} {worst['move']}); "
        f"in more than {percent(target)}: {named}."
    )
    return text + (f" Not tried for want of data: {', '.join(left)}." if left else "")


def moves(params: Parameters, size: float) -> Iterator[Move]:
    """Every number moved up and down by `size`, one at a time."""
    for direction in (1, -1):
        for part, engine, indicator, path, value, scale in _numbers(params):
            moved_to = value + direction * size * scale
            engine_rules, regime_rules = params.engines, params.regimes
            if part in ("weight", "breakpoint"):
                # The other engines stay as they were read, so they are read again by one line only, to save the time.
                lines = {
                    name: _one_line(each) for name, each in engine_rules.engines.items() if name != engine
                }
                engine_rules = engine_rules.model_copy(update={"engines": engine_rules.engines | lines})
            if path[0] in ("engines", "stress"):
                engine_rules = _replaced(engine_rules, path, moved_to)
            else:
                regime_rules = _replaced(regime_rules, path, moved_to)
            name = ".".join(
                str(each + 1 if part == "stress" and isinstance(each, int) else each) for each in path
            )
            parameter = name.removeprefix("engines.")
            yield Move(
                part, engine, parameter, indicator, direction, value, moved_to, engine_rules, regime_rules
            )


Number = tuple[str, str, str | None, tuple[Any, ...], float, float]


def _numbers(params: Parameters) -> Iterator[Number]:
    """Part, engine, indicator, path in engines.yaml or regimes.yaml, value, and what a move is a share of."""
    rules, stress = params.regimes, params.engines.stress
    for engine, lines in params.engines.engines.items():
        for name, line in lines.items():
            if line.weight > 0 and line.adverse is not None and line.supportive is not None:
                path, width = ("engines", engine, name), line.supportive - line.adverse
                yield "weight", engine, name, (*path, "weight"), line.weight, line.weight
                yield "breakpoint", engine, name, (*path, "adverse"), line.adverse, width
                yield "breakpoint", engine, name, (*path, "supportive"), line.supportive, width
    for engine, value in stress.caps.items():
        if value:
            yield "stress", engine, None, ("stress", "caps", engine), value, value
    yield "stress", "", None, ("stress", "fade"), stress.fade, stress.fade
    for at, conditions in enumerate(stress.any):
        for name, value in conditions.items():
            yield "stress", "", name, ("stress", "any", at, name), value, value
    for engine, value in rules.severity.weights.items():
        yield "severity", engine, None, ("severity", "weights", engine), value, value
    for part, fields in (
        ("severity", ("bull", "risk_off", "hysteresis")),
        ("participation", ("hysteresis",)),
        ("crisis", tuple(type(rules.crisis).model_fields)),
    ):
        for field in fields:
            value = float(getattr(getattr(rules, part), field))
            yield part, "", None, (part, field), value, value


def _one_line(lines: dict[str, ScoredIndicator]) -> dict[str, ScoredIndicator]:
    return dict([next(item for item in lines.items() if item[1].weight > 0 and item[1].instead_of is None)])


def _replaced(where: Any, path: tuple[Any, ...], value: float) -> Any:
    """A copy of a model, mapping or tuple with the number at `path` replaced."""
    if not path:
        return value
    first, rest = path[0], path[1:]
    if isinstance(where, BaseModel):
        return where.model_copy(update={first: _replaced(getattr(where, first), rest, value)})
    if isinstance(where, tuple):
        return (*where[:first], _replaced(where[first], rest, value), *where[first + 1 :])
    return where | {first: _replaced(where[first], rest, value)}
