"""An executed notebook and a cover become one HTML page that opens offline, for years.

Shows what the notebook and the cover hold; computes no reading and reads no data.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Sequence
from functools import cache as once
from importlib.metadata import version
from typing import Any

from fiveengines.base import (
    cache,
    fast_imports,  # noqa: F401  (before nbconvert: see there)
)
from fiveengines.playbook import content
from fiveengines.report.page import templates
from fiveengines.report.page.chart_script import chart_script, csp_hash
from fiveengines.report.page.cover_context import PageCover
from fiveengines.report.page.glossary_links import GlossaryLinks, glossary_entries
from fiveengines.report.page.html_sections import CHART_MIME, Section, html_sections
from fiveengines.report.page.templates import content_policy, render_template, script_json, style, text
from fiveengines.views import theme

from markupsafe import Markup, escape  # isort: skip

_TEMPLATES = "report/page/templates"
# The libraries that a page is made with.
_LIBRARIES = ("bleach", "jinja2", "mistune", "nbconvert", "nbformat", "pygments", "vl-convert-python")
# The random name that great_tables gives a table in a notebook, as JSON has it; no page shows it (`plain_table`).
_TABLE_NAME = re.compile(r'<div id=\\"([a-z]{10})\\" ')
_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_HEADING = re.compile(r"<h([2-4])([^>]*)>(.*?)</h\1>", re.DOTALL)


def render(notebook: Any, cover: PageCover) -> str:
    """The page. `notebook` comes from `execute` (or from a weekly.ipynb) and is left as it was.

    Every text of the cover is escaped. HTML outputs of the notebook are left as they are: they are escaped where they
    are made, and the page's policy runs no script but its own two, named by hash, and makes no request at all.
    The same arguments give the same page, byte for byte, and it is made once.
    """
    kept = {name: each for name, each in notebook.metadata.items() if name != "papermill"}
    shown = json.dumps([kept, [_shown(cell) for cell in notebook.cells]])
    for place, name in enumerate(_TABLE_NAME.findall(shown)):
        shown = shown.replace(name, f"table {place}")
    key = cache.key_of((shown, cover, *map(version, _LIBRARIES), cache.code_key("")))
    return cache.stored("page", f"{key}.html", lambda: _rendered(notebook, cover), _read, _write)


def _shown(cell: Any) -> dict[str, Any]:
    """What a page may show of a cell: all but the times at which it ran."""
    own = {name: each for name, each in cell.metadata.items() if name not in ("execution", "papermill")}
    return {**cell, "metadata": own}


def _read(content: bytes) -> str:
    return content.decode("utf-8", "surrogatepass")


def _write(page: str) -> bytes:
    return page.encode("utf-8", "surrogatepass")


def _rendered(notebook: Any, cover: PageCover) -> str:
    document = html_sections(notebook, cover.failures)
    script = text(f"{_TEMPLATES}/page.js")
    scripts = [csp_hash(script.encode())]
    page: dict[str, Any] = {
        "title": cover.title,
        "simulated": cover.simulated,
        "brief": getattr(cover, "brief", None) is not None,
        "css": style(f"{_TEMPLATES}/page.css"),
        "script": script,
        "chart_mime": CHART_MIME,
        "has_charts": document.has_charts,
        "cover": render_template(f"{_TEMPLATES}/{cover.template}", c=cover)
        + render_template(f"{_TEMPLATES}/record_summary.html.j2", c=cover),
        "closing": render_template(f"{_TEMPLATES}/closing.html.j2", c=cover),
        "colophon": render_template(
            f"{_TEMPLATES}/colophon.html.j2", c=cover, glossary=glossary_entries(_terms().entries)
        ),
        "contents": _contents(document.sections, cover),
    }
    if document.has_charts:
        drawing = chart_script()
        scripts.append(drawing.integrity)
        page["bundle"] = drawing.packed
        page["look"] = script_json({"dark": theme.DARK_FOR_LIGHT, "config": theme.chart_config()})
    page["policy"] = content_policy(*scripts)
    html, _ = _exporter().from_notebook_node(document.notebook, resources={"page": page})
    return _terms().linked(str(html))


@once
def _terms() -> GlossaryLinks:
    return GlossaryLinks(tuple(content.glossary().values()))


def preload() -> None:
    """Import and build what rendering needs; meant for the time a kernel is busy."""
    _exporter()
    _terms()
    templates.compiled(f"{_TEMPLATES}/cover.html.j2")
    chart_script()


def _contents(sections: list[Section], cover: PageCover) -> list[dict[str, Any]]:
    def entry(anchor: str, title: str, *, failed: bool = False, inside: Sequence[Any] = ()) -> dict[str, Any]:
        return {"anchor": anchor, "title": title, "failed": failed, "children": inside}

    entries = [entry("cover", cover.first)]
    for section in sections:
        children = [entry(*each) for each in section.headings]
        if section.title:
            failed = bool(section.failure)
            entries.append(entry(section.anchor, section.title, failed=failed, inside=children))
        else:
            entries += children
    entries.append(entry("glossary", "Glossary"))
    if cover.provenance or cover.reproduce:
        entries.append(entry("provenance", "Provenance"))
    return entries


@once
def _exporter() -> Any:
    from nbconvert.exporters.html import HTMLExporter
    from nbconvert.exporters.templateexporter import TemplateExporter
    from nbconvert.filters.highlight import Highlight2HTML

    class WeeklyExporter(HTMLExporter):
        """nbconvert's HTML exporter with the project's own template and without its second parse of the page."""

        @property
        def default_config(self) -> Any:
            config = super().default_config
            config.NbConvertBase.display_data_priority = [
                CHART_MIME, "text/html", "text/markdown", "image/svg+xml", "image/png", "text/plain",
            ]  # fmt: skip
            return config

        def from_notebook_node(self, nb: Any, resources: Any = None, **options: Any) -> Any:
            self.register_filter("highlight_code", Highlight2HTML(pygments_lexer="python", parent=self))
            # HTMLExporter would now parse the whole page again with BeautifulSoup, to add alt texts that are
            # there already: a second of work for nothing. Its own parent does the conversion.
            return TemplateExporter.from_notebook_node(self, nb, resources, **options)

    exporter = WeeklyExporter(
        template_name="weekly", extra_template_basedirs=[str(templates.FOLDER)], exclude_anchor_links=True
    )
    exporter.register_filter("figure", _figure)
    exporter.register_filter("deep_links", _deep_links)
    exporter.register_filter("plain", lambda text: _ANSI.sub("", text))
    return exporter


def _figure(output: Any) -> str:
    """A chart as figure: the finding as caption, an empty canvas and the specification as data."""
    chart = copy.copy(output.metadata["figure"])
    caption = "".join(
        f'<span class="{name}">{escape(chart[name])}</span>' for name in ("title", "subtitle") if chart[name]
    )
    return (
        f'<figure class="chart" id="{escape(chart["id"])}" data-alt="{escape(chart["alt"])}">'
        + (f"<figcaption>{caption}</figcaption>" if caption else "")
        + f'<div class="canvas"><noscript>{escape(chart["alt"])}</noscript></div>'
        f'<script type="application/json">{script_json(output.data[CHART_MIME])}</script></figure>'
    )


def _deep_links(html: str, cell_id: str) -> Markup:
    """Give headings of one Markdown cell the anchors that `html_sections` put into the table of contents."""
    number = 0

    def link(found: re.Match[str]) -> str:
        nonlocal number
        number += 1
        level, text = found.group(1), found.group(3)
        anchor = f"{cell_id}-{number}"
        return f'<h{level} id="{anchor}"><a class="deep" href="#{anchor}">{text}</a></h{level}>'

    return Markup(_HEADING.sub(link, html))  # noqa: S704  (the notebook's own prose)
