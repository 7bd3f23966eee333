"""Simulated tables: fed funds futures, companies' figures, option chains, earnings estimates; what is true in them.

Made from the published series of the simulation, so that they agree with it to the last digit; made when asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from math import sqrt

import numpy as np
import pandas as pd

from fiveengines.data import calendars
from fiveengines.data.dataset import SeriesData, Tables
from fiveengines.data.demo.further_series import month_to_date
from fiveengines.data.demo.random_paths import Floats, stream

# Contract months that are quoted at a time, and how fast the expected path comes near its end (months).
_MONTHS, _PACE = 24, 9.0
# The two-year yield lies this far below the policy rate that is expected over its life (liquidity), in per cent.
_TWO_YEAR_DISCOUNT = 0.12
# A year's growth of sales; free-cash-flow margin, debt over EBITDA and research over sales by sector.
_COMPANIES = {
    "Communication Services": (0.06, 0.16, 2.4, 0.06),
    "Consumer Discretionary": (0.06, 0.07, 2.2, 0.02),
    "Consumer Staples": (0.03, 0.09, 2.3, 0.01),
    "Energy": (0.03, 0.06, 1.6, 0.00),
    "Financials": (0.05, 0.15, 3.5, 0.00),
    "Health Care": (0.07, 0.13, 1.9, 0.10),
    "Industrials": (0.05, 0.09, 2.1, 0.03),
    "Information Technology": (0.10, 0.22, 1.1, 0.14),
    "Materials": (0.03, 0.08, 2.0, 0.01),
    "Real Estate": (0.04, 0.20, 5.8, 0.00),
    "Utilities": (0.02, -0.02, 5.2, 0.00),
}
_EBITDA_MARGIN = 0.22
# Strikes from the spot in steps of a share of it; days to the two expiries of a chain.
_STEP, _SIDE, _DAYS = 0.01, 15, (14, 35)


def tables(
    seed: int, series: Mapping[str, SeriesData], sectors: Mapping[str, str], last: pd.Timestamp
) -> Tables:
    """The tables of a simulation as public on the evening of `last`, each made when it is first asked for."""
    return Tables(
        {
            "fed_funds_futures": partial(_fed_funds, series),
            "fundamentals": partial(_fundamentals, seed, sectors, last),
            "option_chain": partial(_chains, seed, series),
            "sp500_eps_estimates": partial(_estimates, series),
        }
    )


def expected_rates(effective: Floats, two_year: Floats) -> Floats:
    """The policy path that the market holds true: average rate in per cent h = 0 … 23 months ahead, (n, 24).

    It starts at the effective rate and nears an end at the pace of `_PACE` months; over 24 months it averages the
    two-year yield plus its discount. There is no other premium: futures say what is expected.
    """
    weight = 1 - np.exp(-np.arange(_MONTHS) / _PACE)
    end = (two_year + _TWO_YEAR_DISCOUNT - effective) / weight.mean()
    return np.asarray(effective[:, None] + end[:, None] * weight[None, :])


def _fed_funds(series: Mapping[str, SeriesData]) -> pd.DataFrame:
    days = pd.DatetimeIndex(series["SPX"].latest().index)
    rates, two_year = _known(series["DFF"], days), _known(series["DGS2"], days)
    both = np.isfinite(rates) & np.isfinite(two_year)
    days, rates, two_year = days[both], rates[both], two_year[both]
    path = expected_rates(rates, two_year)
    # a month under way: what has been averaged so far, and the rest at today's rate
    past = (days.day.to_numpy() - 1) / days.days_in_month.to_numpy()
    path[:, 0] = past * month_to_date(rates, days) + (1 - past) * rates
    quotes = np.round((100 - path) * 400) / 400
    month = days.to_numpy().astype("datetime64[M]").astype("int64")
    first, count = int(month[0]), int(month[-1] - month[0]) + _MONTHS
    values = np.full((len(days), count), np.nan)
    values[np.arange(len(days))[:, None], (month - first)[:, None] + np.arange(_MONTHS)] = quotes
    names = [str(np.datetime64(first + at, "M")) for at in range(count)]
    return pd.DataFrame(values, index=days.rename("date"), columns=pd.Index(names, dtype="object"))


def _known(data: SeriesData, days: pd.DatetimeIndex) -> Floats:
    """The newest value that was public on the evening of each of `days` (n,), NaN before the first."""
    evenings = calendars.evening(days).to_numpy().astype("datetime64[s]")
    at = np.searchsorted(data.frame["known_at"].to_numpy(), evenings, side="right") - 1
    return np.where(at >= 0, data.frame["value"].to_numpy()[at.clip(0)], np.nan)


def _fundamentals(seed: int, sectors: Mapping[str, str], last: pd.Timestamp) -> pd.DataFrame:
    """A year's figures of each member, filed 45 to 75 days after the year."""
    tickers = np.array(list(sectors), dtype="object")
    traits = stream(seed, "company-traits").standard_normal((4, len(tickers)))
    growth, margin, leverage, research = np.array([_COMPANIES[each] for each in sectors.values()]).T
    years = np.arange(2003, last.year)
    draws = stream(seed, "company-years").standard_normal((len(years), 2, len(tickers)))
    sales = 4e9 * np.exp(traits[0] + np.cumsum(growth + 0.06 * draws[:, 0], axis=0))
    free = sales * (margin + 0.05 * traits[1] + 0.02 * draws[:, 1])
    spent = 0.05 * sales
    ebitda = np.maximum(free / sales + 0.10, 0.04) * sales * (_EBITDA_MARGIN / 0.22)
    debt = np.maximum(leverage * np.exp(0.35 * traits[2]), 0.1) * ebitda
    day = np.array([f"{year}-12-31" for year in years], dtype="datetime64[D]")
    after = 45 + np.round(10 * np.clip(traits[3] + 1.5, 0, 3)).astype("int64")
    filed = np.busday_offset(day[:, None] + after[None, :], 0, roll="forward")
    frame = pd.DataFrame(
        {
            "ticker": np.tile(tickers, len(years)),
            "period_end": np.repeat(day, len(tickers)).astype("datetime64[s]"),
            "filed": filed.ravel().astype("datetime64[s]"),
            "revenue": np.round(sales, -6).ravel(),
            "operating_cash_flow": np.round(free + spent, -6).ravel(),
            "capital_expenditure": np.round(spent, -6).ravel(),
            "total_debt": np.round(debt, -6).ravel(),
            "ebitda": np.round(ebitda, -6).ravel(),
            "research_and_development": np.round(sales * research * np.exp(0.3 * traits[2]), -6).ravel(),
        }
    )
    frame = frame[(frame["filed"] <= last).to_numpy()]
    return frame.sort_values(["filed", "ticker"], ignore_index=True)


