"""Where figures that are shown come from, in words; no chart library and no table may enter."""

from __future__ import annotations

from typing import Final

from fiveengines.week import Week

# The id under which an indicator names the closes of index members.
MEMBERS: Final = "MEMBERS"


def source(week: Week, *series_ids: str) -> str:
    """Where the named series come from, for a tooltip: 'FRED: WALCL, WTREGEN'; absent ones are left out."""
    parts = [f"members' closes: {week.member_count}"] if MEMBERS in series_ids and week.member_count else []
    found = week.providers(*series_ids)
    parts += [f"{each}: {', '.join(names)}" for each, names in found.items()]
    return "; ".join(parts) or "none"
