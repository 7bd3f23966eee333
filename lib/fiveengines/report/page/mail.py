"""A week as a message that is ready to send: a text part and an HTML part with the same words.

Takes a cover and writes RFC 5322; nothing is sent and no address is known here.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from email.message import EmailMessage
from email.policy import SMTP
from functools import cache
from pathlib import Path

import jinja2

from fiveengines.report.page.cover_context import CoverContext, EngineCard
from fiveengines.views import theme

_TEMPLATES = Path(__file__).with_name("templates")


def message(cover: CoverContext, link: str, made_at: dt.datetime | None = None) -> bytes:
    """The message as an .eml file. `link` says where the report is; X-Unsent opens it as a draft where that is known.

    Mail programs drop scripts and often style sheets, so the HTML part carries its styles on each element and no
    picture; a small sheet turns its colours in the dark where it is heeded.
    Every text of the cover is escaped there, and line breaks never reach a header.
    """
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = " ".join(subject(cover).split())
    mail["Date"] = made_at or dt.datetime.now(dt.UTC)
    mail["X-Unsent"] = "1"
    shown = {
        "c": cover,
        "link": link,
        "light": theme.LIGHT,
        "dark": theme.DARK,
        "shapes": theme.STATE_SHAPES,
        "week": _day(cover.week),
    }
    text = _environment(False).get_template("mail.txt.j2").render(shown)
    html = _environment(True).get_template("mail.html.j2").render(shown)
    mail.set_content(text, cte="quoted-printable")
    mail.add_alternative(html, subtype="html", cte="quoted-printable")
    # A boundary drawn from the words, so that the same week gives the same file.
    mail.set_boundary(f"week-{hashlib.sha256((text + html).encode()).hexdigest()[:24]}")
    return bytes(mail)


def subject(cover: CoverContext) -> str:
    """One line: the week, the regime, and what is simulated or did not finish."""
    call = cover.regime.name if cover.regime is not None else "no reading"
    marks = [
        mark for mark, on in (("simulated", cover.simulated), ("unfinished", bool(cover.failures))) if on
    ]
    return f"Five Engines, {cover.week.isoformat()}: {call}" + (f" ({', '.join(marks)})" if marks else "")


def score(card: EngineCard) -> str:
    """A card's score in two decimals with a true minus sign."""
    return "no reading" if card.score is None else f"{card.score:+.2f}".replace("-", "\u2212")


@cache
def _environment(escape: bool) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=escape,  # noqa: S701  (off for the plain text part alone)
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(score=score, percent=lambda share: f"{share:.0%}")
    return environment


def _day(day: dt.date) -> str:
    return f"{day:%A}, {day.day} {day:%B %Y}"
