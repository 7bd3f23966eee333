"""Tables that are no series: fed funds futures, fundamentals, option chains, earnings estimates.

Each is told by its columns, some by the file's name; what a row means is written down here and nothing is computed.
"""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path, PurePosixPath

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pa_csv

from fiveengines.base.errors import DataError
from fiveengines.base.formats import counted
from fiveengines.data.dataset import FED_FUNDS, TABLES, LeftOut, Notice
from fiveengines.data.folder import names, price_tables
from fiveengines.data.folder.csv import Repair, column_name, read_csv
from fiveengines.data.folder.csv.decode import decode, refuse
from fiveengines.data.folder.csv.numbers import MISSING
from fiveengines.data.folder.header import Header, columns_of
from fiveengines.data.folder.loading import Loading

FUNDAMENTALS, CHAIN, ESTIMATES = "fundamentals", "option_chain", "sp500_eps_estimates"
# Figures of a company, in dollars; a file may have some of them.
FIGURES = (
    "revenue",
    "operating_cash_flow",
    "capital_expenditure",
    "total_debt",
    "ebitda",
    "research_and_development",
)
_EARNINGS = ("operating_eps", "reported_eps")
_SETTLEMENTS = ("settle", "settlement", "settlement_price", "close", "last", "price")
# 100 minus a month's average rate: rates between -2 and 25 per cent.
_QUOTES = (75.0, 102.0)
_MONTH_LETTERS = "FGHJKMNQUVXZ"
_CODE = re.compile(rf"ZQ([{_MONTH_LETTERS}])(\d{{2}}|\d{{4}})", re.IGNORECASE)
_MONTH = re.compile(r"((?:19|20)\d\d)-?(0[1-9]|1[0-2])")
_FED_FUNDS_FILE = re.compile(r".*(fed_?funds|ff_?futures|\bzq\b).*", re.IGNORECASE)
_DAY = re.compile(r"(?:19|20)\d\d-\d\d-\d\d")
_QUOTED_ON = re.compile(r"Date:\s*([A-Za-z]+ \d{1,2},? \d{4}|\d{1,2} [A-Za-z]+,? \d{4})")
_SPOT = re.compile(r"Last:\s*([\d.,]*\d)")
_ROOT = re.compile(r"[A-Z]+")
_CHAIN_OF = frozenset({"SPX", "SPXW"})
# One line for each bad row is read by nobody beyond a screenful.
_MOST_LINES = 20
_NO_DAYS = np.empty(0, "datetime64[D]")


def kind_of(path: PurePosixPath, raw: bytes, header: Header | None) -> str | None:
    """Which of TABLES the file holds, None for another."""
    known = columns_of(raw) if header is None else header.known
    if {"ticker", "period_end", "filed"} <= known:
        return FUNDAMENTALS
    if {"published", "quarter_end"} <= known and known & set(_EARNINGS):
        return ESTIMATES
    if header is None and b"Expiration Date" in raw[:4096] and b"Strike" in raw[:4096]:
        return CHAIN
    placed = path.parts[0].lower() == "futures" or _FED_FUNDS_FILE.fullmatch(path.stem)
    if _contract_of(path.stem) and known & set(_SETTLEMENTS):
        return FED_FUNDS
    months = header is not None and any(contract_month(cell) for cell in header.cells)
    return FED_FUNDS if placed and (months or "contract" in known) else None


def contract_month(name: str) -> str | None:
    """The month of a contract as YYYY-MM from 2020-01, 202001 or ZQF20; None for any other name."""
    text = name.strip()
    if match := _MONTH.fullmatch(text):
        return f"{match[1]}-{match[2]}"
    if match := _CODE.fullmatch(text):
        year = (
            int(match[2]) if len(match[2]) == 4 else int(match[2]) + (1900 if int(match[2]) >= 88 else 2000)
        )
        return f"{year}-{_MONTH_LETTERS.index(match[1].upper()) + 1:02d}"
    return None


def mostly_contracts(columns: Collection[str]) -> bool:
    """Whether most of a table's columns are contract months."""
    return bool(columns) and sum(contract_month(name) is not None for name in columns) * 2 > len(columns)


