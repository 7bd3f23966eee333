"""A files directory: the downloads of an analyst, each part optional, read into one Dataset.

Files are read here and never changed; a broken one becomes a notice, and the week goes on with the others.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

import numpy as np
import pandas as pd

from fiveengines.base import paths
from fiveengines.base.errors import DataError
from fiveengines.data.catalog import catalog
from fiveengines.data.consistency_checks import EXTRA, check_consistency
from fiveengines.data.dataset import (
    MEMBERS,
    Dataset,
    FileRecord,
    LeftOut,
    Members,
    Notice,
    SeriesData,
    Span,
)
from fiveengines.data.folder import file_map, names, price_tables
from fiveengines.data.folder.csv import column_name, read_csv, read_texts
from fiveengines.data.folder.csv.dates import Days
from fiveengines.data.folder.csv.decode import refuse
from fiveengines.data.folder.csv.numbers import Floats
from fiveengines.data.folder.header import Header, columns_of, header_of, joined
from fiveengines.data.folder.membership import MEMBERSHIP_FILE, RENAMES_FILE, read_membership
from fiveengines.data.folder.observations import STEP, Publication, observations
from fiveengines.data.folder.unpack import LARGEST, parts
from fiveengines.data.folder.walk import walk

_LAYOUT = "Give a folder laid out as in the README (fred/, cboe/, prices/ …), or of downloads under their own names."
# What is no table, by suffix: it is named without being opened.
_NO_TABLE = {
    suffix: what
    for what, suffixes in (
        ("a JSON answer", ".json .jsonl"),
        ("a web page", ".html .htm .mhtml"),
        ("a PDF", ".pdf"),
        ("a picture", ".png .jpg .jpeg .gif .svg .webp"),
        ("a text for people", ".md .rst .doc .docx .ppt .pptx .eml .msg .rtf"),
        ("a program or its settings", ".py .ipynb .r .js .exe .sh .bat .yaml .yml .toml .ini .log"),
        (
            "a database or a program's own format",
            ".db .sqlite .pkl .pickle .h5 .feather .rds .rdata .mat .npz",
        ),
        ("an archive of a kind that is not unpacked", ".7z .rar .tar .tgz .bz2 .xz .zst"),
        ("a download that was not finished", ".part .crdownload .partial .download"),
    )
    for suffix in suffixes.split()
}
_SAVE_AS_CSV = "Download it as CSV, or save its table as CSV."
# Tickers of the largest companies through the decades: a table of closes that holds many is of members.
_LEADERS = frozenset(
    [
        "AAPL",
        "MSFT",
        "AMZN",
        "GOOGL",
        "JPM",
        "XOM",
        "JNJ",
        "PG",
        "KO",
        "PEP",
        "WMT",
        "HD",
        "CVX",
        "MRK",
        "PFE",
        "INTC",
        "CSCO",
        "IBM",
        "GE",
        "BAC",
        "DIS",
        "MMM",
        "CAT",
        "MCD",
    ]
)
_SOME_LEADERS = 8
# Fewer files of single tickers are no picture of an index.
_SOME_MEMBERS = 20
MEMBERS_NOTE = (
    "Closes of today's index members and some that have left. Companies that dropped out earlier are missing,"
    " the more the further back, so past breadth looks better than it was (survivorship bias)."
)


# until something of the file is used
_NO_ROW = LeftOut("no row of use", "none of its rows is of a series in the catalog")
_NOT_ASKED = LeftOut("not asked for", "closes of index members")
_MEMBERS_FILE = "reference/sp500_members.csv"
_MEMBER_WORDS = ("constituent", "member", "components")


@dataclass
class _Piece:
    """Values of one series from one file, before files are weighed against each other."""

    rank: int
    origin: str
    dates: Days
    values: Floats
    merge: bool = False
    parts: tuple[_Piece, ...] = ()

    @property
    def copied(self) -> tuple[str, str, int]:
        """Folder and name without a browser's number, and that number."""
        path = PurePosixPath(self.origin)
        stem, number = names.copy_number(path.stem)
        return path.parent.as_posix(), stem.lower(), number


@dataclass
class _Table:
    """Closes by date and ticker, opened once it is known whether they are funds or members."""

    where: str
    path: PurePosixPath
    tickers: tuple[str, ...]
    source: Path | bytes


