"""The trade ledger: trades.csv and its trail, read, changed whole, and seen as of any day.

Files and rows only; prices are elsewhere. One row of trades.csv is one trade; the trail beside it, a line a change,
is only ever added to.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from fiveengines.base import atomic_io
from fiveengines.base.atomic_io import only_writer
from fiveengines.base.errors import DataError, OverrideError, ParameterError
from fiveengines.base.formats import csv_text, inert
from fiveengines.base.yaml_files import Strict, suggestion
from fiveengines.overrides.labels import default_who, plain
from fiveengines.portfolio.files import csv_rows
from fiveengines.portfolio.trades import Trade
from fiveengines.portfolio.trail import read_trail, write_trail

TRADES, TRAIL = "trades.csv", "trades_trail.jsonl"
COLUMNS = tuple(Trade.model_fields)
AMENDABLE = ("size", "entry", "stop", "target", "thesis", "point_value", "mark", "marked_on", "split")
_NEEDED = ("instrument", "side", "size", "entry", "opened")
Action = Literal["open", "close", "amend", "import", "edit"]


class Change(Strict):
    """One line of the trail: what was done to one trade, when, by whom and why.

    batch: changes written in one step share it. on: the day that it takes effect. before, after: the fields that
    changed; before is empty for a new trade, after for one that is gone.
    """

    batch: int
    action: Action
    trade: Annotated[str, Field(max_length=40)]
    on: dt.date
    before: dict[str, Any]
    after: dict[str, Any]
    why: str = ""
    who: str
    at: dt.datetime


@dataclass(frozen=True)
class Ledger:
    """All trades in the order of the file, and the trail. `simulated` trades were made up with the demo's prices."""

    trades: tuple[Trade, ...] = ()
    trail: tuple[Change, ...] = ()
    simulated: bool = False
    _by_id: dict[str, Trade] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._by_id.update({each.id: each for each in self.trades})

    def __getitem__(self, trade_id: str) -> Trade:
        if trade_id not in self._by_id:
            hint = suggestion(trade_id, self._by_id) or " The ledger is empty."
            raise ParameterError(f"there is no trade {trade_id!r}.{hint}")
        return self._by_id[trade_id]

    def at(self, day: dt.date) -> tuple[Trade, ...]:
        """The trades as they stood on the evening of `day`: later ones left out, later changes undone, later ends
        open.
        """
        rows = {each.id: _plain(each) for each in self.trades}
        for change in reversed(self.trail):
            row = rows.get(change.trade)
            if change.on <= day or row is None or change.action not in {"amend", "close"}:
                continue
            if not change.before:  # the closed part of a trade that was still whole
                del rows[change.trade]
                continue
            # what was edited by hand since then is left as it is
            row.update(
                {
                    name: value
                    for name, value in change.before.items()
                    if row.get(name) == change.after.get(name)
                }
            )
        found = (_seen_on(row, day) for row in rows.values())
        return tuple(each for each in found if each is not None)


def _seen_on(row: dict[str, Any], day: dt.date) -> Trade | None:
    trade = Trade.model_validate(row)
    if trade.opened > day:
        return None
    changed: dict[str, Any] = {}
    if trade.closed is not None and trade.closed > day:
        changed |= {"closed": None, "exit": None}
    if trade.marked_on is not None and trade.marked_on > day:
        changed |= {"mark": None, "marked_on": None}
    return trade.model_copy(update=changed)


def load(folder: Path) -> Ledger:
    """The ledger of a portfolio's folder; an empty one without a file. DataError names file, row and field.

    A change that a killed process had put into the trail and not yet into the file counts as made.
    """
    trades, trail = _read(folder / TRADES), read_trail(folder / TRAIL, Change)
    return Ledger(tuple(_settled(folder, trades, trail)), trail)


