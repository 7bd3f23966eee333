"""What 30-day federal funds futures say about coming meetings: the rate after each, and the odds of each target range.

Formulas over prices and dates handed in; no series, weight or meeting date is chosen here.
"""

from __future__ import annotations

import numpy as np
import pandas as pd


def implied_rates(
    settlements: pd.Series, meetings: pd.DatetimeIndex, *, meeting_day_before: bool
) -> pd.DataFrame:
    """The rate before and after each meeting that the futures imply, % a year.

    settlements: (m,) prices, indexed by contract month (monthly periods without gaps, ascending); NaN where a contract
    has no price. A contract settles at 100 less the month's average rate, so the rate of a month without a meeting is
    known at once, and a month with one splits at the meeting: `meeting_day_before` says whether the day of the meeting
    itself still counts at the old rate. meetings: (k,) last days of meetings, at most one a month, ascending.

    Returns (k,) meeting × `before`, `after` (float64): from the month after it where that has no meeting, else from the
    month before, else from whatever later month is known; NaN where none is. Method: CME Group, "Understanding the CME
    Group FedWatch Tool Methodology".
    """
    months_priced = pd.PeriodIndex(settlements.index)
    average: dict[pd.Period, float] = dict(zip(months_priced, 100 - settlements.to_numpy(), strict=True))
    day_of = {day.to_period("M"): int(day.day) for day in meetings}
    before: dict[pd.Period, float] = {
        month: float(rate) for month, rate in average.items() if month not in day_of
    }
    after = dict(before)

    def share(month: pd.Period) -> tuple[int, int]:
        old = day_of[month] - (0 if meeting_day_before else 1)
        return old, month.days_in_month - old

    def from_next(month: pd.Period) -> None:
        old, new = share(month)
        after[month] = before[month + 1]
        total = average[month] * (old + new)
        before[month] = (total - new * after[month]) / old if old else np.nan

    def from_last(month: pd.Period) -> None:
        old, new = share(month)
        before[month] = after[month - 1]
        total = average[month] * (old + new)
        after[month] = (total - old * before[month]) / new if new else np.nan

    held = [month for month in average if month in day_of]
    for month in held:
        if month + 1 not in day_of and np.isfinite(before.get(month + 1, np.nan)):
            from_next(month)
        elif np.isfinite(after.get(month - 1, np.nan)):
            from_last(month)
    for month in reversed(held):
        if month not in after and np.isfinite(before.get(month + 1, np.nan)):
            from_next(month)
    months = [day.to_period("M") for day in meetings]
    columns = {
        "before": [before.get(each, np.nan) for each in months],
        "after": [after.get(each, np.nan) for each in months],
    }
    return pd.DataFrame(columns, index=meetings, dtype="float64")


def meeting_probabilities(rates: pd.DataFrame, lower: float, step: float = 0.25) -> pd.DataFrame:
    """The odds of each target range after each meeting, in per cent.

    rates: meeting × `before`, `after` (see `implied_rates`), % a year, in the order of the meetings. lower: the lower
    edge of the range in force before the first of them, % (a single target is its own edge). The change at a meeting is
    split between the two nearest multiples of `step`; changes of different meetings are taken as independent.

    Returns meeting × lower edge (% rounded to hundredths, ascending), float64, rows adding to 100; a meeting whose
    rates are unknown, and every later one, is a row of NaN.
    """
    odds, rows = {round(lower, 4): 1.0}, []
    # Rounded, so that a whole step is one outcome and not two.
    moves = ((rates["after"] - rates["before"]) / step).round(9).to_numpy()
    for move in moves:
        if not np.isfinite(move):
            break
        fewer = float(np.floor(move))
        reached: dict[float, float] = {}
        for edge, chance in odds.items():
            for steps, part in ((fewer, fewer + 1 - move), (fewer + 1, move - fewer)):
                to = round(edge + steps * step, 4)
                reached[to] = reached.get(to, 0.0) + chance * part
        odds = reached
        rows.append({edge: 100 * chance for edge, chance in odds.items() if chance > 0})
    edges = sorted({edge for row in rows for edge in row})
    table = pd.DataFrame(rows, index=rates.index[: len(rows)], columns=edges, dtype="float64").fillna(0.0)
    return table.reindex(rates.index)


def rate_ahead(settlements: pd.DataFrame, months: int) -> pd.Series:
    """The average rate of the month so many months ahead that futures imply, % a year.

    settlements: (n, contract month YYYY-MM) prices by date, NaN where a contract has none; a contract settles at 100
    less its month's average rate. months: 0 is the running month, which averages days that are past. Returns (n,),
    NaN where that contract has no price.
    """
    place = {pd.Period(str(name), freq="M"): at for at, name in enumerate(settlements.columns)}
    running, each = pd.factorize(pd.DatetimeIndex(settlements.index).to_period("M"))
    columns = np.array([place.get(month + months, -1) for month in each], dtype=int)[running]
    prices = settlements.to_numpy(dtype="float64")
    found = np.where(columns >= 0, prices[np.arange(len(prices)), columns], np.nan)
    return pd.Series(100 - found, index=settlements.index)
