"""What two histories differ by, on weeks made by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from bench.differences import RANGES, differences, episodes

WEEKS = pd.Index([f"2019-01-{day:02}" for day in range(1, 13)], name="as_of")


def history(**columns: list[float]) -> pd.DataFrame:
    return pd.DataFrame({name: columns.get(name, 0.0) for name in RANGES}, index=WEEKS, dtype="float64")


def test_each_figure_counts_by_the_share_of_its_range_that_it_moved() -> None:
    before = history(regime=[1] * 12, aggressiveness=[1] * 12)
    after = history(
        regime=[1] * 10 + [3, np.nan],
        aggressiveness=[1] * 10 + [0.75, np.nan],
        breadth_score=[0.5] + [0] * 11,
    )
    found = differences(before, after)
    assert found["size"].to_dict() == pytest.approx({WEEKS[0]: 0.25, WEEKS[10]: 0.5 + 0.25, WEEKS[11]: 2.0})
    assert found.loc[WEEKS[10], ["regime_before", "regime_after"]].tolist() == [1, 3]
    assert differences(before, before).empty


def test_an_episode_is_its_largest_week_and_scores_alone_make_none() -> None:
    regime = [1, 3, 5, 1, 1, 1, 1, 1, 1, 1, 1, 2]
    after = history(regime=regime, aggressiveness=[1] * 12, liquidity_score=[0] * 5 + [2] + [0] * 6)
    found = episodes(differences(history(regime=[1] * 12, aggressiveness=[1] * 12), after), WEEKS)
    assert found.index.tolist() == [WEEKS[2], WEEKS[11]]
    assert found[["first", "last", "weeks"]].to_numpy().tolist() == [
        [WEEKS[1], WEEKS[2], 2],
        [WEEKS[11], WEEKS[11], 1],
    ]
