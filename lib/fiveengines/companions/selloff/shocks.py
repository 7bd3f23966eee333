"""A fall split by four shocks that stocks and yields share: growth, monetary, hedging premium, common premium.

A first-order vector autoregression, identified by signs and shapes over random rotations (A. Cieslak and H. Pang,
Common Shocks in Stocks and Bonds, Journal of Financial Economics, 2021). No file is read and no role is given here.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]

SHOCKS = ("growth", "monetary", "hedging_premium", "common_premium")
# Rows of every impact matrix; the last is the index.
VARIABLES = ("DGS2", "DGS5", "DGS10", "SPX")
_SIGNS = np.array([[1, 1, 1, 1], [1, 1, 1, -1], [-1, -1, -1, -1], [1, 1, 1, -1]], dtype="float64").T
_TWO, _FIVE, _TEN, _STOCKS = range(4)
_BATCH = 20_000
_MOST_BATCHES = 25


@dataclass(frozen=True)
class Identified:
    """A fitted autoregression and its accepted impact matrices.

    constant: (4,), in the variables' own units a day. persistence: (4, 4), tomorrow's variables × today's.
    impacts: (rotations, variables, shocks), what one standard deviation of each shock does on its day. observations:
    how many days the fit saw.
    """

    constant: Floats
    persistence: Floats
    impacts: Floats
    observations: int

    @property
    def variance_shares(self) -> Floats:
        """Share of each variable's one-day innovation variance due to each shock, (4, 4), mean over rotations."""
        squares = self.impacts**2
        shares: Floats = (squares / squares.sum(axis=2, keepdims=True)).mean(axis=0)
        return shares


@dataclass(frozen=True)
class Split:
    """A window's log return in points (100 · log) by shock: `by_rotation` (rotations, 4), and what no shock
    explains.
    """

    by_rotation: Floats
    rest: float

    @property
    def points(self) -> Floats:
        """Mean over rotations, (4,): they and `rest` add up to the window's log return."""
        mean: Floats = self.by_rotation.mean(axis=0)
        return mean

    @property
    def agreement(self) -> float:
        """Share of rotations in which the shock that took most from the index is the one that the mean names."""
        return float((self.by_rotation.argmin(axis=1) == self.points.argmin()).mean())


def daily_changes(yields: pd.DataFrame, index: pd.Series) -> pd.DataFrame:
    """What the autoregression is made of: changes of three yields in basis points, and 100 · log returns.

    yields: (n, 3) per cent, columns `DGS2`, `DGS5`, `DGS10`; index: (m,) closes; both by date, without gaps filled.
    Returns (k, 4) on the dates that have all four, columns as `VARIABLES`; a change spans the days between two
    such dates.
    """
    levels = yields.join(index.rename("SPX"), how="inner").dropna()
    levels = levels[levels["SPX"] > 0]
    changes = (100.0 * levels.drop(columns="SPX")).assign(SPX=100.0 * np.log(levels["SPX"])).diff()
    return changes.dropna()[list(VARIABLES)]


def fit(changes: pd.DataFrame) -> tuple[Floats, Floats, Floats]:
    """First-order vector autoregression by least squares: constant (4,), persistence (4, 4), residual covariance (4,
    4).

    changes: (n, 4) without NaN, in order of time; needs more rows than it has coefficients.
    """
    values = changes.to_numpy(dtype="float64")
    design = np.column_stack([np.ones(len(values) - 1), values[:-1]])
    coefficients, *_ = np.linalg.lstsq(design, values[1:], rcond=None)
    left = values[1:] - design @ coefficients
    covariance = left.T @ left / (len(left) - design.shape[1])
    return coefficients[0], coefficients[1:].T, covariance


def accepted(impacts: Floats) -> npt.NDArray[np.bool_]:
    """Which impact matrices, (n, 4, 4) with shocks in the order of `SHOCKS`, meet every restriction; (n,) bool.

    Signs on (2-year, 5-year, 10-year, stocks): growth + + + +, monetary + + + −, hedging premium − − − −, common
    premium + + + −. Shapes by size: growth moves 2 and 5 years more than 10; monetary falls with maturity; both premia
    rise with it. That growth and monetary then explain most of the 2-year's variance, and the premia most of the
    10-year's, is a result and not asked for.
    """
    signs = (impacts * _SIGNS > 0).all(axis=(1, 2))
    size = np.abs(impacts)
    two, five, ten = size[:, _TWO], size[:, _FIVE], size[:, _TEN]
    growth = (two[:, 0] > ten[:, 0]) & (five[:, 0] > ten[:, 0])
    monetary = (two[:, 1] > five[:, 1]) & (five[:, 1] > ten[:, 1])
    premia = ((two[:, 2:] < five[:, 2:]) & (five[:, 2:] < ten[:, 2:])).all(axis=1)
    met: npt.NDArray[np.bool_] = signs & growth & monetary & premia
    return met


