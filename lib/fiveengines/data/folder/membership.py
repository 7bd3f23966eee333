"""Who was in the index when: reference/sp500_membership.csv, and the tickers under which members' prices are.

Reading and matching only; what breadth makes of it is `indicators`' business.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from fiveengines.base.errors import DataError

MEMBERSHIP_FILE = "reference/sp500_membership.csv"
RENAMES_FILE = "reference/sp500_renames.csv"
# Two of the fund-sized files together are below a megabyte; a larger one is something else.
_MOST_BYTES = 10_000_000


def read_membership(root: Path, tickers: Iterable[str]) -> pd.DataFrame | None:
    """Times in the index, one row each: ticker (as in `tickers` where there are prices), start, end (NaT: still in).

    start is the first day in, end the first day out. A company whose prices are under a later ticker of its own
    (reference/sp500_renames.csv) is matched to that one. None without the file; DataError when it is not readable.
    """
    path = root / MEMBERSHIP_FILE
    if not path.is_file():
        return None
    spells = _table(path, MEMBERSHIP_FILE, ("ticker", "start", "end"))
    for column in ("start", "end"):
        days = pd.to_datetime(spells[column], format="%Y-%m-%d", errors="coerce")
        bad = days.isna() & spells[column].notna()
        if bad.any() or (column == "start" and days.isna().any()):
            row = int(bad.to_numpy().argmax()) if bad.any() else int(days.isna().to_numpy().argmax())
            cell = spells[column].iloc[row]
            raise DataError(
                f"{spells['ticker'].iloc[row]}: {'' if pd.isna(cell) else str(cell)!r} is not a date",
                where=MEMBERSHIP_FILE,
                field=column,
                remedy="Write dates as YYYY-MM-DD.",
            )
        spells[column] = days.astype("datetime64[s]")
    priced = set(tickers)
    renames = _renames(root)
    spells["ticker"] = [
        each if each in priced else renames.get(each, each) for each in spells["ticker"].astype(str)
    ]
    return spells.sort_values(["ticker", "start"], ignore_index=True)


def _renames(root: Path) -> dict[str, str]:
    path = root / RENAMES_FILE
    if not path.is_file():
        return {}
    table = _table(path, RENAMES_FILE, ("ticker", "prices"))
    return dict(zip(table["ticker"].astype(str), table["prices"].astype(str), strict=True))


def _table(path: Path, where: str, wanted: tuple[str, ...]) -> pd.DataFrame:
    if path.stat().st_size > _MOST_BYTES:
        raise DataError("is larger than a list of members can be", where=where, remedy="Check the file.")
    try:
        table = pd.read_csv(
            path, encoding="utf-8-sig", skipinitialspace=True, keep_default_na=False, na_values=[""]
        )
    except (ValueError, UnicodeDecodeError) as error:
        raise DataError("is not a table of text", where=where, remedy="Save it as CSV in UTF-8.") from error
    missing = [name for name in wanted if name not in table.columns]
    if missing:
        raise DataError(
            f"lacks the column {missing[0]!r}", where=where, remedy=f"It needs {', '.join(wanted)}."
        )
    return table[list(wanted)]
