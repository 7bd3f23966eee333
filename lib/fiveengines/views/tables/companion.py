"""What every companion's notebook shows alike. Shows an answer; computes nothing."""

from __future__ import annotations

from typing import Any

from fiveengines.companions.document import CompanionDocument
from fiveengines.views.tables.markup import prose, soft


def bottom_line(result: CompanionDocument) -> Any:
    """The answer in sentences, and what could not be read."""
    return prose(result.bottom_line, *(soft(each) for each in result.not_available))