@dataclass
class _Loading:
    """What has been read so far, and the word on every file."""

    root: Path
    ids: frozenset[str] | None
    today: dt.date | None
    strict: bool
    pieces: dict[str, list[_Piece]] = field(default_factory=dict)
    notices: list[Notice] = field(default_factory=list)
    tables: list[_Table] = field(default_factory=list)
    members: list[_Table] = field(default_factory=list)
    singles: dict[str, _Piece] = field(default_factory=dict)
    sectors: dict[str, str] = field(default_factory=dict)
    read: dict[str, list[Span]] = field(default_factory=dict)
    left_out: dict[str, LeftOut] = field(default_factory=dict)

    def wants(self, name: str) -> bool:
        return self.ids is None or name in self.ids

    def note(self, level: str, series: str | None, text: str) -> None:
        notice = Notice("info" if level == "info" else "warning", series, text)
        if notice not in self.notices:  # one file may be read for several markets
            self.notices.append(notice)

    def repaired(self, where: str, series: str | None, repairs: Collection[str]) -> None:
        if repairs:
            self.note("warning", series, f"{where}: repaired while reading: {'; '.join(repairs)}.")

    def refused(self, where: str, error: DataError) -> None:
        """An error that leaves `where` out; raised when reading is strict."""
        if self.strict:
            raise error
        notice = Notice("error", error.series, str(error))
        if notice not in self.notices:
            self.notices.append(notice)
        self.left_out[where] = _refusal(error)

    def took(self, where: str, series: str, dates: Days, values: Floats) -> None:
        """Note what `where` gave to `series`."""
        days = dates[np.isfinite(values)] if values.ndim == 1 else dates
        if len(days):
            span = Span(series, days[0].item(), days[-1].item(), len(days))
            self.read.setdefault(where, []).append(span)

    def records(self) -> tuple[FileRecord, ...]:
        """The word on every file, in order of path."""
        found = {where: FileRecord(where, (), why) for where, why in self.left_out.items()}
        found |= {where: FileRecord(where, tuple(spans)) for where, spans in self.read.items()}
        return tuple(found[where] for where in sorted(found))


def _refusal(error: DataError) -> LeftOut:
    """An error as the word on its file, which is named beside it."""
    _, said, why = error.message.partition(": ")
    where = said and error.where and error.message.startswith(error.where)
    return LeftOut("refused", why if where else error.message, error.remedy or "")


def load(
    directory: Path,
    *,
    ids: Collection[str] | None = None,
    members: bool = True,
    strict: bool = False,
    today: dt.date | None = None,
) -> Dataset:
    """Everything the catalog knows in `directory`, or only the series `ids`.

    Release times follow the catalog's rules. A repaired file gives a warning notice; a file that the catalog
    knows but that has no safe reading gives an error notice and is left out (`strict`: its DataError is
    raised). Every file, of whatever kind and however deep, has its record in `files`; those in the folders of
    the README come before others with the same series. `members` off skips the members' closes. `today` is
    the last date that is not the future (default: now).
    DataError when the directory is absent or holds nothing that the catalog knows.
    """
    data = read(directory, ids=ids, members=members, strict=strict, today=today)
    asked = any(each.left_out in {None, _NOT_ASKED} for each in data.files)
    if not asked and all(notice.level == "info" for notice in data.notices):
        what = "nothing the catalog knows" if data.files else "no file"
        raise DataError(f"the files directory holds {what}.", where=str(directory), remedy=_LAYOUT)
    return data


def read(
    directory: Path,
    *,
    ids: Collection[str] | None = None,
    members: bool = True,
    strict: bool = False,
    today: dt.date | None = None,
) -> Dataset:
    """`load` for a directory that may hold nothing: then the Dataset is empty but for the word on its files."""
    root = Path(directory)
    if not root.is_dir():
        raise DataError("the files directory does not exist.", where=str(root), remedy=_LAYOUT)
    found = walk(root)
    state = _Loading(root, None if ids is None else frozenset(ids), today, strict)
    for where, left_out in found.others:
        state.left_out[where] = left_out
        if left_out.reason in {"cannot be opened", "too many files"}:
            text = f"{where}{'/' * ('folder' in left_out.why)}: {left_out.why}. {left_out.remedy}"
            state.notices.append(Notice("error", None, text))
    # the list of members first: it tells members' prices from funds'
    for path in sorted(found.files, key=lambda path: (not _may_list_members(path), path)):
        _attempt(path.as_posix(), lambda path=path: _read_file(path, state), state)  # type: ignore[misc]
    _read_tables(state)
    series = _settle(state)
    closes = _members(state) if members else None
    if not members:
        _leave_members(state)
    return Dataset("files", series, closes, tuple(state.notices), state.records())


