"""Words for readings: figures carry their units, and labels become sentences."""

from __future__ import annotations

import pytest

from fiveengines.base.formats import figure
from fiveengines.commentary import narrative


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (1.234, "%", "1.2 %"),
        (45.2, "% of members", "45.2 % of members"),
        (88.4, "percentile", "88th percentile"),
        (12.0, "percentile", "12th percentile"),
        (1.0, "percentile", "1st percentile"),
        (-171.3, "$bn", "−$171 bn"),
        (-1.43, "$bn per 1 % move", "−$1.4 bn per 1 % move"),
        (0.9876, "ratio", "0.99"),
        (0.15, "index", "0.15"),
        (30.11, "index", "30.1"),
        (-0.14, "points", "−0.14 points"),
        (1.0, "flag", "yes"),
        (None, "%", "no value"),
    ],
)
def test_figures_carry_their_units(value: float | None, unit: str, text: str) -> None:
    assert figure(value, unit) == text


def test_what_is_named_is_a_sentence_each() -> None:
    words = {
        "volatility_zone": "shock",
        "vix_curve": "backwardation",
        "curve_move": "bull steepener",
        "policy_phase": "cutting",
    }
    assert (
        narrative.named("volatility", words) == "Volatility is in shock. The VIX curve is in backwardation."
    )
    assert "a bull steepener" in narrative.named("rate_path", words)
    assert narrative.named("rate_path", {}) == ""
    assert "sector" in narrative.named("breadth", {}, "sectors")
