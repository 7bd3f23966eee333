"""Volatility: what has been realised, what options imply, and the shape of the curve between near and far.

Pure and causal formulas, then the indicators made from them; judgement comes from params/.
"""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from fiveengines.indicators.indicator import Indicator, Inputs, Lookup, Range, fred, published
from fiveengines.indicators.transforms import change, natural_log, rolling_percentile, skip_missing

SESSIONS_A_YEAR = 252


def annualized_volatility(returns: pd.Series, window: int) -> pd.Series:
    """Sample standard deviation of daily returns over `window` rows, annualised, %: 100 · s · √252.

    returns: (n,) daily returns as fractions. Returns (n,), NaN until `window` returns are there, and while
    the window holds a NaN.
    """
    volatility: pd.Series = returns.rolling(window).std() * (100.0 * SESSIONS_A_YEAR**0.5)
    return volatility


def realized_volatility(close: pd.Series, window: int = 21) -> pd.Series:
    """Close-to-close volatility of the last `window` log returns, annualised, %.

    close: (n,) positive prices. Returns (n,), NaN for the first `window` rows and while the window holds a
    NaN.
    """
    return annualized_volatility(natural_log(close).diff(), window)


def yang_zhang_volatility(
    open_: pd.Series, high: pd.Series, low: pd.Series, close: pd.Series, window: int = 21
) -> pd.Series:
    """Yang-Zhang volatility of the last `window` sessions, annualised, %: sees gaps, is not fooled by drift.

    σ² = σ²(overnight) + k · σ²(open to close) + (1 − k) · Rogers-Satchell, with k = 0.34 / (1.34 +
    (n+1)/(n−1)). open_, high, low, close: (n,) positive prices of one instrument. Returns (n,), NaN for the
    first `window` rows (the first has no overnight return) and while the window holds a NaN.
    Source: Yang and Zhang, Drift-independent volatility estimation (Journal of Business, 2000).
    """
    opened, highest, lowest, closed = (natural_log(each) for each in (open_, high, low, close))
    overnight = opened - closed.shift(1)
    day = closed - opened
    up, down = highest - opened, lowest - opened
    rogers_satchell = (up * (up - day) + down * (down - day)).where(overnight.notna())
    k = 0.34 / (1.34 + (window + 1) / (window - 1))
    variance = (
        overnight.rolling(window).var()
        + k * day.rolling(window).var()
        + (1.0 - k) * rogers_satchell.rolling(window).mean()
    )
    volatility: pd.Series = variance.clip(lower=0.0) ** 0.5 * (100.0 * SESSIONS_A_YEAR**0.5)
    return volatility


def implied_minus_realized(vix: pd.Series, realized: pd.Series) -> pd.Series:
    """Volatility risk premium, points: VIX − realised volatility of the month behind it.

    vix, realized: (n,) annualised %. Returns (n,), NaN where either is NaN. Below zero, the market has moved
    more than options price now.
    """
    return vix - realized


def vix_term_ratio(near: pd.Series, far: pd.Series) -> pd.Series:
    """Slope of the volatility curve: near / far, as a ratio. Above 1 is backwardation.

    near, far: (n,) indices such as VIX and VIX3M, or VIX9D and VIX. Returns (n,), NaN where either is NaN or
    the far one is not positive.
    """
    return near / far.where(far > 0)


def term_structure_state(vix9d: pd.Series, vix: pd.Series, vix3m: pd.Series, band: float) -> pd.Series:
    """Name the curve through 9 days, one month and three months: contango, flat or backwardation.

    contango: VIX/VIX3M below 1 − band and VIX9D/VIX not above 1 + band; backwardation: VIX/VIX3M above 1 +
    band and VIX9D/VIX not below 1 − band; flat: within the band, or the two halves point apart.
    vix9d, vix, vix3m: (n,); band: ratio units, such as 0.02. Returns (n,) of labels, NaN where VIX or VIX3M is
    NaN; without VIX9D (it starts in 2011) the longer half decides alone.
    """
    back, front = vix_term_ratio(vix, vix3m), vix_term_ratio(vix9d, vix)
    rising = (back < 1.0 - band) & ~(front > 1.0 + band)
    falling = (back > 1.0 + band) & ~(front < 1.0 - band)
    return _labels([rising, falling], ["contango", "backwardation"], "flat", back.notna())


