"""Ready an executed notebook for the page: sections, chart figures, tables without private styles, stable ids.

Rewrites a copy of the document; draws nothing and computes no reading.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from fiveengines.report.notebook.bind import step_of, step_titles, tags
from fiveengines.report.page.cover_context import Failure
from fiveengines.views import theme

CHART_MIME = "application/vnd.vegalite.v5+json"
_WIDGET = "application/vnd.jupyter.widget-view+json"
_H1 = re.compile(r"^#\s+.+\n*", re.MULTILINE)
_FENCE = re.compile(r"^(```|~~~).*?^\1\s*$", re.MULTILINE | re.DOTALL)
_SUBHEADING = re.compile(r"^(#{2,4})\s+(.+?)\s*#*\s*$", re.MULTILINE)
_MARKS = re.compile(r"[*_`]|\[([^\]]*)\]\([^)]*\)")
_GREAT_TABLE = re.compile(
    r'<div id="(?P<id>[a-z]+)"[^>]*>\s*<style>.*?</style>\s*(?P<table><table class="gt_table".*)', re.DOTALL
)
_CAPTION = re.compile(r'<td[^>]*class="[^"]*gt_heading gt_(title|subtitle)[^"]*"[^>]*>(.*?)</td>', re.DOTALL)
_CAPTION_ROW = re.compile(r'<tr class="gt_heading">.*?</tr>', re.DOTALL)
_NOTES = re.compile(r"<tfoot>(.*?)</tfoot>", re.DOTALL)
_NOTE = re.compile(r"<td[^>]*>(.*?)</td>", re.DOTALL)
_ID = re.compile(r'\b(id|headers|aria-labelledby)="([^"]+)"')
_STYLE = re.compile(r'style="([^"]*)"')
_SCOPED = re.compile(r"<style scoped>.*?</style>", re.DOTALL)
_APPENDIX = "How this page was made"


@dataclass
class Section:
    """One step of the page: its anchor, title, sub-headings as (anchor, text), and why it stopped if it did.

    A notebook that is the whole page has no title here: the page's opening says it.
    """

    anchor: str
    title: str
    eyebrow: str
    failure: str = ""
    headings: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Document:
    """A notebook ready for the template, its sections in order, and whether any chart is in it."""

    notebook: Any
    sections: list[Section]
    has_charts: bool


def html_sections(notebook: Any, failures: Sequence[Failure] = ()) -> Document:
    """A copy of `notebook` in page order (steps, then the shared cells as appendix) with its outputs readied."""
    document = copy.deepcopy(notebook)
    document.metadata.pop("widgets", None)
    steps = step_titles(document)
    stopped = {failure.step: failure.message for failure in failures}
    cells, sections, charts = [], [], 0
    for number, title in [*steps.items(), (0, _APPENDIX)]:
        own = [cell for cell in document.cells if step_of(cell) == number]
        if not own:
            continue
        eyebrow = f"Step {number} of {len(steps)}" if number else "Appendix"
        anchor = f"step-{number}" if number else "set-up"
        whole = number and len(steps) == 1
        section = Section(anchor, "" if whole else title, eyebrow, stopped.get(number, ""))
        if number:
            _drop_first_heading(own)
            own = [cell for cell in own if cell.source.strip()] or own[:1]
        own[0].metadata["section"] = section
        for cell in own:
            section.headings += _headings(cell)
            charts += sum(1 for _ in _ready_outputs(cell))
        if number and not whole:
            own = _folded(own, title)
            section.headings = [each for each in section.headings if each[0] in _anchors(own)]
        sections.append(section)
        cells += own
    document.cells = cells
    return Document(document, sections, charts > 0)


def _folded(cells: list[Any], title: str) -> list[Any]:
    """The cells with their folds: what is not tagged `shown` is folded under the heading before it.

    A fold in which nothing is shown is left out with its heading. The first cell stays, because it opens the section.
    """
    kept = cells[:1] if cells[0].cell_type == "markdown" else []
    fold: list[Any] = []
    groups: list[list[Any]] = []
    for cell in cells[len(kept) :]:
        if "shown" in tags(cell):
            groups.append([cell])
            fold = []
        elif fold and not _begins(cell):
            fold.append(cell)
        else:
            fold = [cell]
            groups.append(fold)
    for group in groups:
        if "shown" in tags(group[0]):
            kept += group
            continue
        heading = _begins(group[0])
        if heading:
            group[0].source = group[0].source.replace(heading[0], "", 1).strip()
        if not any(map(_shows, group)):
            continue
        name = _MARKS.sub(lambda mark: mark.group(1) or "", heading[2]) if heading else title
        group[0].metadata["fold_opens"] = {"anchor": f"{group[0].id}-1", "title": name}
        group[-1].metadata["fold_closes"] = True
        kept += group
    if "section" not in kept[0].metadata:
        kept[0].metadata["section"] = cells[0].metadata["section"]
    return kept


def _begins(cell: Any) -> re.Match[str] | None:
    """The level-two heading that a Markdown cell begins with."""
    found = _SUBHEADING.match(cell.source.lstrip()) if cell.cell_type == "markdown" else None
    return found if found is not None and found.group(1) == "##" else None


def _shows(cell: Any) -> bool:
    return bool(cell.source.strip()) if cell.cell_type == "markdown" else bool(cell.get("outputs"))


def _anchors(cells: list[Any]) -> set[str]:
    return {cell.metadata["fold_opens"]["anchor"] for cell in cells if "fold_opens" in cell.metadata}


def _drop_first_heading(cells: list[Any]) -> None:
    """The section's header repeats the notebook's first line."""
    for cell in cells:
        if cell.cell_type == "markdown" and _H1.search(cell.source):
            cell.source = _H1.sub("", cell.source, count=1).strip()
            return


def _headings(cell: Any) -> Iterator[tuple[str, str]]:
    """Anchors (as the page numbers them) and texts of level-two headings in a Markdown cell."""
    if cell.cell_type != "markdown":
        return
    for number, found in enumerate(_SUBHEADING.finditer(_FENCE.sub("", cell.source)), start=1):
        if found.group(1) == "##":
            yield f"{cell.id}-{number}", _MARKS.sub(lambda mark: mark.group(1) or "", found.group(2))


def _ready_outputs(cell: Any) -> Iterator[str]:
    """Ready each output in place; yields the id of each chart."""
    if cell.cell_type != "code":
        return
    cell.outputs = [
        output
        for output in cell.outputs
        if _WIDGET not in output.get("data", {}) or "text/html" in output.data
    ]
    for index, output in enumerate(cell.outputs):
        data = output.get("data", {})
        if CHART_MIME in data:
            identity = f"{cell.id}-chart-{index}"
            data[CHART_MIME], output.metadata["figure"] = figure_parts(data[CHART_MIME], identity)
            yield identity
        elif "text/html" in data:
            data["text/html"] = plain_table(data["text/html"], f"{cell.id}-{index}")


def figure_parts(spec: dict[str, Any], identity: str) -> tuple[dict[str, Any], dict[str, str]]:
    """A specification without title and without the shared theme, and the caption and alt text taken from it."""
    spec = dict(spec)
    title = spec.pop("title", None)
    title = title if isinstance(title, dict) else {"text": title}
    words = {name: _line(title.get(key)) for name, key in (("title", "text"), ("subtitle", "subtitle"))}
    own, shared = dict(spec.pop("config", None) or {}), theme.chart_config()
    own.pop("background", None)  # for JupyterLab alone
    spec["config"] = {key: value for key, value in own.items() if shared.get(key) != value}
    spec["datasets"] = {name: packed_rows(rows) for name, rows in (spec.get("datasets") or {}).items()}
    alt = _line(spec.get("description")) or " — ".join(word for word in words.values() if word) or "Chart"
    return spec, {"id": identity, "alt": alt, **words}


def packed_rows(rows: Any) -> Any:
    """Rows of a chart as the page carries them: `names` once, and `rows` of values; page.js makes objects again.

    `days`: names of columns that hold local midnights, which are written without their time. What is not a list of
    objects stays as it is.
    """
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        return rows
    names = list(dict.fromkeys(name for row in rows for name in row))
    days = [name for name in names if all(_midnight(row.get(name)) for row in rows)]
    short = [[str(row[name])[:10] if name in days else row.get(name) for name in names] for row in rows]
    return {"names": names, "days": days, "rows": short}


def _midnight(value: Any) -> bool:
    return isinstance(value, str) and len(value) == 19 and value.endswith("T00:00:00")


def plain_table(html: str, prefix: str) -> str:
    """Great Tables' and pandas' markup in the page's own style: no private sheet, no random or repeated ids.

    Theme colours in inline styles become the page's variables, so that they follow a dark screen.
    """
    html = _SCOPED.sub("", html)
    if found := _GREAT_TABLE.search(html):
        table = _ID.sub(lambda at: f'{at.group(1)}="{_prefixed(at.group(2), prefix)}"', found.group("table"))
        table = _captioned(_noted(table), f"{prefix}-caption")
        html = f'{html[: found.start()]}<div id="{prefix}-table">{table}'
    return _STYLE.sub(lambda at: f'style="{_variables(at.group(1))}"', html)


def _noted(table: str) -> str:
    """The notes of a table behind it, where they stay whole when a wide table scrolls."""
    found = _NOTES.search(table)
    if found is None:
        return table
    notes = "".join(f"<p>{text}</p>" for text in _NOTE.findall(found.group(1)))
    return _NOTES.sub("", table).replace("</table>", f'</table><div class="table-foot">{notes}</div>', 1)


def _captioned(table: str, identity: str) -> str:
    """The title and subtitle of a table in front of it, where they stay whole when a wide table scrolls."""
    found = dict(_CAPTION.findall(table))
    if "title" not in found:
        return table
    lines_ = "".join(
        f'<p class="gt_{name}">{text.strip()}</p>' for name, text in found.items() if text.strip()
    )
    rest = _CAPTION_ROW.sub("", table).replace("<table ", f'<table aria-labelledby="{identity}" ', 1)
    return f'<div class="table-head" id="{identity}">{lines_}</div>{rest}'


def _prefixed(ids: str, prefix: str) -> str:
    # An input's row keeps its name: the brief links to it.
    return " ".join(word if word.startswith("input-") else f"{prefix}-{word}" for word in ids.split())


def _variables(style: str) -> str:
    for name, colour in theme.LIGHT.items():
        if colour != theme.LIGHT["panel"]:
            style = re.sub(re.escape(colour), f"var(--{name.replace('_', '-')})", style, flags=re.IGNORECASE)
    return style


def _line(text: Any) -> str:
    return " ".join(map(str, text)) if isinstance(text, list) else str(text or "")
