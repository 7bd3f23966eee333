"""Every source by name: demo, files or live.

It only chooses; each source reads and stamps its own data.
"""

from __future__ import annotations

from pathlib import Path

from fiveengines.base.errors import ParameterError
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


def load_dataset(name: str, *, data_dir: str | Path | None = None, seed: int = 7) -> Dataset:
    """Everything the named source knows.

    demo: simulated from `seed`. files: the folder `data_dir`. live: the local store in `data_dir` or its usual place.
    """
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
