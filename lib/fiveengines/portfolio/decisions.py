"""What a portfolio's owner decided by hand, and which orders were chosen: two trails beside the holdings.

Files and rows only; lines are only ever added, holdings.csv is never changed, and what a decision does to a plan is
for the room that plans.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import Field

from fiveengines.base.atomic_io import only_writer
from fiveengines.base.errors import ParameterError
from fiveengines.base.yaml_files import Strict, suggestion
from fiveengines.overrides.labels import default_who
from fiveengines.portfolio.holdings import Holdings
from fiveengines.portfolio.ledger import text
from fiveengines.portfolio.orders import Order
from fiveengines.portfolio.trail import read_trail, write_trail

DECISIONS, CHOSEN = "decisions.jsonl", "chosen_orders.jsonl"
Kind = Literal["target", "stop", "cap", "hold", "exclude"]
KINDS: tuple[Kind, ...] = get_args(Kind)
# What stands for yes where a decision has no figure.
YES = 1.0
_SHARE = 1e-6
State = Literal[
    "done", "partly done", "more than planned", "not done", "the other way", "waits", "not planned"
]


class Decision(Strict):
    """One line of the trail. target, stop: dollars a share; cap: most of the portfolio (0…1); hold, exclude: 1.

    value is None when an earlier decision is taken back; before: what was in force. It counts from the session `on` to
    `until`, or until it is taken back.
    """

    ticker: Annotated[str, Field(max_length=15)]
    kind: Kind
    value: float | None
    before: float | None
    on: dt.date
    until: dt.date | None = None
    why: str
    who: str
    at: dt.datetime


class ChosenOrder(Strict):
    """One order as it was chosen; shares below zero are sales, `condition` is empty when it was for now."""

    ticker: str
    shares: float
    reference_price: float
    condition: str = ""


class Chosen(Strict):
    """The orders chosen on the evening of the session `on`, and the shares held then."""

    on: dt.date
    orders: tuple[ChosenOrder, ...]
    held: dict[str, float]
    why: str
    who: str
    at: dt.datetime


@dataclass(frozen=True)
class Decisions:
    """Decisions in force by what they do: tickers left alone or to be sold, most of the portfolio in one, prices."""

    hold: frozenset[str] = frozenset()
    exclude: frozenset[str] = frozenset()
    cap: Mapping[str, float] = field(default_factory=dict)
    target: Mapping[str, float] = field(default_factory=dict)
    stop: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, decisions: Iterable[Decision]) -> Decisions:
        """The same by what they do."""
        by_kind: dict[str, dict[str, float]] = {kind: {} for kind in KINDS}
        for each in decisions:
            if each.value is not None:
                by_kind[each.kind][each.ticker] = each.value
        return cls(
            hold=frozenset(by_kind["hold"]),
            exclude=frozenset(by_kind["exclude"]),
            cap=by_kind["cap"],
            target=by_kind["target"],
            stop=by_kind["stop"],
        )

    def applied(self, holdings: Holdings) -> Holdings:
        """The holdings with decided targets and stops in the place of their own."""
        positions = {
            name: replace(
                each, target=self.target.get(name, each.target), stop=self.stop.get(name, each.stop)
            )
            for name, each in holdings.positions.items()
        }
        return replace(holdings, positions=positions)


@dataclass(frozen=True)
class Followed:
    """What became of one ticker of a chosen plan: shares planned at once, those that waited, those traded since."""

    ticker: str
    planned: float
    waiting: float
    done: float
    state: State


def decisions(folder: Path) -> tuple[Decision, ...]:
    """The whole trail of a portfolio's folder; empty without one. DataError names file and line."""
    return read_trail(folder / DECISIONS, Decision)


def in_force(trail: Iterable[Decision], day: dt.date) -> tuple[Decision, ...]:
    """The decisions that count on the session `day`, by ticker and kind."""
    newest: dict[tuple[str, str], Decision] = {}
    for each in trail:
        if each.on <= day:
            newest[each.ticker, each.kind] = each
    found = (each for each in newest.values() if each.value is not None)
    return tuple(
        sorted(
            (each for each in found if each.until is None or day <= each.until),
            key=lambda each: (each.ticker, KINDS.index(each.kind)),
        )
    )


