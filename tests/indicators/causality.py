"""Random inputs, and what a formula's test module says of it so that test_causality.py can hold it on them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

ROWS = 90


@dataclass(frozen=True)
class World:
    """Random inputs on one index."""

    price: pd.Series
    other: pd.Series
    third: pd.Series
    rate: pd.Series
    rate2: pd.Series
    target: pd.Series
    up: pd.Series
    down: pd.Series
    members: pd.DataFrame

    def cut(self, rows: int) -> World:
        """The first rows only: what a reader had then."""
        return World(**{name: value.iloc[:rows] for name, value in vars(self).items()})

    def scaled(self, factor: float) -> World:
        """The same world with every price in another unit."""
        prices = {name: getattr(self, name) * factor for name in ("price", "other", "third", "members")}
        return World(**{**vars(self), **prices})

    @property
    def bars(self) -> tuple[pd.Series, pd.Series, pd.Series, pd.Series]:
        """Open, high, low and close."""
        top = np.maximum(np.maximum(self.price, self.other), self.third)
        bottom = np.minimum(np.minimum(self.price, self.other), self.third)
        return self.other, top, bottom, self.price


@dataclass(frozen=True)
class Causal:
    """A formula on a random world; the bounds of its values; unitless when prices in cents give the same values.

    A test module declares CAUSAL, a dictionary of these by the formula's name, and test_causality.py finds it.
    """

    formula: Callable[[World], pd.Series | pd.DataFrame]
    bounds: tuple[float, float] = (-np.inf, np.inf)
    unitless: bool = False


def world(seed: int) -> World:
    """Walks with gaps, a late start and a stretch that stands still; counts that swing wide."""
    rng = np.random.default_rng(seed)
    index = pd.bdate_range("2018-01-02", periods=ROWS)

    def walk(columns: int) -> np.ndarray:
        steps = rng.normal(0, 0.02, (ROWS, columns))
        still = rng.integers(0, ROWS)
        steps[still : still + 25] *= rng.random() < 0.5
        values = np.exp(steps.cumsum(axis=0))
        values[rng.random((ROWS, columns)) < rng.choice([0.0, 0.03])] = np.nan
        values[: rng.choice([0, 5])] = np.nan
        return values

    def one(values: np.ndarray) -> pd.Series:
        return pd.Series(values, index=index)

    price, other, third = 100 * walk(3).T
    rate, rate2 = np.round(np.log(walk(2)).T * 5, 2)
    target = 2 + 0.25 * rng.choice([-1, 0, 1], ROWS, p=[0.04, 0.92, 0.04]).cumsum()
    share = np.clip(0.5 + 0.35 * np.sin(np.arange(ROWS) / 5) + rng.normal(0, 0.1, ROWS), 0, 1)
    up = np.where(rng.random(ROWS) < 0.03, np.nan, np.round(3000 * share))
    return World(
        *(one(each) for each in (price, other, third, rate, rate2, target, up, 3000 - up)),
        members=pd.DataFrame(50 * walk(6), index=index),
    )
