"""Small pasts for the tests of evidence: weeks, sessions and an index written down by hand or drawn at random."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
import pytest

from fiveengines.base import parameters
from fiveengines.base.parameters import ENGINES
from fiveengines.research import EvidenceSample

PARAMS = parameters.load().research
Made = Callable[..., EvidenceSample]


def make_past(
    closes: Sequence[float] | np.ndarray,
    regime: Sequence[int] | np.ndarray | None = None,
    exposure: Sequence[float] | np.ndarray | None = None,
    score: np.ndarray | None = None,
    inflections: dict[str, Sequence[float]] | None = None,
) -> EvidenceSample:
    """A past of whole weeks of five sessions from Monday 2001-01-01; a reading on each Friday."""
    sessions = pd.bdate_range("2001-01-01", periods=len(closes))
    fridays = sessions[sessions.day_of_week == 4]
    weeks = len(fridays)
    return EvidenceSample(
        as_of=sessions[-1],
        closes=pd.Series(np.asarray(closes, dtype="float64"), sessions),
        regime=pd.Series(np.ones(weeks, dtype=int) if regime is None else np.asarray(regime), fridays),
        score=pd.DataFrame(
            np.zeros((weeks, 5)) if score is None else score, index=fridays, columns=list(ENGINES)
        ),
        inflections=pd.DataFrame(inflections or {"breadth:improving": np.zeros(weeks)}, index=fridays),
        exposure=pd.Series(
            np.ones(weeks) if exposure is None else np.asarray(exposure, dtype=float), fridays
        ),
        vix_term=pd.Series(np.nan, sessions),
        params=PARAMS,
    )


@pytest.fixture
def made() -> Made:
    """Build a small past."""
    return make_past


@pytest.fixture(scope="session")
def two_markets() -> EvidenceSample:
    """Twelve years of an index that is calm for a year and a half and wild for half a year, in turn."""
    random = np.random.default_rng(3)
    wild = (np.arange(3000) % 500) >= 375
    moves = np.where(wild, random.normal(-0.002, 0.025, 3000), random.normal(0.0008, 0.006, 3000))
    return make_past(100 * np.exp(np.cumsum(moves)))
