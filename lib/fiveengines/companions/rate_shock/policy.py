"""The path of policy that futures price, meeting by meeting, and how such odds have come out.

Prices, calendars and decisions are handed in; formulas are those of `indicators.policy_path`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from fiveengines.base import cache
from fiveengines.indicators.policy_path import implied_rates, meeting_probabilities

# What the record depends on beside its inputs.
_CODE = ("companions/rate_shock/policy.py", "indicators/policy_path.py")


def known_meetings(
    calendar: Mapping[int, Sequence[dt.date]], day: pd.Timestamp, known_from_month: int
) -> pd.DatetimeIndex:
    """Meetings after `day` that had been announced by then: those of this year, and of the next from that month on."""
    last = day.year + (1 if day.month >= known_from_month else 0)
    found = sorted(each for year, days in calendar.items() if year <= last for each in days)
    return pd.DatetimeIndex([each for each in found if pd.Timestamp(each) > day])


def settlements(futures: pd.DataFrame, day: pd.Timestamp) -> pd.Series:
    """Prices of that evening by contract month, from the month of `day` on, without gaps; empty where there are none.

    futures: date × contract month (YYYY-MM). The newest row of the last week counts.
    """
    recent = futures.loc[day - pd.Timedelta(days=7) : day]
    if recent.empty:
        return pd.Series(dtype="float64")
    row = recent.iloc[-1].dropna()
    priced = pd.Series(row.to_numpy(), index=pd.PeriodIndex([str(each) for each in row.index], freq="M"))
    priced = priced[priced.index >= day.to_period("M")].sort_index()
    if priced.empty:
        return priced
    return priced.reindex(pd.period_range(priced.index[0], priced.index[-1], freq="M"))


def odds(
    futures: pd.DataFrame,
    calendar: Mapping[int, Sequence[dt.date]],
    day: pd.Timestamp,
    lower: float,
    known_from_month: int,
    *,
    meeting_day_before: bool,
) -> pd.DataFrame:
    """Meeting × lower edge of the target range, per cent, as priced on the evening of `day`; empty without prices.

    lower: the edge in force that evening. Meetings whose months have no price are left out.
    """
    prices = settlements(futures, day)
    meetings = known_meetings(calendar, day, known_from_month)
    if prices.empty or not len(meetings):
        return pd.DataFrame()
    # A meeting earlier in the running month has split its average already; only the days after it are left to price.
    meetings = meetings[meetings.to_period("M") <= prices.index[-1]]
    rates = implied_rates(prices, meetings, meeting_day_before=meeting_day_before)
    found = meeting_probabilities(rates, lower)
    return found.dropna() if found.shape[1] else pd.DataFrame()


def brier_scores(
    futures: pd.DataFrame,
    calendar: Mapping[int, Sequence[dt.date]],
    lower: pd.Series,
    horizons: Sequence[int],
    known_from_month: int,
    *,
    meeting_day_before: bool,
) -> pd.DataFrame:
    """How past odds of each meeting's range came out: horizon (days before) × n, brier, naive, hit.

    lower: session → lower edge in force that evening, (n,), NaN where unknown. Brier score: the sum over ranges of
    (odds − outcome)², 0 best and 2 worst; naive: of the forecast that nothing changes; hit: share of meetings whose
    likeliest range came. Only meetings up to the last session count.
    """
    held = lower.dropna()
    # Hundreds of strips are read for this, and a meeting that is over never changes.
    parts = [pd.util.hash_pandas_object(each).to_numpy().tobytes() for each in (futures, held)]
    key = cache.key_of(
        [parts, calendar, horizons, known_from_month, meeting_day_before, cache.code_key(*_CODE)]
    )
    found = cache.arrays(
        "policy-record",
        key,
        lambda: {
            "rows": _brier_rows(futures, calendar, held, horizons, known_from_month, meeting_day_before)
        },
    )
    table = pd.DataFrame(found["rows"], columns=["horizon", "n", "brier", "naive", "hit"])
    return table.astype({"horizon": "int64", "n": "int64"})


def _brier_rows(
    futures: pd.DataFrame,
    calendar: Mapping[int, Sequence[dt.date]],
    held: pd.Series,
    horizons: Sequence[int],
    known_from_month: int,
    meeting_day_before: bool,
) -> np.ndarray:
    rows = []
    past = (
        [
            pd.Timestamp(each)
            for days in calendar.values()
            for each in days
            if pd.Timestamp(each) < held.index[-1]
        ]
        if len(held)
        else []
    )
    for horizon in horizons:
        scores, naive, hits = [], [], []
        for meeting in sorted(past):
            on = held.index[held.index <= meeting - pd.Timedelta(days=horizon)]
            after = held.loc[meeting + pd.Timedelta(days=1) :]
            if not len(on) or after.empty:
                continue
            # Later contracts and meetings bear on none of the odds that are asked here.
            last = str((meeting + pd.DateOffset(months=2)).to_period("M"))
            near = futures.loc[on[-1] - pd.Timedelta(days=7) : on[-1], futures.columns <= last]
            found = odds(
                near,
                {
                    year: calendar[year]
                    for year in {on[-1].year, meeting.year, meeting.year + 1} & set(calendar)
                },
                pd.Timestamp(on[-1]),
                float(held[on[-1]]),
                known_from_month,
                meeting_day_before=meeting_day_before,
            )
            if meeting not in found.index:
                continue
            edges = [float(str(edge)) for edge in found.columns]
            outcome = round(float(after.iloc[0]), 4)
            chances = dict(zip(edges, (found.loc[[meeting]].to_numpy()[0] / 100).tolist(), strict=True))
            likeliest = max(chances, key=lambda edge: chances[edge])
            chances.setdefault(outcome, 0.0)
            scores.append(sum((chance - (edge == outcome)) ** 2 for edge, chance in chances.items()))
            naive.append(0.0 if outcome == round(float(held[on[-1]]), 4) else 2.0)
            hits.append(float(likeliest == outcome))
        if scores:
            rows.append([horizon, len(scores), np.mean(scores), np.mean(naive), np.mean(hits)])
    return np.array(rows, dtype="float64").reshape(-1, 5)