def stamp(directory: Path) -> tuple[object, ...]:
    """What changes when a file in `directory` is written, added or removed; empty for no directory."""
    if not Path(directory).is_dir():
        return ()
    return paths.file_stamps(directory / path for path in walk(Path(directory)).files)


def _may_list_members(path: PurePosixPath) -> bool:
    return path.as_posix().lower() == _MEMBERS_FILE or (
        path.suffix.lower() in {".csv", ".xlsx"} and any(word in path.stem.lower() for word in _MEMBER_WORDS)
    )


def _attempt(where: str, reading: Callable[[], None], state: _Loading) -> None:
    try:
        reading()
    except DataError as error:
        state.refused(where, error)


def _read_file(path: PurePosixPath, state: _Loading) -> None:
    where = path.as_posix()
    if where.lower() in {MEMBERSHIP_FILE, RENAMES_FILE}:
        state.left_out[where] = LeftOut(
            "used with the members", "who was in the index, and under which ticker"
        )
        return
    promised = file_map.named(path.stem)
    if what := _NO_TABLE.get(path.suffix.lower()):
        if promised is not None:
            raise DataError(f"this is {what}.", where=where, series=promised, remedy=_SAVE_AS_CSV)
        state.left_out[where] = LeftOut("no table", what, "")
        return
    if path.suffix.lower() == ".parquet":
        _read_parquet(path, state)
        return
    try:
        tables = list(parts(_bytes(state.root / path, where), where, path.name))
    except DataError as error:
        if promised is None and not file_map.placed(path):  # nobody waits for it
            state.left_out[where] = _refusal(error)
            return
        raise DataError(_refusal(error).why, where=where, series=promised, remedy=error.remedy) from error
    for part in tables:
        inner = f"{where}/{part.name}" if part.name else where
        place = path.parent / part.file_name
        _attempt(inner, lambda: _read_table(part.raw, inner, place, state), state)  # noqa: B023  (called at once)


def _bytes(path: Path, where: str) -> bytes:
    try:
        size = path.stat().st_size
        if size > LARGEST:
            raise DataError(
                f"its {size / 2**20:.0f} MB are more than the {LARGEST // 2**20} MB that are read.",
                where=where,
                remedy="Keep the years that matter.",
            )
        return path.read_bytes()
    except OSError as error:
        raise DataError(
            f"the file cannot be opened ({error.strerror}).", where=where, remedy="Check its permissions."
        ) from error


def _read_table(raw: bytes, where: str, path: PurePosixPath, state: _Loading) -> None:
    """A table as text: recognised by its header and its name, then read for each of its series."""
    raw, tickers = joined(raw)
    header = header_of(raw, where)
    if header is None:
        _read_undated(raw, where, path, state)
        return
    if file_map.is_price_table(header):
        state.tables.append(_Table(where, path, tuple(c.strip() for c in header.cells[1:]), raw))
        return
    recipes = file_map.recipes(path, replace(header, tickers=tickers))
    if isinstance(recipes, LeftOut):
        ticker = names.symbol(path.stem).replace("_", "-")
        if ticker in state.sectors and file_map.closes_of(header):
            _read_single(raw, where, ticker, file_map.closes_of(header), state)
        else:
            state.left_out[where] = recipes
        return
    state.left_out[where] = _NO_ROW
    for recipe in recipes:
        if any(state.wants(name) for name in recipe.columns):
            _read_recipe(raw, where, recipe, header, state)


def _read_undated(raw: bytes, where: str, path: PurePosixPath, state: _Loading) -> None:
    """A table without dates: the list of members; else the error of a series the name promises."""
    names_ = columns_of(raw)
    ticker = next((name for name in ("ticker", "symbol") if name in names_), None)
    sector = next((name for name in ("sector", "gics_sector") if name in names_), None)
    if ticker and sector:
        texts = read_texts(raw, where=where, wanted=(ticker, sector))
        listed = {
            t.replace(".", "-"): s for t, s in zip(texts[ticker], texts[sector], strict=True) if t and s
        }
        if not state.sectors:
            state.sectors = listed
        state.left_out[where] = LeftOut("used with the members", f"{len(listed)} tickers with their sectors")
        return
    if path.as_posix().lower() == _MEMBERS_FILE:
        refuse(raw, where)
        remedy = "Save the list with the columns ticker and sector (Symbol and GICS Sector are taken too)."
        raise DataError("it needs the columns ticker and sector.", where=where, remedy=remedy)
    promised = file_map.named(path.stem)
    if promised is None:
        state.left_out[where] = _stranger(raw, where)
        return
    if not state.wants(promised):
        return
    choices = file_map.choices(promised)
    read_csv(raw, where=where, wanted=choices, series=promised, today=state.today)


