"""Rate betas of sectors over 2010 to 2019 on real history: signs and order as docs/COMPANIONS.md argues them."""

from __future__ import annotations

from pathlib import Path

import pytest

from fiveengines.companions.rate_shock import betas
from fiveengines.data.folder import files
from fiveengines.data.panel import Panel

SECTORS = ["XLK", "XLF", "XLE", "XLV", "XLI", "XLY", "XLP", "XLU", "XLB"]


@pytest.mark.real_data
def test_sector_betas_of_the_decade_have_the_signs_and_the_order_of_the_note(real_data: Path) -> None:
    panel = Panel(files.load(real_data), "2019-12-31")
    yields = panel.reports(["DFII10", "T10YIE"]).reindex(panel.sessions)
    moves = betas.regressors(yields["DFII10"], yields["T10YIE"], panel.daily("SPX")).loc["2010":"2019"]
    returns = 100 * panel.prices([*SECTORS, "KRE", "TLT"]).pct_change(fill_method=None)
    table = betas.rate_betas(returns, moves, (len(moves),), 5).set_index("ticker")
    real, t = table["real"], table["real"] / table["real_se"]
    # A 20-year bond fund's duration is about 17 years; its slope is near that.
    assert real["TLT"] == pytest.approx(-15.5, abs=1.5)
    order = real[SECTORS].sort_values().index
    assert (list(order[:2]), order[-1]) == (["XLU", "XLP"], "XLF")
    assert real["KRE"] > real["XLF"]
    assert set(t[SECTORS][t[SECTORS] < -3].index) == {"XLU", "XLP"}
    assert set(t[SECTORS][t[SECTORS] > 3].index) == {"XLF", "XLI"}
