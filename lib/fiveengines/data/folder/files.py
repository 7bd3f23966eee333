"""A files directory: the downloads of an analyst, each part optional, read into one Dataset.

Files are read here and never changed; a broken one becomes a notice, and the week goes on with the others.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path, PurePosixPath

import numpy as np

from fiveengines.base import paths
from fiveengines.base.errors import DataError
from fiveengines.data.catalog import catalog
from fiveengines.data.consistency_checks.columns import EXTRA, check_consistency
from fiveengines.data.dataset import Dataset, LeftOut, Notice, Tables
from fiveengines.data.folder import file_map, keyed_tables, names, price_tables
from fiveengines.data.folder.closes import (
    MEMBER_WORDS,
    members_of,
    one_ticker,
    other_prices_of,
    read_tables,
)
from fiveengines.data.folder.csv import column_name, read_csv, read_texts
from fiveengines.data.folder.csv.decode import refuse
from fiveengines.data.folder.header import Header, columns_of, header_of, joined
from fiveengines.data.folder.layouts import OWN_COLUMNS, Recipe, vendor_of
from fiveengines.data.folder.loading import (
    NO_ROW,
    Loading,
    Piece,
    Table,
    attempt,
    refusal,
)
from fiveengines.data.folder.membership import MEMBERSHIP_FILE, RENAMES_FILE
from fiveengines.data.folder.observations import STEP
from fiveengines.data.folder.settle import settle
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


_MEMBERS_FILE = "reference/sp500_members.csv"
# A person's own portfolio is no market data; the portfolio's rooms read it.
_PORTFOLIO = {"holdings": "the holdings of a portfolio", "trades": "the trade ledger of a portfolio"}


def load(directory: Path, *, today: dt.date | None = None) -> Dataset:
    """Everything the catalog knows in `directory`.

    Release times follow the catalog's rules. A repaired file gives a warning notice; a file that the catalog
    knows but that has no safe reading gives an error notice and is left out. Every file, of whatever kind and
    however deep, has its record in `files`; those in the folders of the README come before others with the same
    series. `today` is the last date that is not the future (default: now).
    DataError when the directory is absent or holds nothing that the catalog knows.
    """
    data = read(directory, today=today)
    used = any(each.left_out is None for each in data.files)
    if not used and all(notice.level == "info" for notice in data.notices):
        what = "nothing the catalog knows" if data.files else "no file"
        raise DataError(f"the files directory holds {what}.", where=str(directory), remedy=_LAYOUT)
    return data


def read(directory: Path, *, today: dt.date | None = None) -> Dataset:
    """`load` for a directory that may hold nothing: then the Dataset is empty but for the word on its files."""
    root = Path(directory)
    if not root.is_dir():
        raise DataError("the files directory does not exist.", where=str(root), remedy=_LAYOUT)
    found = walk(root)
    state = Loading(root, today)
    for where, left_out in found.others:
        state.left_out[where] = left_out
        if left_out.reason in {"cannot be opened", "too many files"}:
            text = f"{where}{'/' * ('folder' in left_out.why)}: {left_out.why}. {left_out.remedy}"
            state.notices.append(Notice("error", None, text))
    # the list of members first: it tells members' prices from funds'
    for path in sorted(found.files, key=lambda path: (not _may_list_members(path), path)):
        attempt(path.as_posix(), lambda path=path: _read_file(path, state), state)  # type: ignore[misc]
    read_tables(state)
    series = settle(state)
    closes = members_of(state)
    others = other_prices_of(state)
    tables = Tables.of(keyed_tables.tables_of(state))
    return Dataset("files", series, closes, tuple(state.notices), state.records(), tables, others)


def stamp(directory: Path) -> tuple[object, ...]:
    """What changes when a file in `directory` is written, added or removed; empty for no directory."""
    if not Path(directory).is_dir():
        return ()
    return paths.file_stamps(directory / path for path in walk(Path(directory)).files)


def _may_list_members(path: PurePosixPath) -> bool:
    return path.as_posix().lower() == _MEMBERS_FILE or (
        path.suffix.lower() in {".csv", ".xlsx"} and any(word in path.stem.lower() for word in MEMBER_WORDS)
    )


def _read_file(path: PurePosixPath, state: Loading) -> None:
    where = path.as_posix()
    if where.lower() in {MEMBERSHIP_FILE, RENAMES_FILE}:
        state.used[where] = "the membership of the index"
        return
    if path.parts[0].lower() == "portfolio":
        if use := _PORTFOLIO.get(path.stem.lower()):
            state.used[where] = use
        else:
            state.left_out[where] = LeftOut("no market data", "neither holdings.csv nor trades.csv", "")
        return
    promised = file_map.named(path.with_suffix("").stem if path.suffix.lower() == ".gz" else path.stem)
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
            state.left_out[where] = refusal(error)
            return
        raise DataError(refusal(error).why, where=where, series=promised, remedy=error.remedy) from error
    for part in tables:
        inner = f"{where}/{part.name}" if part.name else where
        place = path.parent / part.file_name
        attempt(inner, lambda: _read_table(part.raw, inner, place, state), state)  # noqa: B023  (called at once)


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


def _read_table(raw: bytes, where: str, path: PurePosixPath, state: Loading) -> None:
    """A table as text: recognised by its header and its name, then read for each of its series."""
    raw, tickers = joined(raw)
    header = header_of(raw, where)
    if kind := keyed_tables.kind_of(path, raw, header):
        keyed_tables.read_table(kind, raw, where, path, header, state)
        return
    if header is None:
        _read_undated(raw, where, path, state)
        return
    if file_map.is_price_table(header):
        state.tables.append(Table(where, path, tuple(c.strip() for c in header.cells[1:]), raw))
        return
    recipes = file_map.recipes(path, replace(header, tickers=tickers))
    if isinstance(recipes, LeftOut):
        ticker = names.symbol(path.stem).replace("_", "-")
        closes = file_map.closes_of(header)
        further = file_map.further_ticker(path, recipes)
        if ticker in state.sectors and closes:
            state.singles[ticker] = _read_single(raw, where, closes, state)
        elif further and closes:
            piece = _read_single(raw, where, closes, state)
            state.others.append((where, one_ticker(further, piece)))
        else:
            state.left_out[where] = recipes
        return
    state.left_out[where] = NO_ROW
    for recipe in recipes:
        _read_recipe(raw, where, recipe, header, state)


def _read_undated(raw: bytes, where: str, path: PurePosixPath, state: Loading) -> None:
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
        state.used[where] = f"the list of members, {len(listed)} tickers with their sectors"
        return
    if path.as_posix().lower() == _MEMBERS_FILE:
        refuse(raw, where)
        remedy = "Save the list with the columns ticker and sector (Symbol and GICS Sector are taken too)."
        raise DataError("it needs the columns ticker and sector.", where=where, remedy=remedy)
    promised = file_map.named(path.stem)
    if promised is None:
        state.left_out[where] = _stranger(raw, where)
        return
    choices = file_map.choices(promised)
    read_csv(raw, where=where, wanted=choices, series=promised, today=state.today)


def _stranger(raw: bytes, where: str) -> LeftOut:
    try:
        refuse(raw, where)
    except DataError as error:
        return LeftOut("no table", error.message.rstrip("."), error.remedy or "")
    return LeftOut("no table of dates", "no header with a date in its first lines")


def _read_single(raw: bytes, where: str, closes: tuple[str, ...], state: Loading) -> Piece:
    """One CSV a ticker: the closes of a member or of a further ticker."""
    table = read_csv(raw, where=where, wanted=closes, step=1, today=state.today)
    state.repaired(where, None, table.repairs, table.dates)
    column = next(name for name in closes if name in table.columns)
    return Piece(0, where, table.dates, table.columns[column])


def _read_recipe(raw: bytes, where: str, recipe: Recipe, header: Header, state: Loading) -> None:
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
    if recipe.monthly:
        table = replace(table, dates=table.dates.astype("datetime64[M]").astype("datetime64[D]"))
    state.repaired(where, only, table.repairs, table.dates)
    for row, why in table.left_out:
        state.left_row(where, only or next(iter(recipe.columns)), row, why)
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
            vendor = vendor_of(header)
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
        state.tell(Notice("warning", absent[0], text))
    for name, column in columns.items():
        if column is None:
            continue
        rank = recipe.rank + (name in recipe.second_hand)
        piece = Piece(rank, where, table.dates, table.columns[column], recipe.merge)
        state.pieces.setdefault(name, []).append(piece)


def _read_parquet(path: PurePosixPath, state: Loading) -> None:
    """A date × ticker table of closes; any other Parquet table is read like its CSV."""
    where, full = path.as_posix(), state.root / path
    columns = price_tables.columns(full, where)
    tickers = price_tables.tickers(columns)
    fields = {column_name(name) for name in columns}
    if keyed_tables.mostly_contracts(tickers):
        keyed_tables.read_contracts(full, where, state)
        return
    # LOW and OPEN are tickers too, CLOSE is none
    own = not any(name.startswith("('") for name in columns) and (
        fields & {"close", "adj_close"} or file_map.named(path.stem) or fields & OWN_COLUMNS
    )
    if own:
        _read_table(price_tables.as_csv(full, where), where, path, state)
    else:
        state.tables.append(Table(where, path, tuple(tickers), full))
