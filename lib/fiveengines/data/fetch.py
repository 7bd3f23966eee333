"""Refreshing the store: each provider asked for what is new since last time, all at once, none stopping
another.

Orchestration only: how a provider answers is in providers, what is stored is the store's.
"""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from typing import Literal

import numpy as np
import pandas as pd

from fiveengines.base.errors import DataError, ParameterError, ProviderError
from fiveengines.base.formats import counted
from fiveengines.data import calendars
from fiveengines.data.catalog import Frequency, Series, lookup
from fiveengines.data.dataset import Members
from fiveengines.data.providers.base import (
    HISTORY_STARTS,
    LATER,
    FetchError,
    FoundTables,
    IncompleteError,
    Item,
    Provider,
    Request,
    Response,
    expected_form,
)
from fiveengines.data.providers.frames import Basis, frame_by_rule
from fiveengines.data.providers.registry import registry
from fiveengines.data.providers.transport.http import Exchange, Http
from fiveengines.data.providers.transport.settings import Settings
from fiveengines.data.store import Store, Writer
from fiveengines.data.store.revisions import continued, joined_members

# How far back a repeated fetch looks again for changed figures.
_OVERLAP: dict[Frequency, int] = {"daily": 21, "weekly": 70, "monthly": 400, "quarterly": 800}
_OVERLAP_REVISED = 800
# A provider may take a figure or two back; more than this share of what it gave before is an answer cut short.
_MOST_RETRACTED = 0.1
# Answers are gathered for this long before the provider's file is written again.
_GATHER = 1.0

Stage = Literal["waiting", "started", "series", "error", "done"]


@dataclass(frozen=True)
class Event:
    """What happens at one provider: `done` of `total` series so far, `rows` added so far, and a text for a
    person."""

    provider: str
    stage: Stage
    done: int = 0
    total: int = 0
    rows: int = 0
    text: str = ""


@dataclass
class Outcome:
    """How one provider fared. `added` counts rows a series; `notes` are oddities that did no harm."""

    provider: str
    title: str
    by_hand: bool = False
    added: dict[str, int] = field(default_factory=dict)
    current: list[str] = field(default_factory=list)
    errors: list[FetchError] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    requests: int = 0
    seconds: float = 0.0

    @property
    def failed(self) -> bool:
        """Whether nothing at all came of what was asked."""
        return bool(self.errors) and not self.added

    @property
    def complete(self) -> bool:
        """Whether all came. A key refused, or a service down for which another stood in, is no gap."""
        return not self.failed and not any(
            each.series or isinstance(each.error, IncompleteError) for each in self.errors
        )

    def line(self) -> str:
        """One line for a person."""
        rows = sum(self.added.values())
        text = f"{self.title}: {len(self.added)} series asked, {rows} new rows"
        if self.current:
            text += f", {len(self.current)} already current"
        if self.errors:
            text += f", {len(self.errors)} failed ({self.errors[0].line()})"
        if self.notes:
            more = f" and {len(self.notes) - 1} more" if len(self.notes) > 1 else ""
            text += f"; odd: {self.notes[0]}{more}"
        return text


@dataclass(frozen=True)
class Report:
    """Outcomes in the order of the registry."""

    outcomes: tuple[Outcome, ...]

    @property
    def not_reached(self) -> tuple[str, ...]:
        """Titles of the providers of which nothing came."""
        return tuple(outcome.title for outcome in self.outcomes if outcome.failed)

    @property
    def exit_code(self) -> int:
        """1 when providers failed and none delivered; what a person brought is no answer of theirs."""
        delivered = any(outcome.added for outcome in self.outcomes if not outcome.by_hand)
        return int(bool(self.not_reached) and not delivered)

    def last_line(self, store: Store, today: dt.date | None = None) -> str:
        """What was not reached, and how old the store is, for a person."""
        missed = f"Not reached: {', '.join(self.not_reached)}. " if self.not_reached else ""
        return missed + store.age_line(today)


def providers(
    store: Store,
    http: Http,
    names: Iterable[str] | None = None,
    *,
    first: dt.date | None = None,
) -> list[Provider]:
    """The providers called `names` (default: all that are registered); ParameterError for an unknown name."""
    known = registry()
    chosen = list(known) if names is None else list(names)
    if unknown := [name for name in chosen if name not in known]:
        raise ParameterError(f"unknown provider {unknown[0]!r}.", remedy=f"Choose from {', '.join(known)}.")
    members = store.members()
    return [
        make(http, folder=store.folder, members=members, first=first or HISTORY_STARTS)
        for name, make in known.items()
        if name in chosen
    ]


