"""Transitions and spells counted by hand."""

import numpy as np
import pytest

from fiveengines.research import spell_lengths, spells, transition_counts, transition_shares

REGIMES = [1, 1, 1, 3, 3, 1, 4, 4, 5, 5, 5]


@pytest.fixture
def past(made):
    return made(np.ones(55), regime=REGIMES)


def test_counts(past):
    counts = transition_counts(past)
    assert counts.to_numpy().sum() == len(REGIMES) - 1
    assert counts.loc[1].to_list() == [2, 0, 1, 1, 0]
    assert counts.loc[3].to_list() == [1, 0, 1, 0, 0]
    assert counts.loc[4].to_list() == [0, 0, 0, 1, 1]
    assert counts.loc[5].to_list() == [0, 0, 0, 0, 2]


def test_shares(past):
    shares = transition_shares(past)
    assert shares.loc[1, 1] == pytest.approx(0.5)
    assert shares.drop(index=2).sum(axis=1).to_numpy() == pytest.approx(np.ones(4))
    assert shares.loc[2].isna().all()


def test_spells_leave_the_open_one_out_of_the_median(past):
    assert spell_lengths(past)["weeks"].to_list() == [3, 2, 1, 2, 3]
    table = spells(past)
    assert (table.loc[1, "spells"], table.loc[1, "median"], table.loc[1, "longest"]) == (2, 2.0, 3.0)
    assert (table.loc[5, "spells"], table.loc[5, "running"]) == (0, 3)
    assert np.isnan(table.loc[5, "median"])
    assert table["weeks"].sum() == len(REGIMES)
    assert table.loc[1, "sample"] == "small sample: 2 spells ended"
