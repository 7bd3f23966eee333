"""Calls as they were told, marked by what followed: the index, the volatility and regime forecasts, and other rules.

Rests on saved calls and closes handed in; no reading is made here, and none is made again.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from fiveengines.base.parameters.research import ResearchParameters
from fiveengines.data.calendars import reading_dates
from fiveengines.model.forecast import realized_ahead
from fiveengines.model.regimes import NUMBERS
from fiveengines.research.forecast_record import brier_scores
from fiveengines.research.forward_returns import SESSIONS_A_YEAR, Horizon, forward_returns
from fiveengines.research.samples import effective_sample_size
from fiveengines.research.walk_forward import index_rules, net_returns

TOLD, HOLDING, CONSTANT, WITHOUT = (
    "As told",
    "Holding the index",
    "Constant, its mean",
    "Without entries by hand",
)
CHANCES = tuple(f"p_{number}" for number in NUMBERS)
# What a saved call brings, on its reading date; see `call_record`.
COLUMNS = (
    "made",
    "regime",
    "exposure",
    "volatility_low",
    "volatility_high",
    "sessions",
    *CHANCES,
    "regime_weeks",
    "entries",
    "plain_exposure",
)
_WEEK = pd.Timedelta(days=7)


@dataclass(frozen=True)
class Forecasts:
    """How the forecasts came out.

    inside: of `bands` complete weeks, those whose volatility came inside its band; alone: how many do not overlap.
    brier, persistence, climatology: mean scores of `scored` complete weeks, 0 best; None without any.
    """

    inside: int
    bands: int
    alone: int
    brier: float | None
    persistence: float | None
    climatology: float | None
    scored: int


@dataclass(frozen=True)
class Entries:
    """Whether figures entered by hand helped.

    weeks: calls with an entry; changed: those whose exposure it changed; right: of `judged`, those complete after the
    month, how many the change was on the right side of the index in; points: what all entries brought after costs, in
    per cent of the capital, None when none changed an exposure.
    """

    weeks: int
    changed: int
    right: int
    judged: int
    points: float | None


@dataclass(frozen=True)
class CallRecord:
    """The record on the evening of `until`.

    calls: reading date × what was told, and `return_month`, `fall_month`, `return_quarter`, `fall_quarter` (per cent,
    NaN until complete), `volatility` (that of the coming sessions, % a year), `later` (the regime told at the
    forecast's horizon), `brier`. missing: reading dates between the first and the last call for which none was told.
    no_call: calls that named no exposure. strategies: name × total, max_drawdown, volatility (per cent), turnover,
    mean_exposure, over `days` sessions. wealth: session → growth of one under TOLD and HOLDING. early: whether there
    are too few weeks to compare.
    """

    until: pd.Timestamp
    calls: pd.DataFrame
    missing: pd.DatetimeIndex
    no_call: int
    strategies: pd.DataFrame
    wealth: pd.DataFrame
    days: int
    forecasts: Forecasts
    entries: Entries
    early: bool


def is_backfill(calls: pd.DataFrame, params: ResearchParameters) -> pd.Series:
    """Whether each call was made more than `backfill_days` after its reading date, (n,) bool."""
    made: pd.Series = pd.to_datetime(calls["made"]).dt.normalize() - pd.DatetimeIndex(calls.index)
    return made > pd.Timedelta(days=params.call_record.backfill_days)


def call_record(
    calls: pd.DataFrame, closes: pd.Series, until: pd.Timestamp, params: ResearchParameters
) -> CallRecord:
    """Mark the calls up to `until` by what was known on that evening; later calls and closes change nothing.

    calls: reading date × COLUMNS, ascending: `made` the day on which the call was told; regime 1-5 and exposure 0-1,
    NaN without a call; the 80 % band of the volatility of the coming `sessions` sessions, % a year; the chances of each
    regime in `regime_weeks` weeks, NaN when none was stated; `entries` by hand, and `plain_exposure`, what the data
    alone would have asked for (NaN without entries). closes: session → close of the index, without NaN.
    """
    told = calls.loc[:until, list(COLUMNS)]
    closes = closes.loc[:until].dropna().astype("float64")
    dates = reading_dates(told.index[0].date(), until.date()) if len(told) else pd.DatetimeIndex([])
    marked = _outcomes(told, closes, dates, params)
    span = dates[dates <= told.index[-1]] if len(told) else dates
    held = _exposures(told, closes, dates, params)
    net = {name: _net(each, closes, params) for name, each in held.items()}
    return CallRecord(
        until=until,
        calls=marked,
        missing=span.difference(pd.DatetimeIndex(told.index)),
        no_call=int(told["exposure"].isna().sum()),
        strategies=pd.DataFrame.from_dict(
            {name: _statistics(held[name], each) for name, each in net.items()}, orient="index"
        ),
        wealth=pd.DataFrame({name: (1 + net[name]).cumprod() for name in (TOLD, HOLDING)}),
        days=len(held[TOLD]),
        forecasts=_forecasts(marked, dates),
        entries=_entries(marked, net),
        early=int(told["exposure"].notna().sum()) < params.call_record.enough_weeks,
    )


def _outcomes(
    told: pd.DataFrame, closes: pd.Series, dates: pd.DatetimeIndex, params: ResearchParameters
) -> pd.DataFrame:
    """The calls with what followed each, as far as it was complete."""
    marked = told.copy()
    horizons = {"month": params.horizons.month_weeks, "quarter": params.horizons.quarter_weeks}
    for name, ahead_by in horizons.items():
        followed = forward_returns(closes, dates, Horizon(ahead_by, "weeks")).reindex(told.index)
        marked[f"return_{name}"], marked[f"fall_{name}"] = followed["return"], followed["fall"]
    for column in ("volatility", "later", "brier", "persistence", "climatology"):
        marked[column] = np.nan
    for length in told["sessions"].dropna().unique():
        group = told[told["sessions"] == length]
        marked.loc[group.index, "volatility"] = realized_ahead(closes, int(length)).reindex(group.index)
    regimes = told["regime"].astype("Float64").reindex(dates)
    for length in told["regime_weeks"].dropna().unique():
        group, weeks = told[told["regime_weeks"] == length], int(length)
        later = regimes.shift(-weeks).reindex(group.index)
        marked.loc[group.index, "later"] = later.to_numpy("float64", na_value=np.nan)
        ahead = group[list(CHANCES)].astype("float64")
        scores = brier_scores(ahead, regimes, weeks)
        marked.loc[scores.index, ["brier", "persistence", "climatology"]] = scores.to_numpy()
    return marked


def held_exposure(
    exposure: pd.Series, made: pd.Series, sessions: pd.DatetimeIndex, dates: pd.DatetimeIndex
) -> pd.Series:
    """The exposure that earned each session's return; sessions that no call covers are left out.

    exposure, made: (n,) on reading dates, ascending. dates: every reading date of the span. A call earns from the
    session after the day on which it was told, and until the next call is told; where the next week's call is missing
    or names no exposure, it ends with its own week.
    """
    held = np.full(len(sessions), np.nan)
    days = pd.DatetimeIndex(exposure.index)
    starts = [max(day, told) for day, told in zip(days, pd.DatetimeIndex(made), strict=True)]
    for place, (day, value) in enumerate(zip(days, exposure, strict=True)):
        at = int(dates.searchsorted(day, side="right"))
        end = dates[at] if at < len(dates) else day + _WEEK
        if place + 1 < len(days) and days[place + 1] == end:
            end = max(end, starts[place + 1])
        held[
            sessions.searchsorted(starts[place], side="right") : sessions.searchsorted(end, side="right")
        ] = value
    return pd.Series(held, index=sessions).dropna()


def _exposures(
    told: pd.DataFrame, closes: pd.Series, dates: pd.DatetimeIndex, params: ResearchParameters
) -> dict[str, pd.Series]:
    """The exposure under each rule on the sessions that the calls cover."""
    sessions = pd.DatetimeIndex(closes.index)
    own = held_exposure(told["exposure"], told["made"], sessions, dates)
    plain = told["plain_exposure"].where(told["plain_exposure"].notna(), told["exposure"])
    found = {TOLD: own, HOLDING: own * 0 + 1.0}
    for name, weekly in index_rules(closes, dates, params.walk_forward).items():
        daily = weekly.reindex(sessions, method="ffill").shift(1)
        found[name] = daily.reindex(own.index).astype("float64").fillna(1.0)
    found[CONSTANT] = own * 0 + own.mean()
    if (plain != told["exposure"])[told["exposure"].notna()].any():
        found[WITHOUT] = held_exposure(plain, told["made"], sessions, dates).reindex(own.index)
    return found


def _net(exposure: pd.Series, closes: pd.Series, params: ResearchParameters) -> pd.Series:
    return net_returns(exposure, closes.pct_change(), params.walk_forward.cost)


def total(net: pd.Series) -> float:
    """Compound return of daily returns (n,), per cent; NaN without any."""
    return 100 * (float(np.prod(1 + net.to_numpy())) - 1) if len(net) else np.nan


def _statistics(exposure: pd.Series, net: pd.Series) -> dict[str, float]:
    """What was earned over the sessions covered, in per cent; nothing is put on a year but volatility and turnover."""
    wealth = (1 + net).cumprod()
    peak = wealth.cummax().clip(lower=1.0)
    some = len(net) > 0
    return {
        "total": total(net),
        "max_drawdown": 100 * float((wealth / peak - 1).min()) if some else np.nan,
        "volatility": float(net.std()) * np.sqrt(SESSIONS_A_YEAR) * 100,
        "turnover": float(exposure.diff().abs().sum()) / len(net) * SESSIONS_A_YEAR if some else np.nan,
        "mean_exposure": float(exposure.mean()),
    }


def _forecasts(marked: pd.DataFrame, dates: pd.DatetimeIndex) -> Forecasts:
    whole = marked[["volatility_low", "volatility_high", "volatility"]].notna().all(axis=1)
    banded = marked[whole]
    inside = banded["volatility"].between(banded["volatility_low"], banded["volatility_high"])
    length = int(np.ceil(banded["sessions"].max() / 5)) if len(banded) else 1
    scored = marked.dropna(subset=["brier"])
    brier, persistence, climatology = (
        float(scored[name].mean()) if len(scored) else None
        for name in ("brier", "persistence", "climatology")
    )
    return Forecasts(
        inside=int(inside.sum()),
        bands=len(banded),
        alone=effective_sample_size(dates.get_indexer(pd.DatetimeIndex(banded.index)), length),
        brier=brier,
        persistence=persistence,
        climatology=climatology,
        scored=len(scored),
    )


def _entries(marked: pd.DataFrame, net: dict[str, pd.Series]) -> Entries:
    change = (marked["exposure"] - marked["plain_exposure"]).fillna(0.0)
    changed = marked[change != 0]
    judged = changed.dropna(subset=["return_month"])
    right = np.sign(change[judged.index]) == np.sign(judged["return_month"])
    points = total(net[TOLD]) - total(net[WITHOUT]) if WITHOUT in net else None
    return Entries(int((marked["entries"] > 0).sum()), len(changed), int(right.sum()), len(judged), points)
