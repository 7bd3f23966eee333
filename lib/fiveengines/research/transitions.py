"""How regimes follow one another: from which to which, how often, and how long they last.

Counting of confirmed regimes only; no outcome of the index enters.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from fiveengines.base.formats import counted
from fiveengines.model.regimes import NAMES, NUMBERS
from fiveengines.research import samples
from fiveengines.research.evidence_sample import EvidenceSample


def transition_counts(past: EvidenceSample) -> pd.DataFrame:
    """Weeks in the row's regime that were followed by one in the column's, (5, 5) int; none without a call."""
    regime = past.regime.fillna(0).to_numpy(dtype="int64")
    counts = np.zeros((len(NUMBERS), len(NUMBERS)), dtype=int)
    called = (regime[:-1] > 0) & (regime[1:] > 0)
    np.add.at(counts, (regime[:-1][called] - 1, regime[1:][called] - 1), 1)
    numbers = list(NUMBERS)
    return pd.DataFrame(counts, index=pd.Index(numbers, name="from"), columns=pd.Index(numbers, name="to"))


def transition_shares(past: EvidenceSample) -> pd.DataFrame:
    """`transition_counts` as shares of the row, (5, 5) float64; NaN in the row of a regime never seen."""
    counts = transition_counts(past)
    total = counts.sum(axis=1)
    return counts.div(total.where(total > 0), axis=0)


def spell_lengths(past: EvidenceSample) -> pd.DataFrame:
    """Every run of one regime, oldest first: `regime`, `start`, `end`, `weeks` and `open` (still running).

    A week without a call ends a run and is in none.
    """
    regime = past.regime.fillna(0).astype(int)
    number = (regime != regime.shift()).cumsum()
    rows = [
        {
            "regime": int(run.iloc[0]),
            "start": run.index[0],
            "end": run.index[-1],
            "weeks": len(run),
            "open": run.index[-1] == regime.index[-1],
        }
        for _, run in regime.groupby(number)
        if run.iloc[0] > 0
    ]
    return pd.DataFrame(rows, columns=["regime", "start", "end", "weeks", "open"])


def spells(past: EvidenceSample) -> pd.DataFrame:
    """Spell lengths by regime.

    Returns one row a regime: `name`; `weeks` in it and their `share`; `spells` that have ended, with their
    `median`, `shortest` and `longest` in weeks (NaN when none has ended); `running`, the weeks of the spell
    still open, or 0; `small`; `sample` in words. A spell still open says only how long it has lasted so far,
    so it is left out of the median.
    """
    every = spell_lengths(past)
    rows = []
    for number in NUMBERS:
        mine = every[every["regime"] == number]
        ended = mine.loc[~mine["open"].astype(bool), "weeks"].astype("float64")
        weeks = int(mine["weeks"].sum())
        text = f"{counted(len(ended), 'spell')} ended"
        rows.append(
            {
                "regime": number,
                "name": NAMES[number],
                "weeks": weeks,
                "share": weeks / max(len(past.regime), 1),
                "spells": len(ended),
                "median": float(ended.median()),
                "shortest": float(ended.min()),
                "longest": float(ended.max()),
                "running": int(mine.loc[mine["open"].astype(bool), "weeks"].sum()),
            }
            | samples.sample(len(ended), text, past.params.small_sample)
        )
    return pd.DataFrame(rows).set_index("regime")
