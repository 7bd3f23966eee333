"""A live store filled over real HTTP has every input of the companions: from a provider, or from files of one's own."""

from __future__ import annotations

from pathlib import Path

from fiveengines.data.fetch import fetch
from fiveengines.data.store import Store
from loopback.server import Loopback

FILES = {
    "fundamentals/all.csv": "ticker,period_end,filed,revenue\nAAPL,2019-06-29,2019-07-31,53809000000\n",
    "futures/fed_funds.csv": "date,contract,settle\n2019-12-30,2020-01,98.445\n2019-12-30,2020-02,98.435\n",
    "volatility/MOVE.csv": "date,MOVE\n2019-12-30,58.2\n2019-12-31,58.28\n",
    "valuation/sp500_eps.csv": "quarter_end,operating_eps,reported_eps\n2019-09-30,39.81,33.99\n",
    "valuation/sp500_forward_pe.csv": "date,forward_pe\n2019-12-31,23.165\n",
}


def test_downloads_of_ones_own_come_with_the_fetch(server: Loopback, tmp_path: Path) -> None:
    for name, text in FILES.items():
        path = tmp_path / "manual_downloads" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    report = fetch(Store(tmp_path), server.settings(), only=["cboe", "fred", "manual_downloads"])
    assert not [each.line() for outcome in report.outcomes for each in outcome.errors]
    data = Store(tmp_path).dataset()
    wanted = {"VXN", "COR1M", "MOVE", "DGS1", "INDPRO", "T5YIE", "DCOILWTICO", "SP500_EPS"}
    assert wanted <= set(data.series)
    assert set(data.tables) == {"fundamentals", "fed_funds_futures"}
    assert data.series["SP500_EPS"].latest().tolist() == [39.81]
