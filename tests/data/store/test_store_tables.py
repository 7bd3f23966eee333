"""Tables and further prices in the store: several imports joined, as of an evening."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from fiveengines.data import calendars
from fiveengines.data.folder import files
from fiveengines.data.panel import Panel
from fiveengines.data.store import Store

FILED = "ticker,period_end,filed,revenue\nAAPL,2019-06-29,2019-07-31,53809000000\n"
CURVE = "date,contract,settle\n2019-12-30,2020-01,98.445\n2019-12-30,2020-02,98.435\n"


def folder(root: Path, **contents: str) -> Path:
    for name, text in contents.items():
        path = root / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def test_a_second_import_joins_the_first(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    yields = {"fred__DGS2_dot_csv": "observation_date,DGS2\n2019-12-30,1.58\n"}
    first = folder(
        tmp_path / "a",
        fundamentals__a_dot_csv=FILED,
        futures__fed_funds_dot_csv=CURVE,
        prices__TSLA_dot_csv="date,close\n2019-12-30,27.65\n",
        **yields,
    )
    store.import_dataset(files.load(first))
    before = store.stamp()
    second = folder(
        tmp_path / "b",
        fundamentals__a_dot_csv=FILED.replace("53809", "53810") + "AAPL,2019-09-28,2019-10-31,64040000000\n",
        futures__fed_funds_dot_csv="date,contract,settle\n2019-12-31,2020-01,98.4475\n",
        prices__TSLA_dot_csv="date,close\n2019-12-31,27.89\n",
        prices__ROKU_dot_csv="date,close\n2019-12-31,133.9\n",
        **yields,
    )
    store.import_dataset(files.load(second))
    assert store.stamp() != before
    data = Store(tmp_path / "store").dataset()
    assert data.tables["fundamentals"]["revenue"].tolist() == [53810000000, 64040000000]
    curve = data.tables["fed_funds_futures"]
    assert curve["2020-01"].tolist() == [98.445, 98.4475] and list(curve.columns) == ["2020-01", "2020-02"]
    panel = Panel(data, "2019-12-31")
    prices = panel.prices(["TSLA", "ROKU"])
    assert prices["TSLA"].iloc[-2:].tolist() == [27.65, 27.89] and prices["ROKU"].iloc[-1] == 133.9
    day = pd.Timestamp("2019-10-25")
    cut = data.until(calendars.evening_of(day), day).tables
    assert cut["fundamentals"]["filed"].tolist() == [pd.Timestamp("2019-07-31")]
    assert "fed_funds_futures" not in cut


def test_a_damaged_table_is_one_clear_line(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    yields = "observation_date,DGS2\n2019-12-30,1.58\n"
    brought = folder(tmp_path / "a", fundamentals__a_dot_csv=FILED, fred__DGS2_dot_csv=yields)
    store.import_dataset(files.load(brought))
    (tmp_path / "store" / "tables" / "fundamentals.parquet").write_bytes(b"PAR1 cut off")
    with pytest.raises(Exception, match="the table is damaged") as caught:
        dict(Store(tmp_path / "store").dataset().tables)
    assert "\n" not in str(caught.value)
