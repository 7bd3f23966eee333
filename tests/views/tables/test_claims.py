"""The ledger as a table, and the choice above it that shows a part of it without a script."""

from __future__ import annotations

import re
from types import SimpleNamespace

from fiveengines.views.tables import claims

FOUND = [("a", "sell_off_note", "true"), ("b", "sell_off_note", "false"), ("c", "rate_shock_hedge", "false")]
RESULT = SimpleNamespace(
    claims=[
        SimpleNamespace(
            id=name,
            source=source,
            verdict=verdict,
            claim=f"Claim {name}",
            windows=[],
            waits_for="",
            decided_by=[],
        )
        for name, source, verdict in FOUND
    ]
)


def test_every_row_says_its_source_and_verdict_and_the_choice_hides_the_others() -> None:
    table = claims.ledger(RESULT)._repr_html_()  # type: ignore[arg-type]
    rows = re.findall(r'Claim (\w).*?data-source="?(\w+).*?data-verdict="?(\w+)', table, re.DOTALL)
    assert sorted(rows) == FOUND
    shown = claims.choice(RESULT)._repr_html_()  # type: ignore[arg-type]
    assert (
        "all (3)" in shown
        and "Sell-off note (2)" in shown
        and "false (2)" in shown
        and "untestable (0)" in shown
    )
    for what, value in (("source", "rate_shock_hedge"), ("verdict", "false")):
        assert f'id="claims-{what}-{value}"' in shown
        assert (
            f"body:has(#claims-{what}-{value}:checked) tr:has([data-{what}]):not(:has([data-{what}={value}]))"
            in shown
        )
    # On a screen alone: print shows the whole ledger, and the buttons not at all.
    assert shown.index("@media screen{body:has") < shown.index("display:none") < shown.index("@media print")
    assert shown.count(" checked") == 2 and "<script" not in shown