def open_trade(
    folder: Path,
    values: Mapping[str, Any],
    *,
    why: str = "",
    who: str | None = None,
    now: dt.datetime | None = None,
) -> Trade:
    """Add a trade; `values` are its fields without id. ParameterError says in words what is impossible."""
    with only_writer(folder):
        ledger = load(folder)
        given = {name: value for name, value in values.items() if value is not None}
        if "stop" in given:
            given.setdefault("initial_stop", given["stop"])
        given["thesis"] = text(str(given.get("thesis", "")))
        trade = checked({"id": _next_id(ledger), **given})
        _write(folder, ledger, [(trade, "open", trade.opened)], why, who, now)
    return trade


def close_trade(
    folder: Path,
    trade_id: str,
    price: float,
    on: dt.date,
    *,
    size: float | None = None,
    why: str = "",
    who: str | None = None,
    now: dt.datetime | None = None,
) -> Trade:
    """Close a trade at `price` on the day `on`, or `size` of it: that part becomes a closed row of its own.

    Returns the closed trade. ParameterError for an unknown or closed one, and for more than there is.
    """
    with only_writer(folder):
        ledger = load(folder)
        trade = _still_open(ledger, trade_id)
        if size is None or size == trade.size:
            done = checked({**_plain(trade), "closed": on, "exit": price})
            _write(folder, ledger, [(done, "close", on)], why, who, now)
            return done
        if not 0 < size < trade.size:
            raise ParameterError(
                f"--size: {size:g} of {trade_id} cannot be closed; {trade.size:g} are open.",
                remedy=f"Give more than 0 and at most {trade.size:g}.",
            )
        part = checked(
            {**_plain(trade), "id": _part_id(ledger, trade_id), "size": size, "closed": on, "exit": price}
        )
        rest = checked({**_plain(trade), "size": trade.size - size})
        _write(folder, ledger, [(rest, "amend", on), (part, "close", on)], why, who, now)
        return part


def amend_trade(
    folder: Path,
    trade_id: str,
    changes: Mapping[str, Any],
    on: dt.date,
    *,
    why: str = "",
    who: str | None = None,
    now: dt.datetime | None = None,
) -> Trade:
    """Change fields of a trade from the day `on`; the first stop stays what R is measured by unless `entry` is mended
    too.

    changes: fields of AMENDABLE; `split` is a ratio that takes size and prices along. None takes stop, target or mark
    away.
    """
    with only_writer(folder):
        ledger = load(folder)
        trade = _still_open(ledger, trade_id)
        unknown = next((each for each in changes if each not in AMENDABLE), None)
        if unknown:
            raise ParameterError(f"{unknown} cannot be amended.{suggestion(unknown, AMENDABLE)}")
        given = dict(changes)
        if not given:
            raise ParameterError("nothing to amend.", remedy=f"Give one of {', '.join(AMENDABLE)}.")
        if on < trade.opened:
            raise ParameterError(f"{on} is before {trade_id} was opened, {trade.opened}.")
        ratio = given.pop("split", None)
        if ratio is not None:
            if not 0.001 <= ratio <= 1000:
                raise ParameterError(f"split: {ratio:g} is not possible.", remedy="Write 2 for two for one.")
            trade = trade.split(ratio)
        if "thesis" in given:
            given["thesis"] = text(str(given["thesis"]))
        if given.get("mark") is not None:
            given.setdefault("marked_on", on)
        elif "mark" in given:
            given["marked_on"] = None
        stop, first = given.get("stop"), {}
        # a stop that locks a gain in measures no risk
        if trade.initial_stop is None and stop is not None and trade.sign * (trade.entry - stop) > 0:
            first = {"initial_stop": stop}
        changed = checked({**_plain(trade), **first, **given})
        # A step without a change would read as a row taken out.
        if changed != _still_open(ledger, trade_id):
            _write(folder, ledger, [(changed, "amend", on)], why, who, now)
    return changed