def fetch(
    store: Store,
    settings: Settings | None = None,
    *,
    since: dt.date | None = None,
    only: Sequence[str] | None = None,
    on_event: Callable[[Event], None] | None = None,
    clock: Callable[[], pd.Timestamp] | None = None,
) -> Report:
    """Ask every provider for what is new and add it to `store`.

    since: fetch again from this date on (default: from a little before the newest stored figure; everything at first).
    only: names of providers (default: all but an optional one without its key). on_event is called from several
    threads, one at a time. clock gives naive UTC. A provider that is down becomes an Outcome with errors. StoreError
    when another fetch holds the store too long.
    """
    chosen = settings or Settings.from_environment()
    telling = threading.Lock()

    def notify(event: Event) -> None:
        with telling:
            if on_event:
                on_event(event)

    log: list[Exchange] = []
    with (
        store.writing(lambda text: notify(Event("store", "waiting", text=text))) as writer,
        Http(chosen, log.append) as http,
    ):
        asked = [
            each
            for each in providers(store, http, only, first=since)
            if only or not each.optional or chosen.keys.get(each.key or "")
        ]
        gate = threading.Lock()
        work = [
            _Work(provider, store, writer, http, gate, notify, since, clock or _utc_now) for provider in asked
        ]
        try:
            with ThreadPoolExecutor(max_workers=max(1, len(work))) as pool:
                try:
                    outcomes = list(pool.map(lambda one: one.run(), work))
                except KeyboardInterrupt:
                    # each provider keeps what it has; none waits or asks any more
                    http.stop.set()
                    raise
        finally:
            writer.log([asdict(entry) for entry in log])
    for outcome in outcomes:
        outcome.requests = sum(entry.provider.startswith(outcome.provider) for entry in log)
    return Report(tuple(outcomes))


def _utc_now() -> pd.Timestamp:
    return calendars.utc_now().floor("s")


