"""What test modules declare beside their tests, found by name: what is added needs no second list."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

TESTS = Path(__file__).resolve().parent


def declared(folder: str, name: str) -> Iterator[Any]:
    """The value of `name` in every test module below `folder` that has one, in the order of their paths."""
    for path in sorted((TESTS / folder).rglob("test_*.py")):
        if re.search(rf"^{name}\b", path.read_text(encoding="utf-8"), flags=re.MULTILINE):
            yield getattr(import_module(".".join(path.relative_to(TESTS).with_suffix("").parts)), name)
