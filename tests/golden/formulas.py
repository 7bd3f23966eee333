"""Every indicator's formula, from the raw files as they were known: docs/METHOD.md, and nothing of the package.

One function an engine gives its indicators by id, each on the sessions of the slice.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pandas as pd
from raw_files import Slice

WEEK, MONTH, QUARTER, YEAR = 5, 20, 63, 252


def of_present(formula: Callable[[pd.Series], pd.Series], values: pd.Series) -> pd.Series:
    """A rolling formula over the sessions that have a value."""
    return formula(values.dropna()).reindex(values.index)


def log_change(values: pd.Series, sessions: int) -> pd.Series:
    return of_present(lambda x: 100 * np.log(x / x.shift(sessions)), values)


def first_known(*bases: pd.Series) -> pd.Series:
    """Session by session the first that has a value; each was computed on its own, so that no change mixes two."""
    found = bases[0]
    for each in bases[1:]:
        found = found.fillna(each)
    return found


def log_gap(values: pd.Series, sessions: int) -> pd.Series:
    return of_present(lambda x: 100 * np.log(x / x.rolling(sessions).mean()), values)


def percentile(values: pd.Series, window: int, least: int) -> pd.Series:
    """Share of the window's values at or below the last one, %."""

    def rank(part: np.ndarray) -> float:
        return 100.0 * float((part <= part[-1]).mean())

    return of_present(lambda x: x.rolling(window, min_periods=least).apply(rank, raw=True), values)


