"""What may be asked for beside a report: mail, PDF, the same week again."""

from __future__ import annotations

import datetime as dt
import email
import json
import re
from dataclasses import replace
from email.message import EmailMessage
from email.policy import default
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive import synthetic
from fiveengines import cli
from fiveengines.base.formats import minus
from fiveengines.commentary.brief_records import ActionRecord
from fiveengines.report.exports import Exports
from fiveengines.report.page.cover_context import (
    CoverContext,
    Failure,
    HealthItem,
    ManualEntry,
    RecordSummary,
    RegimeCall,
)
from fiveengines.report.page.mail import message
from fiveengines.report.page.pdf import PrintError, find_chromium, print_page
from fiveengines.report.page.templates import render_template
from fiveengines.report.page.week_text import market_texts, order_texts, plain, with_portfolios
from fiveengines.report.rerender import differences, original_parameters
from fiveengines.report.store import report_store
from fiveengines.report.weekly import RenderedReport, SavedReport

WHEN = dt.datetime(2019, 12, 21, 8, tzinfo=dt.UTC)
COVER = CoverContext(
    week=dt.date(2019, 12, 20),
    source_label="Files",
    simulated=False,
    regime=RegimeCall(1, "Broad bull", True, 0.6, "Liquidity ample, and a friendly rate path."),
    style="Trend-following",
    style_text="The tape agrees.",
    inflections=("Rate path deteriorating, 5 weeks ago.",),
    data_health=(HealthItem("warning", "VIX is stale."),),
    manual_entries=(ManualEntry("VIX", "19.5", "Ada", "misprinted", "2019-12-20", "2020-01-03"),),
)
HOSTILE = "<script>alert(1)</script>\r\nBcc: everyone@example.org"


def parts(raw: bytes) -> tuple[EmailMessage, str, str]:
    mail = email.message_from_bytes(raw, policy=default)
    assert isinstance(mail, EmailMessage)
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None and html is not None
    return mail, text.get_content(), html.get_content()


