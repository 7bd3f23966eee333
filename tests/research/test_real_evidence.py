"""What real history must show, whatever the parameters: facts about markets, not about one tuning."""

import pytest

from fiveengines.research import EvidenceSample, base_rates, walk_forward
from fiveengines.week import Week

pytestmark = pytest.mark.real_data


@pytest.fixture(scope="module")
def past(real_data) -> EvidenceSample:
    week = Week.load(as_of="2019-12-27", source="files", data_dir=real_data)
    return EvidenceSample.of(week.readings, week.measured.panel, week.params.research, start="2007-06-01")


def test_holding_the_index_is_the_index(past):
    """S&P 500: 1536.34 on 2007-06-01, 3240.02 on 2019-12-27; the fall of 2007-09 was 56.8 %."""
    held = walk_forward(past).loc["Holding the index"]
    sessions = int((past.closes.index > "2007-06-01").sum())
    assert held["cagr"] == pytest.approx(100 * ((3240.02 / 1536.34) ** (252 / sessions) - 1), abs=0.01)
    assert held["max_drawdown"] == pytest.approx(-56.8, abs=0.1)


def test_worse_regimes_are_followed_by_wilder_markets(past):
    volatility = base_rates(past).loc["20 sessions"].loc[1:, "volatility"]
    assert max(volatility[1], volatility[2]) < volatility[3] < volatility[4] < volatility[5]
