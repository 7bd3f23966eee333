"""The archive's one page: a timeline over the years, every week in a table, and any two weeks side by side.

Rows become a self-contained page; no file is read but the templates, and nothing is computed that a report did not say.
"""

from __future__ import annotations

import datetime as dt
import re
from functools import cache
from pathlib import Path

import jinja2
from markupsafe import Markup

from fiveengines.archive.collect import Collected
from fiveengines.archive.compare import columns
from fiveengines.archive.timeline import timeline
from fiveengines.base.parameters import ENGINES, REGIME_NAMES
from fiveengines.playbook import content
from fiveengines.report.page.chart_script import csp_hash
from fiveengines.report.page.cover_context import DISCLAIMER
from fiveengines.report.page.render import TEMPLATES as REPORT_TEMPLATES
from fiveengines.report.page.render import script_json
from fiveengines.views import theme

TEMPLATES = Path(__file__).with_name("templates")
_LINE = re.compile(r"\n\s*")


def index_page(found: Collected) -> str:
    """index.html as text: the same rows give the same page, byte for byte.

    Every text from a report is escaped or is data; the page's policy runs one script, named by its hash, and allows
    no request at all.
    """
    weeks = found.weeks
    script = _text(TEMPLATES / "archive.js")
    policy = (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    )
    simulated = sum(week.simulated for week in weeks)
    data = {
        **columns(weeks),
        "regimes": REGIME_NAMES,
        "styles": {key: style.name for key, style in content.styles().items()},
        "engineNames": {engine: engine_name(engine) for engine in ENGINES},
        "shapes": {"s": "supportive", "n": "neutral", "a": "adverse", "u": "unknown"},
        "ways": {"i": "improving", "s": "stable", "d": "deteriorating", "u": "unknown"},
    }
    return _environment().get_template("archive.html.j2").render(
        weeks=weeks,
        newest=weeks[-1] if weeks else None,
        simulated=simulated,
        timeline=timeline(weeks),
        engines=[(engine, engine_name(engine)) for engine in ENGINES],
        regimes=REGIME_NAMES,
        unreadable=found.unreadable,
        failed=found.failed,
        data=Markup(script_json(data)),  # noqa: S704  (JSON with every <, > and & written as an escape)
        css=Markup(theme.css_variables() + _style()),  # noqa: S704  (our own style sheets)
        script=Markup(script),  # noqa: S704  (our own script)
        policy=policy + f"script-src {csp_hash(script.encode())}",
        disclaimer=DISCLAIMER,
    )  # fmt: skip


def engine_name(engine: str) -> str:
    """An engine's name as a reader knows it."""
    return engine.replace("_", " ").capitalize()


@cache
def _style() -> str:
    both = _text(REPORT_TEMPLATES / "page.css") + _text(TEMPLATES / "archive.css")
    return _LINE.sub("", both)


@cache
def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(longdate=_long_date, signed=_signed, percent=_percent, svg=Markup)
    environment.globals["states"] = theme.STATES
    return environment


def _long_date(day: str) -> str:
    date = dt.date.fromisoformat(day)
    return f"{date:%A}, {date.day} {date:%B %Y}"


def _signed(score: float | None) -> str:
    return "no reading" if score is None else f"{score:+.2f}".replace("-", "\u2212")


def _percent(share: float) -> str:
    return f"{100 * share:.0f}\u202f%"
