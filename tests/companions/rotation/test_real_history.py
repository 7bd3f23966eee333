"""Real history to 2019: what practitioners called those sessions, published figures, and nothing known too early."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fiveengines.base import parameters, yaml_files
from fiveengines.base.parameters.rotation import RotationParameters
from fiveengines.companions import rotation
from fiveengines.companions.rotation import factors
from fiveengines.companions.session import Session
from fiveengines.data import calendars
from fiveengines.data.panel import Panel

pytestmark = pytest.mark.real_data


def _session(folder: Path, day: str) -> Session:
    return Session.load(day, source="files", data_dir=folder)


def test_the_days_that_value_overtook_momentum_are_rotations(real_data: Path) -> None:
    """The week of 13 September 2019 is known for the fall of momentum, that of the election of 2016 for value."""
    for day in ("2019-09-13", "2016-11-11"):
        found = rotation.analyse(_session(real_data, day))
        assert found.market_kind == "rotation"
        by_name = {each.name: each for each in found.factors}
        momentum, value = by_name["momentum"], by_name["value"]
        assert momentum.z is not None and momentum.z < -2 and momentum.stable
        assert value.z is not None and value.z > 2
        assert (momentum.deciles_return_21 or 0) < 0
        assert "momentum lost" in found.bottom_line and "value gained" in found.bottom_line
    leaders = [each.ticker for each in found.sectors[:2]]
    assert leaders == ["XLF", "XLI"]  # what the election of 2016 lifted


def test_the_panic_of_2008_is_a_beta_market(real_data: Path) -> None:
    found = rotation.analyse(_session(real_data, "2008-10-10"))
    assert found.market_kind == "beta" and found.dispersion is not None
    assert found.dispersion.percentile is not None and found.dispersion.percentile > 95


def test_revised_figures_stay_out_of_the_bottom_line(real_data: Path) -> None:
    found = rotation.analyse(_session(real_data, "2018-10-12"))
    assert found.surprise_index.basis == "latest vintage"
    assert "growth data" not in found.bottom_line and "goldilocks" not in found.bottom_line
    assert any("latest vintages" in each for each in found.not_available)
    es, nq = found.implied_realized
    assert es.market == "ES" and es.window_stable and nq.market == "NQ" and not nq.window_stable
    assert "NQ cheap against 10, dear against 20, 30 and 60 sessions" in found.bottom_line
    level = next(each for each in found.levels if each.name == "fomc_close" and each.market == "ES")
    assert level.level == pytest.approx(2905.97, abs=0.1)  # the index closed at 2,905.97 on 26 September 2018


def test_losers_won_in_the_momentum_crash_of_2009(real_data: Path) -> None:
    """Daniel and Moskowitz (2016): March to May 2009 losers +156 %, winners +6.5 % (all US stocks)."""
    session = _session(real_data, "2009-05-29")
    rules = yaml_files.load_model(parameters.load().beside("rotation.yaml"), RotationParameters).factors
    members, inside = session.panel.members, session.panel.in_index
    assert members is not None and inside is not None
    found = factors.Deciles.of(members, inside, rules)
    assert found is not None
    spring = found.returns["momentum"].loc["2009-03-01":"2009-05-31"]
    winners, losers = (100 * (np.prod(1 + spring[side]) - 1) for side in ("long", "short"))
    assert losers > 80 and winners < 40 and losers > winners + 60


@pytest.mark.long
@pytest.mark.parametrize("seed", range(30))
@pytest.mark.parametrize("source", ["demo", "files"])
def test_scrambling_what_came_later_changes_nothing(source: str, seed: int, real_data: Path) -> None:
    rng = np.random.default_rng(seed)
    folder = real_data if source == "files" else None
    later = Session.load("2019-12-31", source=source, data_dir=folder)
    day = pd.Timestamp(rng.choice(later.panel.sessions[(later.panel.sessions > "2005-01-01")][:-5]))
    before = rotation.analyse(Session.load(day.date(), source=source, data_dir=folder))
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
    after_all = rotation.analyse(replace(later, as_of=day, panel=Panel(changed, day)))
    left = {"data_fingerprint"}
    assert after_all.model_dump_json(exclude=left) == before.model_dump_json(exclude=left)
