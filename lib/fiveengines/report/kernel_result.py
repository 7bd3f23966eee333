"""What a kernel hands back beside its cells: the cover and reading.json of the week it has just read.

The week is read once, in the kernel; the process that writes the report needs no data of its own.
"""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from fiveengines.report.page.cover_context import CoverContext

MIME = "application/vnd.fiveengines.week+json"
SOURCE = "from fiveengines.report.kernel_result import show\n\nshow(week)"
_COVER: TypeAdapter[CoverContext] = TypeAdapter(CoverContext)


def show(week: Any) -> None:
    """Display cover and reading as one output of type MIME; called by the cell that `report.weekly` adds."""
    from IPython.display import display

    from fiveengines.report.page.cover import cover
    from fiveengines.report.reading_json import reading_document

    body = {"cover": _COVER.dump_python(cover(week), mode="json"), "reading": reading_document(week)}
    display({MIME: body, "text/plain": f"reading of {week.as_of.date()}"}, raw=True)


def unpack(output: dict[str, Any]) -> tuple[CoverContext, dict[str, Any]]:
    """Cover and reading from what `show` displayed."""
    return _COVER.validate_python(output["cover"]), output["reading"]