def import_trades(
    folder: Path, file: Path, *, why: str = "", who: str | None = None, now: dt.datetime | None = None
) -> tuple[Trade, ...]:
    """Add the trades of a CSV file with the ledger's columns; all of them or none.

    A row without an id, or whose id the ledger has with other content, gets the next one; a row that is there already
    is left out.
    """
    if not file.is_file():
        raise ParameterError(f"{file}: there is no such file.", remedy="Check the path.")
    rows = _read(file, ids=False)
    with only_writer(folder):
        ledger = load(folder)
        names = {each.id for each in ledger.trades} | {each.trade for each in ledger.trail}
        there = {_content(each) for each in ledger.trades}
        numbers = itertools.count(_number_after(names))
        new: list[Trade] = []
        for row in rows:
            if _content(row) in there:
                continue
            there.add(_content(row))
            trade = row
            if not row.id or row.id in names:
                trade = row.model_copy(update={"id": f"T{next(numbers)}"})
            names.add(trade.id)
            new.append(trade)
        if new:
            _write(
                folder,
                ledger,
                [(each, "import", each.opened) for each in new],
                why or f"from {file.name}",
                who,
                now,
            )
    return tuple(new)


def to_csv(trades: Iterable[Trade]) -> str:
    """The trades as trades.csv has them."""
    rows = map(_plain, trades)
    return csv_text([COLUMNS, *([_cell(row[name]) for name in COLUMNS] for row in rows)])


def checked(values: Mapping[str, Any]) -> Trade:
    """A trade from its fields; ParameterError with the first problem in words."""
    try:
        return Trade.model_validate(dict(values))
    except ValidationError as error:
        raise ParameterError(_words(error)) from None


def text(typed: str) -> str:
    """A thesis or a reason on one line; ParameterError when it is too long."""
    try:
        return plain(typed, "why")
    except OverrideError as error:
        raise ParameterError(error.message.replace("why:", "text:"), remedy=error.remedy) from None


# Reading


def _read(path: Path, *, ids: bool = True) -> list[Trade]:
    if not path.exists():
        return []
    rows = csv_rows(path, COLUMNS, _NEEDED)
    found = [
        _trade(path, line, given, f"T{at}" if ids else f"row{line}")
        for at, (line, given) in enumerate(rows, start=1)
        if any(given.values())
    ]
    twice = next((each.id for at, each in enumerate(found) if each.id in {e.id for e in found[:at]}), None)
    if ids and twice:
        raise DataError(
            f"id {twice!r} stands there twice", where=str(path), remedy="Give one of them another id."
        )
    return found


def _trade(path: Path, number: int, given: Mapping[str, str], unnamed: str) -> Trade:
    """One row from its cells; `unnamed` is its id where it has none."""
    values: dict[str, Any] = {"id": unnamed}
    for name in COLUMNS:
        raw = given.get(name, "")
        if raw == "":
            continue
        if name in {"thesis", "id"}:
            values[name] = raw[1:] if raw[0] == "'" and inert(raw[1:]) == raw else raw
        elif name in {"opened", "closed", "marked_on"}:
            values[name] = raw[:10]
        elif name == "instrument":
            values[name] = raw.upper()
        elif name == "side":
            values[name] = raw.lower()
        else:
            values[name] = raw.replace(",", "").replace("$", "").replace("−", "-")
    try:
        values["thesis"] = text(values.get("thesis", ""))
        trade = Trade.model_validate(values)
        # a file of another hand knows one stop; where it locks a gain in, the first one is not known
        first = trade.stop if "initial_stop" not in given and trade.stop is not None else None
        if first is not None and trade.sign * (trade.entry - first) > 0:
            trade = trade.model_copy(update={"initial_stop": first})
        return trade
    except (ValidationError, ParameterError) as error:
        said = _words(error) if isinstance(error, ValidationError) else error.message
        raise DataError(said, where=f"{path}, line {number}", remedy="Mend that line.") from None


