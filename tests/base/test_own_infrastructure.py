"""docs/ARCHITECTURE.md names every piece of infrastructure that is our own, and only such that is there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "lib" / "fiveengines"


def table() -> list[tuple[list[str], str]]:
    page = (ROOT / "docs" / "ARCHITECTURE.md").read_text(encoding="utf-8")
    section = page.partition("## Own infrastructure")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (`.+?) \| (.+) \|$", section, flags=re.MULTILINE)
    return [(re.findall(r"`([^`]+)`", own), because) for own, because in rows]


def test_every_row_names_what_is_there_and_says_why_it_is_own() -> None:
    rows = table()
    assert len(rows) > 10
    for names, because in rows:
        first, *others = names
        assert (PACKAGE / first).exists(), first
        assert len(because.split()) > 8
        text = (PACKAGE / first).read_text(encoding="utf-8") if (PACKAGE / first).is_file() else ""
        for name in others:
            inside = f"class {name}" in text or f"def {name}" in text
            assert inside or (PACKAGE / name).exists(), name


def test_transport_and_base_hold_nothing_unnamed() -> None:
    """Schemas, errors, paths and start-up are no infrastructure; whatever else comes in says why."""
    named = {names[0] for names, _ in table()}
    transport = PACKAGE / "data" / "providers" / "transport"
    own = {f"data/providers/transport/{path.name}" for path in transport.glob("*.py")}
    assert own - named == {"data/providers/transport/__init__.py", "data/providers/transport/settings.py"}
