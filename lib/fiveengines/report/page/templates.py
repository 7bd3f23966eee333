"""The one Jinja environment, for covers, messages and the archive's page; and the pieces that all pages share.

Templates are named by their place in the package. Everything but plain text (.txt.j2) is escaped.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from fiveengines.base import formats
from fiveengines.commentary.brief_records import TARGET_EXPOSURE
from fiveengines.report.page.sparkline import trace
from fiveengines.views import theme

_PACKAGE = Path(__file__).resolve().parents[2]
FOLDER = Path(__file__).with_name("templates")
_LINE = re.compile(r"\n\s*")


def render_template(name: str, **values: Any) -> str:
    """A template of the package with these values, such as "report/page/templates/cover.html.j2"."""
    return compiled(name).render(values)


def compiled(name: str) -> jinja2.Template:
    """The template by itself; Jinja holds it for the next use."""
    return _environment().get_template(name)


@cache
def text(name: str) -> str:
    """A script or style sheet of the package as it is."""
    return (_PACKAGE / name).read_text(encoding="utf-8")


@cache
def style(*names: str) -> str:
    """The theme's colours and these style sheets, without line breaks."""
    return theme.css_variables() + _LINE.sub("", "".join(map(text, names)))


def script_json(value: Any) -> str:
    """JSON that can be put inside a script element whatever its strings hold."""
    found = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character in "<>&\u2028\u2029":
        found = found.replace(character, f"\\u{ord(character):04x}")
    return found


def content_policy(*scripts: str) -> str:
    """A page's content security policy: no request at all, and no script but those named by hash."""
    return (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
        f"script-src {' '.join(scripts)}"
    )


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_PACKAGE),
        autoescape=lambda name: not (name or "").endswith(".txt.j2"),  # noqa: S701  (off for plain text alone)
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        longdate=formats.long_date,
        percent=formats.percent,
        signed=formats.signed,
        trace=trace,
        svg=Markup,
    )
    environment.globals.update(states=theme.STATES, shapes=theme.STATE_SHAPES, exposure_words=TARGET_EXPOSURE)
    return environment
