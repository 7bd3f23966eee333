"""Rate path: slopes of the curve, the name of its move, what is priced, and the phase of the policy cycle.

Pure and causal formulas, then the indicators made from them; judgement comes from params/.
"""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from fiveengines.data.dataset import FED_FUNDS
from fiveengines.indicators.indicator import (
    Compute,
    Indicator,
    Inputs,
    Lookup,
    Range,
    fred,
    missing,
    published,
)
from fiveengines.indicators.policy_path import rate_ahead
from fiveengines.indicators.transforms import change, change_bp, days_since, skip_missing
from fiveengines.indicators.volatility import SESSIONS_A_YEAR

# The Fed has aimed at a range of a quarter point since this decision; FOMC_TARGET is then its upper edge.
_RANGE_SINCE, _RANGE = "2008-12-16", 0.25


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
    - twist: s and l have opposite signs
    - bull when neither yield has risen, bear when neither has fallen

    Twist, bull and bear are steepeners when the slope rose and flatteners when it fell: "bull steepener".

    short, long: (n,) yields in %, on one index. Returns (n,) of labels, NaN for the first `window` rows and
    where a yield is NaN at either end.
    """
    # Yields are quoted to a hundredth; rounding keeps a move of just the threshold from float dust.
    s = change_bp(short, window).round(6).to_numpy(dtype="float64")
    l = change_bp(long, window).round(6).to_numpy(dtype="float64")  # noqa: E741
    slope = np.round(l - s, 6)
    small_slope = np.abs(slope) < threshold_bp
    small = (np.abs(s) < threshold_bp) & (np.abs(l) < threshold_bp) & small_slope
    side = np.select([s * l < 0, s + l < 0], ["twist", "bull"], "bear").astype(object)
    shape = np.where(slope > 0, " steepener", " flattener").astype(object)
    name = np.select([small, small_slope], ["unchanged", "parallel"], side + shape)
    return pd.Series(name, index=short.index, dtype="str").where(np.isfinite(s) & np.isfinite(l))


def yield_volatility(yields: pd.Series, window: int) -> pd.Series:
    """Realised volatility of a yield, bp a year: √252 · sample standard deviation of its daily changes in bp.

    yields: (n,) per cent. Returns (n,), NaN for the first `window` rows and while the window holds a NaN.
    """
    volatility: pd.Series = change_bp(yields, 1).rolling(window).std() * SESSIONS_A_YEAR**0.5
    return volatility


def cycle_phase(policy_target: pd.Series, quiet: int) -> pd.Series:
    """Phase of the policy cycle, from the policy rate's own moves alone and without look-ahead.

    A move is a row on which the target is another than the last. The phase follows from the last move, the one
    before it, and the age of the last, in rows:

    - on hold: no move yet, or the last was a cut and age > 2 · quiet
    - hiking: the last was a hike and age ≤ quiet
    - possible last hike: the last was a hike and quiet < age ≤ 2 · quiet. Nobody knows a hike for the last
      when it is made; a gap longer than `quiet` is the first sign, and another hike takes it back
    - pause: the last was a hike and age > 2 · quiet
    - first cut: the last was a cut, the one before it a hike (or none seen), and age ≤ 2 · quiet
    - cutting: the last two were cuts and age ≤ 2 · quiet. A cut after a hold at the bottom resumes this:
      no hike came between, so it is not a first cut

    policy_target: (n,) per cent, a step function such as DFEDTARU; quiet: rows, a little more than the usual
    gap between moves (hikes once a quarter have lain up to 75 weekdays apart). Returns (n,) of labels, NaN before
    the first level; a NaN keeps the last one.
    """
    target = policy_target.ffill()
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


def policy_rate(inputs: Inputs) -> pd.Series:
    """The federal funds target as announced by each evening, %: the middle of its range, or the one target before.

    From FRED's range or target, else from the list of decisions. On the panel's sessions, NaN where unknown.
    """
    panel = inputs.panel
    middle = (panel.daily("DFEDTARU") + panel.daily("DFEDTARL")) / 2.0
    published = middle.fillna(panel.daily("DFEDTAR"))
    if "FOMC_TARGET" not in panel:
        return published
    decided = panel.reports(("FOMC_TARGET",))["FOMC_TARGET"]
    decided = decided.where(decided.index < _RANGE_SINCE, decided - _RANGE / 2.0)
    return published.fillna(panel.from_reports(decided, "FOMC_TARGET"))


def _change(series: str) -> Compute:
    def compute(inputs: Inputs, sessions: int) -> pd.Series:
        return change(inputs.panel.daily(series), sessions)

    return compute


def _minus_policy(inputs: Inputs) -> pd.Series:
    return inputs.panel.daily("DGS2") - policy_rate(inputs)


def _cuts_priced(inputs: Inputs, months: int) -> pd.Series:
    quoted = inputs.panel.dataset.tables.get(FED_FUNDS)
    if quoted is None:
        return missing(inputs.panel)
    return 100 * (policy_rate(inputs) - inputs.panel.from_quotes(rate_ahead(quoted, months)))


def _slope(short: str) -> Compute:
    return lambda inputs: curve_slope(inputs.panel.daily("DGS10"), inputs.panel.daily(short))


def _two_year_volatility(inputs: Inputs, window: int) -> pd.Series:
    return skip_missing(inputs.panel.daily("DGS2"), lambda present: yield_volatility(present, window))


_POLICY = (("DFEDTARU", "DFEDTARL"), ("DFEDTAR",), ("FOMC_TARGET",))
_indicator = partial(Indicator, "rate_path")
INDICATORS = (
    _indicator(
        "two_year_change_13w",
        "2-year yield, {sessions:13-week} change",
        "points",
        formula="change of the 2-year yield over {sessions} sessions",
        input_sets=(("DGS2",),),
        compute=_change("DGS2"),
        bounds=Range(-10, 10, 0.01, "signed"),
        lookup=fred(
            "DGS2",
            "By how many percentage points has the 2-year Treasury yield moved over the last 13 "
            "weeks, and up to which date?",
        ),
    ),
    _indicator(
        "real_yield_change_13w",
        "10-year real yield, {sessions:13-week} change",
        "points",
        formula="change of the 10-year real yield over {sessions} sessions",
        input_sets=(("DFII10",),),
        compute=_change("DFII10"),
        bounds=Range(-10, 10, 0.01, "signed"),
        lookup=fred(
            "DFII10",
            "By how many percentage points has the 10-year TIPS yield moved over the last 13 "
            "weeks, and up to which date?",
        ),
    ),
    _indicator(
        "two_year_minus_policy",
        "2-year yield minus policy rate",
        "points",
        formula="2-year yield − policy rate: what is priced",
        input_sets=tuple(("DGS2", *each) for each in _POLICY),
        compute=_minus_policy,
        bounds=Range(-10, 10, 0.01, "signed"),
        lookup=fred(
            "DGS2",
            "How far is the 2-year Treasury yield above or below the middle of the federal funds "
            "target range, in percentage points, and on which date?",
        ),
    ),
    _indicator(
        "curve_3m10y",
        "10-year minus 3-month",
        "points",
        formula="10-year yield − 3-month yield",
        input_sets=(("DGS10", "DGS3MO"),),
        compute=_slope("DGS3MO"),
        bounds=Range(-10, 10, 0.01, "signed"),
        lookup=fred(
            "T10Y3M",
            "What is the 10-year minus the 3-month Treasury yield, on which date, and since when "
            "has the curve had this sign?",
        ),
    ),
    _indicator(
        "curve_2s10s",
        "10-year minus 2-year",
        "points",
        formula="10-year yield − 2-year yield",
        input_sets=(("DGS10", "DGS2"),),
        compute=_slope("DGS2"),
        bounds=Range(-10, 10, 0.01, "signed"),
    ),
    _indicator(
        "rate_volatility",
        "MOVE index",
        "index",
        formula="ICE BofA MOVE index, implied volatility of Treasury yields: how clear the path is",
        **published("MOVE"),
        lookup=Lookup(
            "ICE BofA MOVE index",
            "https://www.ice.com/fixed-income-data-services/index-solutions/index-customization",
            "Where did the MOVE index close on Friday, and at which percentile of its last three "
            "years is that?",
        ),
    ),
    _indicator(
        "two_year_volatility",
        "2-year yield, realised volatility",
        "bp a year",
        formula=(
            "standard deviation of daily changes of the 2-year yield over {window} sessions · √252; stands "
            "in for MOVE"
        ),
        input_sets=(("DGS2",),),
        compute=_two_year_volatility,
        lookup=fred(
            "DGS2",
            "What is the annualized volatility of daily changes in the 2-year Treasury yield over "
            "the last 63 sessions, in basis points?",
        ),
    ),
    _indicator(
        "policy_rate",
        "Policy rate (target)",
        "% a year",
        formula="middle of the federal funds target range as announced; before December 2008 the one target",
        input_sets=_POLICY,
        compute=policy_rate,
        bounds="DFEDTARU",
    ),
    _indicator(
        "effective_rate",
        "Effective funds rate",
        "% a year",
        formula="effective federal funds rate of the last day published",
        **published("EFFR", "DFF"),
    ),
    _indicator(
        "two_year",
        "2-year yield",
        "% a year",
        formula="2-year Treasury yield",
        **published("DGS2"),
    ),
    _indicator(
        "ten_year",
        "10-year yield",
        "% a year",
        formula="10-year Treasury yield",
        **published("DGS10"),
    ),
    _indicator(
        "real_yield",
        "10-year real yield",
        "% a year",
        formula="10-year inflation-indexed Treasury yield",
        **published("DFII10"),
    ),
    _indicator(
        "breakeven",
        "10-year breakeven inflation",
        "% a year",
        formula="10-year breakeven inflation",
        **published("T10YIE"),
    ),
    _indicator(
        "inversion_age",
        "Sessions with the 10-year below the 3-month",
        "sessions",
        formula="sessions in a row with the 10-year yield below the 3-month yield; 0 while it is not",
        input_sets=(("DGS10", "DGS3MO"),),
        compute=lambda inputs: inversion_age(_slope("DGS3MO")(inputs)),
    ),
    _indicator(
        "policy_cuts_priced",
        "Cuts priced over {months:12} months",
        "bp",
        formula=(
            "policy rate − (100 − price of the fed funds future of the month {months} months ahead), cuts positive"
        ),
        input_sets=tuple((FED_FUNDS, *each) for each in _POLICY),
        compute=_cuts_priced,
        lookup=Lookup(
            "CME FedWatch",
            "https://www.cmegroup.com/markets/interest-rates/cme-fedwatch-tool.html",
            "By how many basis points do fed funds futures expect the policy rate to fall over "
            "the next twelve months, counting cuts as positive and hikes as negative?",
        ),
        scheduled=False,
    ),
)
