"""A week as a message that is ready to send: a text part and an HTML part with the same words.

Takes a cover and writes RFC 5322; nothing is sent and no address is known here.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from email.message import EmailMessage
from email.policy import SMTP

from fiveengines.report.page.cover_context import CoverContext
from fiveengines.report.page.templates import render_template
from fiveengines.views import theme


def message(cover: CoverContext, link: str, made_at: dt.datetime | None = None) -> bytes:
    """The message as an .eml file. `link` is where the report is; X-Unsent opens it as a draft where that is known.

    Mail programs drop scripts and often style sheets, so the HTML part carries its styles on each element and no
    picture; a small sheet turns its colours in the dark where it is heeded.
    Every text of the cover is escaped there, and line breaks never reach a header.
    """
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = " ".join(subject(cover).split())
    mail["Date"] = made_at or dt.datetime.now(dt.UTC)
    mail["X-Unsent"] = "1"
    shown = {"c": cover, "link": link, "light": theme.LIGHT, "dark": theme.DARK}
    text, html = (
        render_template(f"report/page/templates/mail.{kind}.j2", **shown) for kind in ("txt", "html")
    )
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
