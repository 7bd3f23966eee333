"""Rate path: slopes of the curve, the name of its move, what is priced, and the phase of the policy cycle.

Pure and causal functions; only numpy and pandas may enter, and no threshold that is not an argument.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from fiveengines.indicators.transforms import change_bp, days_since
from fiveengines.indicators.volatility import SESSIONS_A_YEAR


def curve_slope(long: pd.Series, short: pd.Series) -> pd.Series:
    """Slope of the yield curve, percentage points: long − short. Below zero the curve is inverted.

    long, short: (n,) yields in %, such as DGS10 and DGS2. Returns (n,), NaN where either is NaN.
    """
    return long - short


def inversion_age(slope: pd.Series) -> pd.Series:
    """Sessions that the curve has been inverted without a break: 1 on the first, 0 while it is not inverted.

    slope: (n,) points, as from `curve_slope`. Returns (n,) float64, NaN where the slope is NaN; a session
    without a value neither counts nor ends the inversion.
    """
    present = slope.dropna()
    inverted = present < 0
    age = inverted.groupby((~inverted).cumsum()).cumsum().astype("float64")
    return age.reindex(slope.index)


def curve_move(short: pd.Series, long: pd.Series, window: int = 20, *, threshold_bp: float) -> pd.Series:
    """Name what the curve did over `window` sessions.

    With s and l the changes of the short and the long yield in bp, and l − s the change of the slope, the
    first of these that holds:

    - unchanged: s, l and l − s are all smaller than the threshold in size
    - parallel: l − s is
    - twist: s and l have opposite signs and neither is smaller, or they cancel exactly
    - bull when s + l is below zero, bear when above

    Twist, bull and bear are steepeners when the slope rose and flatteners when it fell: "bull steepener".

    short, long: (n,) yields in %, on one index. Returns (n,) of words, NaN for the first `window` rows and
    where a yield is NaN at either end.
    """
    # Yields are quoted to a hundredth; rounding keeps a move of just the threshold from float dust.
    s = change_bp(short, window).round(6).to_numpy(dtype="float64")
    l = change_bp(long, window).round(6).to_numpy(dtype="float64")  # noqa: E741
    slope = np.round(l - s, 6)
    small_slope = np.abs(slope) < threshold_bp
    small = (np.abs(s) < threshold_bp) & (np.abs(l) < threshold_bp) & small_slope
    twist = ((s * l < 0) & (np.minimum(np.abs(s), np.abs(l)) >= threshold_bp)) | (s + l == 0)
    side = np.select([twist, s + l < 0], ["twist", "bull"], "bear").astype(object)
    shape = np.where(slope > 0, " steepener", " flattener").astype(object)
    name = np.select([small, small_slope], ["unchanged", "parallel"], side + shape)
    return pd.Series(name, index=short.index, dtype="str").where(np.isfinite(s) & np.isfinite(l))


def policy_priced(two_year: pd.Series, policy: pd.Series) -> pd.Series:
    """Hikes (above zero) or cuts (below) that the 2-year yield prices, bp: 100 · (2-year − policy rate).

    two_year, policy: (n,) per cent. Returns (n,), NaN where either is NaN. It holds a term premium besides
    the path.
    """
    return 100.0 * (two_year - policy)


def yield_volatility(yields: pd.Series, window: int) -> pd.Series:
    """Realised volatility of a yield, bp a year: √252 · sample standard deviation of its daily changes in bp.

    yields: (n,) per cent. Returns (n,), NaN for the first `window` rows and while the window holds a NaN.
    """
    volatility: pd.Series = change_bp(yields, 1).rolling(window).std() * SESSIONS_A_YEAR**0.5
    return volatility


def cycle_phase(policy_target: pd.Series, quiet: int, stands: int = 1) -> pd.Series:
    """Phase of the policy cycle, from the policy rate's own moves alone and without look-ahead.

    A move is a row on which a target other than the last has stood for `stands` rows. The phase follows from
    the last move, the one before it, and the age of the last, in rows:

    - on hold: no move yet, or the last was a cut and age > 2 · quiet
    - hiking: the last was a hike and age ≤ quiet
    - possible last hike: the last was a hike and quiet < age ≤ 2 · quiet. Nobody knows a hike for the last
      when it is made; a gap longer than `quiet` is the first sign, and another hike takes it back
    - pause: the last was a hike and age > 2 · quiet
    - first cut: the last was a cut, the one before it a hike (or none seen), and age ≤ 2 · quiet
    - cutting: the last two were cuts and age ≤ 2 · quiet. A cut after a hold at the bottom resumes this:
      no hike came between, so it is not a first cut

    policy_target: (n,) per cent, a step function such as DFEDTARU; quiet: rows, a little more than the usual
    gap between moves (hikes once a quarter have lain up to 75 weekdays apart); stands: 1 for an announced
    target, more, such as 10, for a level read off the effective rate, which strays. Returns (n,) of words,
    NaN before the first level; a NaN keeps the last one.
    """
    target = _settled(policy_target.ffill(), stands)
    step = np.sign(target.diff().fillna(0.0))
    moved = step != 0
    age = days_since(moved)
    moves = step[moved]
    last = moves.reindex(step.index).ffill()
    before = moves.shift(1).reindex(step.index).where(moved).ffill()
    hike, cut = last > 0, last < 0
    conditions = {
        "hiking": hike & (age <= quiet),
        "possible last hike": hike & (age <= 2 * quiet),
        "pause": hike,
        "first cut": cut & ~(before < 0) & (age <= 2 * quiet),
        "cutting": cut & (age <= 2 * quiet),
    }
    chosen = np.select(
        [each.to_numpy(dtype=bool) for each in conditions.values()], list(conditions), "on hold"
    )
    return pd.Series(chosen, index=policy_target.index, dtype="str").where(target.notna())


def _settled(target: pd.Series, stands: int) -> pd.Series:
    """The last level that has stood for `stands` rows on end."""
    run = (target != target.shift(1)).cumsum()
    return target.where(target.groupby(run).cumcount() >= stands - 1).ffill()
