"""The record: calls as the archive's own readings told them, marked by research on the closes that the caller hands in.

Rows become a table of calls, marks become words; nothing is read again as a market, and no reading is made.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from fiveengines.archive.rows import WeekRow
from fiveengines.base import formats, parameters
from fiveengines.base.formats import counted, percent
from fiveengines.report.closes import Closes
from fiveengines.report.page.cover_context import RecordSummary
from fiveengines.report.store import ReportStore

if TYPE_CHECKING:
    import pandas as pd

    from fiveengines.base.parameters.research import ResearchParameters
    from fiveengines.research.call_record import CallRecord

CLOSES = "index_closes.csv"
# Points of the small picture in a brief.
_POINTS = 60
# Sessions from one point to the next at least.
_A_WEEK = 5


@dataclass(frozen=True)
class Record:
    """Calls that were told in time, and those that were made later; None where there is none of the kind.

    `closes_end`: the last session of the closes, None without any. `rules`: how they are marked.
    """

    told: CallRecord | None
    backfilled: CallRecord | None
    closes_end: dt.date | None
    rules: ResearchParameters


def record(
    weeks: Sequence[WeekRow], closes: Closes, until: dt.date, params_file: str | None = None
) -> Record:
    """The record of real `weeks` on the evening of `until`; simulated ones are left out."""
    import pandas as pd

    from fiveengines.research.call_record import call_record, is_backfill

    rules = parameters.load(params_file).research
    evening = pd.Timestamp(until)
    prices = pd.Series(closes.values, index=pd.to_datetime(list(closes.days)), dtype="float64").loc[:evening]
    calls = _table(week for week in weeks if not week.simulated and week.date <= until)
    late = is_backfill(calls, rules)
    told, backfilled = calls[~late], calls[late]
    return Record(
        told=call_record(told, prices, evening, rules) if len(told) else None,
        backfilled=_marked_late(backfilled, prices, evening, rules) if len(backfilled) else None,
        closes_end=prices.index[-1].date() if len(prices) else None,
        rules=rules,
    )


def _marked_late(
    calls: pd.DataFrame, prices: pd.Series, evening: pd.Timestamp, rules: ResearchParameters
) -> CallRecord:
    """Nobody could act on a call that was made later: it is marked as if it had been told on its evening."""
    from fiveengines.research.call_record import call_record

    found = call_record(calls.assign(made=calls.index), prices, evening, rules)
    return replace(found, calls=found.calls.assign(made=calls["made"]))


def _table(weeks: Iterable[WeekRow]) -> pd.DataFrame:
    """The first telling of each week in the columns that research asks for."""
    import pandas as pd

    from fiveengines.data.calendars import NEW_YORK
    from fiveengines.model.regimes import NUMBERS
    from fiveengines.research.call_record import CHANCES, COLUMNS

    zone, rows, days = ZoneInfo(NEW_YORK), [], []
    for week in weeks:
        told = week.told
        low, _, high = told.volatility or (None, None, None)
        made = told.made_at.astimezone(zone).date()
        chances = told.chances or (None,) * len(NUMBERS)
        forecast = (low, high, told.sessions, *chances, told.regime_weeks)
        days.append(week.date)
        rows.append((made, told.regime, told.exposure, *forecast, told.entries, told.plain_exposure))
    table = pd.DataFrame(rows, columns=list(COLUMNS), index=pd.DatetimeIndex(days)).sort_index()
    table["made"] = pd.to_datetime(table["made"])
    numbers = [name for name in COLUMNS if name != "made"]
    assert set(CHANCES) <= set(numbers)
    return table.astype(dict.fromkeys(numbers, "float64"))


def summary(found: Record) -> RecordSummary | None:
    """The record in a few lines for a brief; None while no call has been told."""
    from fiveengines.research.call_record import HOLDING, TOLD

    told = found.told
    if told is None:
        return None
    step = max(_A_WEEK, -(-len(told.wealth) // _POINTS))
    shown = told.wealth.iloc[::-step][::-1]
    return RecordSummary(
        text=" ".join(sentences(told, found.rules)),
        days=tuple(day.date() for day in shown.index),
        told=tuple(round(float(each), 4) for each in shown[TOLD]),
        holding=tuple(round(float(each), 4) for each in shown[HOLDING]),
    )


def sentences(told: CallRecord, rules: ResearchParameters) -> list[str]:
    """What the record says, the most important first."""
    first, weeks = told.calls.index[0], len(told.calls)
    gaps = f", {len(told.missing)} missing" if len(told.missing) else ""
    silent = f", {told.no_call} without a call" if told.no_call else ""
    lines = [f"Told since {formats.date(first.date())}: {counted(weeks, 'week')}{gaps}{silent}."]
    lines.append(_compared(told, rules))
    if told.forecasts.bands:
        found = told.forecasts
        lines.append(
            f"Volatility came inside its 80 % band in {found.inside} of {counted(found.bands, 'complete week')}."
        )
    if told.entries.changed:
        lines.append(entries_line(told))
    return lines


def _compared(told: CallRecord, rules: ResearchParameters) -> str:
    from fiveengines.research.call_record import CONSTANT, TOLD, WITHOUT

    if not told.days:
        due = told.calls.index[0].date() + dt.timedelta(weeks=rules.horizons.month_weeks)
        return f"Too early to say anything: the first outcome is due on {formats.date(due)}."
    table = told.strategies
    others = [
        f"{_short(str(name))} {signed_percent(row['total'])}"
        for name, row in table.iterrows()
        if name not in (TOLD, CONSTANT, WITHOUT)
    ]
    earned, used = float(table["total"][TOLD]), float(table["mean_exposure"][TOLD])
    text = (
        f"After costs {signed_percent(earned)} at {percent(used)} exposure on average; {', '.join(others)}."
    )
    if not told.early:
        return text
    return f"{text} Too early to compare: that takes {counted(rules.call_record.enough_weeks, 'week')}."


def _short(name: str) -> str:
    return f"a {name}" if name[0].isdigit() else name[0].lower() + name[1:]


def entries_line(told: CallRecord) -> str:
    """Whether figures entered by hand helped, in one sentence."""
    found = told.entries
    judged = f", to the right side in {found.right} of {found.judged} after a month" if found.judged else ""
    points = f"; together {signed_percent(found.points, ' points')}" if found.points is not None else ""
    return f"Entries by hand moved the exposure in {counted(found.changed, 'week')}{judged}{points}."


def signed_percent(value: float | None, unit: str = " %") -> str:
    """'+3.1 %'."""
    return formats.number(value, 1, unit, sign=True)


def kept_closes(store: ReportStore, closes: Closes | None) -> Closes:
    """The newer of the closes handed in and those that the archive kept; what is newer is kept from now on.

    They stand beside the record so that `fiveengines archive` can make it again without a market, and anyone can check
    it.
    """
    held = read_closes(store.read([CLOSES])[CLOSES])
    if closes is None or not closes.days or (held.days and held.days[-1] > closes.days[-1]):
        return held
    if closes != held:
        store.write(CLOSES, closes_csv(closes).encode())
    return closes


def closes_csv(closes: Closes) -> str:
    """CSV text, oldest session first."""
    rows = (f"{day},{value!r}\n" for day, value in zip(closes.days, closes.values, strict=True))
    return "date,close\n" + "".join(rows)


def read_closes(content: bytes | None) -> Closes:
    """Closes from such a CSV; none where it is absent or damaged."""
    import csv

    try:
        rows = list(csv.reader(io.StringIO((content or b"").decode())))[1:]
        return Closes(
            tuple(dt.date.fromisoformat(day).isoformat() for day, _ in rows),
            tuple(float(close) for _, close in rows),
        )
    except ValueError:
        return Closes((), ())
