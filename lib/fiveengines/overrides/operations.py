"""Setting, changing, ending and listing manual readings: whole files, one writer at a time, nothing lost.

Only the overrides directory is written, and records are only ever added to it.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fiveengines.base.documents import as_utc
from fiveengines.base.errors import ConflictError, OverrideError
from fiveengines.data import calendars
from fiveengines.overrides.entries import Action, Entry, Record, Value, field_title, forced_engine
from fiveengines.overrides.fields import bounds, check, known_field
from fiveengines.overrides.labels import default_who, plain, required
from fiveengines.overrides.trail import Trail, load, week_file
from fiveengines.overrides.validity import as_date, checked_until
from fiveengines.overrides.writing import append, only_writer

# Stands for "no check": the caller did not look at what was there before.
ANYTHING = "*"


@dataclass(frozen=True)
class Change:
    """One wish of an editor: a value for `field`, or None to go back to the data.

    until None: the default. before: what the data say. expected: id of the record that was the field's
    newest when the editor looked (None: there was none), or ANYTHING to write without looking.
    """

    field: str
    value: Value | None
    why: str = ""
    origin: str = ""
    until: dt.date | str | None = None
    before: Value | None = None
    expected: str | None = ANYTHING


def set_override(
    directory: Path | str,
    field: str,
    value: object,
    *,
    why: str,
    as_of: dt.date | str | None = None,
    origin: str = "",
    who: str | None = None,
    until: dt.date | str | None = None,
    before: Value | None = None,
    expected: str | None = ANYTHING,
    now: dt.datetime | None = None,
) -> Entry:
    """Enter `value` for `field` from the reading `as_of` (default: the last completed one) to `until`.

    An entry of the same field made for the same reading is changed; otherwise this is a new one. Returns
    the entry as it stands in the trail. OverrideError for an unknown field, an impossible value or date, an
    absent reason, or when someone else changed the field since `expected` (this entry is then kept in the
    trail without effect).
    """
    change = Change(field, check(field, value), why, origin, until, before, expected)
    return save(directory, [change], as_of=as_of, who=who, now=now)[0]


def expire(
    directory: Path | str,
    field: str,
    *,
    why: str = "",
    as_of: dt.date | str | None = None,
    who: str | None = None,
) -> tuple[Entry, ...]:
    """End every entry of `field` from the reading `as_of` on; earlier readings keep theirs. Returns what
    ended.

    OverrideError when none is in force then or later.
    """
    day = reading_day(as_of)
    with only_writer(directory):
        ended = _open_entries(load(directory), known_field(field), day)
        if not ended:
            raise OverrideError(
                f"{field}: no manual reading is in force on {day}.", remedy="See `fiveengines override list`."
            )
        _write(directory, [Change(field, None, why)], day, _who(who), _moment(None))
    return ended


def save(
    directory: Path | str,
    changes: Sequence[Change],
    *,
    as_of: dt.date | str | None = None,
    who: str | None = None,
    now: dt.datetime | None = None,
) -> tuple[Entry, ...]:
    """Make several changes for one reading in one step; returns the entries then in force for the changed
    fields.

    Everything is checked before anything is written. Fields that someone else changed meanwhile are kept as
    `held` records without effect, the others are saved, and ConflictError then names who and when.
    """
    day = reading_day(as_of)
    checked = [_checked(each, day) for each in changes]
    with only_writer(directory):
        return _write(directory, checked, day, _who(who), _moment(now)).active(day)


def list_overrides(directory: Path | str, as_of: dt.date | str | None = None) -> list[dict[str, Any]]:
    """One row an entry up to the reading `as_of` (default: the last completed one), newest first.

    status: active, superseded (a newer one holds), expired, withdrawn. Dates are dates, moments UTC.
    """
    day, trail = reading_day(as_of), load(directory)
    now = {each.record for each in trail.active(day)}
    rows: dict[str, dict[str, Any]] = {}
    gone = {r.entry for r in trail.records if r.action == "withdraw" and r.reading <= day}
    for record in sorted(trail.records, key=lambda each: each.order):
        if record.reading > day or record.action in {"withdraw", "held"}:
            continue
        if record.entry in gone:
            status = "withdrawn"
        elif record.id in now:
            status = "active"
        else:
            status = "expired" if record.until is not None and record.until < day else "superseded"
        rows[record.entry] = {
            "id": record.entry,
            "field": record.field,
            "title": field_title(record.field),
            "value": record.after,
            "unit": bounds(record.field).unit,
            "status": status,
            "as_of": record.reading,
            "until": record.until,
            "who": record.who,
            "entered_at": record.at,
            "why": record.why,
            "origin": record.origin,
            "before": record.data,
        }
    return list(reversed(rows.values()))


def reading_day(as_of: dt.date | str | None) -> dt.date:
    """The reading that `as_of` belongs to: the last completed Friday on or before it (default: now)."""
    day = calendars.last_completed_friday() if as_of is None else as_date(as_of, "as_of")
    if day > dt.date.today():
        raise OverrideError(f"as_of: {day} is in the future.", remedy="Choose today or an earlier date.")
    day = min(day, calendars.last_completed_friday())
    # a reading on a Thursday before a holiday is no Friday, and still a reading date
    coming = calendars.reading_dates(day, day + dt.timedelta(days=6))
    return day if coming[0].date() == day else calendars.reading_date(day).date()


def _checked(change: Change, day: dt.date) -> Change:
    """The change with every part plain and possible."""
    known_field(change.field)
    if change.value is None:
        return Change(change.field, None, plain(change.why, "why"), expected=change.expected)
    whole = forced_engine(change.field) is not None
    remedy = (
        "A whole engine may be set by hand only with a reason."
        if whole
        else "Say why: it is read again next year."
    )
    return Change(
        field=change.field,
        value=check(change.field, change.value),
        why=required(change.why, "why", remedy),
        origin=plain(change.origin, "origin"),
        until=checked_until(change.until, change.field, day),
        before=change.before,
        expected=change.expected,
    )


def _write(
    directory: Path | str, changes: Sequence[Change], day: dt.date, who: str, at: dt.datetime
) -> Trail:
    """Turn changes into records and add them to the week's file; the caller holds the lock.

    Returns the trail of the changed fields, with what was added.
    """
    fields = {each.field for each in changes}
    trail = Trail(tuple(each for each in load(directory).records if each.field in fields))
    free: list[Change] = []
    records: list[Record] = []
    refused: list[str] = []
    for change in changes:
        newest = trail.newest_record(change.field, day)
        clash = change.expected not in {ANYTHING, newest.id if newest else None}
        if clash and newest is not None and not _same(newest, change):
            held = _entered(change, None, day, who, at, trail, held=True)
            records.append(held)
            refused.append(_refusal(change, newest, held, directory))
        else:
            free.append(change)
    records += draft(trail, free, day, who=who, now=at)
    if records:
        append(week_file(directory, day), day, records)
    if refused:
        raise ConflictError(
            " ".join(refused), remedy="Save once more to replace it, or Reload to keep what stands there."
        )
    return trail.adding(records)


def draft(
    trail: Trail, changes: Sequence[Change], day: dt.date, *, who: str = "", now: dt.datetime | None = None
) -> tuple[Record, ...]:
    """The records that `changes` for the reading `day` would add to `trail`; nothing is written."""
    moment = _moment(now)
    records: list[Record] = []
    for change in changes:
        newest = trail.newest_record(change.field, day)
        # what was seen is older than what is done about it, also where two clocks disagree
        at = max(moment, newest.at + dt.timedelta(microseconds=1)) if newest else moment
        if change.value is None:
            records += [
                _withdrawal(each, day, change.why, who, at)
                for each in _open_entries(trail, change.field, day)
            ]
        else:
            mine = next((e for e in trail.entries if e.field == change.field and e.as_of == day), None)
            records.append(_entered(change, mine, day, who, at, trail))
    return tuple(records)


def _same(newest: Record, change: Change) -> bool:
    """Two editors who wanted the same have no quarrel."""
    return newest.action == "withdraw" if change.value is None else newest.after == change.value


def _refusal(change: Change, newest: Record, held: Record, directory: Path | str) -> str:
    what = "was taken back" if newest.action == "withdraw" else f"was set to {_figure(newest.after)}"
    yours = "Your wish to go back to the data" if change.value is None else f"Your {_figure(change.value)}"
    place = week_file(directory, held.reading).name
    return (
        f"{field_title(change.field)}: changed since you opened it: it {what} by {newest.who} at "
        f"{newest.at:%H:%M} UTC on {newest.at:%d %B %Y}. {yours} is kept in {place} as record "
        f"{held.id}, without effect."
    )


def _figure(value: Value | None) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _open_entries(trail: Trail, field: str, day: dt.date) -> tuple[Entry, ...]:
    """Entries of `field` that hold on `day` or were made for a later reading and not yet over."""
    return tuple(
        {e.id: e for e in trail.entries if e.field == field and e.until >= day and e.as_of <= day}.values()
    )


def _entered(
    change: Change,
    mine: Entry | None,
    day: dt.date,
    who: str,
    at: dt.datetime,
    trail: Trail,
    *,
    held: bool = False,
) -> Record:
    in_force = next((e for e in trail.active(day) if e.field == change.field), None)
    action: Action = "held" if held else "change" if mine else "set"
    # a wish to go back to the data that met another person's entry is kept with the value it wanted to end
    after = change.value if change.value is not None else (in_force.value if in_force else change.before)
    return Record(
        id=_new_id(),
        action=action,
        entry=mine.id if mine else _new_id(),
        field=change.field,
        reading=day,
        before=in_force.value if in_force else change.before,
        after=after,
        data=change.before if change.before is not None or mine is None else mine.before,
        until=change.until if isinstance(change.until, dt.date) else day,
        why=change.why,
        origin=change.origin,
        who=who,
        at=at,
    )


def _withdrawal(entry: Entry, day: dt.date, why: str, who: str, at: dt.datetime) -> Record:
    return Record(
        id=_new_id(),
        action="withdraw",
        entry=entry.id,
        field=entry.field,
        reading=day,
        before=entry.value,
        data=entry.before,
        why=why or "back to the data",
        who=who,
        at=at,
    )


def _new_id() -> str:
    return uuid.uuid4().hex[:12]


def _who(who: str | None) -> str:
    return required(who, "who", "Say who enters it.") if who is not None else default_who()


def _moment(now: dt.datetime | None) -> dt.datetime:
    return as_utc(now or dt.datetime.now(dt.UTC))
