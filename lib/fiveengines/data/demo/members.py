"""Five hundred simulated members of the index and the breadth figures counted from their closes.

Index move times beta, a sector path, the member's own path, and a common drift that the regime sets.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fiveengines.data.demo.latent_regime import LatentRegime
from fiveengines.data.demo.market import FADES, Market
from fiveengines.data.demo.random_paths import Floats, change, decaying_sum, normals, stream

Matrix = NDArray[np.float32]
Prices = NDArray[np.float64]

# The eleven GICS sectors: fund, members, beta.
SECTORS = {
    "Communication Services": ("XLC", 22, 0.98),
    "Consumer Discretionary": ("XLY", 50, 1.12),
    "Consumer Staples": ("XLP", 38, 0.66),
    "Energy": ("XLE", 22, 1.08),
    "Financials": ("XLF", 74, 1.15),
    "Health Care": ("XLV", 62, 0.80),
    "Industrials": ("XLI", 78, 1.06),
    "Information Technology": ("XLK", 68, 1.15),
    "Materials": ("XLB", 26, 1.08),
    "Real Estate": ("XLRE", 30, 0.95),
    "Utilities": ("XLU", 30, 0.58),
}
_NAMES = tuple(SECTORS)
_COUNT = sum(members for _, members, _ in SECTORS.values())
# Of each of these sectors the first few members are the mega caps that carry a narrow market.
_LEADING = {"Communication Services": 3, "Consumer Discretionary": 3, "Information Technology": 9}
# How much of the index's move on news of growth a sector adds to its beta.
_CYCLICAL = {
    "Consumer Discretionary": 0.3, "Industrials": 0.4, "Materials": 0.5, "Energy": 0.3,
    "Consumer Staples": -0.4, "Health Care": -0.3, "Utilities": -0.4,
}  # fmt: skip
_OWN_DECAY = 0.5 ** (1 / 100)
# How far the best and the worst of the year part, as a multiple of what the index loses in a positioning event.
_UNWIND = np.float32(1.2)
_ISSUES = 3000
# Of the issues on the exchange this share moves with the members; bond funds and preferred shares do not. With it the
# daily share of advances spreads about as on the NYSE since 1991 (0.16) and since 2007 (0.19), and thrusts are rare.
_STOCKS = 0.85
_OTHERS_RISING = 0.52


def member_drift(latent: LatentRegime, market: Market) -> Floats:
    """Daily log return of the ordinary member in excess of the index, (n,): negative in a narrow market.

    When crowded positions are cut, what everybody holds falls and the ordinary member holds up.
    """
    yearly = latent.level(0.09, -0.31, 0.02, -0.12, -0.20) - 0.15 * latent.warning + 0.25 * latent.rebound
    return yearly / 252 - 0.7 * change(market.around["positioning"])


def leader_drift(latent: LatentRegime, market: Market) -> Floats:
    """Daily log return of the mega caps in excess of the index, (n,)."""
    return latent.level(0.0, 0.12, 0.0, -0.03, -0.05) / 252 + 0.6 * change(market.around["positioning"])


def sector_paths(seed: int, latent: LatentRegime, market: Market) -> Floats:
    """Log path of each sector beside the index, (n, 11), mean-reverting; columns as in SECTORS.

    Beside a path of its own, what credit events do to lenders and news of growth to cyclicals and defensives.
    """
    scale = 0.0036 * np.sqrt(market.volatility / 12)
    kicks = stream(seed, "sectors").standard_normal((len(latent), len(SECTORS))) * scale[:, None]
    own = np.column_stack([decaying_sum(kicks[:, column], 180) for column in range(len(SECTORS))])
    cyclical = np.asarray([_CYCLICAL.get(name, 0.0) for name in SECTORS])
    lender = np.asarray([1.2 if name == "Financials" else 0.0 for name in SECTORS])
    news, credit = market.around["growth"], market.around["credit"]
    return np.asarray(own + news[:, None] * cyclical + credit[:, None] * lender)


def _own_paths(seed: int, market: Market) -> Matrix:
    """Each member's own log path, (n, 500): a recursion over sessions, vectorised across members."""
    path = stream(seed, "members").standard_normal((len(market.returns), _COUNT), dtype=np.float32)
    spread = np.exp(0.3 * stream(seed, "member-spread").standard_normal(_COUNT)).astype(np.float32)
    path *= (0.0125 * spread)[None, :]
    path *= ((market.volatility / 12) ** 0.6).astype(np.float32)[:, None]
    held = np.zeros(_COUNT, dtype=np.float32)
    decay = np.float32(_OWN_DECAY)
    for row in path:
        np.multiply(held, decay, out=held)
        np.add(held, row, out=held)
        row[:] = held
    return path


def _unwind(latent: LatentRegime, market: Market, log_price: Matrix) -> None:
    """Sell the winners of the year before each positioning event and buy its losers back, in place, (n, 500).

    A member moves with its rank by return from twelve months to one month before the event; ranks add up to nothing.
    """
    path = market.around["positioning"].astype(np.float32)
    for begin in np.flatnonzero(latent.acting("positioning") & (latent.age == 0)):
        if begin < 252:
            continue
        moved = log_price[begin - 21] - log_price[begin - 252]
        rank = np.argsort(np.argsort(moved)).astype(np.float32) / np.float32((_COUNT - 1) / 2) - np.float32(1)
        while_it_lasts = slice(begin, begin + 8 * FADES)
        log_price[while_it_lasts] += _UNWIND * path[while_it_lasts, None] * rank


