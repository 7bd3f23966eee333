"""How a table or a paragraph leaves Python: escaped text in Great Tables' HTML or in a few plain paragraphs.

Knows text and markup only; no reading may enter.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pyarrow as pa
from markupsafe import Markup, escape

from fiveengines.base.formats import minus
from fiveengines.views import theme

# JupyterLab paints rows in colours of its own; a table keeps its own ink and ground (white, or those of
# `theme.dark_notebook`), and is set in the notebook's type and size, so that a row fits beside the file browser.
_NOTEBOOK_INK = (
    ".gt_table :is(tr,td,th){color:inherit !important;background-color:transparent !important}"
    ".gt_table.gt_table{font-family:inherit;font-size:13.5px !important}"
)
_CARD = Markup('<span class="card" style="display:none">{}</span>')
_COLOURED = re.compile(r'style="color:(#[0-9a-f]{6})', re.IGNORECASE)


def safe(text: object) -> Markup:
    """`text` escaped, unless it is Markup already; None is an empty cell."""
    return Markup() if text is None else escape(text)


def badge(text: str, colour: str = "manual") -> Markup:
    """A small label in one of the theme's colours."""
    look = "border:1px solid;border-radius:1em;padding:0 .5em;font-size:.85em;white-space:nowrap"
    style = f"color:{theme.LIGHT[colour]};{look}"
    return Markup('<span class="tag {}" style="{}">{}</span>').format(colour, style, text)


def coloured(text: str, colour: str, *, bold: bool = False) -> Markup:
    """Text in one of the theme's colours; the words must say the same without it."""
    weight = ";font-weight:600" if bold else ""
    return Markup('<span style="color:{}{};white-space:nowrap">{}</span>').format(
        theme.LIGHT[colour], weight, text
    )


def typed(*parts: object) -> Markup:
    """What a person typed, under each other: a word longer than its column is broken, and the column stays readable."""
    return Markup('<div class="typed" style="min-width:9em;overflow-wrap:anywhere">{}</div>').format(
        lines(*parts)
    )


def soft(text: object) -> Markup:
    """Secondary text."""
    return Markup('<span class="soft" style="color:{}">{}</span>').format(theme.LIGHT["soft"], safe(text))


def lines(*parts: object) -> Markup:
    """Parts under each other in one cell; empty ones are left out."""
    return Markup("<br>").join(safe(part) for part in parts if part)


def sentence(text: str) -> Markup:
    """A sentence for a reader: true minus signs, and what is between backticks as code."""
    parts = minus(text).split("`")
    shown = (
        Markup("<code>{}</code>").format(part) if at % 2 else safe(part) for at, part in enumerate(parts)
    )
    return Markup().join(shown)


def listed(head: str, items: Iterable[str]) -> Markup:
    """A heading in bold and its sentences as a list; nothing without a sentence."""
    shown = [Markup("<li>{}</li>").format(sentence(item)) for item in items]
    html = Markup("<div><strong>{}</strong><ul>{}</ul></div>")
    return html.format(head, Markup().join(shown)) if shown else Markup()


def plain(html: str, css_class: str = "") -> str:
    """HTML in which JupyterLab leaves dollar signs alone: it would set what is between two of them as a formula."""
    return f'<div class="{" ".join(("mathjax_ignore tex2jax_ignore", css_class)).strip()}">{html}</div>'


@dataclass(frozen=True)
class Table:
    """A Great Tables table as a notebook shows it; `great` is the table itself, for further styling."""

    great: Any = field(repr=False)

    def _repr_html_(self) -> str:
        return plain(self.great.as_raw_html())


@dataclass(frozen=True)
class Block:
    """One piece of HTML as a notebook shows it."""

    html: Markup

    def _repr_html_(self) -> str:
        return plain(self.html)


@dataclass(frozen=True)
class Prose:
    """Paragraphs that a notebook shows as HTML and a terminal as text."""

    paragraphs: tuple[Markup, ...]
    css_class: str = "prose"

    def _repr_html_(self) -> str:
        # A list may not be inside a paragraph.
        inside = Markup().join(
            each if each.startswith("<div>") else Markup("<p>{}</p>").format(each) for each in self.paragraphs
        )
        # a table brings its ground; a paragraph is shown on the notebook's own, light or dark: mixed with its
        # ink, a colour can be read on both
        mixed = _COLOURED.sub(r'style="color:color-mix(in srgb,\1 60%,currentcolor)', str(inside))
        return plain(Markup('<div class="{}">{}</div>').format(self.css_class, Markup(mixed)))  # noqa: S704

    def __repr__(self) -> str:
        return "\n".join(each.replace("<li>", Markup("<li> · ")).striptags() for each in self.paragraphs)


def prose(*paragraphs: object) -> Prose | None:
    """Paragraphs, each escaped unless it is Markup; None, which a notebook does not show, when there is none."""
    shown = tuple(safe(each) for each in paragraphs if each)
    return Prose(shown) if shown else None


class Column(NamedTuple):
    """One column: its heading, how a row's cell is written, and whether it is set flush right."""

    heading: object
    write: Callable[[Any], object]
    right: bool = False


def great_table(
    rows: Iterable[Any],
    *columns: Column,
    title: str,
    subtitle: str = "",
    group: Callable[[Any], str] | None = None,
    note: object = "",
    cards: bool = False,
) -> Table:
    """A Great Tables table, one row for each of `rows`; every text is escaped unless it is Markup.

    `group` names the group of rows of a row; `note` is shown below. With `cards` a phone shows each row as a card with
    its headings inside, for which they stand hidden in the cells.
    """
    from great_tables import GT, html

    shown = list(rows)
    keys = {f"c{at}": column for at, column in enumerate(columns)}
    texts = {key: [str(safe(each.write(row))) for row in shown] for key, each in keys.items()}
    if cards:
        inside = {key: str(_CARD.format(each.heading)) for key, each in keys.items()}
        texts = {key: [inside[key] + text for text in column] for key, column in texts.items()}
    if group:
        texts["group"] = [group(row) for row in shown]  # Great Tables escapes the heads of groups itself
    # An Arrow table: Great Tables sets cells one by one, which costs a third of what it does in a pandas frame.
    cells = pa.table({key: pa.array(column, pa.string()) for key, column in texts.items()})
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="PyArrow Table support")
        made = GT(cells, groupname_col="group" if group else None).fmt(lambda text: text, columns=list(keys))
    headings: dict[str, Any] = {key: html(str(safe(each.heading))) for key, each in keys.items()}
    made = made.cols_label(**headings).opt_css(_NOTEBOOK_INK)
    for side, right in (("left", False), ("right", True)):
        if chosen := [key for key, each in keys.items() if each.right is right]:
            made = made.cols_align(side, columns=chosen)
    made = made.tab_header(html(str(safe(title))), html(str(safe(subtitle))) if subtitle else None)
    return Table(made.tab_source_note(html(str(safe(note)))) if note else made)
