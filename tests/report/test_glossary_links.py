"""Glossary links in a page: the first mention of a part, never in a heading, a link, code or a script."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

from fiveengines.playbook import content
from fiveengines.report.page.glossary_links import GlossaryLinks, glossary_entries

TERMS = GlossaryLinks(tuple(content.glossary().values()))


def part(inside: str) -> str:
    return f'<section class="step" id="step-1">{inside}</section>'


def links(html: str) -> list[str]:
    return re.findall(r'<a class="term" href="#term-([a-z_]+)"', TERMS.linked(html))


def test_the_first_mention_in_each_part_leads_to_the_entry() -> None:
    page = part("<p>VIX at 30, VVIX at 120. VIX again.</p>") + part("<p>The VIX once more.</p>")
    assert links(page) == ["vix", "vvix", "vix"]
    assert TERMS.linked(page).count(f'title="{escape(content.glossary()["vix"].short)}"') == 2


def test_longer_names_win_and_words_are_whole() -> None:
    assert links(part("<p>The Zweig breadth thrust</p>")) == ["breadth_thrust"]
    assert links(part("<p>Overnight reverse repo</p>")) == ["reverse_repo"]
    assert links(part("<p>VIX3M, alphabeta, VIX-like</p>")) == []


def test_headings_links_code_and_scripts_stay_as_they_are() -> None:
    for inside in (
        "<h2>VIX</h2>",
        '<a href="#x">VIX</a>',
        "<code>VIX</code>",
        '<script type="application/json">{"title":"VIX"}</script>',
        "<style>.VIX{}</style>",
        "<svg><text>VIX</text></svg>",
        '<p title="VIX">-</p>',
        "<figcaption><span>VIX</span></figcaption>",
    ):
        assert TERMS.linked(part(inside)) == part(inside)
    assert links(part("<h2>VIX</h2><p>VIX</p>")) == ["vix"]


def test_what_is_outside_the_parts_stays() -> None:
    page = '<nav>VIX</nav><footer class="colophon"><dl><dd>VIX</dd></dl></footer>'
    assert TERMS.linked(page) == page


@given(st.text(alphabet="VIX <>&;\"'/abtg", max_size=60))
def test_the_text_of_a_page_never_changes(text: str) -> None:
    page = part(f"<p>{escape(text)}</p>")
    assert re.sub(r"</?a\b[^>]*>", "", TERMS.linked(page)).replace("</a>", "") == page


def test_every_term_has_words_that_lead_to_it_alone() -> None:
    words = [word.casefold() for term in TERMS.entries for word in term.words]
    assert all(term.words for term in TERMS.entries) and len(words) == len(set(words))
    assert [each["term"] for each in glossary_entries(TERMS.entries)] == sorted(
        (term.term for term in TERMS.entries), key=str.casefold
    )
