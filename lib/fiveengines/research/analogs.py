"""The past weeks most like this one, by the five engines, and what the index did after them.

Distance in engine space only; neighbours are a quarter apart so that one episode is one case.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from fiveengines.base.formats import counted
from fiveengines.base.parameters import ENGINES
from fiveengines.research import samples
from fiveengines.research.evidence_sample import EvidenceSample
from fiveengines.research.forward_returns import forward_returns


@dataclass(frozen=True)
class Analogs:
    """The closest past weeks and what followed.

    weeks: one row a past week, closest first: `distance` (mean squared difference of the scores), `rms_distance`
    (its root: how far the average engine is from today's), `share_farther` (share of all past weeks that are
    farther away), `regime`, the scores by engine, and `return_after`, `fall_after`, `volatility_after` the
    horizon in per cent. paths: tidy `week` (the past one's date), `weeks_ahead` (0 … horizon), `level` of the
    index (100 on that week's close) and `change` from it in per cent.
    """

    weeks: pd.DataFrame
    paths: pd.DataFrame
    small: bool
    sample: str


def engine_distance(score: pd.DataFrame, today: pd.Series, min_engines: int) -> pd.Series:
    """Mean squared difference of each week's scores from `today`'s, over the engines known in both.

    score: reading date × engine. Returns (weeks,), NaN where fewer than `min_engines` are known in both.
    """
    squared = (score[list(ENGINES)] - today[list(ENGINES)]) ** 2
    return squared.mean(axis=1).where(squared.notna().sum(axis=1) >= min_engines)


def neighbours(distance: np.ndarray, gap: int, count: int) -> list[int]:
    """Positions of the closest weeks, closest first, at least `gap` from one another and from the last week.

    distance: (weeks,) with the week in question last; NaN is never chosen.
    """
    chosen = [len(distance) - 1]
    for at in np.argsort(distance, kind="stable"):
        if len(chosen) > count or not np.isfinite(distance[at]):
            break
        if all(abs(int(at) - other) >= gap for other in chosen):
            chosen.append(int(at))
    return chosen[1:]


def analogs(past: EvidenceSample) -> Analogs:
    """The past weeks closest to the last, a quarter or more from one another and from it."""
    rules, gap = past.params.analogs, past.quarter.weeks
    distance = engine_distance(past.score, past.score.iloc[-1], rules.min_engines)
    found = neighbours(distance.to_numpy(), gap, rules.count)
    dates = past.dates[found]
    after = forward_returns(past.closes, past.dates, past.quarter)
    table = pd.DataFrame({"distance": distance.iloc[found], "rms_distance": np.sqrt(distance.iloc[found])})
    candidates = distance.iloc[: max(len(distance) - gap, 0)].dropna().to_numpy()
    table["share_farther"] = [float((candidates > each).mean()) for each in table["distance"]]
    table["regime"] = past.regime.iloc[found]
    table[list(ENGINES)] = past.score.iloc[found]
    table[[f"{each}_after" for each in after]] = after.iloc[found]
    table.index = pd.DatetimeIndex(dates, name="week")
    cases = int(table["return_after"].notna().sum())
    sample = samples.sample(cases, counted(cases, "past week"), past.params.small_sample)
    return Analogs(table, _paths(past, found, gap), cases < past.params.small_sample, str(sample["sample"]))


def _paths(past: EvidenceSample, positions: list[int], weeks: int) -> pd.DataFrame:
    closes = past.closes.reindex(past.dates).to_numpy(dtype="float64")
    pieces = []
    for at in positions:
        window = closes[at : at + weeks + 1]
        level = 100 * window / window[0]
        ahead = {"weeks_ahead": np.arange(len(window)), "level": level, "change": level - 100}
        pieces.append(pd.DataFrame({"week": past.dates[at]} | ahead))
    columns = ["week", "weeks_ahead", "level", "change"]
    return pd.concat(pieces, ignore_index=True) if pieces else pd.DataFrame(columns=columns)