def vvix_divergence(
    vvix: pd.Series, vix: pd.Series, window: int, min_periods: int | None = None
) -> pd.Series:
    """How much more unusual VVIX is than VIX: percentile(VVIX) − percentile(VIX), points, −100 to 100.

    High while VIX itself is low: options on volatility are being bought before volatility has come. vvix,
    vix: (n,); both are ranked over the last `window` rows. Returns (n,), NaN where either is NaN or has fewer
    than `min_periods` values there (half the window, unless given).
    """
    least = max(1, window // 2) if min_periods is None else min_periods
    return rolling_percentile(vvix, window, least) - rolling_percentile(vix, window, least)


def volatility_of_slope(term_ratio: pd.Series, window: int) -> pd.Series:
    """How unsettled the curve is: sample standard deviation of the ratio's daily changes over `window` rows.

    term_ratio: (n,) as from `vix_term_ratio`. Returns (n,) in ratio units a day, NaN for the first `window`
    rows and while the window holds a NaN.
    """
    return term_ratio.diff().rolling(window).std()


def volatility_regime_label(vix: pd.Series, calm: float, elevated: float, shock: float) -> pd.Series:
    """A label for VIX: calm below `calm`, normal below `elevated`, elevated below `shock`, else shock.

    vix: (n,); the breakpoints are index points in rising order. Returns (n,) of labels, NaN where VIX is NaN.
    """
    return _labels(
        [vix < calm, vix < elevated, vix < shock], ["calm", "normal", "elevated"], "shock", vix.notna()
    )


def _labels(conditions: list[pd.Series], names: list[str], otherwise: str, known: pd.Series) -> pd.Series:
    chosen = np.select([each.to_numpy(dtype=bool) for each in conditions], names, otherwise)
    return pd.Series(chosen, index=known.index, dtype="str").where(known)


def vix(inputs: Inputs) -> pd.Series:
    """VIX from Cboe, or as FRED carries it a day later: index points on the panel's sessions, NaN without either."""
    return inputs.panel.first_of("VIX", "VIXCLS")


def _vix_percentile(inputs: Inputs, window: int, fewest: int) -> pd.Series:
    return skip_missing(vix(inputs), lambda present: rolling_percentile(present, window, fewest))


def _vix_change(inputs: Inputs, sessions: int) -> pd.Series:
    return change(vix(inputs), sessions)


def _term(inputs: Inputs) -> pd.Series:
    return vix_term_ratio(vix(inputs), inputs.panel.first_of("VIX3M", "VXVCLS"))


def _divergence(inputs: Inputs, window: int, fewest: int) -> pd.Series:
    return vvix_divergence(inputs.panel.daily("VVIX"), vix(inputs), window, fewest)


def _realized(inputs: Inputs, window: int) -> pd.Series:
    return skip_missing(inputs.panel.daily("SPX"), lambda close: realized_volatility(close, window))


def _yang_zhang(inputs: Inputs, window: int) -> pd.Series:
    names = ("SPX_OPEN", "SPX_HIGH", "SPX_LOW", "SPX")
    opens, highs, lows, closes = map(inputs.panel.daily, names)
    return yang_zhang_volatility(opens, highs, lows, closes, window)


def _premium(inputs: Inputs, window: int) -> pd.Series:
    return implied_minus_realized(vix(inputs), _realized(inputs, window))


def _slope_volatility(inputs: Inputs, window: int) -> pd.Series:
    return skip_missing(_term(inputs), lambda term: volatility_of_slope(term, window))


_VIX = (("VIX",), ("VIXCLS",))
_TERM = tuple((near, far) for near in ("VIX", "VIXCLS") for far in ("VIX3M", "VXVCLS"))
_indicator = partial(Indicator, "volatility")
INDICATORS = (
    _indicator(
        "vix",
        "VIX",
        "index",
        formula="Cboe's close of the VIX",
        input_sets=_VIX,
        compute=vix,
        bounds="VIX",
        lookup=fred(
            "VIXCLS",
            "Where did the VIX close on Friday, and at which percentile of its last three years is that?",
        ),
    ),
    _indicator(
        "vix_percentile",
        "VIX, percentile of {window:3 years}",
        "percentile",
        formula="share of {window} VIX closes at or below today's",
        input_sets=_VIX,
        compute=_vix_percentile,
        bounds=Range(0, 100, 1, "percentile"),
    ),
    _indicator(
        "vix_change_4w",
        "VIX, {sessions:4-week} change",
        "points",
        formula="change of the VIX over {sessions} sessions",
        input_sets=_VIX,
        compute=_vix_change,
        lookup=fred(
            "VIXCLS",
            "By how many points did the VIX move from its close 20 sessions ago to Friday's close?",
        ),
    ),
    _indicator(
        "vix_term",
        "VIX over 3-month VIX",
        "ratio",
        formula="VIX ÷ VIX3M; above 1 is backwardation",
        input_sets=_TERM,
        compute=_term,
        bounds=Range(0.3, 3, 0.01, "number"),
        lookup=Lookup(
            "Cboe VIX3M dashboard",
            "https://www.cboe.com/us/indices/dashboard/vix3m/",
            "What were the closes of VIX and VIX3M on Friday, what is their ratio, and for how "
            "many sessions has it been above or below one?",
        ),
    ),
    _indicator(
        "vix9d_term",
        "9-day VIX over VIX",
        "ratio",
        formula="VIX9D ÷ VIX",
        input_sets=(("VIX9D", "VIX"), ("VIX9D", "VIXCLS")),
        compute=lambda inputs: vix_term_ratio(inputs.panel.daily("VIX9D"), vix(inputs)),
        bounds=Range(0.3, 4, 0.01, "number"),
    ),
    _indicator(
        "vvix",
        "VVIX",
        "index",
        formula="Cboe's close of the VVIX; before 2007 unreliable and not used",
        **published("VVIX"),
        lookup=Lookup(
            "Cboe VVIX dashboard",
            "https://www.cboe.com/us/indices/dashboard/vvix/",
            "Where did the VVIX close on Friday and four weeks before, and at which percentiles "
            "of three years?",
        ),
    ),
    _indicator(
        "vvix_divergence",
        "VVIX percentile minus VIX percentile",
        "points",
        formula="percentile of VVIX in {window} sessions − that of VIX",
        input_sets=(("VVIX", "VIX"), ("VVIX", "VIXCLS")),
        compute=_divergence,
    ),
    _indicator(
        "realized_volatility_21d",
        "Realised volatility, {window:21 sessions}",
        "%",
        formula=(
            "standard deviation of daily log returns of the S&P 500, close to close, {window} sessions · √252"
        ),
        input_sets=(("SPX",),),
        compute=_realized,
        bounds=Range(0, 200, 0.1, "percent"),
        lookup=fred(
            "SP500",
            "What is the annualized volatility of the S&P 500's daily returns over the last 21 sessions?",
        ),
    ),
    _indicator(
        "yang_zhang_volatility",
        "Yang-Zhang volatility, {window:21 sessions}",
        "%",
        formula="Yang and Zhang (2000) over {window} sessions, where there are open, high and low",
        input_sets=(("SPX", "SPX_OPEN", "SPX_HIGH", "SPX_LOW"),),
        compute=_yang_zhang,
        bounds=Range(0, 200, 0.1, "percent"),
    ),
    _indicator(
        "implied_minus_realized",
        "VIX minus realised volatility",
        "points",
        formula="VIX − realised volatility over {window} sessions",
        input_sets=(("VIX", "SPX"), ("VIXCLS", "SPX")),
        compute=_premium,
        lookup=fred(
            "VIXCLS",
            "What is Friday's VIX minus the annualized volatility that the S&P 500 really showed "
            "over the last 21 sessions?",
        ),
    ),
    _indicator(
        "skew",
        "SKEW",
        "index",
        formula="Cboe's close of the SKEW",
        **published("SKEW"),
    ),
    _indicator(
        "slope_volatility",
        "Volatility of the VIX slope",
        "ratio",
        formula="standard deviation of daily changes of VIX ÷ VIX3M, {window} sessions",
        input_sets=_TERM,
        compute=_slope_volatility,
        bounds=Range(0, 2, 0.01, "number"),
    ),
    _indicator(
        "vix_futures_slope",
        "Second over first VIX future",
        "ratio",
        formula="second ÷ first VIX future",
        input_sets=(("UX1", "UX2"),),
        compute=lambda inputs: vix_term_ratio(inputs.panel.daily("UX2"), inputs.panel.daily("UX1")),
        bounds=Range(0.3, 3, 0.01, "number"),
    ),
)
