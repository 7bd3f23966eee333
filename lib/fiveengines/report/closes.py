"""Closes of the index as a reading knew them: what a kernel hands back so that earlier calls can be marked.

Plain data; nothing is computed.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Closes:
    """The S&P 500's closes up to a reading's evening: days (ISO, ascending) and values, of one length."""

    days: tuple[str, ...]
    values: tuple[float, ...]