def _stranger(raw: bytes, where: str) -> LeftOut:
    try:
        refuse(raw, where)
    except DataError as error:
        return LeftOut("no table", error.message.rstrip("."), error.remedy or "")
    if "Expiration Date" in raw[:4096].decode("latin-1"):
        return LeftOut("no history", "an option chain of one day")
    return LeftOut("no table of dates", "no header with a date in its first lines")


def _read_single(raw: bytes, where: str, ticker: str, closes: tuple[str, ...], state: _Loading) -> None:
    """One CSV a ticker: a member's closes."""
    table = read_csv(raw, where=where, wanted=closes, step=1, today=state.today)
    state.repaired(where, None, table.repairs)
    column = next(name for name in closes if name in table.columns)
    state.singles[ticker] = _Piece(0, where, table.dates, table.columns[column])


def _read_recipe(raw: bytes, where: str, recipe: file_map.Recipe, header: Header, state: _Loading) -> None:
    only = next(iter(recipe.columns)) if len(recipe.columns) == 1 or recipe.required else None
    if len(recipe.required) > 1:
        only = None
    choices = dict.fromkeys(name for each in recipe.columns.values() for name in each)
    table = read_csv(
        raw,
        where=where,
        wanted=tuple(choices | dict.fromkeys(EXTRA[recipe.check])),
        series=only,
        keep=recipe.keep,
        step=STEP[catalog()[next(iter(recipe.columns))].frequency],
        today=state.today,
    )
    spelled = {recipe.renames.get(name, name): values for name, values in table.columns.items()}
    table = check_consistency(replace(table, columns=spelled), recipe.check, where)
    state.repaired(where, only, table.repairs)
    if not len(table.dates):  # a yearly file without this market
        return
    columns = {
        name: next((c for c in (recipe.renames.get(c, c) for c in each) if c in table.columns), None)
        for name, each in recipe.columns.items()
    }
    for name in recipe.required:
        column = columns[name]
        if column is None or not np.isfinite(table.columns[column]).any():
            what = "is empty" if column else "is absent"
            vendor = file_map.vendor_of(header)
            needs = "" if column else f"; it needs one of {', '.join(recipe.columns[name])}"
            has = "" if column else f"; the header has {', '.join(header.names)}"
            whose = f" ({vendor}'s layout)" if vendor else ""
            raise DataError(
                f"the column {column or recipe.columns[name][0]} {what}{needs}{has}{whose}.",
                where=where,
                series=name,
                remedy="Check that this is the right download.",
            )
    absent = [name for name, column in columns.items() if column is None]
    if recipe.keep and absent:
        text = f"{where}: no column of {', '.join(absent[:3])}{' …' if len(absent) > 3 else ''}."
        state.note("warning", absent[0], text)
    for name, column in columns.items():
        if column is None or not state.wants(name):
            continue
        rank = recipe.rank + (name in recipe.second_hand)
        piece = _Piece(rank, where, table.dates, table.columns[column], recipe.merge)
        state.pieces.setdefault(name, []).append(piece)


def _read_parquet(path: PurePosixPath, state: _Loading) -> None:
    """A date × ticker table of closes; any other Parquet table is read like its CSV."""
    where, full = path.as_posix(), state.root / path
    columns = price_tables.columns(full, where)
    tickers = price_tables.tickers(columns)
    fields = {column_name(name) for name in columns}
    # LOW and OPEN are tickers too, CLOSE is none
    own = not any(name.startswith("('") for name in columns) and (
        fields & {"close", "adj_close"} or file_map.named(path.stem) or fields & file_map.OWN_COLUMNS
    )
    if own:
        _read_table(price_tables.as_csv(full, where), where, path, state)
    else:
        state.tables.append(_Table(where, path, tuple(tickers), full))


def _read_tables(state: _Loading) -> None:
    """Tables of closes: known symbols are series; what the list or the name calls members waits for `_members`."""
    for table in state.tables:
        _attempt(table.where, lambda table=table: _read_wide(table, state), state)  # type: ignore[misc]


