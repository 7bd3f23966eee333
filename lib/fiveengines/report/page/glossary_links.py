"""The glossary in a page: the first mention of each term in each part links to its entry and shows it on hover.

Works on the page's own well-formed HTML, between its tags; no reading and no notebook may enter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from markupsafe import escape

from fiveengines.playbook.models import Term

# Nothing is linked inside these: they are links, headings, code, controls or pictures already.
_CLOSED = (
    "a", "button", "caption", "code", "dt", "figcaption", "h1", "h2", "h3", "h4", "nav", "noscript", "pre",
    "summary", "svg", "th", "thead",
)  # fmt: skip
_TOKEN = re.compile(r"(<script\b.*?</script>|<style\b.*?</style>|<!--.*?-->|<[^>]+>)", re.DOTALL)
_TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)", re.IGNORECASE)
_PART = re.compile(r'(?=<section class="(?:cover|step)")|(?=<footer class="colophon")')


@dataclass(frozen=True)
class GlossaryLinks:
    """Links to glossary entries, made from the words by which each term goes."""

    entries: tuple[Term, ...]

    @cached_property
    def _by_word(self) -> Mapping[str, Term]:
        return {word.casefold(): term for term in self.entries for word in term.words}

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        words = sorted(self._by_word, key=len, reverse=True)
        return re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, words))})(?![\w-])", re.IGNORECASE)

    def linked(self, page: str) -> str:
        """`page` with the first mention of each term in each part as a link; the foot of the page stays as it is."""
        if not self._by_word:
            return page
        parts = _PART.split(page)
        return "".join(self._part(part) if part.startswith("<section") else part for part in parts)

    def _part(self, html: str) -> str:
        met: set[str] = set()
        closed: list[str] = []
        done: list[str] = []
        for token in _TOKEN.split(html):
            if token.startswith("<"):
                _follow(token, closed)
                done.append(token)
            else:
                done.append(token if closed or not token.strip() else self._text(token, met))
        return "".join(done)

    def _text(self, text: str, met: set[str]) -> str:
        def link(found: re.Match[str]) -> str:
            term = self._by_word[found[0].casefold()]
            if term.id in met:
                return found[0]
            met.add(term.id)
            return f'<a class="term" href="#term-{term.id}" title="{escape(term.short)}">{found[0]}</a>'

        return self._pattern.sub(link, text)


def _follow(tag: str, closed: list[str]) -> None:
    """Update the stack of open elements in which nothing is linked."""
    found = _TAG.match(tag)
    if found is None or found[2].lower() not in _CLOSED or tag.endswith("/>"):
        return
    name = found[2].lower()
    if not found[1]:
        closed.append(name)
    elif name in closed:
        del closed[closed.index(name) :]


def glossary_entries(entries: Iterable[Term]) -> list[dict[str, str]]:
    """Glossary entries as the page's foot lists them, by name."""
    return [
        {"id": each.id, "term": each.term, "text": " ".join((each.short, *each.practice))}
        for each in sorted(entries, key=lambda each: each.term.casefold())
    ]