def _contract_of(stem: str) -> str | None:
    """The contract that a file of one contract is named after (ZQH20.CBT, zqh20_price-history-…)."""
    for text in names.spellings(stem):
        bare = text.split(".")[0].split("_")[0]
        if _CODE.fullmatch(bare):
            return contract_month(bare)
    return None


def read_table(
    kind: str, raw: bytes, where: str, path: PurePosixPath, header: Header | None, state: Loading
) -> None:
    """Read one file of `kind`; bad rows are left out, each with a line, and DataError when nothing is left."""
    if kind == FED_FUNDS and header and any(map(contract_month, header.cells)):
        read_contracts(raw, where, state)
        return
    refuse(raw, where)
    frame = _READERS[kind](raw, where, path, state)
    if isinstance(frame, LeftOut):
        state.left_out[where] = frame
        return
    _keep(kind, frame, where, state)


def read_contracts(source: Path | bytes, where: str, state: Loading) -> None:
    """Fed funds futures as a table of date × contract month, from Parquet or CSV."""
    closes = price_tables.read_closes(source, where, today=state.today)
    state.repaired(where, None, closes.repairs, closes.dates)
    months = [contract_month(name) for name in closes.tickers]
    chosen = [at for at, month in enumerate(months) if month is not None]
    columns = [month for month in months if month is not None]
    if len(set(columns)) < len(columns):
        raise DataError(
            "a contract month appears twice.", where=where, remedy="Keep one column for each month."
        )
    values = closes.values if len(chosen) == len(months) else closes.values[:, chosen]
    frame = price_tables.frame_of(closes.dates, values, columns)
    _keep(FED_FUNDS, _quotes(frame, where, state), where, state)


def tables_of(state: Loading) -> dict[str, pd.DataFrame]:
    """Every table that was read, files of one kind joined."""
    return {name: joined(name, parts) for name, parts in sorted(state.keyed.items())}


