"""Claims with their verdicts in tables. Shows an answer of the claims companion; computes none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from fiveengines.base.formats import number
from fiveengines.companions.claims import Result
from fiveengines.companions.claims.result import ClaimRecord, WindowRecord
from fiveengines.views.charts.claims import SOURCES, VERDICTS
from fiveengines.views.tables.markup import Block, Column, great_table, lines, soft


def ledger(result: Result) -> Any:
    """Every claim in one table, those that hold first; `choice` above it shows a part of it on a screen."""
    order = list(VERDICTS)
    return great_table(
        sorted(result.claims, key=lambda each: order.index(each.verdict)),
        Column("Claim", lambda each: lines(each.claim, soft(each.id), soft(_source_of(each)))),
        Column("Verdict", lambda each: Markup('<span data-verdict="{0}">{0}</span>').format(each.verdict)),
        Column("Figures by window", _figures_of),
        title="The ledger",
        subtitle="True when every window shows it, false when none does, depends when some do",
    )


def _figures_of(each: ClaimRecord) -> Markup:
    if not each.windows:
        return soft(each.waits_for)
    return lines(*map(_window, each.windows), soft(f"from {', '.join(each.decided_by)}"))


def _source_of(each: ClaimRecord) -> Markup:
    return Markup('<span data-source="{}">{}</span>').format(
        each.source, SOURCES.get(each.source, each.source)
    )


def choice(result: Result) -> Block:
    """Which sources and verdicts of `ledger` are shown: buttons of the page's own, no script; print shows all."""
    sources = Counter(each.source for each in result.claims)
    told: Counter[str] = Counter(each.verdict for each in result.claims)
    options = [("source", name, known, sources[name]) for name, known in SOURCES.items()]
    options += [("verdict", name, name, told[name]) for name in VERDICTS]
    buttons = {what: [_button(what, "all", "all", len(result.claims))] for what in ("source", "verdict")}
    for what, value, name, count in options:
        buttons[what].append(_button(what, value, name, count))
    # A row is hidden when another value than its own is chosen.
    rules = Markup(",").join(
        Markup("body:has(#claims-{0}-{1}:checked) tr:has([data-{0}]):not(:has([data-{0}={1}]))").format(*each)
        for each in options
    )
    groups = Markup().join(
        Markup("<fieldset><legend>{}</legend>{}</fieldset>").format(what.capitalize(), Markup().join(some))
        for what, some in buttons.items()
    )
    return Block(
        Markup(
            '<form class="claim-choice on-screen"><style>@media screen{{{}{{display:none}}}}'
            ".claim-choice fieldset{{border:0;padding:0;margin:0 0 .4rem;display:flex;flex-wrap:wrap;gap:.2rem 1rem}}"
            ".claim-choice legend{{float:left;min-width:5rem;font-weight:600}}"
            "@media print{{.claim-choice{{display:none}}}}</style>{}</form>"
        ).format(rules, groups)
    )


def _button(what: str, value: str, name: str, count: int) -> Markup:
    checked = Markup(" checked") if value == "all" else ""
    return Markup(
        '<label><input type="radio" name="claims-{0}" id="claims-{0}-{1}"{2}> {3} ({4})</label>'
    ).format(what, value, checked, name, count)


def _window(each: WindowRecord) -> str:
    ends = [end for end in (each.low, each.high) if end is not None]
    # Tenths tell nothing of a move of the funds rate or of a spread.
    digits = 2 if max(map(abs, (each.figure, *ends))) < 1 else 1
    told = " to ".join(number(end, digits, sign=True) for end in ends)
    return f"{each.window}: {number(each.figure, digits)}{f' ({told})' * bool(told)}, n\N{NO-BREAK SPACE}{each.n:,}"


def marked(claims: Sequence[ClaimRecord]) -> Any:
    """The claims of one source with their verdicts, for its companion's own page."""
    return great_table(
        claims,
        Column("Claim", lambda each: lines(each.claim, soft(each.id))),
        Column("Verdict", lambda each: each.verdict),
        Column("Figure", lambda each: lines(*map(_window, each.windows)) or soft(each.waits_for)),
        title="What the source claims",
        subtitle="True when every window shows it, false when none does, depends when some do",
    )