def _chains(seed: int, series: Mapping[str, SeriesData]) -> pd.DataFrame:
    """Option chains of the index on every Friday: two expiries, strikes 15 % up and down.

    Volatility is the VIX with a skew of its own; open interest sits in calls above and puts below, the puts heavier
    the more the crowd hedges, so that dealers' gamma changes its sign near the spot.
    """
    spot = series["SPX"].latest()
    vix = series["VIX"].latest().reindex(spot.index).ffill()
    ends = np.flatnonzero(pd.DatetimeIndex(spot.index).day_of_week == 4)
    price, level = spot.to_numpy()[ends], vix.to_numpy()[ends] / 100
    days = spot.index.to_numpy().astype("datetime64[s]")[ends]
    grid = np.arange(-_SIDE, _SIDE + 1) * _STEP
    strike = np.round(price[:, None] * (1 + grid) / 5) * 5
    away = np.log(strike / price[:, None])
    weight = np.exp(0.35 * stream(seed, "open-interest").standard_normal((len(ends), 2, len(grid))))
    hedged = np.clip((level - 0.12) / 0.10, 0.3, 2.5)
    parts = []
    for at, ahead in enumerate(_DAYS):
        years = ahead / 365
        iv = np.maximum(level[:, None] * (1 - 1.1 * away + 2.0 * away**2), 0.04)
        d1 = -away / (iv * sqrt(years)) + 0.5 * iv * sqrt(years)
        gamma = np.exp(-0.5 * d1**2) / sqrt(2 * np.pi) / (price[:, None] * iv * sqrt(years))
        for kind, centre, size in (("C", 0.03, np.ones(len(ends))), ("P", -0.03, hedged)):
            held = 20_000 * size[:, None] * np.exp(-0.5 * ((grid - centre) / 0.03) ** 2) * weight[:, at]
            parts.append(
                pd.DataFrame(
                    {
                        "date": np.repeat(days, len(grid)),
                        "spot": np.repeat(price, len(grid)),
                        "expiry": np.repeat(days + np.timedelta64(ahead, "D"), len(grid)),
                        "strike": strike.ravel(),
                        "type": kind,
                        "iv": np.round(iv, 4).ravel(),
                        "gamma": np.round(gamma, 6).ravel(),
                        "open_interest": np.round(held).ravel(),
                    }
                )
            )
    frame = pd.concat(parts, ignore_index=True)
    return frame.sort_values(["date", "expiry", "type", "strike"], kind="stable", ignore_index=True)


def _estimates(series: Mapping[str, SeriesData]) -> pd.DataFrame:
    """The four quarters ahead as seen on the last session of each quarter: together the forward earnings."""
    spot, multiple = series["SPX"].latest(), series["SP500_FORWARD_PE"].latest()
    year = (spot / multiple.reindex(spot.index)).dropna()
    quarter = pd.DatetimeIndex(year.index).to_period("Q")
    every = calendars.sessions(year.index[-1].year + 1)
    last = every[every.searchsorted(year.index, side="right")].to_period("Q") != quarter
    complete, quarter = year[last], quarter[last]
    frames = []
    for ahead in range(1, 5):
        ends = quarter + ahead
        share = complete.to_numpy() * (1 + 0.02 * (ahead - 2.5)) / 4
        frames.append(
            pd.DataFrame(
                {
                    "published": complete.index,
                    "quarter_end": ends.end_time.normalize().astype("datetime64[s]"),
                    "operating_eps": np.round(share, 2),
                    "reported_eps": np.round(0.91 * share, 2),
                }
            )
        )
    whole = pd.concat(frames, ignore_index=True)
    return whole.sort_values(["published", "quarter_end"], ignore_index=True)