def identify(changes: pd.DataFrame, rotations: int, seed: int) -> Identified | None:
    """Fit `changes` (n, 4), and draw random rotations until `rotations` are accepted; None when almost none is.

    Rotations are the orthogonal factors of Gaussian matrices, uniform over all (J. Rubio-Ramírez, D. Waggoner and
    T. Zha, Structural Vector Autoregressions, 2010); order and sign of the columns are those that the signs ask for,
    so a draw is tried under every order at once. The same input and seed give the same result.
    """
    constant, persistence, covariance = fit(changes)
    root = np.linalg.cholesky(covariance)
    random = np.random.default_rng(seed)
    found: list[Floats] = []
    count = 0
    for _ in range(_MOST_BATCHES):
        orthogonal, upper = np.linalg.qr(random.standard_normal((_BATCH, 4, 4)))
        orthogonal *= np.sign(np.diagonal(upper, axis1=1, axis2=2))[:, None, :]
        drawn = root @ orthogonal
        # Each column's sign is free: make the 10-year's positive, or negative for the hedging premium.
        drawn *= np.sign(drawn[:, _TEN])[:, None, :]
        for order in permutations(range(4)):
            turned = drawn[:, :, order] * np.array([1.0, 1.0, -1.0, 1.0])
            found.append(turned[accepted(turned)])
            count += len(found[-1])
        if count >= rotations:
            break
    if not count:
        return None
    return Identified(constant, persistence, np.concatenate(found)[:rotations], len(changes))


def split(changes: pd.DataFrame, model: Identified, start: pd.Timestamp) -> Split:
    """The index's log return after `start` by shock, in points.

    changes: (n, 4) with at least one row up to `start`. A shock counts with what it does on its day and, through the
    autoregression, on later days of the window; the mean return and what earlier days left behind are `rest`.
    """
    values = changes.to_numpy(dtype="float64")
    first = int(changes.index.searchsorted(start, side="right"))
    if first == 0 or first >= len(values):
        return Split(np.zeros((len(model.impacts), 4)), 0.0)
    expected = model.constant + values[first - 1 : -1] @ model.persistence.T
    surprises = values[first:] - expected
    # What an innovation does to the index by the end of the window: 1, 1 + A, 1 + A + A² … in the stocks' row.
    reach = np.zeros((len(surprises), 4))
    total, power = np.zeros((4, 4)), np.eye(4)
    for back in range(len(surprises)):
        total = total + power
        reach[-1 - back] = total[_STOCKS]
        power = power @ model.persistence
    # shocks = impacts⁻¹ · surprises; each goes back through its own column of the impact matrix.
    shocks = np.einsum("rsv,tv->rts", np.linalg.inv(model.impacts), surprises)
    effect = np.einsum("tv,rvs->rts", reach, model.impacts)
    by_rotation = (shocks * effect).sum(axis=1)
    return Split(by_rotation, float(values[first:, _STOCKS].sum() - by_rotation[0].sum()))


def co_movement(changes: pd.DataFrame, start: pd.Timestamp, tenor: str = "DGS10") -> dict[str, float]:
    """The simple split: the index's log return on days when stocks and the yield moved together, and apart, in points.

    changes: (n, 4). Returns `together` (both up or both down: news of growth, or a flight to safety), `apart` (discount
    rates, or a premium for both) and the counts of days, `days_together`, `days_apart`; a day without a move counts as
    apart.
    """
    window = changes[changes.index > start]
    same = (window["SPX"] * window[tenor]) > 0
    return {
        "together": float(window["SPX"][same].sum()),
        "apart": float(window["SPX"][~same].sum()),
        "days_together": int(same.sum()),
        "days_apart": int((~same).sum()),
    }
