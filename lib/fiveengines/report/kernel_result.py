"""What a kernel hands back beside its cells: the cover and the JSON document of what it has just read.

A week or a companion is read once, in the kernel; the process that writes the report needs no data of its own.
"""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from fiveengines.report.closes import Closes
from fiveengines.report.page.cover_context import CompanionCover, CoverContext

MIME = "application/vnd.fiveengines.week+json"
OF_A_WEEK = "from fiveengines.report.kernel_result import show\n\nshow(week)"
_COVERS: dict[str, TypeAdapter[Any]] = {
    "week": TypeAdapter(CoverContext),
    "companion": TypeAdapter(CompanionCover),
}


def of_a_companion(name: str) -> str:
    """The cell that hands back the answer of the companion `name`."""
    return (
        f"from fiveengines.report.kernel_result import show_answer\n\nshow_answer({name!r}, session, result)"
    )


def show(week: Any) -> None:
    """Display cover and reading as one output of type MIME; called by the cell that `report.run` adds."""
    from fiveengines.report.page.cover import cover
    from fiveengines.report.reading_json import reading_document

    closes = None if week.simulated else vars(_closes(week))
    _display("week", cover(week), reading_document(week), f"reading of {week.as_of.date()}", closes)


def _closes(week: Any) -> Closes:
    """Of a real week alone: a simulated one is never marked."""
    known = week.measured.panel.daily("SPX").loc[: week.as_of].dropna()
    return Closes(tuple(f"{day:%Y-%m-%d}" for day in known.index), tuple(map(float, known)))


def show_answer(name: str, session: Any, result: Any) -> None:
    """Display a companion's cover and document likewise."""
    from fiveengines.companions.registry import companion
    from fiveengines.report.companion_json import companion_document
    from fiveengines.report.page.companion_cover import companion_cover

    document = companion_document(session, result)
    cover = companion_cover(session, companion(name).about(session.portfolio), result)
    _display("companion", cover, document, f"answer of {session.as_of.date()}")


def _display(
    kind: str, cover: Any, document: dict[str, Any], text: str, closes: dict[str, Any] | None = None
) -> None:
    from IPython.display import display

    body = {"kind": kind, "cover": _COVERS[kind].dump_python(cover, mode="json"), "document": document}
    body["closes"] = closes
    display({MIME: body, "text/plain": text}, raw=True)


def unpack(output: dict[str, Any]) -> tuple[Any, dict[str, Any], Closes | None]:
    """Cover, document, and the closes that came with a real week, from what was displayed."""
    closes = output["closes"]
    held = None if closes is None else Closes(tuple(closes["days"]), tuple(closes["values"]))
    return _COVERS[output["kind"]].validate_python(output["cover"]), output["document"], held
