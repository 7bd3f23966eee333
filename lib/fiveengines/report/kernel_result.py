"""What a kernel hands back beside its cells: the cover and the JSON document of what it has just read.

A week or a companion is read once, in the kernel; the process that writes the report needs no data of its own.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

from fiveengines.report.closes import Closes
from fiveengines.report.page.cover_context import CompanionCover, CoverContext

if TYPE_CHECKING:
    from fiveengines.week import Week

MIME = "application/vnd.fiveengines.week+json"
OF_A_WEEK = "from fiveengines.report.kernel_result import show\n\nshow(week)"
# Runs after the last cell of a notebook, when every cell came to its end.
KEEP = "from fiveengines.views.shown import keep\n\nkeep()"
_COVERS: dict[str, TypeAdapter[Any]] = {
    "week": TypeAdapter(CoverContext),
    "companion": TypeAdapter(CompanionCover),
}


def of_a_companion(name: str) -> str:
    """The cell that hands back the answer of the companion `name`."""
    return (
        f"from fiveengines.report.kernel_result import show_answer\n\nshow_answer({name!r}, session, result)"
    )


def show(week: Week) -> None:
    """Display cover and reading as one output of type MIME; called by the cell that `report.run` adds."""
    from fiveengines.views import shown

    body = shown.once(week, MIME, lambda: _body_of(week))
    _display_now(body, f"reading of {week.as_of.date()}")


def _body_of(week: Week) -> dict[str, Any]:
    from fiveengines.report.page.cover import cover
    from fiveengines.report.reading_json import reading_document

    closes = None if week.simulated else vars(_closes(week))
    return _body("week", cover(week), reading_document(week), closes)


def _closes(week: Week) -> Closes:
    """Of a real week alone: a simulated one is never marked."""
    known = week.measured.panel.daily("SPX").loc[: week.as_of].dropna()
    return Closes(tuple(f"{day:%Y-%m-%d}" for day in known.index), tuple(map(float, known)))


def show_answer(name: str, session: Any, result: Any) -> None:
    """Display a companion's cover and document likewise."""
    from fiveengines.views import shown

    def make() -> dict[str, Any]:
        return _body_of_answer(name, session, result)

    own = shown.is_answer(name, result)
    body = shown.once(session, f"{MIME} {name}", make) if own else make()
    _display_now(body, f"answer of {session.as_of.date()}")


def _body_of_answer(name: str, session: Any, result: Any) -> dict[str, Any]:
    from fiveengines.companions.registry import companion
    from fiveengines.report.companion_json import companion_document
    from fiveengines.report.page.companion_cover import companion_cover

    cover = companion_cover(session, companion(name).about(session.portfolio), result)
    return _body("companion", cover, companion_document(session, result))


def _body(
    kind: str, cover: Any, document: dict[str, Any], closes: dict[str, Any] | None = None
) -> dict[str, Any]:
    shown = _COVERS[kind].dump_python(cover, mode="json")
    return {"kind": kind, "cover": shown, "document": document, "closes": closes}


def _display_now(body: dict[str, Any], text: str) -> None:
    from IPython.display import display

    from fiveengines.views import shown

    moment = dt.datetime.now(dt.UTC).replace(microsecond=0)
    body["document"]["generated_at"] = moment.isoformat()
    display({MIME: body | {"again": shown.again()}, "text/plain": text}, raw=True)


def is_repeated(output: dict[str, Any]) -> bool:
    """Whether what was displayed was shown before, so that its page is most likely there."""
    return bool(output.get("again"))


def unpack(output: dict[str, Any]) -> tuple[Any, dict[str, Any], Closes | None]:
    """Cover, document, and the closes that came with a real week, from what was displayed."""
    closes = output["closes"]
    held = None if closes is None else Closes(tuple(closes["days"]), tuple(closes["values"]))
    return _COVERS[output["kind"]].validate_python(output["cover"]), output["document"], held