class Words(HTMLParser):
    """The words of a page and its tags."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words = ""
        self.tags: list[str] = []
        self.feed(page)

    def handle_data(self, data: str) -> None:
        self.words += data

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)


def test_a_mail_has_both_parts_with_the_same_news_and_no_address() -> None:
    mail, text, html = parts(message(COVER, "/reports/2019-12-20/weekly.html", WHEN))
    assert mail["Subject"] == "Five Engines, 2019-12-20: Broad bull"
    assert mail["To"] is None and mail["From"] is None
    assert mail["X-Unsent"] == "1"
    assert mail["Date"].datetime == WHEN
    page = Words(html)
    for said in (
        "Broad bull",
        "friendly rate path",
        "misprinted",
        "VIX is stale.",
        "promises no return",
    ):
        assert said in text
        assert said in page.words
    assert "/reports/2019-12-20/weekly.html" in text
    assert not {"script", "img", "link", "iframe"} & set(page.tags)
    assert not re.search(r"(?:src|href)=|url\(|@import", html), "nothing is asked of another place"


def test_a_published_report_is_a_link_and_a_file_is_not() -> None:
    html = parts(message(COVER, "https://example.org/r/2019-12-20/weekly.html", WHEN))[2]
    assert 'href="https://example.org/r/2019-12-20/weekly.html"' in html
    assert "a" not in Words(parts(message(COVER, "javascript:alert(1)", WHEN))[2]).tags


def test_a_mail_names_the_address_of_a_published_week(tmp_path: Path) -> None:
    mail = tmp_path / "week.eml"
    made = RenderedReport("2019-12-20", {"weekly.html": "<p>The page</p>"}, None, COVER, ())
    written = SavedReport(made, "2019-12-20", "out/2019-12-20/weekly.html", "https://example.org/2019-12-20")
    Exports(mail_out=mail).after(written)
    assert "https://example.org/2019-12-20" in parts(mail.read_bytes())[1]


def test_a_mail_is_the_same_for_the_same_week_and_every_line_can_travel() -> None:
    raw = message(COVER, "weekly.html", WHEN)
    assert raw == message(COVER, "weekly.html", WHEN)
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    assert b"\n" not in raw.replace(b"\r\n", b"")


def test_hostile_texts_reach_neither_the_markup_nor_the_headers() -> None:
    regime = replace(COVER.regime, name=HOSTILE, narrative=HOSTILE)  # type: ignore[type-var]
    entry = ManualEntry(*[HOSTILE] * 6)
    mail, _, html = parts(
        message(replace(COVER, regime=regime, inflections=(HOSTILE,), manual_entries=(entry,)), HOSTILE, WHEN)
    )
    assert "script" not in Words(html).tags
    assert mail["Bcc"] is None
    assert set(mail.keys()) == {"Subject", "Date", "X-Unsent", "MIME-Version", "Content-Type"}


def market(
    title: str, unit: str, moves: str, level: float, week: float | None, quarter: float | None
) -> dict[str, Any]:
    """One market of a brief."""
    found = {"title": title, "unit": unit, "moves": moves, "level": level, "week": week, "quarter": quarter}
    return found | {"id": title, "observed": WHEN.date(), "old": False, "by_hand": False, "recent": []}


BRIEF: dict[str, Any] = {
    "markets": [
        market("S&P 500", "index", "%", 3221.22, 1.72, None),
        market("10-year yield", "%", "bp", 1.92, None, 14.0) | {"old": True},
        market("VIX", "index", "points", 12.51, -0.12, -2.81) | {"by_hand": True},
    ],
    "engines": [
        {
            "name": "Volatility",
            "state": "adverse",
            "state_words": "adverse",
            "direction": "stable",
            "fact": "VIX closed at 25.9 on Monday",
            "by_hand": True,
        }
    ],
    "changes": [{"text": "VIX fell."}],
    "flips": [{"text": "VIX above 19.9 (now 12.5, 1.7 usual weekly moves): Choppy range."}],
    "flips_note": "",
    "action": {"text": "Add 10 points.", "orders": ["Add SPY: buy 3 at about $320.00"]},
    "data": {"text": "Closes of 20 Dec 2019, all 28 inputs."},
}


def test_the_brief_is_the_mails_body_and_the_page_is_attached() -> None:
    record = RecordSummary("Told since 4 Jan 2019: 50 weeks, 1 missing.")
    cover = replace(COVER, record=record)
    raw = message(cover, "weekly.html", WHEN, brief=BRIEF, page="<p>The page</p>")
    assert raw == message(cover, "weekly.html", WHEN, brief=BRIEF, page="<p>The page</p>")
    mail, text, html = parts(raw)
    for said in (
        "Add 10 points.",
        "Add SPY: buy 3 at about $320.00",
        "VIX above 19.9 (now 12.5, 1.7 usual weekly moves): Choppy range.",
        "VIX closed at 25.9 on Monday",
        "Closes of 20 Dec 2019",
        "50 weeks, 1 missing",
        "3,221",
        "+1.7 %",
        "+14 bp",
        "12.5 (by hand)",
    ):
        assert said in text and said in Words(html).words, said
    (page,) = mail.iter_attachments()
    assert (page.get_content_type(), page.get_content().strip()) == ("text/html", "<p>The page</p>")
    assert page.get_filename() == "five-engines-2019-12-20.html"
    hostile = BRIEF | {"flips": [{"text": HOSTILE}], "action": {"text": HOSTILE, "orders": [HOSTILE]}}
    tags = Words(parts(message(COVER, "x", WHEN, brief=hostile))[2]).tags
    assert "script" not in tags


def order(ticker: str, shares: float, dollars: float, condition: str = "") -> dict[str, Any]:
    return {"ticker": ticker, "shares": shares, "dollars": dollars, "condition": condition}


def test_orders_take_three_lines_however_many_they_are() -> None:
    later = "once the S&P 500 closes at or above 2,824 (50 % of the fall won back)"
    last = "once the S&P 500 closes at or above 2,900 (200-day average)"
    some = [order("SPY", -45, -8289.0), order("QQQ", -40.5, -3740.4), order("TLT", 3, 300.0)]
    assert order_texts(
        {
            "orders": [
                *some,
                order("SPY", -45, -8289.0, later),
                order("IWM", -1, -70.0, later),
                order("SPY", -9, -9.0, last),
            ]
        }
    ) == [
        "Sell 45 SPY, 40.50 QQQ: about $12,029 in all.",
        "Buy 3 TLT: about $300 in all.",
        "2 more once the S&P 500 closes at or above 2,824; 1 above 2,900.",
    ]
    many = [order(f"T{number}", -1, -100.0 - number) for number in range(9)]
    assert order_texts({"orders": many}) == [
        "Sell 1 T8, 1 T7, 1 T6, 1 T5, 1 T4, 1 T3, 3 others: about $936 in all."
    ]
    assert order_texts(None) == order_texts({"orders": []}) == []


def portfolio(now: float, wanted: float, *orders: dict[str, Any]) -> dict[str, Any]:
    reason = "target exposure 84 % of a balanced band"
    return {"equity_now": now, "equity_target": wanted, "equity_reason": reason, "orders": list(orders)}


@pytest.mark.parametrize(
    ("documents", "step", "text", "orders"),
    [
        (
            {"": portfolio(0.72, 0.75, order("SPY", 11, 1400.0))},
            "add",
            "Equity 72 % → 75 %: target exposure 84 % of a balanced band; last week 99 %. Why.",
            ["Buy 11 SPY: about $1,400 in all."],
        ),
        (
            {"": portfolio(0.75, 0.75)},
            "nothing",
            "Nothing to trade; equity 75 %, 75 % wanted: "
            "target exposure 84 % of a balanced band; last week 99 %. Why.",
            [],
        ),
        (
            {"": portfolio(0.9, 0.75, order("SPY", -1, -100.0)), "ira": portfolio(0.5, 0.5)},
            "reduce",
            "Target exposure 84 % of a balanced band; last week 99 %. Why.",
            [
                "Portfolio, equity 90 % → 75 %: Sell 1 SPY: about $100 in all.",
                "ira, equity 50 %, 50 % wanted: nothing to trade.",
            ],
        ),
    ],
)
def test_what_to_do_goes_from_what_is_held(
    documents: dict[str, Any], step: str, text: str, orders: list[str]
) -> None:
    """The target exposure fell in the week: that is no sale for a portfolio that holds less than it allows."""
    asked = ActionRecord(
        held=None,
        previous=0.99,
        target_exposure=0.84,
        step="reduce",
        text="Reduce 15 points: target exposure 99 % → 84 % of the risk budget. Why.",
        orders=[],
    )
    found = with_portfolios(asked, documents)
    assert (found.step, found.text, found.orders) == (step, text, orders)


def test_the_page_carries_the_record_of_the_calls_before_it() -> None:
    days = (dt.date(2019, 11, 1), dt.date(2019, 11, 8), dt.date(2019, 11, 15))
    record = RecordSummary("Told <b>", days, (1.0, 1.1, 1.05), (1.0, 1.1, 1.1))
    template = "report/page/templates/record_summary.html.j2"
    html = render_template(template, c=replace(COVER, record=record))
    assert "Told &lt;b&gt;" in html and 'href="../record.html"' in html
    # from the lowest, 1.0, at the foot (38) to the highest, 1.1, at the head (2)
    assert 'd="M2.0 38.0L110.0 2.0L218.0 20.0"' in html
    assert 'd="M2.0 38.0L110.0 2.0L218.0 2.0"' in html
    assert "svg" not in render_template(template, c=replace(COVER, record=replace(record, told=(1.0,))))
    assert render_template(template, c=COVER).strip() == ""


def test_markets_are_written_in_their_own_units() -> None:
    assert [market_texts(each) for each in BRIEF["markets"]] == [
        ("S&P 500", "3,221", "+1.7 %", "–"),
        ("10-year yield", "1.92 %", "old", "+14 bp"),
        ("VIX", "12.5 (by hand)", "−0.1", "−2.8"),
    ]


@settings(max_examples=100)
@given(st.text())
def test_typed_text_stays_text_in_markdown(typed: str) -> None:
    """Whatever is typed leaves no markup of its own in weekly.md, and breaks no line or cell."""
    shown = plain(typed)
    assert "\n" not in shown
    assert not re.search(r"(?<!\\)(?:\\\\)*[`*<>|\[\]#~]", shown)
    assert re.sub(r"\\([^\w\s])|\\(_)", lambda found: found[1] or found[2], shown) == minus(
        " ".join(typed.split())
    )


def test_simulated_and_unfinished_weeks_say_so() -> None:
    failure = Failure(3, "Aggressiveness", "ValueError: no", "Open the notebook.")
    mail, text, html = parts(message(replace(COVER, simulated=True, failures=(failure,)), "x", WHEN))
    assert mail["Subject"].endswith("(simulated, unfinished)")
    for each in (text, Words(html).words):
        assert "none is real" in each
        assert "Step 3, Aggressiveness" in each


def test_a_week_is_printed_and_mailed_and_rendered_again(
    tmp_path: Path, chromium: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHROMIUM", str(chromium))
    out, mail = tmp_path / "out", tmp_path / "week.eml"
    asked = ["--as-of", "2020-03-21", "--source", "demo", "--out", str(out)]
    assert cli.main(["weekly", "--with", "none", *asked, "--pdf", "--mail-out", str(mail)]) == 0
    pdf = (out / "demo" / "2020-03-20" / "weekly.pdf").read_bytes()
    assert pdf.startswith(b"%PDF-")
    pages = len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf))
    assert 3 <= pages <= 30
    folder = out / "demo" / "2020-03-20"
    message_, text, html = parts(mail.read_bytes())
    assert "2020-03-20" in message_["Subject"]
    reading = json.loads((folder / "reading.json").read_text(encoding="utf-8"))
    (page,) = message_.iter_attachments()
    assert page.get_filename() == "five-engines-2020-03-20.html"
    assert page.get_payload(decode=True) == (folder / "weekly.html").read_bytes()
    words, notes = Words(html).words, (folder / "weekly.md").read_text(encoding="utf-8")
    brief = reading["brief"]
    told = [brief["action"]["text"], *(each["text"] for each in (*brief["flips"], *brief["changes"]))]
    assert len(told) > 2
    for each in told:
        assert each in text and each in words and plain(each) in notes
    assert "**Simulated market" in notes
    for engine in reading["engines"].values():
        for each in engine["evidence"]:
            assert f"| {plain(each['title'])}" in notes
            assert not each["series"] or plain(", ".join(each["series"])) in notes
    assert len(re.findall(r"^## [1-5]\. .*\?$", notes, re.MULTILINE)) == 5
    run, before = original_parameters(report_store(out / "demo"), "2020-03-20", str(out))
    assert (str(run.as_of), run.source, run.data_dir) == ("2020-03-20", "demo", None)
    capsys.readouterr()
    assert cli.main(["archive", "--again", "2020-03-20", "--out", str(out)]) == 0
    assert "The same reading as before." in capsys.readouterr().out
    after = json.loads((out / "demo" / "2020-03-20" / "reading.json").read_text(encoding="utf-8"))
    assert differences(before, after) == []
    again = (folder / "weekly.md").read_text(encoding="utf-8")
    assert again.split("\n- Parameters:")[0] == notes.split("\n- Parameters:")[0]
    assert len(list((folder / "revisions").glob("*/weekly.md"))) == 1
    kept = list((out / "demo" / "2020-03-20" / "revisions").glob("*/weekly.pdf"))
    assert [each.read_bytes() for each in kept] == [pdf]
    assert cli.main(["archive", "--keep-revisions", "0", "--dry-run", "--out", str(out)]) == 0
    assert "would remove demo/2020-03-20/revisions/" in capsys.readouterr().out
    assert kept[0].is_file()
    assert cli.main(["archive", "--keep-revisions", "0", "--out", str(out)]) == 0
    assert not kept[0].exists()


def test_differences_name_what_changed() -> None:
    before = synthetic.reading(dt.date(2020, 1, 3))
    after = synthetic.reading(
        dt.date(2020, 1, 3), library_version="9", series_fingerprints={"VIX": "x", "SPX": "y"}
    )
    after["regime"] = {}
    assert differences(before, after) == ["library: 0.1.0 → 9", "data: SPX, VIX", "reading: regime"]


def test_a_week_that_is_not_there_cannot_be_rendered_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["archive", "--again", "2020-03-20", "--out", str(tmp_path)]) == 1
    assert "2020-03-20/reading.json: cannot be read" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--again", "2020-01-03", "--keep-weeks", "3"], "takes no --keep-weeks"),
        (["--again", "2020-01-03", "--dry-run"], "takes no --dry-run"),
        (["--base-url", "javascript:alert(1)"], "is not an address"),
        (["--base-url", "example.org/reports"], "https://example.org/reports"),
        (["--out", "/nowhere/at/all"], "there is no such folder"),
        (["--out", "s3:/bucket/reports"], "two slashes"),
    ],
)
def test_a_wrong_wish_for_the_archive_is_one_line_and_writes_nothing(
    arguments: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = [] if "--out" in arguments else ["--out", str(tmp_path)]
    assert cli.main(["archive", *arguments, *out]) == 2
    error = capsys.readouterr().err.strip()
    assert said in error and "\n" not in error
    assert list(tmp_path.iterdir()) == []


def test_a_message_named_like_a_folder_is_refused_before_the_week_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["weekly", "--source", "demo", "--out", str(tmp_path / "out"), "--mail-out", str(tmp_path)]
    assert cli.main(asked) == 2
    assert "week.eml" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_dry_run_without_a_wish_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["archive", "--dry-run", "--out", str(tmp_path)]) == 2
    assert "--keep-weeks" in capsys.readouterr().err


def test_without_a_browser_pdf_is_refused_before_the_week_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CHROMIUM", str(tmp_path / "gone"))
    assert cli.main(["weekly", "--source", "demo", "--pdf", "--out", str(tmp_path / "out")]) == 1
    error = capsys.readouterr().err.strip()
    assert "which is not a file" in error and "\n" not in error
    assert not (tmp_path / "out").exists()
    monkeypatch.delenv("CHROMIUM")
    monkeypatch.setattr("shutil.which", lambda name: None)
    monkeypatch.setattr("fiveengines.report.page.pdf._is_file", lambda path: False)
    with pytest.raises(PrintError, match="needs Chromium"):
        find_chromium()


def test_a_browser_that_prints_nothing_is_one_line(tmp_path: Path) -> None:
    mute = tmp_path / "chromium"
    mute.write_text("#!/bin/sh\necho 'cannot open display' >&2\nexit 1\n", encoding="utf-8")
    mute.chmod(0o755)
    with pytest.raises(PrintError, match="cannot open display"):
        print_page("<!DOCTYPE html>", mute)