def _is_fund(ticker: str, state: _Loading) -> bool:
    return ticker not in state.sectors and (
        ticker in names.fund_tickers() or names.series_of(ticker) is not None
    )


def _holds_members(table: _Table, state: _Loading) -> bool | None:
    """Whether the closes are of index members: by the file's name, then by the tickers; None when nothing tells."""
    stem = table.path.stem.lower()
    if any(word in stem for word in _MEMBER_WORDS):
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


def _read_wide(table: _Table, state: _Loading) -> None:
    """Closes of funds and indices as series; a table of members is put aside."""
    of_members = _holds_members(table, state)
    if of_members:
        state.members.append(table)
    known = {ticker: names.series_of(ticker) for ticker in table.tickers if _is_fund(ticker, state)}
    wanted = {ticker: series for ticker, series in known.items() if series and state.wants(series)}
    if of_members is None:
        some = ", ".join(table.tickers[:5])
        state.left_out[table.where] = LeftOut(
            "closes of unknown tickers",
            f"{len(table.tickers)} columns ({some} …), neither funds that are known nor members of a list",
            "If they are index members, name the file sp500_constituents, or add reference/sp500_members.csv"
            " (ticker, sector).",
        )
        return
    if not wanted and not of_members:
        some = ", ".join(table.tickers[:5])
        state.left_out[table.where] = LeftOut(
            "not in the catalog", f"closes of {some}{' …' if len(table.tickers) > 5 else ''}"
        )
        return
    if not wanted:
        return
    closes = price_tables.read_closes(table.source, table.where, today=state.today)
    if not of_members:
        state.repaired(table.where, None, closes.repairs)
    state.left_out[table.where] = _NO_ROW
    rank = 1 if file_map.placed(table.path) else 3
    for at, ticker in enumerate(closes.tickers):
        series = wanted.get(ticker)
        if series is not None:
            piece = _Piece(rank, table.where, closes.dates, closes.values[:, at])
            state.pieces.setdefault(series, []).append(piece)
    unknown = [ticker for ticker in closes.tickers if ticker not in known]
    if unknown and not of_members:
        state.note("info", None, f"{table.where}: not in the catalog: {', '.join(unknown)} left out.")


def _settle(state: _Loading) -> dict[str, SeriesData]:
    """One SeriesData for each id: the file at first hand wins, parts of one history are joined."""
    publication = Publication()
    series = {}
    for name in (name for name in catalog() if name in state.pieces):
        for piece in _ranked(name, state):
            if not np.isfinite(piece.values).any():
                state.note("info", name, f"{piece.origin} · {name}: the column holds no value: left out.")
                continue
            try:
                data, notices = observations(
                    catalog()[name], piece.dates, piece.values, origin=piece.origin, publication=publication
                )
            except DataError as error:
                for part in piece.parts or (piece,):
                    state.refused(part.origin, error)
                continue
            series[name] = data
            state.notices.extend(notices)
            for part in piece.parts or (piece,):
                state.took(part.origin, name, part.dates, part.values)
            break
    for name, pieces in state.pieces.items():
        for piece in pieces:
            if state.left_out.get(piece.origin, _NO_ROW) is _NO_ROW:
                used = (
                    f"{name} was read from {series[name].origin}" if name in series else f"no value of {name}"
                )
                state.left_out[piece.origin] = LeftOut(
                    "another file has the series", used, "Keep the one that is newer, in the series' folder."
                )
    return series


def _ranked(name: str, state: _Loading) -> list[_Piece]:
    """Pieces of a series in the order of trying; of a browser's copies in one folder the newest is first."""
    pieces = sorted(state.pieces[name], key=lambda piece: (piece.rank, piece.origin))
    best = [piece for piece in pieces if piece.rank == pieces[0].rank]
    rest = pieces[len(best) :]
    parts = [piece for piece in best if piece.merge]
    if len(parts) > 1:
        return [_joined(name, parts, state), *(piece for piece in best if not piece.merge), *rest]
    copies = [piece for piece in best if piece.copied[:2] == best[0].copied[:2]]
    newest = max(copies, key=lambda piece: (piece.dates[-1], piece.copied[2]))
    for other in best:
        if other is newest:
            continue
        if other in copies:
            text = f"{newest.origin} · {name}: the newer copy of {other.origin}; it was used."
        else:
            text = f"{other.origin} · {name}: also in {newest.origin}, which was used."
        state.note("warning", name, text)
    return [newest, *(piece for piece in best if piece is not newest), *rest]


