"""Tables of closes by date and ticker, and one file a ticker: funds are series, index members a table of their own.

What is a fund and what a member is told by the file's name, the list of members and the tickers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from fiveengines.base.errors import DataError
from fiveengines.base.formats import counted
from fiveengines.data.catalog import catalog
from fiveengines.data.dataset import MEMBERS, LeftOut, Members, Notice, Span
from fiveengines.data.folder import file_map, names, price_tables
from fiveengines.data.folder.csv.dates import Days
from fiveengines.data.folder.loading import NO_ROW, Loading, Piece, Table, attempt
from fiveengines.data.folder.membership import MEMBERSHIP_FILE, read_membership

# Tickers of the largest companies through the decades: a table of closes that holds many is of members.
_LEADERS = frozenset({
    "AAPL", "MSFT", "AMZN", "GOOGL", "JPM", "XOM", "JNJ", "PG", "KO", "PEP", "WMT", "HD", "CVX", "MRK",
    "PFE", "INTC", "CSCO", "IBM", "GE", "BAC", "DIS", "MMM", "CAT", "MCD",
})  # fmt: skip


_SOME_LEADERS = 8


# Fewer files of single tickers are no picture of an index.
_SOME_MEMBERS = 20


MEMBERS_NOTE = (
    "Closes of today's index members and some that have left. Companies that dropped out earlier are missing,"
    " the more the further back, so past breadth looks better than it was (survivorship bias)."
)


MEMBER_WORDS = ("constituent", "member", "components")


def read_tables(state: Loading) -> None:
    """Tables of closes: known symbols are series; what the list or the name calls members waits for `members_of`."""
    for table in state.tables:
        attempt(table.where, lambda table=table: _read_wide(table, state), state)  # type: ignore[misc]


def _is_fund(ticker: str, state: Loading) -> bool:
    return ticker not in state.sectors and (
        ticker in names.fund_tickers() or names.series_of(ticker) is not None
    )


def _holds_members(table: Table, state: Loading) -> bool | None:
    """Whether the closes are of index members: by the file's name, then by the tickers; None when nothing tells."""
    stem = table.path.stem.lower()
    if any(word in stem for word in MEMBER_WORDS):
        return True
    if any(word in stem for word in ("etf", "fund", "indices", "futures")):
        return False
    listed = sum(ticker in state.sectors for ticker in table.tickers)
    funds = sum(_is_fund(ticker, state) for ticker in table.tickers)
    if max(listed, funds) * 2 >= len(table.tickers):
        return listed > funds
    if len(_LEADERS & set(table.tickers)) >= _SOME_LEADERS:
        return True
    return False if funds else None


def _read_wide(table: Table, state: Loading) -> None:
    """Closes of funds and indices as series; a table of members is put aside."""
    of_members = _holds_members(table, state)
    if of_members:
        state.members.append(table)
    known = {ticker: names.series_of(ticker) for ticker in table.tickers if _is_fund(ticker, state)}
    wanted = {ticker: series for ticker, series in known.items() if series}
    further = set() if of_members else set(table.tickers) - set(wanted)
    if not wanted and not further:
        if not of_members:
            state.left_out[table.where] = LeftOut("not in the catalog", "dates and no ticker")
        return
    closes = price_tables.read_closes(table.source, table.where, today=state.today)
    if not of_members:
        state.repaired(table.where, None, closes.repairs, closes.dates)
    state.left_out[table.where] = NO_ROW
    rank = 1 if file_map.placed(table.path) else 3
    for at, ticker in enumerate(closes.tickers):
        series = wanted.get(ticker)
        if series is not None:
            piece = Piece(rank, table.where, closes.dates, closes.values[:, at])
            state.pieces.setdefault(series, []).append(piece)
    chosen = [at for at, ticker in enumerate(closes.tickers) if ticker in further]
    if chosen:
        frame = price_tables.frame_of(
            closes.dates, closes.values[:, chosen], [closes.tickers[at] for at in chosen]
        )
        state.others.append((table.where, frame))
    if of_members is None:
        text = (
            f"{table.where}: {len(chosen)} columns, neither funds that are known nor members of a list, were read as"
            " prices. If they are index members, name the file sp500_constituents, or add"
            " reference/sp500_members.csv (ticker, sector)."
        )
        state.tell(Notice("info", None, text))


