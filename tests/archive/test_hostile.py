"""A week whose every free field holds an attack: report, index, feed, table and message show it as text."""

from __future__ import annotations

import csv
import email
import shutil
import xml.etree.ElementTree as ET
from email.policy import default
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest

from fiveengines import cli
from fiveengines.base import paths

DAY = "2019-06-14"
ATTACK = "<img src=x onerror=alert(1)></script><script>alert(2)</script>{{ 7 * 7 }}\"'&]]>"
FILE = "<svg onload=alert(3)>.csv"


class Tags(HTMLParser):
    """Elements and attributes of a page, and the words a reader sees."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.events: list[str] = []
        self.scripts = 0
        self.outside: list[str] = []
        self.words = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.scripts += tag == "script"
        self.open.append(tag)
        for name, value in attrs:
            if name.startswith("on"):
                self.events.append(f"{tag} {name}")
            if name in ("src", "href") and (value or "").lower().startswith(("javascript:", "x", "http")):
                self.outside.append(f"{tag} {name}={value}")

    def handle_endtag(self, tag: str) -> None:
        if tag in self.open:
            while self.open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if not {"script", "style"} & set(self.open):
            self.words += data


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of one week, with a folder of data and manual readings that mean harm."""
    base = tmp_path_factory.mktemp("hostile")
    params = base / "params"
    shutil.copytree(paths.project_root() / "params", params)
    (base / "data" / "fred").mkdir(parents=True)
    days = pd.bdate_range("2006-01-02", DAY)
    lines = [f"{day.date()},{12 + place % 9}" for place, day in enumerate(days)]
    # A figure in the middle of a good file that is none.
    lines[len(lines) // 2] = f'{days[len(lines) // 2].date()},"{ATTACK.replace(chr(34), chr(34) * 2)}"'
    for name in ("VIXCLS.csv", FILE):
        text = "\n".join(["observation_date,VIXCLS", *lines]) + "\n"
        (base / "data" / "fred" / name).write_text(text, encoding="utf-8")
    where = ["--as-of", DAY, "--params", str(params / "weekly.yaml")]
    for field, value in (("vix", "19.5"), ("state:breadth", "adverse")):
        entry = ["--why", ATTACK, "--who", ATTACK, "--origin", ATTACK, "--source", "files"]
        assert cli.main(["override", "set", field, value, *entry, *where]) == 0
    asked = ["--source", "files", "--data-dir", str(base / "data"), "--out", str(base / "out")]
    mail = ["--mail-out", str(base / "out" / "week.eml")]
    # The VIX alone is too little for a call: the page is written, and the exit status says so.
    assert cli.main(["weekly", "--with", "none", *where, *asked, *mail]) == 3
    return base / "out"


def message(out: Path) -> str:
    mail = email.message_from_bytes((out / "week.eml").read_bytes(), policy=default)
    assert set(mail.keys()) == {"Subject", "Date", "X-Unsent", "MIME-Version", "Content-Type"}
    body = mail.get_body(("html",))  # type: ignore[attr-defined]
    assert body is not None
    return str(body.get_content())


def test_the_report_shows_them_as_text(written: Path) -> None:
    page = Tags((written / DAY / "weekly.html").read_text(encoding="utf-8"))
    assert (page.events, page.outside) == ([], [])
    assert page.words.count(ATTACK) >= 4, "who and why of both entries"
    assert FILE in page.words
    assert "{{ 7 * 7 }}" in page.words


def test_the_archive_shows_them_as_text(written: Path) -> None:
    text = (written / "index.html").read_text(encoding="utf-8")
    page = Tags(text)
    assert (page.events, page.outside, page.scripts) == ([], [], 2)
    assert "<img" not in text and "<svg onload" not in text
    ET.fromstring((written / "feed.xml").read_text(encoding="utf-8"))
    (row,) = csv.DictReader((written / "readings.csv").read_text(encoding="utf-8").splitlines())
    assert row["as_of"] == DAY
    assert not any((value or "").startswith(("=", "+", "@")) for value in row.values())


def test_the_message_shows_them_as_text(written: Path) -> None:
    page = Tags(message(written))
    assert (page.events, page.outside, page.scripts) == ([], [], 0)
    assert page.words.count(ATTACK) >= 4
