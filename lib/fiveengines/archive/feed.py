"""The newest weeks as an Atom feed, for a feed reader that announces new reports.

Writes XML from rows; nothing is read or computed.
"""

from __future__ import annotations

import datetime as dt
import html
import re
import uuid
import xml.etree.ElementTree as ET
from collections.abc import Sequence

from fiveengines.archive.companions import CompanionRow
from fiveengines.archive.rows import WeekRow
from fiveengines.base.formats import percent
from fiveengines.report.page.cover_context import DISCLAIMER
from fiveengines.report.saving import PAGE

NEWEST = 60
# As many answers for each week at most, so that the feed stays short.
_ANSWERS = 6
_ATOM = "http://www.w3.org/2005/Atom"
# Characters that XML 1.0 cannot hold, not even escaped.
_IMPOSSIBLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_OWN = re.compile(r'<link rel="self" href="(https?://[^"]*)feed\.xml"')
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def atom(weeks: Sequence[WeekRow], companions: Sequence[CompanionRow] = (), *, base_url: str = "") -> str:
    """Atom 1.0 of the newest weeks, newest first, and of companions' answers since the oldest of these.

    An entry keeps its id when a week is rendered again; only its time of update moves. `base_url` makes the links
    absolute and the ids those of one published archive; without it links are relative to the feed, as a folder on a
    disk needs.
    """
    ET.register_namespace("", _ATOM)
    base = base_url.rstrip("/") + "/" if base_url else ""
    shown = list(reversed(weeks[-NEWEST:]))
    since = shown[-1].day if shown else ""
    answers = [each for each in reversed(companions) if each.day >= since][: NEWEST * _ANSWERS]
    moments = [*(week.made_at for week in shown), *(each.made_at for each in answers)]
    feed = ET.Element(f"{{{_ATOM}}}feed")
    _add(feed, "id", _id(base, "archive"))
    _add(feed, "title", "Five Engines: the week")
    _add(feed, "subtitle", DISCLAIMER)
    _add(feed, "updated", _time(max(moments, default=_EPOCH)))
    author = ET.SubElement(feed, f"{{{_ATOM}}}author")
    _add(author, "name", "Five Engines Workbook")
    ET.SubElement(feed, f"{{{_ATOM}}}link", rel="alternate", type="text/html", href=f"{base}index.html")
    ET.SubElement(feed, f"{{{_ATOM}}}link", rel="self", href=f"{base}feed.xml")
    entries: list[tuple[WeekRow | CompanionRow, str, str, str, str]] = [
        (week, "", week.regime_name, f"{week.day}/{PAGE}", _summary(week)) for week in shown
    ]
    entries += [(each, f"/{each.name}", each.title, each.page, each.headline) for each in answers]
    for row, name, title, page, summary in entries:
        entry = ET.SubElement(feed, f"{{{_ATOM}}}entry")
        _add(entry, "id", _id(base, f"{row.source}/{row.day}{name}"))
        mark = "Simulated: " if row.source == "demo" else ""
        _add(entry, "title", f"{row.day} · {mark}{title}")
        _add(entry, "updated", _time(row.made_at))
        ET.SubElement(entry, f"{{{_ATOM}}}link", rel="alternate", type="text/html", href=f"{base}{page}")
        _add(entry, "summary", summary)
    ET.indent(feed)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(feed, encoding="unicode") + "\n"


def _summary(week: WeekRow) -> str:
    inflections = (
        f" Inflections: {', '.join(each.replace('_', ' ').replace(':', ' ') for each in week.inflections)}."
        if week.inflections
        else ""
    )
    risk = "" if week.aggressiveness is None else f" Target exposure {percent(week.aggressiveness)}."
    return f"{week.narrative}{risk}{inflections}"


def _add(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, f"{{{_ATOM}}}{name}").text = _IMPOSSIBLE.sub("�", text)


def _id(base: str, name: str) -> str:
    return uuid.uuid5(uuid.NAMESPACE_URL, f"{base or 'fiveengines/'}{name}").urn


def published_at(feed: bytes | None) -> str:
    """The address that a feed was written for; empty when it has none or cannot be read."""
    found = _OWN.search((feed or b"").decode("utf-8", errors="replace"))
    return html.unescape(found[1]).rstrip("/") if found else ""


def _time(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
