"""What comes after a report is whole: that some of it fails is told, and takes nothing from the report.

Words for a terminal only; nothing is written here.
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from fiveengines.base.errors import FiveEnginesError, sentence


@contextmanager
def told_only(what: str) -> Iterator[None]:
    """A failure inside is one line on stderr that says the report is whole, `what` is not, and why."""
    try:
        yield
    except (FiveEnginesError, OSError, sqlite3.Error) as error:
        why = sentence(str(error).replace("cannot be written", "was not renewed"))
        print(f"fiveengines: the report is whole; {what}: {why}", file=sys.stderr)
