"""From measured moves to drivers: how loudly each speaks, how sure that is, and which role it has.

Pure functions; every threshold comes from params/selloff.yaml. Nothing is measured here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from fiveengines.base.parameters.selloff import (
    DRIVERS,
    Driver,
    DriverRules,
    Group,
    SelloffParameters,
    Signal,
)
from fiveengines.companions.selloff.moves import Move
from fiveengines.companions.selloff.shocks import SHOCKS, Split

Role = Literal["cause", "amplifier", "permissive", "absent"]


@dataclass(frozen=True)
class Inputs:
    """What the drivers are read from; None where the source cannot say.

    voices: measure → standard deviations in the adverse direction of the driver it speaks for. shocks: (rotations, 4)
    share of what each shock took. together: net share of the fall on days when yields fell with stocks, −1 to 1.
    earnings: (standard deviations of the cut, its share of the fall). mechanical: 0 to 1, selling by rule.
    """

    voices: Mapping[tuple[Driver, str], float]
    shocks: np.ndarray | None
    together: float | None
    earnings: tuple[float, float] | None
    mechanical: float | None


@dataclass(frozen=True)
class Verdict:
    """One driver: its score (0 to 1) and role; `heard` is False where no measure of it was there."""

    driver: Driver
    score: float
    role: Role
    heard: bool


@dataclass(frozen=True)
class Roles:
    """All drivers, strongest first; agreement: share of redraws in which the first leads; cannot_tell says why not."""

    verdicts: tuple[Verdict, ...]
    agreement: float
    cannot_tell: bool
    why: str


def voice(move: Move, signal: Signal, cap: float) -> float | None:
    """Standard deviations of a move in the direction that speaks for the driver, within ±cap; None where unknown."""
    measured = move.z if signal.against == "time" else move.excess
    if measured is None:
        return None
    return float(np.clip(measured if signal.adverse == "up" else -measured, -cap, cap))


def shock_shares(split: Split) -> np.ndarray:
    """Share of what was taken from the index by each shock, (rotations, 4), each row summing to 1, or 0 without any."""
    taken = np.maximum(-split.by_rotation, 0.0)
    whole = taken.sum(axis=1, keepdims=True)
    shares: np.ndarray = np.divide(taken, whole, out=np.zeros_like(taken), where=whole > 0)
    return shares


def read(inputs: Inputs, params: SelloffParameters) -> Roles:
    """Scores, roles and how far they hold when measures are left out and the rotation is drawn."""
    shares = None if inputs.shocks is None else inputs.shocks.mean(axis=0)
    whole = scores(inputs, params, shares, frozenset())
    heard = {driver: value is not None for driver, value in whole.items()}
    order = sorted(DRIVERS, key=lambda each: (-(whole[each] or 0.0), DRIVERS.index(each)))
    first, second = order[0], order[1]
    agreement = _agreement(inputs, params, first)
    top, next_ = whole[first] or 0.0, whole[second] or 0.0
    rules = params.roles
    if top <= 0:
        why = "no driver moved more than is usual in a fall of this size"
    elif top - next_ < rules.noise:
        why = f"{first} and {second} are within noise of each other"
    elif agreement < rules.agreement:
        why = f"{first} leads in fewer than half of the redraws"
    else:
        why = ""
    verdicts = tuple(
        Verdict(each, whole[each] or 0.0, _role(whole[each] or 0.0, each == first, params), heard[each])
        for each in order
    )
    return Roles(verdicts, agreement, bool(why), why)


def scores(
    inputs: Inputs,
    params: SelloffParameters,
    shares: np.ndarray | None,
    left_out: Collection[tuple[str, str]],
) -> dict[Driver, float | None]:
    """Score of each driver, 0 to 1, without the measures in `left_out`; None where nothing speaks for or against it."""
    found: dict[Driver, float | None] = {}
    for driver in DRIVERS:
        loud = (
            _earnings(inputs, params)
            if driver == "fundamentals"
            else _loud(driver, inputs, params, shares, left_out)
        )
        if driver == "growth" and inputs.together is not None:
            loud = max(loud if loud is not None else -np.inf, params.default_growth.worth * inputs.together)
        score = None if loud is None else max(loud, 0.0) / (max(loud, 0.0) + params.roles.half)
        if driver == "positioning" and inputs.mechanical is not None:
            score = max(score or 0.0, params.mechanical.most * inputs.mechanical)
        found[driver] = score
    return found


def _loud(
    driver: Driver,
    inputs: Inputs,
    params: SelloffParameters,
    shares: np.ndarray | None,
    left_out: Collection[tuple[str, str]],
) -> float | None:
    """Mean over the groups of one driver, in standard deviations; a closed gate is all that counts."""
    rules: DriverRules = params.drivers[driver]  # type: ignore[index]
    voices = []
    for group in rules.groups.values():
        whole = _group(driver, group, inputs, ())
        if group.gate and (whole is None or whole <= 0):
            return whole
        if (heard := _group(driver, group, inputs, left_out)) is not None:
            voices.append(heard)
    if not voices:
        return None
    if rules.shocks is not None and shares is not None:
        share = sum(shares[SHOCKS.index(each)] for each in rules.shocks.names)
        voices.append(rules.shocks.worth * float(2.0 * share - 1.0))
    return float(np.mean(voices))


def _group(
    driver: Driver, group: Group, inputs: Inputs, left_out: Collection[tuple[str, str]]
) -> float | None:
    heard = [
        inputs.voices[driver, name]
        for name in group.signals
        if (driver, name) in inputs.voices and (driver, name) not in left_out
    ]
    if not heard:
        return None
    return max(heard) if group.combine == "largest" else float(np.mean(heard))


def _earnings(inputs: Inputs, params: SelloffParameters) -> float | None:
    if inputs.earnings is None:
        return None
    unusual, share = inputs.earnings
    return min(unusual, params.earnings.worth * share)


def _role(score: float, leads: bool, params: SelloffParameters) -> Role:
    rules = params.roles
    if score <= 0:
        return "absent"
    if score >= rules.cause or (leads and score >= rules.amplifier):
        return "cause"
    return "amplifier" if score >= rules.amplifier else "permissive"


def _agreement(inputs: Inputs, params: SelloffParameters, leader: Driver) -> float:
    """Share of redraws in which `leader` scores highest: a part of the measures left out, one rotation taken."""
    rules = params.roles
    random = np.random.default_rng(params.shocks.seed)
    names = sorted(inputs.voices)
    kept = 0
    for _ in range(rules.redraws):
        out = {
            name
            for name, drawn in zip(names, random.random(len(names)), strict=True)
            if drawn < rules.leave_out
        }
        at = random.integers(len(inputs.shocks)) if inputs.shocks is not None and len(inputs.shocks) else None
        shares = None if at is None or inputs.shocks is None else inputs.shocks[at]
        found = scores(inputs, params, shares, out)
        best = max(DRIVERS, key=lambda each: (found[each] or 0.0, -DRIVERS.index(each)))
        kept += best == leader
    return kept / rules.redraws
