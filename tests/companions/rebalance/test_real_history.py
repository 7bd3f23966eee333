"""Real history to 2019: the portfolio process on known sessions, and nothing known too early."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fiveengines.companions import rebalance
from fiveengines.companions.rebalance import background
from fiveengines.companions.session import Session
from fiveengines.data import calendars
from fiveengines.data.panel import Panel

pytestmark = pytest.mark.real_data
HELD = (
    "ticker,shares,cost,target,stop,sector\nSPY,300,90,400,60,\nXOM,200,40,,30,Energy\nXLF,500,10,30,,\n"
    "IEF,300,80,,,\nNOPRICE,10,100,,,\nCASH,20000\n"
)


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FIVEENGINES_PORTFOLIO", str(tmp_path))
    (tmp_path / "holdings.csv").write_text(HELD, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    "seed", [*range(3), *(pytest.param(each, marks=pytest.mark.long) for each in range(3, 30))]
)
def test_scrambling_what_came_later_changes_nothing(seed: int, real_data: Path, mine: Path) -> None:
    rng = np.random.default_rng(seed)
    later = Session.load("2019-12-27", source="files", data_dir=real_data)
    day = pd.Timestamp(rng.choice(later.panel.sessions[(later.panel.sessions > "2005-01-01")][:-5]))
    before = rebalance.analyse(Session.load(day.date(), source="files", data_dir=real_data))
    cutoff, data = calendars.evening_of(day), later.dataset
    series = {}
    for key, each in data.series.items():
        frame = each.frame.copy()
        after = (frame["known_at"] > cutoff).to_numpy()
        frame.loc[after, "value"] = frame["value"].to_numpy()[after] * rng.uniform(0.3, 3, int(after.sum()))
        series[key] = replace(each, frame=frame)
    assert data.members is not None
    closes = data.members.closes.copy()
    closes.loc[closes.index > day] = closes.loc[closes.index > day] * 2.0
    changed = replace(data, series=series, members=replace(data.members, closes=closes))
    background._KEPT.clear()
    again = rebalance.analyse(replace(later, as_of=day, panel=Panel(changed, day)))
    left = {"data_fingerprint"}
    assert again.model_dump_json(exclude=left) == before.model_dump_json(exclude=left)
    assert before.portfolio is not None
    assert before.portfolio.at_cost == ["NOPRICE"]
    assert any("NOPRICE counted at cost" in each for each in before.not_available)
