"""Files of the store: whole or not at all on disk, one writer at a time, readers never in the way.

Bytes, frames and locks only; what rows mean is decided elsewhere.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from filelock import FileLock, Timeout

from fiveengines.errors import StoreError
from fiveengines.store.revisions import ROW

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
_TEMPORARY = ".writing-"
_REBUILD = "Move it away and run `fiveengines fetch` again; the other files are untouched."


def write_whole(path: Path, write: Callable[[Path], object]) -> None:
    """Let `write` fill a temporary neighbour, force it to disk, and put it in the place of `path` in one
    step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=_TEMPORARY, suffix=path.suffix, dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        write(temporary)
        with temporary.open("rb") as written:
            os.fsync(written.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def sweep(folder: Path) -> None:
    """Remove temporary files that a killed writer left behind; only the holder of the lock may call this."""
    for left in folder.rglob(f"{_TEMPORARY}*"):
        left.unlink(missing_ok=True)


@contextmanager
def only_writer(folder: Path, waiting: Callable[[str], None] | None, timeout: float) -> Iterator[None]:
    """Hold the store's lock; a second writer says so through `waiting` and waits, StoreError after `timeout`
    seconds."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"the data folder cannot be made ({error.strerror}).",
            where=str(folder),
            remedy="Set FIVEENGINES_DATA.",
        ) from error
    lock = FileLock(folder / ".lock")
    try:
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
        sweep(folder)
        yield
    finally:
        lock.release()


def write_rows(path: Path, rows: Mapping[str, pd.DataFrame]) -> None:
    """Write series → frame of ROW (sorted within the series) as one file, series in sorted order."""
    names = sorted(rows)
    lengths = [len(rows[name]) for name in names]
    whole = pd.concat([rows[name] for name in names], ignore_index=True)
    codes = pa.array([at for at, length in enumerate(lengths) for _ in range(length)], pa.int32())
    columns = [pa.DictionaryArray.from_arrays(codes, pa.array(names, pa.string()))]
    columns += [pa.array(whole[name].to_numpy(), SCHEMA.field(name).type) for name in ROW]
    table = pa.Table.from_arrays(columns, schema=SCHEMA)
    write_whole(
        path, lambda to: pq.write_table(table, to, compression="lz4", use_dictionary=["series", "basis"])
    )


def read_rows(path: Path) -> dict[str, pd.DataFrame]:
    """Series → frame of ROW as written; StoreError when the file is no such file."""
    try:
        # through one open handle: a writer that replaces the file meanwhile does not disturb this reader
        with path.open("rb") as handle:
            table = pq.ParquetFile(handle, read_dictionary=["series"]).read()
        table = table.unify_dictionaries().combine_chunks()
        names = table["series"].cast(SCHEMA.field("series").type).combine_chunks()
    except (pa.ArrowException, OSError, KeyError) as error:
        raise StoreError("the file is damaged.", where=str(path), remedy=_REBUILD) from error
    if missing := {field.name for field in SCHEMA} - set(table.column_names):
        raise StoreError(
            f"columns {', '.join(sorted(missing))} are absent.", where=str(path), remedy=_REBUILD
        )
    if not len(table):
        return {}
    names = names.chunk(0) if isinstance(names, pa.ChunkedArray) else names
    values = {name: table[name].to_numpy() for name in ROW}
    runs = pc.run_end_encode(names.indices)
    ends = runs.run_ends.to_pylist()
    words = names.dictionary.to_pylist()
    found, start = {}, 0
    for code, end in zip(runs.values.to_pylist(), ends, strict=True):
        found[words[code]] = pd.DataFrame(
            {name: column[start:end] for name, column in values.items()}, copy=False
        )
        start = end
    return found


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write `content` whole."""
    text = json.dumps(content, indent=1, sort_keys=True)
    write_whole(path, lambda to: to.write_text(text, encoding="utf-8"))


def read_json(path: Path) -> dict[str, Any]:
    """What `path` holds, empty when it is absent."""
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise StoreError("the file is damaged.", where=str(path), remedy=_REBUILD) from error
    return content
