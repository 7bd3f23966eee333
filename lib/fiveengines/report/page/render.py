"""An executed notebook and a cover become one HTML page that opens offline, for years.

Shows what the notebook and the cover hold; computes no reading and reads no data.
"""

from __future__ import annotations

import copy
import datetime as dt
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from fiveengines.base import fast_imports  # noqa: F401  (before nbconvert: see there)
from fiveengines.playbook import content
from fiveengines.report.page.chart_script import csp_hash, vega_bundle
from fiveengines.report.page.cover_context import CoverContext
from fiveengines.report.page.glossary_links import GlossaryLinks, glossary_entries
from fiveengines.report.page.html_sections import CHART_MIME, Section, html_sections
from fiveengines.report.page.sparkline import sparkline
from fiveengines.views import theme

import jinja2  # isort: skip
from markupsafe import Markup, escape  # isort: skip

TEMPLATES = Path(__file__).with_name("templates")
_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_HEADING = re.compile(r"<h([2-4])([^>]*)>(.*?)</h\1>", re.DOTALL)
_SPACES = re.compile(r"\n\s*")


def render(notebook: Any, cover: CoverContext) -> str:
    """The page. `notebook` comes from `execute` (or from a weekly.ipynb) and is left as it was.

    Every text of the cover is escaped. HTML outputs of the notebook are kept as they are: they are escaped where they
    are made, and the page's policy runs no script but its own two, named by hash, and makes no request at all.
    The same arguments give the same page, byte for byte.
    """
    document = html_sections(notebook, cover.failures)
    script = _text("page.js")
    policy = ["default-src 'none'", "style-src 'unsafe-inline'", "img-src data:"]
    policy += ["base-uri 'none'", "form-action 'none'"]
    scripts = [csp_hash(script.encode())]
    page: dict[str, Any] = {
        "title": f"Five Engines, week to {cover.week.isoformat()}",
        "simulated": cover.simulated,
        "css": theme.css_variables() + _SPACES.sub("", _text("page.css")),
        "script": script,
        "chart_mime": CHART_MIME,
        "has_charts": document.has_charts,
        "cover": _cover_templates().get_template("cover.html.j2").render(c=cover),
        "colophon": _cover_templates()
        .get_template("colophon.html.j2")
        .render(c=cover, glossary=glossary_entries(_terms().entries)),
        "contents": _contents(document.sections, cover),
    }
    if document.has_charts:
        bundle = vega_bundle()
        scripts.append(bundle.integrity)
        page["bundle"] = bundle.payload
        page["look"] = script_json({"dark": theme.DARK_FOR_LIGHT, "config": theme.chart_config()})
    page["policy"] = "; ".join([*policy, f"script-src {' '.join(scripts)}"])
    html, _ = _exporter().from_notebook_node(document.notebook, resources={"page": page})
    return _terms().linked(str(html))


@cache
def _terms() -> GlossaryLinks:
    return GlossaryLinks(tuple(content.glossary().values()))


def preload() -> None:
    """Import and build what rendering needs; meant for the time a kernel is busy."""
    _exporter()
    _terms()
    _cover_templates().get_template("cover.html.j2")
    vega_bundle()


def script_json(value: Any) -> str:
    """JSON that can stand inside a script element whatever its strings hold."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _contents(sections: list[Section], cover: CoverContext) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = [
        {"anchor": "cover", "title": "The week", "failed": False, "children": []}
    ]
    entries += [
        {
            "anchor": section.anchor,
            "title": section.title,
            "failed": bool(section.failure),
            "children": [{"anchor": anchor, "title": title} for anchor, title in section.headings],
        }
        for section in sections
    ]
    entries.append({"anchor": "glossary", "title": "Glossary", "failed": False, "children": []})
    if cover.provenance or cover.reproduce:
        entries.append({"anchor": "provenance", "title": "Provenance", "failed": False, "children": []})
    return entries


@cache
def _text(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


@cache
def _cover_templates() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, undefined=jinja2.StrictUndefined
    )
    environment.filters.update(longdate=_long_date, percent=_percent, signed=_signed, sparkline=sparkline)
    return environment


def _long_date(day: dt.date) -> str:
    return f"{day:%A}, {day.day} {day:%B %Y}"


def _percent(share: float) -> str:
    return f"{100 * share:.0f}\u202f%"


def _signed(score: float) -> str:
    return f"{score:+.2f}".replace("-", "\u2212")


@cache
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
        template_name="weekly", extra_template_basedirs=[str(TEMPLATES)], exclude_anchor_links=True
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
