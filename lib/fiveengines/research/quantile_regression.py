"""Linear quantile regression by an interior point, fast enough to be fitted anew for every year of a record.

Numbers in, coefficients out. statsmodels' QuantReg gives the same (a test compares the two) in several times the time.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
# As published: how far a step may go, when the gap is closed, and how many steps there are at most.
_STEP, _GAP, _STEPS = 0.9995, 1e-8, 100


def quantile_coefficients(design: Floats, target: Floats, level: float) -> Floats:
    """Coefficients of the linear quantile regression of `target` on `design` at `level`, (p,).

    design: (n, p), target: (n,), finite, n > p. Frisch and Newton's method for its linear programme with Mehrotra's
    correction. Source: Portnoy and Koenker (1997), The Gaussian hare and the Laplacian tortoise.
    """
    count = len(target)
    cost, bound = -target, (1 - level) * design.sum(axis=0)
    x = np.full(count, 1 - level)
    s = 1 - x
    y = np.linalg.lstsq(design, cost, rcond=None)[0]
    r = cost - design @ y
    r = np.where(r == 0, 0.001, r)
    z = np.maximum(r, 0.0)
    w = z - r
    for _ in range(_STEPS):
        if cost @ x - y @ bound + w.sum() < _GAP * max(1.0, float(np.abs(target).sum())):
            break
        q = 1 / (z / x + w / s)
        r = z - w
        squares = (design * q[:, None]).T @ design
        dy = _solved(squares, design.T @ (q * r))
        dx = q * (design @ dy - r)
        dz, dw = -z * (1 + dx / x), -w * (1 - dx / s)
        primal, dual = _longest(x, s, dx), _longest(z, w, dz, dw)
        if min(primal, dual) < 1:
            now = z @ x + w @ s
            then = (z + dual * dz) @ (x + primal * dx) + (w + dual * dw) @ (s - primal * dx)
            mu = now * (then / now) ** 3 / (2 * count)
            second, other = dx * dz / x, -dx * dw / s
            xi = mu * (1 / x - 1 / s)
            dy = _solved(squares, design.T @ (q * (r + second - other - xi)))
            dx = q * (design @ dy + xi - r - second + other)
            dz = (mu - z * dx) / x - second - z
            dw = (mu + w * dx) / s - other - w
            primal, dual = _longest(x, s, dx), _longest(z, w, dz, dw)
        x, s = x + primal * dx, s - primal * dx
        y, z, w = y + dual * dy, z + dual * dz, w + dual * dw
    return np.asarray(-y)


def _solved(squares: Floats, products: Floats) -> Floats:
    """The smallest solution where columns of the design depend on each other."""
    return np.asarray(np.linalg.lstsq(squares, products, rcond=None)[0])


def _longest(first: Floats, second: Floats, change: Floats, other: Floats | None = None) -> float:
    """The longest step, at most 1, that keeps both positive; `second` falls by `change` where no other is given."""
    pair = ((first, change), (second, -change if other is None else other))
    steps = [float((-each[move < 0] / move[move < 0]).min(initial=np.inf)) for each, move in pair]
    return min(_STEP * min(steps), 1.0)
