"""The store's tables and prices of further tickers: one Parquet file each, joined with what an import brings.

They come from a person's files or a provider, dated by their own columns; no series may enter.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from fiveengines.data.folder.keyed_tables import joined
from fiveengines.data.store import disk


def file_of(folder: Path, name: str) -> Path:
    """Where the table `name` is in the store at `folder`; PRICES are the further tickers' prices."""
    return folder / "tables" / f"{name.lower()}.parquet"


def read(path: Path) -> pd.DataFrame:
    """The table as it was put; StoreError when the file is damaged."""
    remedy = "Move the file away and import its source again."
    with disk.read_whole(path, "the table is damaged.", remedy):
        frame: pd.DataFrame = pq.read_table(path).to_pandas().rename_axis(columns=None)
        return frame


def put(folder: Path, name: str, frame: pd.DataFrame) -> None:
    """Add the rows of `frame` (prices: its dates and tickers); what is new stands in the place of the same row."""
    path = file_of(folder, name)
    whole = joined(name, [read(path), frame]) if path.is_file() else frame
    table = pa.Table.from_pandas(whole)
    disk.write_whole(path, lambda to: pq.write_table(table, to, compression="lz4"))
