"""What any result of a week or a session is computed from, as a part of its key in the cache.

Facts only: data, parameters, manual readings and libraries. What a result reads beyond them, its own room adds.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import cache as once
from importlib.metadata import version
from pathlib import Path

from fiveengines.base.parameters import Parameters
from fiveengines.data.dataset import Dataset
from fiveengines.overrides.trail import stamp

# The libraries that another figure, or another picture of it, may come from.
_LIBRARIES = (
    "altair", "arch", "clarabel", "cvxpy-base", "exchange-calendars", "great-tables", "hmmlearn", "jumpmodels",
    "markupsafe", "numpy", "pandas", "pyarrow", "pydantic", "scikit-learn", "scipy", "skfolio", "statsmodels",
)  # fmt: skip


def computed_from(
    data: Dataset, params: Parameters, source: str, entries: Iterable[object]
) -> tuple[object, ...]:
    """Facts of which one is other when data, a file of params, the source's trail or a library is other.

    entries: the manual readings that were applied.
    """
    members = data.members
    return (
        source,
        data.fingerprint(),
        [(each.id, each.provider, each.origin) for each in data.series.values()],
        None if members is None else (members.note, members.origin, sorted(members.sectors.items())),
        data.notices,
        data.files,
        library_versions(),
        params.model_dump_json(),
        contents((*params.file.parent.glob("*.yaml"), params.beside(params.weekly.events))),
        [(Path(path).name, digest) for path, _, _, digest in stamp(params.overrides_of(source))],
        tuple(entries),
    )


def contents(files: Iterable[Path]) -> list[tuple[str, str]]:
    """Path and digest of each file."""
    return [
        (str(each), hashlib.sha256(each.read_bytes()).hexdigest()) for each in sorted(files) if each.is_file()
    ]


@once
def library_versions() -> tuple[str, ...]:
    """Versions of the libraries that a figure or its picture may come from."""
    return tuple(version(each) for each in _LIBRARIES)