def _joined(name: str, parts: list[_Piece], state: _Loading) -> _Piece:
    """Parts of one history as one; where two disagree, the CFTC's own file (.txt) wins."""
    parts = sorted(parts, key=lambda piece: (piece.origin.lower().endswith(".txt"), piece.origin))
    dates, values = (
        np.concatenate([getattr(piece, what) for piece in parts]) for what in ("dates", "values")
    )
    order = np.argsort(dates, kind="stable")
    dates, values = dates[order], values[order]
    same = dates[1:] == dates[:-1]
    differ = same & (values[1:] != values[:-1]) & np.isfinite(values[1:]) & np.isfinite(values[:-1])
    if differ.any():
        first = dates[1:][differ][0]
        text = f"{name}: {differ.sum()} dates differ between files ({first} first); the later file was used."
        state.note("warning", name, text)
    last = np.append(~same, True)
    origins = [piece.origin for piece in parts]
    origin = ", ".join(origins) if len(origins) <= 3 else f"{origins[0]} … {origins[-1]}"
    return _Piece(0, origin, dates[last], values[last], parts=tuple(parts))


def _members(state: _Loading) -> Members | None:
    """Closes of index members from the widest table, else from one file a ticker; sectors from their list."""
    chosen = sorted(state.members, key=lambda table: (-len(table.tickers), table.where))
    for table in chosen:
        try:
            closes = price_tables.read_closes(table.source, table.where, today=state.today)
        except DataError as error:
            state.refused(table.where, error)
            continue
        state.repaired(table.where, None, closes.repairs)
        for other in chosen:
            if other is not table:
                state.note(
                    "info", None, f"{other.where}: also looks like index members; {table.where} was used."
                )
                state.left_out[other.where] = LeftOut(
                    "another file has the series", f"members from {table.where}"
                )
        kept = [
            at
            for at, ticker in enumerate(closes.tickers)
            if ticker in state.sectors or ticker not in catalog()
        ]
        frame = _closes_frame(closes.dates, closes.values[:, kept], [closes.tickers[at] for at in kept])
        return _as_members(frame, table.where, {table.where: closes.dates}, state)
    return _single_members(state)


def _leave_members(state: _Loading) -> None:
    for where in (
        *(table.where for table in state.members),
        *(each.origin for each in state.singles.values()),
    ):
        state.left_out[where] = _NOT_ASKED


def _single_members(state: _Loading) -> Members | None:
    """Members' closes from one file a ticker."""
    if len(state.singles) < _SOME_MEMBERS:
        for piece in state.singles.values():
            why = f"a member's closes; {_SOME_MEMBERS} members at least make a picture"
            state.left_out[piece.origin] = LeftOut("a single member", why)
        return None
    columns = {
        ticker: pd.Series(piece.values, index=pd.DatetimeIndex(piece.dates.astype("datetime64[s]")))
        for ticker, piece in sorted(state.singles.items())
    }
    frame = pd.DataFrame(columns).rename_axis("date")
    frame.columns = frame.columns.astype("object")
    origins = {piece.origin: piece.dates for piece in state.singles.values()}
    return _as_members(frame, f"{min(origins)} … {max(origins)}", origins, state)


def _closes_frame(dates: Days, values: Floats, tickers: list[str]) -> pd.DataFrame:
    index = pd.DatetimeIndex(dates.astype("datetime64[s]"), name="date")
    return pd.DataFrame(values, index=index, columns=pd.Index(tickers, dtype="object"))


def _as_members(closes: pd.DataFrame, origin: str, origins: Mapping[str, Days], state: _Loading) -> Members:
    for where, dates in origins.items():
        span = Span(MEMBERS, dates[0].item(), dates[-1].item(), len(dates))
        state.read.setdefault(where, []).append(span)
    spells = _spells(state, map(str, closes.columns))
    note = MEMBERS_NOTE if spells is None else ""
    return Members(closes, dict(state.sectors), note, origin, spells)


def _spells(state: _Loading, tickers: Iterable[str]) -> pd.DataFrame | None:
    """Who was in the index when; None without the file, and with an error notice when it is not readable."""
    try:
        spells = read_membership(state.root, tickers)
    except DataError as error:
        state.refused(error.where or MEMBERSHIP_FILE, error)
        return None
    if spells is not None:
        state.left_out[MEMBERSHIP_FILE] = LeftOut(
            "used with the members", f"{len(spells)} times in the index"
        )
    return spells
