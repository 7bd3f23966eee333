"""What a person types, made plain: one line of printable text of a known length, and who typed it.

Text only; escaping is the business of whoever shows it.
"""

from __future__ import annotations

import getpass
import subprocess
import unicodedata
from functools import lru_cache

from fiveengines.base.errors import OverrideError

LONGEST = {"why": 2000, "origin": 300, "who": 100}
# Marks that reorder what follows them: right-to-left letters need none, and hiding text does.
_REORDERING = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def plain(text: str, field: str) -> str:
    """`text` on one line without control characters; longer than LONGEST[field] raises OverrideError.

    Letters of any script, emoji, markup and formulas stay as they were typed: nothing here or later runs
    them.
    """
    kept = "".join(" " if each.isspace() else each for each in text if _shown(each))
    line = unicodedata.normalize("NFC", " ".join(kept.split()))
    most = LONGEST[field]
    if len(line) > most:
        raise OverrideError(
            f"{field}: {len(line):,} characters are too many.",
            remedy=f"Keep it to {most:,}; link to the rest.",
        )
    return line


def _shown(character: str) -> bool:
    """True for what may stay; Cc are control characters, Cs and Cn do not exist in a text file."""
    if character in _REORDERING:
        return False
    return character.isspace() or unicodedata.category(character) not in {"Cc", "Cs", "Cn"}


def required(text: str, field: str, remedy: str) -> str:
    """`plain`, and OverrideError when nothing is left."""
    line = plain(text, field)
    if not line:
        raise OverrideError(f"{field}: is empty.", remedy=remedy)
    return line


@lru_cache(maxsize=1)
def default_who() -> str:
    """The person at the keyboard: git's user.name, or the name the system knows."""
    try:
        command = ["git", "config", "user.name"]
        asked = subprocess.run(command, capture_output=True, text=True, timeout=5, check=False)  # noqa: S603
        name = plain(asked.stdout, "who")
    except (OSError, subprocess.SubprocessError, OverrideError):
        name = ""
    if name:
        return name
    try:
        return plain(getpass.getuser(), "who") or "unknown"
    except (OSError, KeyError, ImportError):
        return "unknown"
