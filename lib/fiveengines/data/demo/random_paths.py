"""Random streams and forward recursions of the simulated market: one stream a name, the past never redrawn.

Only numpy and pandas may enter; everything here reads left to right, so that a longer run keeps its past.
"""

from __future__ import annotations

from zlib import crc32

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def stream(seed: int, name: str) -> np.random.Generator:
    """An independent generator for `name`: adding a series never shifts the draws of another."""
    return np.random.Generator(
        np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(crc32(name.encode()),)))
    )


def normals(seed: int, name: str, n: int) -> Floats:
    """`n` standard normal draws of the stream `name`, (n,)."""
    return stream(seed, name).standard_normal(n)


def _ewm(values: Floats, decay: float) -> Floats:
    # pandas' recursion y = decay·y + (1 − decay)·x is the AR(1) filter; scipy.signal takes 0.9 s to import
    smooth: Floats = pd.Series(values).ewm(alpha=1.0 - decay, adjust=False).mean().to_numpy()
    return smooth


def change(values: Floats) -> Floats:
    """What `values` (n,) changed by since the session before, 0 on the first, (n,)."""
    return np.diff(values, prepend=values[:1])


def ar1(target: Floats, half_life: float) -> Floats:
    """`target` approached with a half-life in sessions, (n,)."""
    return _ewm(target, 0.5 ** (1.0 / half_life))


def jump(target: Floats, fast: float, slow: float) -> Floats:
    """`target` approached fast on the way up and slowly on the way down (half-lives in sessions), (n,)."""
    return np.maximum(ar1(target, fast), ar1(target, slow))


def decaying_sum(kicks: Floats, half_life: float) -> Floats:
    """Sum of past kicks, each fading with the half-life in sessions, (n,)."""
    decay = 0.5 ** (1.0 / half_life)
    start = np.concatenate((kicks[:1], kicks[1:] / (1.0 - decay)))
    return _ewm(start, decay)


def random_walk(seed: int, name: str, n: int, half_life: float, sd: float) -> Floats:
    """A mean-reverting path around zero with a stationary standard deviation `sd`, (n,)."""
    decay = 0.5 ** (1.0 / half_life)
    kicks = normals(seed, name, n) * sd
    kicks[1:] *= np.sqrt(1.0 - decay * decay)
    return decaying_sum(kicks, half_life)
