"""The archive: every report in one store as an index page, a table of readings and a feed, rebuilt after each week.

Reads what reports left behind (reading.json) and nothing else; no week is read or rendered here.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from fiveengines.archive.collect import Collected, collect, folders
from fiveengines.archive.companions import MISPLACED
from fiveengines.archive.export import readings_csv
from fiveengines.archive.feed import atom, published_at
from fiveengines.archive.page import index_page
from fiveengines.archive.record import Record, kept_closes, record, summary
from fiveengines.archive.record_page import record_csv, record_page
from fiveengines.base.formats import counted
from fiveengines.report import recover_interrupted
from fiveengines.report.closes import Closes
from fiveengines.report.page.cover_context import RecordSummary
from fiveengines.report.saving import is_simulated, move_simulated, newest_day
from fiveengines.report.store import DEMO, ReportStore, report_store

INDEX = "index.html"
FEED = "feed.xml"
TABLE = "readings.csv"
RECORD = "record.html"
RECORD_TABLE = "record.csv"
_TRIES = 3


@dataclass(frozen=True)
class Built:
    """What a rebuild found, where its page is, and the address at which the archive is published, if any."""

    page: str
    found: Collected
    address: str = ""

    def lines(self) -> list[str]:
        """What happened, for a terminal: one line for the archive and one for each folder that could not be read."""
        weeks = self.found.weeks
        span = f", {weeks[0].day} to {weeks[-1].day}" if weeks else ""
        odd = [f"{each.name}: not readable: {each.reason}" for each in self.found.unreadable]
        answers = f", {counted(len(self.found.companions), 'answer')}" if self.found.companions else ""
        return [f"{counted(len(weeks), 'week')}{span}{answers}", *odd, f"Open {self.page}"]


def rebuild(
    store: ReportStore,
    *,
    base_url: str | None = None,
    closes: Closes | None = None,
    params_file: str | None = None,
) -> Built:
    """Write index, record, tables and feed for every report at `store`; a broken folder is listed, never fatal.

    `closes`: the index as a week just made knew it; without it, or when the archive has kept newer ones, calls are
    marked by those. `params_file`: the rules of marking.

    Simulated weeks that an earlier version put among real ones move to OUT/demo.
    What a killed run left half done is tidied first. Each file is replaced whole, the index last. `base_url` is where
    the archive is published, for the feed's links; None leaves it as in the present feed. A week that another run puts
    there meanwhile is not left out.
    """
    if store.local is not None:
        recover_interrupted.recover(store.local)
    if base_url is None:
        base_url = _published(store)
    for _ in range(_TRIES):
        found = collect(store)
        strays = {each.name.split("/")[0] for each in found.unreadable if each.reason == MISPLACED[True]}
        for name in sorted(strays):
            move_simulated(store, name)
        if strays:
            found = collect(store)
        store.write(TABLE, readings_csv(found.weeks).encode())
        store.write(FEED, atom(found.weeks, found.companions, base_url=base_url).encode())
        marked = None if store.simulated else _record(store, found, closes, params_file)
        store.write(RECORD_TABLE, record_csv(marked).encode())
        page = record_page(marked, simulated=store.simulated, other=_other(store, RECORD))
        store.write(RECORD, page.encode())
        store.write(INDEX, index_page(found, _other(store)).encode("utf-8", "surrogateescape"))
        if set(found.names) == set(folders(store)):
            break
    return Built(f"{store.label.rstrip('/')}/{INDEX}", found, base_url.rstrip("/"))


def past_calls(
    store: ReportStore, day: dt.date, closes: Closes, params_file: str | None = None
) -> RecordSummary | None:
    """What became of the calls told before `day`, by closes up to its evening; None while there is none."""
    before = [week for week in collect(store).weeks if week.date < day]
    return summary(record(before, closes, day, params_file)) if before else None


def _record(
    store: ReportStore, found: Collected, closes: Closes | None, params_file: str | None
) -> Record | None:
    """The archive's record up to the last of its closes; None without a week."""
    if not found.weeks:
        return None
    known = kept_closes(store, closes)
    until = dt.date.fromisoformat(known.days[-1]) if known.days else found.weeks[-1].date
    return record(found.weeks, known, max(until, found.weeks[-1].date), params_file)


def archives(out: str | None) -> list[ReportStore]:
    """The archive at `out` and that of the simulated market inside it, where there is one.

    A folder `demo` whose newest report is simulated is such an archive itself.
    """
    store = report_store(out)
    above, _, name = store.url.rstrip("/").rpartition("/")
    if name == DEMO and (newest := newest_day(store)) and is_simulated(store, newest):
        return [report_store(above or ".").of_demo()]
    demo = store.of_demo()
    return [store, demo] if demo.folders() else [store]


def _other(store: ReportStore, page: str = INDEX) -> tuple[str, str] | None:
    """Address and name of that `page` in the archive that this one is kept apart from, where there is one."""
    there = store.above if store.above is not None else store.of_demo()
    if there.read([page])[page] is None:
        return None
    return (f"../{page}", "Real weeks") if store.simulated else (f"{DEMO}/{page}", "Simulated weeks")


def _published(store: ReportStore) -> str:
    """Where the archive is published, by its own feed; the demo's lies inside the real one's."""
    own = published_at(store.read([FEED])[FEED])
    if own or store.above is None:
        return own
    above = _published(store.above)
    return f"{above}/{DEMO}" if above else ""
