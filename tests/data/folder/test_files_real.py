"""Real history through the files source: published values, the series contract, no file passed over."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fiveengines.data.catalog import catalog
from fiveengines.data.dataset import Dataset
from fiveengines.data.folder import files


def texts(data: Dataset, level: str) -> list[str]:
    return [notice.text for notice in data.notices if notice.level == level]


@pytest.fixture(scope="module")
def data(real_data: Path) -> Dataset:
    return files.load(real_data)


@pytest.mark.real_data
class TestRealHistory:
    """Published values of real history."""

    @pytest.mark.parametrize(
        ("name", "day", "value"),
        [
            ("VIX", "2008-11-20", 80.86),
            ("WALCL", "2019-12-25", 4165591),
            ("SPX", "2009-03-09", 676.53),
            ("DGS10", "2016-07-08", 1.37),
            ("BAMLH0A0HYM2", "2008-12-15", 21.82),
            ("AAII_BEARISH", "2009-03-05", 70.27),
            ("TFF_NASDAQ_OPEN_INTEREST", "2006-06-13", 598465),
            ("COR1M", "2006-01-03", 23.5),
            ("DCOILWTICO", "2008-07-03", 145.31),
            ("FEDFUNDS", "1981-06-01", 19.10),
            ("COT_GOLD_COMM_SHORT", "2006-01-03", 239049),
            ("SP500_EPS", "2019-09-30", 39.81),
            ("SP500_EPS_REPORTED", "2019-09-30", 33.99),
        ],
    )
    def test_spot_checks(self, data: Dataset, name: str, day: str, value: float) -> None:
        assert data.series[name].latest()[day] == pytest.approx(value, rel=1e-4)

    def test_every_series_keeps_the_contract(self, data: Dataset) -> None:
        assert len(data.series) > 300
        for name, series in data.series.items():
            frame = series.frame
            assert list(frame.columns) == ["observed", "value", "known_at"]
            # A target is announced the day before it is in force.
            early = np.timedelta64(1 if catalog()[name].release.rule == "target" else 0, "D")
            assert (frame["known_at"] > frame["observed"] - early).all(), name
            assert np.isfinite(frame["value"]).all(), name
            order = frame.sort_values(["known_at", "observed"], kind="stable").index
            assert (order == frame.index).all(), name
            assert frame["observed"].is_unique, name
            assert series.provider == catalog()[name].provider

    def test_every_file_is_mapped_or_mentioned(self, data: Dataset, real_data: Path) -> None:
        assert texts(data, "error") == []
        assert data.members is not None
        words = {each.path: each for each in data.files}
        for path in (path for path in real_data.rglob("*") if path.is_file()):
            word = words[path.relative_to(real_data).as_posix()]
            assert sum(map(bool, (word.read, word.left_out, word.use))) == 1, path

    def test_nothing_was_repaired(self, data: Dataset) -> None:
        # 2.58 for an open of the VIX near 14 is the provider's own slip
        assert [text.partition(":")[0] for text in texts(data, "warning")] == [
            "cboe/VIX_History.csv · VIX_OPEN"
        ]
