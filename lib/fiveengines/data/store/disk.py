"""Files of the store: whole or not at all on disk, one writer at a time, readers never in the way.

Bytes, frames and locks only; what rows mean is decided elsewhere.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from filelock import FileLock, Timeout

from fiveengines.base.atomic_io import remove_leftovers, replace_file
from fiveengines.base.bounded_files import json_object, read_bytes
from fiveengines.base.errors import ParameterError, StoreError
from fiveengines.data.providers.frames import Basis
from fiveengines.data.store.revisions import ROW, view

SCHEMA = pa.schema(
    [
        ("series", pa.dictionary(pa.int32(), pa.string())),
        ("observed", pa.timestamp("s")),
        ("value", pa.float64()),
        ("known_at", pa.timestamp("s")),
        ("fetched_at", pa.timestamp("s")),
        ("basis", pa.int8()),
    ]
)
_REBUILD = "Move it away and run `fiveengines fetch` again; the other files are untouched."


def write_whole(path: Path, write: Callable[[Path], object]) -> None:
    """Let `write` fill what takes the place of `path` in one step; StoreError when the disk refuses."""
    try:
        replace_file(path, write)
    except OSError as error:
        raise not_written(path, error) from None


def not_written(path: Path, error: OSError) -> StoreError:
    """What to say when the disk refuses."""
    reason = os.strerror(error.errno) if error.errno else str(error)
    return StoreError(
        f"cannot be written ({reason}); it is as it was.",
        where=str(path),
        remedy="Make room or allow writing there, then fetch again.",
    )


@contextmanager
def read_whole(path: Path, message: str = "the file is damaged.", remedy: str = _REBUILD) -> Iterator[None]:
    """Whatever a damaged file raises while it is read becomes a StoreError that names it."""
    try:
        yield
    except (pa.ArrowException, OSError, KeyError, ValueError, ParameterError) as error:
        raise StoreError(message, where=str(path), remedy=remedy) from error


@contextmanager
def only_writer(folder: Path, waiting: Callable[[str], None] | None, timeout: float) -> Iterator[None]:
    """Hold the store's lock; a second writer says so through `waiting` and waits, StoreError after `timeout`
    seconds."""
    lock = FileLock(folder / ".lock")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            if waiting:
                waiting("another fetch is writing to the store; waiting for it to finish")
            lock.acquire(timeout=timeout, poll_interval=0.1)
    except Timeout:
        raise StoreError(
            f"another fetch has held the store for {timeout / 60:.0f} minutes.",
            where=str(folder),
            remedy="Wait for it to end, or end that process.",
        ) from None
    except OSError as error:
        raise StoreError(
            f"the data folder cannot be written ({error.strerror}).",
            where=str(folder),
            remedy="Set FIVEENGINES_DATA.",
        ) from error
    try:
        remove_leftovers(folder)
        yield
    finally:
        lock.release()


class Rows(Mapping[str, pd.DataFrame]):
    """Rows of one source: series → frame of ROW, sorted by known_at and observed, built when asked for."""

    def __init__(self, columns: Mapping[str, np.ndarray], spans: Mapping[str, tuple[int, int]]) -> None:
        self._columns, self._spans = columns, spans

    def __getitem__(self, series: str) -> pd.DataFrame:
        start, end = self._spans[series]
        return pd.DataFrame({name: column[start:end] for name, column in self._columns.items()}, copy=False)

    def __iter__(self) -> Iterator[str]:
        return iter(self._spans)

    def __len__(self) -> int:
        return len(self._spans)

    @cached_property
    def _seen(self) -> pd.DataFrame:
        return pd.DataFrame({name: self._columns[name] for name in ROW[:3]}, copy=False)

    def view(self, series: str) -> pd.DataFrame:
        """What a reader sees of one series: columns observed, value, known_at as `revisions.view` gives them; a
        slice where rows need no weighing. KeyError for an unknown series."""
        start, end = self._spans[series]
        basis = self._columns["basis"][start:end]
        if (basis == Basis.PROVIDER).any() and not (basis == Basis.PROVIDER).all():
            return view(self[series])
        part = self._seen.iloc[start:end]
        part.index = pd.RangeIndex(end - start)
        return part


EMPTY = Rows({}, {})


def write_rows(path: Path, rows: Mapping[str, pd.DataFrame]) -> None:
    """Write series → frame of ROW as one file, sorted by series, known_at and observed."""
    names = sorted(rows)
    frames = [rows[name].sort_values(["known_at", "observed"], kind="stable") for name in names]
    codes = np.repeat(np.arange(len(names), dtype="int32"), [len(frame) for frame in frames])
    columns: list[pa.Array] = [pa.DictionaryArray.from_arrays(pa.array(codes), pa.array(names, pa.string()))]
    for name in ROW:
        values = np.concatenate([frame[name].to_numpy() for frame in frames])
        columns.append(pa.array(values, SCHEMA.field(name).type))
    table = pa.Table.from_arrays(columns, schema=SCHEMA)
    repeated = ["series", "fetched_at", "basis"]
    write_whole(
        path,
        lambda to: pq.write_table(
            table, to, compression="lz4", use_dictionary=repeated, row_group_size=1 << 24
        ),
    )


def _exact(values: np.ndarray) -> np.ndarray:
    """Times to the second (Parquet itself knows milliseconds at best), anything else as it is."""
    return values.astype("datetime64[s]") if values.dtype.kind == "M" else values


def read_rows(path: Path) -> Rows:
    """The rows as written, series → frame of ROW; StoreError when the file is damaged or lacks columns."""
    with read_whole(path):
        # through one open handle: a writer that replaces the file meanwhile does not disturb this reader
        with path.open("rb") as handle:
            table = pq.ParquetFile(handle, read_dictionary=["series"]).read()
        if missing := set(SCHEMA.names) - set(table.column_names):
            raise StoreError(
                f"columns {', '.join(sorted(missing))} are absent.", where=str(path), remedy=_REBUILD
            )
        series = table["series"].unify_dictionaries().combine_chunks()
        columns = {name: _exact(table[name].to_numpy()) for name in ROW}
    if not len(table):
        return EMPTY
    codes = series.indices.to_numpy()
    words = series.dictionary.to_pylist()
    starts = np.append(0, np.flatnonzero(np.diff(codes)) + 1)
    ends = np.append(starts[1:], len(codes))
    spans = {words[codes[start]]: (int(start), int(end)) for start, end in zip(starts, ends, strict=True)}
    return Rows(columns, spans)


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write `content` whole."""
    text = json.dumps(content, indent=1, sort_keys=True)
    write_whole(path, lambda to: to.write_text(text, encoding="utf-8"))


def read_json(path: Path) -> dict[str, Any]:
    """What `path` holds; StoreError when it is damaged."""
    with read_whole(path):
        return json_object(read_bytes(path))