def joined(name: str, parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Parts of one table as one: of two rows for the same key the later part's counts, of two numbers likewise."""
    if name == CHAIN:
        # a day's chain comes whole
        by_day = {
            day: part[(part["date"] == day).to_numpy()] for part in parts for day in part["date"].unique()
        }
        chains: pd.DataFrame = pd.concat([by_day[day] for day in sorted(by_day)], ignore_index=True)
        return chains
    keys = _KEYS.get(name)
    if keys is None:
        whole: pd.DataFrame = parts[0]
        for part in parts[1:]:
            whole = part.combine_first(whole)
        return whole if whole.columns.is_monotonic_increasing else whole[sorted(whole.columns)]
    rows = parts[0] if len(parts) == 1 else pd.concat(parts, ignore_index=True)
    return rows.drop_duplicates(keys, keep="last").sort_values(keys, ignore_index=True)


def _keep(kind: str, frame: pd.DataFrame, where: str, state: Loading) -> None:
    if frame.empty:
        raise DataError("no row of it can be used.", where=where, remedy="Check its columns and dates.")
    column = TABLES[kind]
    days = frame.index.to_numpy() if column is None else frame[column].to_numpy()
    state.keyed.setdefault(kind, []).append(frame)
    state.took(where, kind, np.sort(days.astype("datetime64[D]")), np.zeros(len(days)))


# Fed funds futures


def _fed_funds(raw: bytes, where: str, path: PurePosixPath, state: Loading) -> pd.DataFrame:
    text, _ = decode(raw, where)
    columns = [column_name(cell) for cell in text.splitlines()[0].split(",")]
    contract = _contract_of(path.stem)
    if contract:
        table = read_csv(raw, where=where, wanted=_SETTLEMENTS, step=1, today=state.today)
        state.repaired(where, None, table.repairs, table.dates)
        values = next(table.columns[name] for name in _SETTLEMENTS if name in table.columns)
        return _quotes(price_tables.frame_of(table.dates, values[:, None], [contract]), where, state)
    if "contract" not in columns:
        raise DataError(
            "there is no contract month in it.",
            where=where,
            remedy="Columns are contract months (2020-01), or date, contract and settle.",
        )
    return _long_contracts(raw, where, path, state)


def _long_contracts(raw: bytes, where: str, path: PurePosixPath, state: Loading) -> pd.DataFrame:
    """Rows of contract and settlement, with a date of their own or the one in the file's name."""
    cells = _cells(raw, where)
    price = next((name for name in _SETTLEMENTS if name in cells), None)
    if price is None:
        raise DataError(
            "there is no settlement in it.", where=where, field="settle", remedy="Add the column settle."
        )
    if "date" not in cells:
        day = _DAY.search(path.stem)
        if day is None:
            raise DataError(
                "there is no date, in a column or in the file's name.",
                where=where,
                field="date",
                remedy="Add the column date, or the day to the name (fed_funds_2023-03-10.csv).",
            )
        cells["date"] = day[0]
    rows = _Rows(cells, where, state)
    days = rows.days("date")
    months = cells["contract"].map(contract_month)
    rows.drop(months.isna(), lambda at: f"{cells['contract'].iloc[at]!r} is no contract month")
    values = rows.numbers(price)
    rows.drop(values.isna(), lambda at: f"{cells['contract'].iloc[at]} has no settlement")
    frame = pd.DataFrame({"date": days, "month": months, "value": values})[rows.good]
    rows.end()
    wide = frame.drop_duplicates(["date", "month"], keep="last").pivot(
        index="date", columns="month", values="value"
    )
    wide.columns = pd.Index(list(wide.columns), dtype="object")
    return _quotes(wide, where, state)


def _quotes(frame: pd.DataFrame, where: str, state: Loading) -> pd.DataFrame:
    """Settlements, those that no rate explains left out; DataError when they are many."""
    values = frame.to_numpy(dtype="float64")
    low, high = _QUOTES
    wrong = (values < low) | (values > high)
    if wrong.any():
        row, column = (int(at[0]) for at in np.nonzero(wrong))
        first = f"{values[row, column]:g} for {frame.columns[column]} on {frame.index[row].date()}"
        what = f"{int(wrong.sum())} settlements lie outside {low:g} to {high:g} ({first} first)"
        if wrong.sum() * 200 > np.isfinite(values).sum():
            raise DataError(
                f"{what}; none was taken.", where=where, remedy="They are quoted as 100 minus the rate."
            )
        last = frame.index[np.flatnonzero(wrong.any(axis=1))[-1]].to_datetime64().astype("datetime64[D]")
        state.repaired(where, None, [Repair(f"{what} and count as missing", last)], _NO_DAYS)
        values = np.where(wrong, np.nan, values)
        frame = pd.DataFrame(values, index=frame.index, columns=frame.columns)
    some = np.isfinite(values).any(axis=1)
    return frame if some.all() else frame[some]


# Companies' figures, and estimates of the index's earnings


def _fundamentals(raw: bytes, where: str, path: PurePosixPath, state: Loading) -> pd.DataFrame:
    cells = _cells(raw, where)
    rows = _Rows(cells, where, state, label=("ticker", "period_end"))
    tickers = cells["ticker"].str.strip().str.upper().str.replace(".", "-", regex=False)
    rows.drop(tickers == "", lambda at: "the ticker is missing")
    period, filed = rows.days("period_end"), rows.days("filed")
    rows.drop(filed < period, lambda at: f"it was filed on {filed.iloc[at].date()}, before the period ended")
    figures = {name: rows.numbers(name) for name in FIGURES}
    frame = pd.DataFrame({"ticker": tickers, "period_end": period, "filed": filed} | figures)
    rows.end()
    return frame[rows.good].reset_index(drop=True)


def _estimates(raw: bytes, where: str, path: PurePosixPath, state: Loading) -> pd.DataFrame:
    cells = _cells(raw, where)
    rows = _Rows(cells, where, state, label=("published", "quarter_end"))
    published, quarter = rows.days("published"), rows.days("quarter_end")
    figures = {name: rows.numbers(name) for name in _EARNINGS}
    frame = pd.DataFrame({"published": published, "quarter_end": quarter} | figures)
    rows.drop(frame[list(_EARNINGS)].isna().all(axis=1), lambda at: "it has no estimate")
    rows.end()
    return frame[rows.good].reset_index(drop=True)


# Option chains


def _chain(raw: bytes, where: str, path: PurePosixPath, state: Loading) -> pd.DataFrame | LeftOut:
    """One row an option of Cboe's quote download: calls, then puts."""
    text, _ = decode(raw, where)
    above, _, _ = text.partition("Expiration Date")
    quoted, last = _QUOTED_ON.search(above), _SPOT.search(above)
    day = pd.to_datetime(quoted[1].replace(",", ""), errors="coerce") if quoted else pd.NaT
    if last is None or pd.isna(day):
        raise DataError(
            "the lines above its header lack the date or the last price of the index.",
            where=where,
            remedy="Keep the file as Cboe's quote table gives it.",
        )
    spot = float(last[1].replace(",", ""))
    table = _chain_columns(text[len(above) :], where)
    symbols = table["Calls"].to_pylist()
    root = _ROOT.match(symbols[0]) if symbols else None
    if root is None or root[0] not in _CHAIN_OF:
        whose = root[0] if root else "nothing"
        return LeftOut("another underlying", f"an option chain of {whose}; that of the S&P 500 is read", "")
    expiry = _expiries(table["Expiration Date"])
    strike = table["Strike"].to_numpy()
    count = len(strike)
    columns: dict[str, object] = {
        "date": np.full(2 * count, day.to_datetime64().astype("datetime64[s]")),
        "spot": np.full(2 * count, spot),
        "symbol": np.array(symbols + table["Puts"].to_pylist(), dtype="object"),
        "expiry": np.tile(expiry, 2),
        "strike": np.tile(strike, 2),
        "type": np.repeat(np.array(["C", "P"], dtype="object"), count),
    }
    for name, source in _QUOTED.items():
        columns[name] = np.concatenate([table[source].to_numpy(), table[f"{source} P"].to_numpy()])
    bad = np.tile(np.isnat(expiry) | ~(strike > 0), 2)
    for name in ("iv", "gamma", "open_interest", "volume"):
        bad |= np.asarray(columns[name]) < 0
    frame = pd.DataFrame(columns)
    if bad.any():
        rows = _Rows(pd.DataFrame(index=range(count)), where, state)
        either = pd.Series(bad.reshape(2, -1).any(axis=0))
        rows.drop(either, lambda at: "an expiry, strike, volatility or count that cannot be")
        rows.end()
        frame = frame[np.tile(rows.good.to_numpy(), 2)].reset_index(drop=True)
    return frame


# Column of an option's row → the column of Cboe's table, which has it once for calls and once for puts.
_QUOTED = {
    "iv": "IV",
    "delta": "Delta",
    "gamma": "Gamma",
    "open_interest": "Open Interest",
    "volume": "Volume",
}


def _chain_columns(text: str, where: str) -> pa.Table:
    """The columns of Cboe's quote table that are read; those of puts have ` P` behind their name."""
    header, _, body = text.partition("\n")
    titles, puts = [], False
    for cell in header.strip().split(","):
        title = cell.strip().strip('"')
        puts = puts or title == "Puts"
        titles.append(f"{title} P" if puts and title != "Puts" else title)
    numbers = ["Strike", *_QUOTED.values(), *(f"{name} P" for name in _QUOTED.values())]
    wanted = {"Expiration Date": pa.string(), "Calls": pa.string(), "Puts": pa.string()}
    wanted |= dict.fromkeys(numbers, pa.float64())
    if absent := [name for name in wanted if titles.count(name) != 1]:
        raise DataError(f"its columns are not those of Cboe's quote table ({absent[0]}).", where=where)
    try:
        return pa_csv.read_csv(
            pa.BufferReader(body.encode()),
            read_options=pa_csv.ReadOptions(use_threads=False, column_names=titles),
            convert_options=pa_csv.ConvertOptions(column_types=wanted, include_columns=list(wanted)),
        )
    except pa.ArrowInvalid as error:
        raise DataError(
            f"a row of it cannot be read ({str(error)[:120]}).", where=where, remedy="Download it again."
        ) from error


def _expiries(texts: pa.ChunkedArray) -> npt.NDArray[np.datetime64]:
    """Days of `Fri Jan 05 2024` or 2024-01-05, (n,); NaT for anything else."""
    coded = texts.dictionary_encode().combine_chunks()
    every = np.array([_expiry(text) for text in coded.dictionary.to_pylist()], dtype="datetime64[s]")
    found: npt.NDArray[np.datetime64] = every[coded.indices.to_numpy()]
    return found


def _expiry(text: str | None) -> dt.datetime | None:
    for form in ("%a %b %d %Y", "%Y-%m-%d"):
        try:
            return dt.datetime.strptime(str(text).strip(), form)
        except ValueError:
            continue
    return None


# Rows


class _Rows:
    """Which rows of a table are good, and a line for each that is not."""

    def __init__(self, cells: pd.DataFrame, where: str, state: Loading, label: tuple[str, ...] = ()) -> None:
        self.cells, self.where, self.state, self.label = cells, where, state, label
        self.good = pd.Series(True, index=range(len(cells)))
        self.lines: list[str] = []

    def days(self, name: str) -> pd.Series:
        """A column of dates; a row whose text is none goes."""
        texts = self.cells[name].str.strip()
        found = pd.to_datetime(texts, format="%Y-%m-%d", errors="coerce").astype("datetime64[s]")
        self.drop(found.isna(), lambda at: f"{name} {texts.iloc[at]!r} is not a date (YYYY-MM-DD)")
        return found

    def numbers(self, name: str) -> pd.Series:
        """A column of numbers, NaN where the cell is empty or the column absent; another text is mentioned."""
        if name not in self.cells:
            return pd.Series(np.nan, index=range(len(self.cells)))
        texts = self.cells[name].str.strip()
        found = pd.to_numeric(texts.str.replace(",", "", regex=False), errors="coerce").astype("float64")
        found = found.where(np.isfinite(found))
        for at in np.flatnonzero(found.isna() & ~texts.str.lower().isin(MISSING)):
            self.lines.append(
                f"{self._row(int(at))}: {name} {texts.iloc[at]!r} is no number and counts as missing"
            )
        return found

    def drop(self, bad: pd.Series, why: Callable[[int], str]) -> None:
        """Leave out the rows of `bad` that are still good, each with its reason."""
        for at in np.flatnonzero(bad.to_numpy(dtype=bool) & self.good.to_numpy()):
            self.lines.append(f"{self._row(int(at))}: {why(int(at))}; the row was left out")
            self.good.iloc[int(at)] = False

    def end(self) -> None:
        """Say what was left out; DataError when that is more than half."""
        if not self.lines:
            return
        left = int((~self.good).sum())
        if left * 2 > len(self.good):
            raise DataError(
                f"{left} of {counted(len(self.good), 'row')} cannot be read; {self.lines[0]}.",
                where=self.where,
                remedy="Check its columns.",
            )
        for line in self.lines[:_MOST_LINES]:
            self.state.tell(Notice("warning", None, f"{self.where}: {line}."))
        if len(self.lines) > _MOST_LINES:
            text = f"{self.where}: {len(self.lines) - _MOST_LINES} further rows or cells like these."
            self.state.tell(Notice("warning", None, text))

    def _row(self, at: int) -> str:
        words = " ".join(str(self.cells[name].iloc[at]).strip() for name in self.label)
        return f"row {at + 1}{f' ({words})' if words else ''}"


def _cells(raw: bytes, where: str) -> pd.DataFrame:
    """A small table as text, columns in the reader's spelling."""
    text, _ = decode(raw, where)
    first = text.splitlines()[0]
    delimiter = max(",;\t", key=first.count)
    try:
        table = pd.read_csv(
            io.StringIO(text), sep=delimiter, dtype="str", keep_default_na=False, skipinitialspace=True
        )
    except (ValueError, pd.errors.ParserError) as error:
        raise DataError(
            "its rows have not all the same fields.", where=where, remedy="Save it again as plain CSV."
        ) from error
    return table.rename(columns=column_name)


_READERS: Mapping[str, Callable[[bytes, str, PurePosixPath, Loading], pd.DataFrame | LeftOut]] = {
    FED_FUNDS: _fed_funds,
    FUNDAMENTALS: _fundamentals,
    CHAIN: _chain,
    ESTIMATES: _estimates,
}
_KEYS: Mapping[str, Sequence[str]] = {
    FUNDAMENTALS: ["filed", "ticker", "period_end"],
    ESTIMATES: ["published", "quarter_end"],
}