def percentile_of_year(values: pd.Series) -> pd.Series:
    """Share of a year of sessions at or below the last one, %, of those that have a value: half of them at least."""

    def rank(part: np.ndarray) -> float:
        return (
            100.0 * float((part <= part[-1]).sum() / np.isfinite(part).sum())
            if np.isfinite(part[-1])
            else np.nan
        )

    return values.rolling(YEAR, min_periods=YEAR // 2).apply(rank, raw=True)


def percentile_so_far(values: pd.Series) -> pd.Series:
    """Share of all sessions so far, this one among them, at or below it, %, once there are two years of them."""

    def rank(part: np.ndarray) -> float:
        return 100.0 * float((part <= part[-1]).mean())

    return of_present(lambda x: x.expanding(2 * YEAR).apply(rank, raw=True), values)


def deviation(values: pd.Series, window: int) -> pd.Series:
    """Sample standard deviation, each window by itself."""
    return values.rolling(window).apply(lambda part: float(np.std(part, ddof=1)), raw=True)


def realized(close: pd.Series, window: int) -> pd.Series:
    return of_present(lambda x: 100 * math.sqrt(YEAR) * deviation(np.log(x).diff(), window), close)


def yang_zhang(o: pd.Series, h: pd.Series, l: pd.Series, c: pd.Series, n: int) -> pd.Series:  # noqa: E741
    """Yang and Zhang (2000), equations 8 to 10, with their k for a window of n days."""
    overnight, day = np.log(o / c.shift(1)), np.log(c / o)
    rogers_satchell = np.log(h / c) * np.log(h / o) + np.log(l / c) * np.log(l / o)
    k = 0.34 / (1.34 + (n + 1) / (n - 1))
    parts = (
        deviation(overnight, n) ** 2
        + k * deviation(day, n) ** 2
        + (1 - k) * rogers_satchell.rolling(n).mean()
    )
    return 100 * np.sqrt(YEAR * parts)


def trend(close: pd.Series, sessions: int) -> pd.Series:
    """The mean daily return in standard errors, held within ±1."""
    returns = np.log(close).diff()
    return (returns.rolling(sessions).mean() / deviation(returns, sessions) * math.sqrt(sessions)).clip(-1, 1)


def vol_target(close: pd.Series) -> pd.Series:
    """12 % ÷ volatility of 60 sessions, at most 150 %, as a share of that maximum, %."""
    return 100 * (12 / realized(close, 60)).clip(upper=1.5) / 1.5


def liquidity(s: Slice) -> dict[str, pd.Series]:
    spread, baa = s.fred("BAMLH0A0HYM2"), s.fred("BAA10Y")
    assets, accounts = s.fred("WALCL") / 1000, [s.fred(each) / 1000 for each in ("WTREGEN", "TGA_DAILY")]
    repo = reverse_repo(s)
    nets = [assets - account - repo for account in accounts]
    europe = assets + s.fred("ECBASSETSW") / 1000 * s.fred("DEXUSEU")
    world = log_change(europe + s.fred("JPNASSETS") / 10 / s.fred("DEXJPUS"), QUARTER)
    policy = s.fred("EFFR").fillna(s.fred("DFF"))
    small = [s.price("IWM") / s.price("SPY"), s.price("RUT") / s.price("SPX")]

    def net_change(sessions: int) -> pd.Series:
        return first_known(*(net.diff(sessions) for net in nets))

    return {
        "hy_spread": spread,
        "baa_spread": baa,
        "hy_spread_gap": log_gap(spread, 40 * WEEK),
        "baa_spread_gap": log_gap(baa, 40 * WEEK),
        "hy_spread_change_8w": log_change(spread, 8 * WEEK),
        "hy_spread_percentile": percentile_so_far(spread),
        "baa_spread_percentile": percentile_so_far(baa),
        "ig_spread": s.fred("BAMLC0A0CM"),
        "financial_conditions": s.fred("NFCI"),
        "net_liquidity": first_known(*nets),
        "net_liquidity_impulse_13w": 100 * net_change(QUARTER) / assets.shift(QUARTER),
        "net_liquidity_impulse_4w": 100 * net_change(MONTH) / assets.shift(MONTH),
        "reserves_change_13w": (s.fred("WRESBAL") / 1000).diff(QUARTER),
        "reverse_repo": repo,
        "treasury_account": first_known(*accounts),
        "dollar_13w": log_change(s.fred("DTWEXBGS"), QUARTER),
        "small_vs_large_13w": first_known(*(log_change(each, QUARTER) for each in small)),
        "funding_spread": (100 * (s.fred("SOFR") - policy)).rolling(5, min_periods=1).median(),
        "net_liquidity_change_13w": net_change(QUARTER),
        "global_central_banks_13w": world.fillna(log_change(europe, QUARTER)),
        "banks_vs_index_13w": log_change(s.price("KBE") / s.price("SPY"), QUARTER),
        "regional_banks_vs_index_13w": log_change(s.price("KRE") / s.price("SPY"), QUARTER),
    }


def reverse_repo(s: Slice) -> pd.Series:
    """Reverse repo, $bn: before the facility's first day each operation counts for four days, and zero otherwise."""
    repo, facility = s.fred("RRPONTSYD"), pd.Timestamp("2013-09-23")
    operations = s.raw("fred/RRPONTSYD", "RRPONTSYD").index
    last = pd.Series(operations, index=operations).reindex(s.sessions, method="ffill")
    recent = (s.sessions - pd.DatetimeIndex(last)).days <= 4
    return repo.where((s.sessions >= facility) | recent, 0.0)


def volatility(s: Slice) -> dict[str, pd.Series]:
    vix = s.known("cboe/VIX_History").fillna(s.fred("VIXCLS"))
    vix3m = s.known("cboe/VIX3M_History").fillna(s.fred("VXVCLS"))
    vvix, close = s.known("cboe/VVIX_History"), s.price("SPX")
    futures = {each: s.known("volatility/vix_futures", each) for each in ("UX1", "UX2")}
    prices = [s.price("SPX", each) for each in ("open", "high", "low", "close")]
    return {
        "vix": vix,
        "vix_percentile": percentile(vix, 3 * YEAR, YEAR),
        "vix_change_4w": vix.diff(MONTH),
        "vix_term": vix / vix3m,
        "vix9d_term": s.known("cboe/VIX9D_History") / vix,
        "vix_futures_slope": futures["UX2"] / futures["UX1"],
        "vvix": vvix,
        "vvix_divergence": percentile_of_year(vvix) - percentile_of_year(vix),
        "realized_volatility_21d": realized(close, 21),
        "yang_zhang_volatility": yang_zhang(*prices, 21),
        "implied_minus_realized": vix - realized(close, 21),
        "skew": s.known("cboe/SKEW_History"),
        "slope_volatility": of_present(lambda x: deviation(x.diff(), 21), vix / vix3m),
    }


def above_average(closes: pd.DataFrame, window: int) -> pd.Series:
    """Share of those with a close today and 95 % of the window's that are above the mean of what there is, %."""
    count, total = (
        closes.notna().rolling(window, min_periods=1).sum(),
        closes.rolling(window, min_periods=1).sum(),
    )
    counted = closes.notna() & (count >= 0.95 * window)
    return 100 * (counted & (closes * count > total)).sum(axis=1) / counted.sum(axis=1).replace(0, np.nan)


def concentration(closes: pd.DataFrame) -> pd.Series:
    """Share of the quarter's gains that the best tenth of the members (rounded up) earned, %."""
    gains = closes / closes.shift(QUARTER) - 1
    found = {}
    for day, row in gains.iterrows():
        known = row.dropna().sort_values(ascending=False)
        best = known.head(math.ceil(round(len(known) / 10, 6))).clip(lower=0).sum()
        found[day] = 100 * best / known.clip(lower=0).sum() if (known > 0).any() else np.nan
    return pd.Series(found)


def zweig(advances: pd.Series, declines: pd.Series) -> pd.Series:
    """1 on the session that takes the ten-day exponential mean above 0.615, from below 0.40 within ten sessions."""
    ratio = (advances / (advances + declines)).dropna()
    mean = ratio.ewm(alpha=2 / 11, adjust=False).mean()
    flags = pd.Series(0.0, index=mean.index)
    for at in range(10, len(mean)):
        crossed = mean.iloc[at] > 0.615 >= mean.iloc[at - 1]
        if crossed and mean.iloc[max(at - 10, 9) : at].min() < 0.40:
            flags.iloc[at] = 1.0
    flags.iloc[:9] = np.nan
    return flags.reindex(advances.index)


def whaley(advances: pd.Series, declines: pd.Series) -> pd.Series:
    """1 on the session that takes the share of five days' moving issues that advanced above 73.66 %."""
    counts = pd.DataFrame({"up": advances, "down": declines}).dropna().rolling(5).sum()
    share = counts["up"] / (counts["up"] + counts["down"])
    crossed = (share > 0.7366) & ~(share.shift(1) > 0.7366)
    return crossed.astype("float64").where(share.notna()).reindex(advances.index)


def mcclellan(advances: pd.Series, declines: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Oscillator and summation, ratio-adjusted, from the 39th day on."""
    ratio = (1000 * (advances - declines) / (advances + declines)).dropna()
    fast, slow = (ratio.ewm(alpha=each, adjust=False).mean().iloc[38:] for each in (0.10, 0.05))
    # Miekka's formula without its 1,000: oscillator + 20 · slow mean − 10 · fast mean.
    summation = fast - slow + 20 * slow - 10 * fast
    return (fast - slow).reindex(advances.index), summation.reindex(advances.index)


def this_week(flags: pd.Series) -> pd.Series:
    return flags.groupby(flags.index.to_period("W-FRI")).cummax()


def breadth(s: Slice) -> dict[str, pd.Series]:
    closes = s.members()
    enough = closes.notna().sum(axis=1) >= 100
    funds = pd.DataFrame(
        {
            each: s.price(each)
            for each in ["XLB", "XLC", "XLE", "XLF", "XLI", "XLK", "XLP", "XLRE", "XLU", "XLV", "XLY"]
        }
    )
    # Prices in whole cents, for the same reason as the members'.
    funds = (funds * 100).round().where(funds.notna().sum(axis=1) >= 8)

    def published(name: str) -> pd.Series:
        return s.known(f"breadth/{name}")

    by_basis = {
        each: [
            above_average(closes, each).where(enough),
            published(f"pct_above_{each}dma_sp500"),
            above_average(funds, each),
        ]
        for each in (20, 50, 200)
    }
    above = {each: first_known(*bases) for each, bases in by_basis.items()}
    moves = closes.diff()
    counts = [published(f"nyse_{each}") for each in ("advancing", "declining")]
    members = [
        (moves * sign > 0).sum(axis=1).astype("float64").where(enough & moves.notna().any(axis=1))
        for sign in (1, -1)
    ]
    lines = [mcclellan(*each) for each in (members, counts)]
    counted = closes.notna() & (closes.notna().rolling(YEAR, min_periods=1).sum() >= 0.95 * YEAR)
    others = closes.shift(1).rolling(YEAR - 1, min_periods=1)
    extremes = (counted & (closes > others.max())).sum(axis=1) - (counted & (closes < others.min())).sum(
        axis=1
    )
    highs = (100 * extremes / counted.sum(axis=1).replace(0, np.nan)).where(enough)
    listed = 100 * (published("new_highs_52w") - published("new_lows_52w")) / sum(counts)
    index = s.price("SPX").dropna()
    near = (
        (index >= 0.98 * index.rolling(YEAR).max())
        .where(index.rolling(YEAR).max().notna())
        .reindex(s.sessions)
    )
    divergence = (
        (near.eq(True) & (above[200] < 60)).astype("float64").where(near.notna() & above[200].notna())
    )
    return {
        **{f"pct_above_{each}d": values for each, values in above.items()},
        **{
            f"pct_above_{each}d_change_4w": first_known(*(one.diff(MONTH) for one in by_basis[each]))
            for each in (50, 200)
        },
        "net_new_highs": first_known(*(each.rolling(5, min_periods=3).mean() for each in (highs, listed))),
        "advance_decline_line_13w": first_known(
            *((up - down).cumsum().diff(QUARTER) for up, down in (members, counts))
        ),
        "mcclellan_oscillator": first_known(*(each for each, _ in lines)),
        "mcclellan_summation": first_known(*(each for _, each in lines)),
        "zweig_thrust": this_week(zweig(*counts)),
        "whaley_thrust": this_week(whaley(*counts)),
        "equal_vs_cap_13w": log_change(s.price("RSP") / s.price("SPY"), QUARTER),
        "concentration": concentration(closes).where(enough),
        "index_breadth_divergence": divergence,
        "index_from_high": of_present(lambda x: 100 * (x / x.rolling(YEAR).max() - 1), s.price("SPX")),
    }


def positioning(s: Slice) -> dict[str, pd.Series]:
    found = {}
    legacy = {
        each: s.raw("cftc/cot_sp500", each)
        for each in ("spec_long", "spec_short", "comm_long", "nonrept_long")
    }
    interest = legacy["spec_long"] + legacy["comm_long"] + legacy["nonrept_long"]
    share = 100 * (legacy["spec_long"] - legacy["spec_short"]) / interest
    found["cot_speculators"] = s.known("cftc/cot_sp500", "spec_long", percentile(share, 156, 156))
    found["cot_speculators_change_4w"] = s.known("cftc/cot_sp500", "spec_long", share.diff(4))
    cohorts = {"asset_managers": "Asset_Mgr", "leveraged_funds": "Lev_Money", "dealers": "Dealer"}
    for name, cohort in cohorts.items():
        place, month = [], []
        for market in ("sp500", "nasdaq"):
            file, longs = f"cftc/tff_{market}", f"{cohort}_Positions_Long_All"
            net = s.raw(file, longs) - s.raw(file, f"{cohort}_Positions_Short_All")
            share = 100 * net / s.raw(file, "Open_Interest_All")
            place.append(s.known(file, longs, percentile(share, 156, 156)))
            month.append(s.known(file, longs, share.diff(4)))
        found[f"cot_{name}"], found[f"cot_{name}_change_4w"] = (
            place[0].fillna(place[1]),
            month[0].fillna(month[1]),
        )
    spread = s.raw("sentiment/aaii", "bullish") - s.raw("sentiment/aaii", "bearish")
    close = s.price("SPX")
    strength = sum(of_present(lambda x, n=n: trend(x, n), close) for n in (21, 63, 126, 252)) / 4
    return found | {
        "naaim": s.known("sentiment/naaim", "naaim"),
        "aaii_bull_bear": s.known("sentiment/aaii", "bullish", spread.rolling(4).mean()),
        "aaii_bears": s.known("sentiment/aaii", "bearish"),
        "put_call": of_present(
            lambda x: x.rolling(10).mean(), s.known("sentiment/putcall", "equity_pc_ratio")
        ),
        "cta_exposure": strength * vol_target(close),
        "vol_target_exposure": vol_target(close),
        "dealer_gamma": s.known("options/dix_gex", "gex") / 1e9,
    }


def rate_path(s: Slice) -> dict[str, pd.Series]:
    two, ten, real, bill = (s.fred(each) for each in ("DGS2", "DGS10", "DFII10", "DGS3MO"))
    policy = (s.fred("DFEDTARU") + s.fred("DFEDTARL")) / 2
    policy = policy.fillna(s.known("reference/fomc_decisions", "target_upper_after") - 0.125)
    inverted = (ten - bill).dropna() < 0
    age = pd.Series(0.0, index=inverted.index)
    for at, holds in enumerate(inverted):
        age.iloc[at] = (age.iloc[at - 1] if at else 0.0) + 1 if holds else 0.0
    return {
        "two_year_change_13w": two.diff(QUARTER),
        "real_yield_change_13w": real.diff(QUARTER),
        "two_year_minus_policy": two - policy,
        "curve_3m10y": ten - bill,
        "curve_2s10s": ten - two,
        "rate_volatility": s.known("volatility/move", "move"),
        "two_year_volatility": of_present(
            lambda x: 100 * math.sqrt(YEAR) * deviation(x.diff(), QUARTER), two
        ),
        "policy_rate": policy,
        "policy_cuts_priced": 100 * (policy - s.future_in(12)),
        "effective_rate": s.fred("EFFR").fillna(s.fred("DFF")),
        "two_year": two,
        "ten_year": ten,
        "real_yield": real,
        "breakeven": s.fred("T10YIE"),
        "inversion_age": age.reindex(s.sessions),
    }