def _words(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    name = ".".join(map(str, first["loc"]))
    message = first["msg"].removeprefix("Value error, ")
    if first["type"] == "value_error":
        return message
    shown = f" (found {first['input']!r})" if first["type"] != "missing" else ""
    return f"{name}: {message[:1].lower()}{message[1:]}{shown}."


def _settled(folder: Path, trades: Sequence[Trade], trail: Sequence[Change]) -> Iterable[Trade]:
    """`trades`, with the last step of the trail when the process was killed between the trail and the file."""
    if not trail:
        return trades
    last = trail[-1].batch
    rows = {each.id: _plain(each) for each in trades}
    if rows == _folded(trail):
        return trades
    before = _folded([each for each in trail if each.batch != last])
    file = folder / TRADES
    older = not file.exists() or file.stat().st_mtime_ns <= (folder / TRAIL).stat().st_mtime_ns
    if older and rows == before:
        return [Trade.model_validate(row) for row in _folded(trail).values()]
    return trades


def _folded(trail: Iterable[Change]) -> dict[str, dict[str, Any]]:
    """The rows that the trail leads to."""
    rows: dict[str, dict[str, Any]] = {}
    for change in trail:
        if not change.after:
            rows.pop(change.trade, None)
            continue
        row = {**rows.get(change.trade, {}), **change.after}
        rows[change.trade] = _plain(Trade.model_validate(row))
    return rows


# Writing


def _write(
    folder: Path,
    ledger: Ledger,
    done: Sequence[tuple[Trade, Action, dt.date]],
    why: str,
    who: str | None,
    now: dt.datetime | None,
) -> None:
    """Add the changes to the trail, then put the new file in the place of the old one; each whole or not at all."""
    moment, person = now or dt.datetime.now(dt.UTC), text(who) if who else default_who()
    batch = max((each.batch for each in ledger.trail), default=0) + 1
    rows = {each.id: each for each in ledger.trades}
    edits = [
        Change(
            batch=batch,
            action="edit",
            trade=name,
            on=moment.date(),
            before=before,
            after=after,
            why="the file was edited by hand",
            who=person,
            at=moment,
        )
        for name, before, after in _edited(ledger)
    ]
    # an edit by hand is a step of its own: a kill after it must not undo it
    batch += 1 if edits else 0
    changes = []
    for trade, action, on in done:
        old = _plain(rows[trade.id]) if trade.id in rows else {}
        new = _plain(trade)
        after = {name: value for name, value in new.items() if not old or old.get(name) != value}
        before = {name: old.get(name) for name in after} if old else {}
        changes.append(
            Change(
                batch=batch,
                action=action,
                trade=trade.id,
                on=on,
                before=before,
                after=after,
                why=text(why),
                who=person,
                at=moment,
            )
        )
        rows[trade.id] = trade
    write_trail(folder / TRAIL, (*ledger.trail, *edits, *changes))
    atomic_io.write_text(folder / TRADES, to_csv(rows.values()))


def _edited(ledger: Ledger) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """What stands in the file otherwise than the trail has it: trade, fields before, fields after."""
    known = _folded(ledger.trail)
    rows = {each.id: _plain(each) for each in ledger.trades}
    for name in {**known, **rows}:
        old, new = known.get(name, {}), rows.get(name, {})
        if not new:
            yield name, old, {}
        elif old != new:
            after = {key: value for key, value in new.items() if old.get(key) != value or not old}
            yield name, {key: old.get(key) for key in after} if old else {}, after


def _plain(trade: Trade) -> dict[str, Any]:
    """A trade's fields as JSON has them."""
    return trade.model_dump(mode="json")


def _cell(value: Any) -> Any:
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    return inert(value) if isinstance(value, str) else value


def _content(trade: Trade) -> tuple[Any, ...]:
    return tuple(getattr(trade, name) for name in COLUMNS if name != "id")


def _still_open(ledger: Ledger, trade_id: str) -> Trade:
    trade = ledger[trade_id]
    if not trade.open:
        raise ParameterError(f"{trade_id} was closed on {trade.closed}.", remedy="Open a new trade instead.")
    return trade


def _next_id(ledger: Ledger) -> str:
    return f"T{_number_after({each.id for each in ledger.trades} | {each.trade for each in ledger.trail})}"


def _number_after(names: Iterable[str]) -> int:
    numbers = [int(each[1:]) for each in names if each[:1] == "T" and each[1:].isdigit()]
    return max(numbers, default=0) + 1


def _part_id(ledger: Ledger, trade_id: str) -> str:
    taken = {each.id for each in ledger.trades} | {each.trade for each in ledger.trail}
    return next(name for at in itertools.count(1) if (name := f"{trade_id}.{at}") not in taken)
