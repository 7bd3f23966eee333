"""Every source by name: demo, files or live.

It only chooses; each source reads and stamps its own data.
"""

from __future__ import annotations

from pathlib import Path

from fiveengines.base import cache, parameters
from fiveengines.base.errors import ParameterError
from fiveengines.base.parameters import ConsistencyParameters
from fiveengines.data import calendars
from fiveengines.data.consistency_checks.examine import applied, examine
from fiveengines.data.dataset import Dataset

NAMES = ("demo", "files", "live")


def data_stamp(name: str, *, data_dir: str | Path | None = None, seed: int = 7) -> tuple[object, ...]:
    """What changes whenever `load_dataset` with these arguments would give something else."""
    match name:
        case "demo":
            from fiveengines.data import demo

            return demo.stamp(seed)
        case "files" if data_dir is not None:
            from fiveengines.data.folder import files

            return files.stamp(Path(data_dir).expanduser())
        case "live":
            from fiveengines.data.store import Store

            return Store(Path(data_dir).expanduser() if data_dir else None).stamp()
    return ()


def load_dataset(
    name: str,
    *,
    data_dir: str | Path | None = None,
    seed: int = 7,
    rules: ConsistencyParameters | None = None,
) -> Dataset:
    """Everything the named source knows, without the rows that its own relations refuse.

    demo: simulated from `seed`. files: the folder `data_dir`. live: the local store in `data_dir` or its usual place.
    rules: params/consistency.yaml (default: the project's).
    """
    stamp = data_stamp(name, data_dir=data_dir, seed=seed)
    found = _read(name, data_dir, seed)
    chosen = rules or parameters.load().consistency
    return applied(found, examine(found, chosen, _key(name, stamp, found) if stamp else ""))


def _key(name: str, stamp: tuple[object, ...], data: Dataset) -> str:
    """Names data and code; the same files hold more once the day of a row that was ahead of its time has come."""
    sizes = [(each.id, len(each.frame)) for each in data.series.values()]
    members = data.members.closes.shape if data.members is not None else None
    return cache.key_of((name, stamp, sizes, members, calendars.sessions()[-1], cache.code_key("data")))


def _read(name: str, data_dir: str | Path | None, seed: int) -> Dataset:
    match name:
        case "demo":
            from fiveengines.data import demo

            return demo.load(seed)
        case "files":
            from fiveengines.data.folder import files

            if data_dir is None:
                raise ParameterError(
                    "source files needs a folder.",
                    remedy="Name it with --data-dir, or data_dir in params/weekly.yaml.",
                )
            return files.load(Path(data_dir).expanduser())
        case "live":
            from fiveengines.data.store import Store

            return Store(Path(data_dir).expanduser() if data_dir else None).dataset()
    raise ParameterError(f"unknown source {name!r}.", remedy=f"Choose {', '.join(NAMES)}.")
