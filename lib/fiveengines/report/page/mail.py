"""A week as a message that is ready to send: a text part and an HTML part with the same words.

Takes a cover and writes RFC 5322; nothing is sent and no address is known here.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

from fiveengines.report.page.cover_context import CoverContext
from fiveengines.report.page.templates import render_template
from fiveengines.report.page.week_text import brief_texts
from fiveengines.views import theme


def message(
    cover: CoverContext,
    link: str,
    made_at: dt.datetime | None = None,
    *,
    brief: Mapping[str, Any] | None = None,
    page: str | None = None,
) -> bytes:
    """The message as an .eml file. `link` is where the report is; X-Unsent opens it as a draft where that is known.

    `brief`: that of reading.json, which the body then is; None where the week could not be read. `page`: the report's
    HTML, attached under the week's date.

    Mail programs drop scripts and often style sheets, so the HTML part carries its styles on each element and no
    picture; a small sheet turns its colours in the dark where it is heeded.
    Every text of the cover is escaped there, and line breaks never reach a header.
    """
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = " ".join(subject(cover).split())
    mail["Date"] = made_at or dt.datetime.now(dt.UTC)
    mail["X-Unsent"] = "1"
    shown: dict[str, Any] = {"c": cover, "link": link, "light": theme.LIGHT, "dark": theme.DARK}
    shown["b"] = brief_texts(brief)
    text, html = (
        render_template(f"report/page/templates/mail.{kind}.j2", **shown) for kind in ("txt", "html")
    )
    mail.set_content(text, cte="quoted-printable")
    mail.add_alternative(html, subtype="html", cte="quoted-printable")
    # A boundary drawn from the words, so that the same week gives the same file.
    mark = hashlib.sha256((text + html).encode()).hexdigest()[:24]
    mail.set_boundary(f"week-{mark}")
    if page is not None:
        name = f"five-engines-{cover.week.isoformat()}.html"
        mail.add_attachment(page.encode("utf-8"), maintype="text", subtype="html", filename=name)
        mail.set_boundary(f"report-{mark}")
    return bytes(mail)


def subject(cover: CoverContext) -> str:
    """One line: the week, the regime, and what is simulated or did not finish."""
    call = cover.regime.name if cover.regime is not None else "no reading"
    marks = [
        mark for mark, on in (("simulated", cover.simulated), ("unfinished", bool(cover.failures))) if on
    ]
    return f"Five Engines, {cover.week.isoformat()}: {call}" + (f" ({', '.join(marks)})" if marks else "")
