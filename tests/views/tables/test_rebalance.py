"""The portfolio process in words."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from fiveengines.companions.rebalance.result import ValuationRecord
from fiveengines.views.tables import rebalance


@pytest.mark.parametrize(
    ("percentile", "said"), [(2.3, "2nd"), (11.0, "11th"), (61.2, "61st"), (93.0, "93rd")]
)
def test_a_percentile_of_valuations_is_an_ordinal(percentile: float, said: str) -> None:
    found = ValuationRecord(
        forward_pe=13.0,
        percentile=percentile,
        forward_eps=180.0,
        eps_change_pct=-1.0,
        targets=[],
        third=None,
        after=[],
    )
    text = repr(rebalance.valuation(SimpleNamespace(market=SimpleNamespace(valuation=found))))  # type: ignore[arg-type]
    assert f"13.0 times forward earnings of 180, the {said} percentile of its history here" in text