def members_of(state: Loading) -> Members | None:
    """Closes of index members from the widest table, else from one file a ticker; sectors from their list."""
    chosen = sorted(state.members, key=lambda table: (-len(table.tickers), table.where))
    for table in chosen:
        try:
            closes = price_tables.read_closes(table.source, table.where, today=state.today)
        except DataError as error:
            state.refused(table.where, error)
            continue
        state.repaired(table.where, None, closes.repairs, closes.dates)
        for other in chosen:
            if other is not table:
                text = f"{other.where}: also looks like index members; {table.where} was used."
                state.tell(Notice("info", None, text))
                state.left_out[other.where] = LeftOut(
                    "another file has the series", f"members from {table.where}"
                )
        kept = [
            at
            for at, ticker in enumerate(closes.tickers)
            if ticker in state.sectors or ticker not in catalog()
        ]
        values = closes.values if len(kept) == len(closes.tickers) else closes.values[:, kept]
        frame = price_tables.frame_of(closes.dates, values, [closes.tickers[at] for at in kept])
        return _as_members(frame, table.where, {table.where: closes.dates}, state)
    return _single_members(state)


def one_ticker(ticker: str, piece: Piece) -> pd.DataFrame:
    """The closes of one ticker from a file of its own, positive ones only."""
    values = np.where(piece.values > 0, piece.values, np.nan)
    return price_tables.frame_of(piece.dates, values[:, None], [ticker])


def other_prices_of(state: Loading) -> pd.DataFrame | None:
    """Closes of tickers that are neither members nor series, dates × tickers in their order; of two files with the
    same ticker the first. None without any."""
    found: dict[str, pd.Series] = {}
    for where, frame in sorted(state.others, key=lambda other: other[0]):
        new = [ticker for ticker in frame.columns if ticker not in found and frame[ticker].notna().any()]
        if not new:
            if state.left_out.get(where, NO_ROW) is NO_ROW and where not in state.read:
                state.left_out[where] = LeftOut("another file has the series", "prices of the same tickers")
            continue
        found |= {ticker: frame[ticker] for ticker in new}
        some = frame[new].dropna(how="all").index
        words = f"prices of {counted(len(new), 'further ticker')}"
        span = Span(words, some[0].date(), some[-1].date(), len(some))
        state.read.setdefault(where, []).append(span)
    if not found:
        return None
    frame = pd.DataFrame({ticker: found[ticker] for ticker in sorted(found)}).rename_axis("date")
    return frame.set_axis(frame.columns.astype("object"), axis=1)


def _single_members(state: Loading) -> Members | None:
    """Members' closes from one file a ticker."""
    if len(state.singles) < _SOME_MEMBERS:
        # too few for a picture of the index: prices of these tickers
        state.others += [(piece.origin, one_ticker(ticker, piece)) for ticker, piece in state.singles.items()]
        state.singles.clear()
        return None
    columns = {
        ticker: pd.Series(piece.values, index=pd.DatetimeIndex(piece.dates.astype("datetime64[s]")))
        for ticker, piece in sorted(state.singles.items())
    }
    frame = pd.DataFrame(columns).rename_axis("date")
    frame.columns = frame.columns.astype("object")
    origins = {piece.origin: piece.dates for piece in state.singles.values()}
    return _as_members(frame, f"{min(origins)} … {max(origins)}", origins, state)


def _as_members(closes: pd.DataFrame, origin: str, origins: Mapping[str, Days], state: Loading) -> Members:
    for where, dates in origins.items():
        span = Span(MEMBERS, dates[0].item(), dates[-1].item(), len(dates))
        state.read.setdefault(where, []).append(span)
    spells = _spells(state, map(str, closes.columns))
    note = MEMBERS_NOTE if spells is None else ""
    return Members(closes, dict(state.sectors), note, origin, spells)


def _spells(state: Loading, tickers: Iterable[str]) -> pd.DataFrame | None:
    """Who was in the index when; None without the file, and with an error notice when it is not readable."""
    try:
        spells = read_membership(state.root, tickers)
    except DataError as error:
        state.refused(error.where or MEMBERSHIP_FILE, error)
        return None
    if spells is not None:
        state.used[MEMBERSHIP_FILE] = f"the membership of the index, {len(spells)} spells"
    return spells
