"""How much of what members do is one market: dispersion, correlation, and the first component's share of variance.

Realised from the members of each day, beside what options imply; the verdict needs all windows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from fiveengines.base.parameters.rotation import DispersionRules

Array = npt.NDArray[np.float64]
Verdict = Literal["beta", "dispersion", "mixed"]


@dataclass(frozen=True)
class OneWindow:
    """Figures of one window: members counted; market_share and correlation 0 to 1; realized: dispersion, % a session;
    percentiles.
    """

    members: int
    market_share: float
    correlation: float
    realized: float
    market_share_percentile: float | None
    correlation_percentile: float | None
    realized_percentile: float | None


@dataclass(frozen=True)
class Dispersion:
    """What kind of market the windows say it is. of: members or sectors. history: of the main window, date × figure."""

    of: str
    windows: dict[int, OneWindow]
    verdict: Verdict
    history: pd.DataFrame


def one_component(returns: Array) -> tuple[float, float, float]:
    """Share of variance in the first component, mean pairwise correlation, and dispersion, of one window.

    returns: (t, n) simple or log returns in per cent without NaN, n and t at least two. The components are those of the
    correlation matrix, every member counting the same. Dispersion is the standard deviation across members on a day,
    averaged over days. A member that never moved counts as uncorrelated.
    """
    centred = returns - returns.mean(axis=0)
    length = np.sqrt((centred**2).sum(axis=0))
    unit = np.divide(centred, length, out=np.zeros_like(centred), where=length > 0)
    count = unit.shape[1]
    # both orders have the same first eigenvalue; the smaller one is quicker
    product = unit @ unit.T if unit.shape[0] < count else unit.T @ unit
    first = float(np.linalg.eigvalsh(product)[-1])
    moving = int((length > 0).sum())
    together = unit.sum(axis=1)
    correlation = (float(together @ together) - moving) / (count * (count - 1))
    return first / count, correlation, float(returns.std(axis=1, ddof=1).mean())


def history(
    closes: pd.DataFrame, in_index: npt.NDArray[np.bool_], window: int, step: int, years: int, fewest: int
) -> pd.DataFrame:
    """`one_component` of every window that ends a multiple of `step` sessions before the last one, oldest first.

    closes: sessions × tickers, NaN where none; in_index: bool of the same shape. A window counts the members of its
    last day with every close in it. Columns members, market_share, correlation, realized; windows with fewer than
    `fewest` members are left out.
    """
    rows = min(len(closes), years * 252 + window + 1)
    prices, inside = closes.to_numpy(dtype="float64")[-rows:], in_index[-rows:]
    with np.errstate(invalid="ignore", divide="ignore"):
        returns = 100 * np.diff(np.log(prices), axis=0)
    finite = np.isfinite(returns)
    gaps = np.vstack([np.zeros(finite.shape[1], dtype=np.int32), np.cumsum(~finite, axis=0, dtype=np.int32)])
    found, days = [], []
    for end in range(len(returns), window - 1, -step):
        # returns[i] leads to session i + 1
        whole = (gaps[end] == gaps[end - window]) & inside[end]
        if (count := int(whole.sum())) >= fewest:
            found.append((count, *one_component(returns[end - window : end, whole])))
            days.append(closes.index[-rows:][end])
    columns = ["members", "market_share", "correlation", "realized"]
    return pd.DataFrame(found, index=pd.DatetimeIndex(days), columns=columns).iloc[::-1]


def measure(
    of: str, closes: pd.DataFrame, in_index: npt.NDArray[np.bool_], rules: DispersionRules, fewest: int
) -> Dispersion | None:
    """The kind of market on the last session; None where a window has too few members then.

    closes: sessions × tickers; in_index: bool of the same shape. Percentiles are of each figure among its own weekly
    history, None with less than two years of it.
    """
    windows, main = {}, pd.DataFrame()
    for window in rules.windows:
        table = history(closes, in_index, window, rules.step, rules.years, fewest)
        if table.empty or table.index[-1] != closes.index[-1]:
            return None
        now = table.iloc[-1]
        enough = len(table) >= 2 * 252 // rules.step
        place = {
            str(name): float(100 * (values <= values.iloc[-1]).mean()) if enough else None
            for name, values in table.items()
        }
        windows[window] = OneWindow(
            members=int(now["members"]),
            market_share=float(now["market_share"]),
            correlation=float(now["correlation"]),
            realized=float(now["realized"]),
            market_share_percentile=place["market_share"],
            correlation_percentile=place["correlation"],
            realized_percentile=place["realized"],
        )
        if window == rules.main_window:
            main = table
    return Dispersion(of, windows, verdict(tuple(windows.values()), rules), main)


def verdict(windows: tuple[OneWindow, ...], rules: DispersionRules) -> Verdict:
    """beta when every window's market share is high for its history, dispersion when every one is low, else mixed."""
    places = [each.market_share_percentile for each in windows]
    known = [each for each in places if each is not None]
    if len(known) < len(places) or not known:
        return "mixed"
    if min(known) >= rules.beta_from:
        return "beta"
    return "dispersion" if max(known) <= rules.dispersion_to else "mixed"