def decide(
    folder: Path,
    held: Iterable[str],
    changes: Sequence[tuple[str, Kind, float | None]],
    on: dt.date,
    *,
    until: dt.date | None = None,
    why: str,
    who: str | None = None,
    now: dt.datetime | None = None,
) -> list[Decision]:
    """Add what changes to the trail and return it; a value of None takes an earlier decision back.

    held: tickers that may be decided about. ParameterError says in words what is impossible, and when nothing changes.
    """
    reason = text(why)
    if not reason:
        raise ParameterError("why: is empty.", remedy="Say in a few words why; the trail keeps it.")
    if until is not None and until < on:
        raise ParameterError(f"until {until} is before {on}.", remedy="Choose a later date, or none.")
    known = list(held)
    with only_writer(folder):
        trail = decisions(folder)
        force = {(each.ticker, each.kind): each.value for each in in_force(trail, on)}
        person, moment = text(who) if who else default_who(), now or dt.datetime.now(dt.UTC)
        added = [
            Decision(
                ticker=ticker,
                kind=kind,
                value=None if value is None else _possible(kind, value),
                before=force.get((ticker, kind)),
                on=on,
                until=until,
                why=reason,
                who=person,
                at=moment,
            )
            for ticker, kind, value in changes
            if force.get((ticker, kind)) != value
        ]
        for each in added:
            if each.ticker not in known:
                raise ParameterError(f"{each.ticker} is not held.{suggestion(each.ticker, known)}")
        after = force | {(each.ticker, each.kind): each.value for each in added}
        for name in {each.ticker for each in added}:
            if after.get((name, "hold")) is not None and after.get((name, "exclude")) is not None:
                raise ParameterError(
                    f"{name} cannot be held and excluded at once.", remedy="Take one of them back first."
                )
        if not added:
            raise ParameterError("nothing changes.", remedy="Decide something else than what is in force.")
        write_trail(folder / DECISIONS, (*trail, *added))
    return added


def _possible(kind: Kind, value: float) -> float:
    top = {"cap": 1.0, "hold": YES, "exclude": YES}.get(kind, float("inf"))
    if not 0 < value <= top or value == float("inf"):
        remedy = "Write a share, for example 0.05." if kind == "cap" else "Write a price above zero."
        raise ParameterError(f"{kind}: {value:g} is not possible.", remedy=remedy)
    return value


def choose(
    folder: Path,
    holdings: Holdings,
    orders: Iterable[Order],
    on: dt.date,
    *,
    why: str = "",
    who: str | None = None,
    now: dt.datetime | None = None,
) -> Chosen:
    """Note the orders chosen on the evening of the session `on`; the next session compares what was done with them."""
    chosen = Chosen(
        on=on,
        orders=tuple(ChosenOrder.model_validate(each, from_attributes=True) for each in orders),
        held={name: each.shares for name, each in holdings.positions.items()},
        why=text(why),
        who=text(who) if who else default_who(),
        at=now or dt.datetime.now(dt.UTC),
    )
    with only_writer(folder):
        write_trail(folder / CHOSEN, (*chosen_orders(folder), chosen))
    return chosen


def chosen_orders(folder: Path) -> tuple[Chosen, ...]:
    """The whole trail of chosen orders of a portfolio's folder; empty without one. DataError names file and line."""
    return read_trail(folder / CHOSEN, Chosen)


def chosen_on(trail: Iterable[Chosen], day: dt.date) -> Chosen | None:
    """The orders chosen last on the evening of that session; None when there are none."""
    return {each.on: each for each in trail}.get(day)


def chosen_before(trail: Iterable[Chosen], day: dt.date) -> Chosen | None:
    """The orders chosen last on the latest session before `day`; None when there are none."""
    earlier = {each.on: each for each in trail if each.on < day}
    return earlier[max(earlier)] if earlier else None


def followed(chosen: Chosen, holdings: Holdings) -> list[Followed]:
    """What became of each order since, from the shares held then and now; changes that nobody planned come last."""
    planned: dict[str, float] = {}
    waiting: dict[str, float] = {}
    for each in chosen.orders:
        part = waiting if each.condition else planned
        part[each.ticker] = part.get(each.ticker, 0.0) + each.shares
    now = {name: each.shares for name, each in holdings.positions.items()}
    found = []
    for name in dict.fromkeys([*planned, *waiting, *sorted({*chosen.held, *now})]):
        done = now.get(name, 0.0) - chosen.held.get(name, 0.0)
        first, later = planned.get(name, 0.0), waiting.get(name, 0.0)
        if first or later or abs(done) > _SHARE:
            found.append(Followed(name, first, later, done, _state(first, later, done)))
    return found


def _state(planned: float, waiting: float, done: float) -> State:
    whole = planned + waiting
    if not planned and not waiting:
        return "not planned"
    if abs(done) <= _SHARE:
        return "not done" if planned else "waits"
    if done * (planned or waiting) < 0:
        return "the other way"
    if abs(done) < abs(planned) - _SHARE:
        return "partly done"
    return "more than planned" if abs(done) > max(abs(planned), abs(whole)) + _SHARE else "done"