@dataclass
class _Work:
    """One provider's part of a fetch, in its own thread; `gate` lets one of them write at a time."""

    provider: Provider
    store: Store
    writer: Writer
    http: Http
    gate: threading.Lock
    notify: Callable[[Event], None]
    since: dt.date | None
    clock: Callable[[], pd.Timestamp]
    gathered: dict[str, pd.DataFrame] = field(default_factory=dict)
    wanted: dict[str, Request] = field(default_factory=dict)
    done: int = 0

    def __post_init__(self) -> None:
        self.outcome = Outcome(self.provider.name, self.provider.title, self.provider.by_hand)

    def run(self) -> Outcome:
        """Fetch everything; whatever goes wrong ends in the outcome."""
        began = time.monotonic()
        ended = False
        try:
            ended = self._run()
        except DataError as error:
            self._fail(FetchError(None, error))
        except Exception as error:  # one provider's surprise must not stop the others
            kind = f"{type(error).__name__}: {self.http.redact(str(error))}"
            self._fail(FetchError(None, ProviderError(f"unexpected: {kind}", where=self.provider.title)))
        try:
            self._write(last=True, ended=ended)
        except DataError as error:
            self._fail(FetchError(None, error))
        self.outcome.seconds = round(time.monotonic() - began, 2)
        self._say("done", self.outcome.line())
        return self.outcome

    def _run(self) -> bool:
        """Ask for everything; False when the fetch was stopped."""
        self.wanted = self._requests()
        self._say("started")
        written = time.monotonic()
        for item in self.provider.fetch(self.wanted):
            self._take(item)
            if self.http.stop.is_set():
                return False
            if time.monotonic() - written > _GATHER:
                self._write()
                written = time.monotonic()
        return True

    def _requests(self) -> dict[str, Request]:
        held = self.store.rows(self.provider.name)
        wanted = {}
        for series_id in self.provider.series:
            rows = held.get(series_id)
            # a person's files cost nothing to read again, and may have gained a longer past
            again = None if self.provider.by_hand else rows
            want = _request(lookup(series_id), self.provider, again, self.since, self.clock())
            if want is None:
                self.outcome.current.append(series_id)
            else:
                wanted[series_id] = want
        return wanted

    def _take(self, item: Item) -> None:
        if isinstance(item, FetchError):
            self._fail(item)
            return
        if isinstance(item, Members):
            self._members(item)
            return
        if isinstance(item, FoundTables):
            with self.gate:
                self.writer.put_tables(item.tables, item.prices)
            if not self.provider.by_hand:
                for name, frame in item.tables.items():
                    self.outcome.added[name] = self.outcome.added.get(name, 0) + len(frame)
            return
        try:
            with expected_form(self.provider.title, item.series):
                answer = self._continued(item) if self.provider.adjusted else item
        except DataError as error:
            self._fail(FetchError(item.series, error))
            return
        if not self.provider.by_hand:
            self._compare(answer)
        if not len(answer.frame) and item.series not in self.store.rows(self.provider.name):
            nothing = ProviderError(
                "answered without a single figure.", where=answer.origin, series=item.series
            )
            self._fail(FetchError(item.series, nothing))
            return
        self.gathered[item.series] = answer.frame
        self.outcome.notes += [f"{item.series}: {note}" for note in answer.notes]
        self.done += 1
        self._say("series", item.series)

    def _compare(self, answer: Response) -> None:
        """Say it when an answer lacks dates that the store has: it may end early at the end of a row."""
        rows = self.store.rows(self.provider.name).get(answer.series)
        request = self.wanted.get(answer.series)
        if rows is None or request is None:
            return
        asked = np.datetime64(request.since, "s")
        observed = answer.frame["observed"].to_numpy()
        start = max(asked, observed.min()) if len(observed) else asked
        before = np.unique(rows["observed"].to_numpy())
        before = before[before >= start]
        missing = np.setdiff1d(before, observed)
        if not len(missing):
            return
        cut = not len(observed) or observed.max() < before[-1]
        told = f"{len(missing)} of the {counted(len(before), 'date')} that the store has since {_day(start)} are absent"
        if cut or len(missing) > len(before) * _MOST_RETRACTED:
            ends = f"ends on {_day(observed.max())}" if len(observed) else "is empty"
            error = IncompleteError(
                f"the answer {ends} and looks cut short: {told}.",
                where=answer.origin,
                series=answer.series,
                remedy=LATER,
            )
            self._fail(FetchError(answer.series, error))
        else:
            self.outcome.notes.append(f"{answer.series}: {told}, the first {_day(missing[0])}")

    def _continued(self, answer: Response) -> Response:
        rows = self.store.rows(self.provider.name).get(answer.series)
        if rows is None:
            return answer
        held = rows.drop_duplicates("observed", keep="last").set_index("observed")["value"].sort_index()
        try:
            new = continued(held, answer.frame.set_index("observed")["value"])
        except ValueError:
            raise ProviderError(
                "the new prices do not meet the stored ones.",
                where=self.provider.title,
                series=answer.series,
                remedy="Run `fiveengines fetch --since` with a date before the newest stored price.",
            ) from None
        return Response(answer.series, frame_by_rule(answer.series, new.index, new.to_numpy()), answer.origin)

    def _members(self, item: Members) -> None:
        with self.gate:
            held = self.store.members()
            joined = joined_members(held, item)
            if held is None or joined.fingerprint() != held.fingerprint():
                self.writer.put_members(joined)

    def _write(self, *, last: bool = False, ended: bool = False) -> None:
        """Store what was gathered; the `last` time also how the provider fared."""
        gathered, self.gathered = self.gathered, {}
        if not gathered and not last:
            return
        name = self.provider.name
        with self.gate:
            if gathered:
                self.outcome.added |= self.writer.add(name, gathered, self.clock())
            complete = ended and self.outcome.complete
            self.writer.mark_checked(name, list(gathered), self.clock(), self._error(), complete)

    def _error(self) -> str | None:
        errors = self.outcome.errors
        if not errors:
            return None
        more = f" And {len(errors) - 1} more." if len(errors) > 1 else ""
        return f"{errors[0].line()}{more}"

    def _fail(self, failure: FetchError) -> None:
        self.outcome.errors.append(failure)
        self._say("error", str(failure.error))

    def _say(self, stage: Stage, text: str = "") -> None:
        rows = sum(self.outcome.added.values())
        self.notify(Event(self.provider.name, stage, self.done, len(self.wanted), rows, text))


def _request(
    entry: Series, provider: Provider, rows: pd.DataFrame | None, since: dt.date | None, now: pd.Timestamp
) -> Request | None:
    """What to ask for one series; None when no newer figure can exist yet."""
    if rows is None or not len(rows):
        return Request(since or HISTORY_STARTS)
    provider_dated = rows.loc[rows["basis"].to_numpy() == Basis.PROVIDER, "known_at"]
    seen = pd.Timestamp(provider_dated.max()) if len(provider_dated) else None
    if since is not None:
        return Request(since, None)
    newest = pd.Timestamp(rows["observed"].max())
    if entry.release.rule == "session" and newest >= _last_public_session(entry, now):
        return None
    if entry.revised and seen is not None and entry.provider == "fred":
        # vintages after `seen` may touch any observation
        return Request(HISTORY_STARTS, seen)
    usual = _OVERLAP_REVISED if entry.revised else _OVERLAP[entry.frequency]
    days = provider.overlap_days.get(entry.id, usual)
    return Request((newest - pd.Timedelta(days=days)).date(), seen)


def _day(moment: np.datetime64) -> str:
    return str(moment.astype("datetime64[D]"))


def _last_public_session(entry: Series, now: pd.Timestamp) -> pd.Timestamp:
    days = calendars.sessions(max(now.year + 1, dt.date.today().year + 1))
    near = days[(days > now - pd.Timedelta(days=14)) & (days <= now + pd.Timedelta(days=1))]
    public = near[calendars.published_at(entry, near) <= now]
    return pd.Timestamp(public[-1])