def closes(
    seed: int, latent: LatentRegime, market: Market, sectors: Floats
) -> tuple[Prices, list[str], dict[str, str]]:
    """Closes in dollars and cents (n, 500), tickers, and sector by ticker."""
    traits = stream(seed, "member-traits").standard_normal((_COUNT, 2))
    sector_of = np.repeat(np.arange(len(SECTORS)), [members for _, members, _ in SECTORS.values()])
    starts = np.searchsorted(sector_of, np.arange(len(SECTORS)))
    leading = np.zeros(_COUNT, dtype=bool)
    for name, count in _LEADING.items():
        first = int(starts[_NAMES.index(name)])
        leading[first : first + count] = True
    beta = np.asarray([beta for _, _, beta in SECTORS.values()])[sector_of] + 0.15 * traits[:, 0]
    # Betas scale moves around the long trend only; with it, low betas would lag for decades.
    around = decaying_sum(market.returns, 250)
    trend = np.cumsum(market.returns) - around
    common = trend + np.cumsum(member_drift(latent, market))
    carried = trend + np.cumsum(leader_drift(latent, market))
    log_price = _own_paths(seed, market)
    log_price += around.astype(np.float32)[:, None] * beta.astype(np.float32)
    log_price += sectors.astype(np.float32)[:, sector_of]
    log_price[:, ~leading] += common.astype(np.float32)[:, None]
    log_price[:, leading] += carried.astype(np.float32)[:, None]
    log_price += (np.log(45) + 0.5 * traits[:, 1]).astype(np.float32)
    _unwind(latent, market, log_price)
    prices = np.rint(np.exp(log_price, out=log_price).astype(np.float64) * 100) / 100
    tickers = [f"SIM{number:03d}" for number in range(1, _COUNT + 1)]
    return prices, tickers, {ticker: _NAMES[at] for ticker, at in zip(tickers, sector_of, strict=True)}


def _share_above(prices: Prices, totals: Prices, window: int) -> Floats:
    """Per cent of members above their `window`-session average, (n,), NaN before the first full window."""
    share = np.full(len(prices), np.nan)
    above = prices[window - 1 :] * window > totals[window:] - totals[:-window]
    share[window - 1 :] = above.mean(axis=1) * 100
    return share


def _at_extreme(prices: Prices, pick: np.ufunc, window: int = 252) -> Floats:
    """How many members close at the extreme of `window` sessions, (n,), NaN before the first full window."""
    # running extremes over 2, 4, … 128 sessions; two overlapping blocks of 128 make 252
    best, width = prices.astype(np.float32), 1
    same = best
    while width * 2 <= window:
        best = pick(best[width:], best[:-width])
        width *= 2
    best = pick(best[window - width :], best[: len(best) - (window - width)])
    count = np.full(len(prices), np.nan)
    count[window - 1 :] = np.count_nonzero(same[window - 1 :] == best, axis=1)
    return count


def breadth(seed: int, prices: Prices) -> dict[str, Floats]:
    """Published breadth, counted from the members with a little noise, each (n,) in catalog units."""
    n = len(prices)
    totals = np.vstack((np.zeros((1, prices.shape[1])), np.cumsum(prices, axis=0)))
    states = {
        f"PCT_ABOVE_{window}DMA_SP500": np.clip(
            _share_above(prices, totals, window) + 0.3 * normals(seed, f"above-{window}", n), 0, 100
        )
        for window in (200, 100, 50, 20)
    }
    every = 0.92 * states["PCT_ABOVE_200DMA_SP500"] + 1.0 + 1.0 * normals(seed, "above-all", n)
    rising = np.full(n, np.nan)
    rising[1:] = (prices[1:] > prices[:-1]).mean(axis=1)
    unchanged = np.round(90 + 15 * np.abs(normals(seed, "unchanged", n)))
    rising = _STOCKS * rising + (1 - _STOCKS) * _OTHERS_RISING
    advancing = np.round(
        np.clip((rising + 0.01 * normals(seed, "advancing", n)) * (_ISSUES - unchanged), 20, 2900)
    )
    return {
        **states,
        "PCT_ABOVE_200DMA_ALL": np.clip(every, 0, 100),
        "NEW_HIGHS_52W": _at_extreme(prices, np.maximum),
        "NEW_LOWS_52W": _at_extreme(prices, np.minimum),
        "NYSE_ADVANCING": advancing,
        "NYSE_DECLINING": np.maximum(_ISSUES - unchanged - advancing, 0),
    }


def frame(prices: Prices, sessions: pd.DatetimeIndex, tickers: list[str]) -> pd.DataFrame:
    """Closes as sessions × tickers."""
    return pd.DataFrame(prices, index=sessions, columns=tickers, copy=False)
