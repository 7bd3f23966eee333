"""Liquidity: dollars that central banks leave in private hands, and what credit, funding and small caps say.

Pure and causal formulas, then the indicators made from them; judgement comes from params/.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from itertools import combinations
from typing import Any

import pandas as pd

from fiveengines.data.catalog import lookup
from fiveengines.data.panel import Panel
from fiveengines.indicators.indicator import (
    Compute,
    ComputeBySet,
    Indicator,
    Inputs,
    Lookup,
    Range,
    billions_of,
    fred,
    log_change_of,
    missing,
    published,
)
from fiveengines.indicators.transforms import change, expanding_percentile, log_change, log_gap, skip_missing


def net_liquidity(fed_assets: pd.Series, treasury_account: pd.Series, reverse_repo: pd.Series) -> pd.Series:
    """Dollars the Fed leaves in private hands, $bn: total assets − Treasury account − reverse repo.

    Each argument: $bn, indexed by date; the second and third are carried forward to the dates of
    `fed_assets`, (n,). Returns (n,), NaN where any of the three is NaN or not yet there; a reverse repo that
    did not exist must be passed as 0. Source: Federal Reserve H.4.1 (WALCL, WTREGEN) and New York Fed
    (RRPONTSYD).
    """
    index = fed_assets.index
    return fed_assets - _carried(treasury_account, index) - _carried(reverse_repo, index)


def liquidity_impulse(net_liquidity: pd.Series, fed_assets: pd.Series, periods: int) -> pd.Series:
    """Change of net liquidity over `periods` rows, as per cent of the Fed's total assets at the start.

    100 · (NL(t) − NL(t−periods)) / assets(t−periods). The balance sheet is the base because it is never near
    zero; the Treasury account stood near $5 bn before 2008, and per cent of that means nothing.
    net_liquidity, fed_assets: (n,) $bn. Returns (n,), NaN for the first `periods` rows, where an input is NaN
    and where the base is not positive.
    """
    base = fed_assets.shift(periods)
    return 100.0 * change(net_liquidity, periods) / base.where(base > 0)


def funding_spread(sofr: pd.Series, policy_rate: pd.Series) -> pd.Series:
    """Overnight repo over the policy rate, bp: 100 · (SOFR − policy rate). Above zero, cash is scarce.

    sofr, policy_rate: (n,) per cent. Returns (n,), NaN where either is NaN (SOFR starts in April 2018).
    Source: New York Fed reference rates.
    """
    return 100.0 * (sofr - policy_rate)


def _carried(series: pd.Series, index: pd.Index) -> pd.Series:
    return series if series.index is index else series.reindex(index, method="ffill")


def _treasury_account(inputs: Inputs) -> pd.DataFrame:
    return pd.DataFrame({each: inputs.panel.billions(each) for each in ("WTREGEN", "TGA_DAILY")})


def _net_liquidity(inputs: Inputs) -> pd.DataFrame:
    """One column an input set of _NET: with either figure of the Treasury account, twice."""
    reverse_repo = inputs.panel.billions("RRPONTSYD")
    # Before the facility opened nothing could be parked in it; after that a figure that is missing is unknown.
    opened = lookup("RRPONTSYD").zero_before or ""
    reverse_repo = reverse_repo.where(reverse_repo.notna() | (reverse_repo.index >= opened), 0.0)
    assets = inputs.panel.billions("WALCL")
    by_account = _treasury_account(inputs).apply(lambda account: net_liquidity(assets, account, reverse_repo))
    return pd.concat([by_account, by_account], axis=1)


def _over_time(formula: Callable[[pd.Series, pd.Series, int], pd.Series]) -> ComputeBySet:
    """What `formula` makes of net liquidity and the Fed's assets over so many sessions, set by set."""

    def compute(inputs: Inputs, sessions: int) -> pd.DataFrame:
        assets = inputs.panel.billions("WALCL")
        return _net_liquidity(inputs).apply(lambda net: formula(net, assets, sessions))

    return compute


def _reserves_change(inputs: Inputs, sessions: int) -> pd.Series:
    return change(inputs.panel.billions("WRESBAL"), sessions)


def _percentile(series: str) -> Compute:
    def compute(inputs: Inputs, fewest: int) -> pd.Series:
        return skip_missing(inputs.panel.daily(series), lambda spread: expanding_percentile(spread, fewest))

    return compute


def _gap(series: str) -> Compute:
    def compute(inputs: Inputs, mean: int) -> pd.Series:
        return skip_missing(inputs.panel.daily(series), lambda spread: log_gap(spread, mean))

    return compute


def _small_vs_large(inputs: Inputs, sessions: int) -> pd.DataFrame:
    return pd.DataFrame({"/".join(pair): log_change_of(*pair)(inputs, sessions) for pair in _SMALL_AND_LARGE})


def _funding_spread(inputs: Inputs, median: int) -> pd.Series:
    spread = funding_spread(inputs.panel.daily("SOFR"), inputs.panel.first_of("EFFR", "DFF"))
    # Month-ends spike for a day or two; the median of a week does not.
    return spread.rolling(median, min_periods=1).median()


# Whose assets are added up, and the H.10 rate that turns them into dollars. The Fed and the Eurosystem are always in.
_BANKS: dict[str, tuple[str, ...]] = {
    "Fed": ("WALCL",),
    "Eurosystem": ("ECBASSETSW", "DEXUSEU"),
    "Bank of Japan": ("JPNASSETS", "DEXJPUS"),
    "Bank of England": ("BOE_ASSETS", "DEXUSUK"),
    "Swiss National Bank": ("SNB_ASSETS", "DEXSZUS"),
    "People's Bank of China": ("PBOC_ASSETS", "DEXCHUS"),
}
_ALWAYS, _OTHERS = list(_BANKS)[:2], list(_BANKS)[2:]
# Every sum there can be, the widest first: a change compares the same banks at both ends.
_SUMS = tuple(
    (*_ALWAYS, *rest) for count in range(len(_OTHERS), -1, -1) for rest in combinations(_OTHERS, count)
)
# Where no rate of the euro is known, its future stands in: it differs by carry, less than a per cent in a quarter.
_AT_THE_FUTURE = {"Fed": ("WALCL",), "Eurosystem": ("ECBASSETSW", "6E_F")}
_STAND_IN = _ALWAYS[0] + " + " + _ALWAYS[1] + " at the euro future; without " + ", ".join(_OTHERS)


def _in_the_sum(banks: tuple[str, ...]) -> str:
    absent = ", ".join(each for each in _BANKS if each not in banks)
    return " + ".join(banks) + (f"; without {absent}" if absent else "")


def _dollars(panel: Panel, assets: str, rate: str = "") -> pd.Series:
    """Assets in billions of dollars, at the rate of the day."""
    own = panel.billions(assets)
    if not rate:
        return own
    return own * panel.daily(rate) if lookup(rate).unit.startswith("USD") else own / panel.daily(rate)


def _global_central_banks(inputs: Inputs, sessions: int) -> pd.DataFrame:
    """One column a sum; a rising dollar shrinks it, as it does the dollars abroad."""
    panel = inputs.panel

    def known(banks: dict[str, tuple[str, ...]]) -> dict[str, pd.Series]:
        return {
            name: _dollars(panel, *series)
            for name, series in banks.items()
            if all(each in panel for each in series)
        }

    def grown(banks: Iterable[str], parts: dict[str, pd.Series]) -> pd.Series:
        if not set(banks) <= parts.keys():
            return missing(panel)
        total = pd.concat([parts[each] for each in banks], axis=1).sum(axis=1, skipna=False)
        return skip_missing(total, lambda present: log_change(present, sessions))

    at_rates = known(_BANKS)
    sums = {_in_the_sum(banks): grown(banks, at_rates) for banks in _SUMS}
    return pd.DataFrame(sums | {_STAND_IN: grown(_ALWAYS, known(_AT_THE_FUTURE))})


_SMALL_AND_LARGE = (("IWM", "SPY"), ("RUT", "SPX"))
# Reverse repo counts as nothing before its facility opened, so it may be missing then.
_NET: dict[str, Any] = {
    "input_sets": (
        ("WALCL", "WTREGEN", "RRPONTSYD"),
        ("WALCL", "TGA_DAILY", "RRPONTSYD"),
        ("WALCL", "WTREGEN"),
        ("WALCL", "TGA_DAILY"),
    ),
    "bases": ("", "Treasury account by day") * 2,
}
_indicator = partial(Indicator, "liquidity")
INDICATORS = (
    _indicator(
        "hy_spread",
        "High-yield spread",
        "%",
        formula="ICE BofA US high-yield option-adjusted spread",
        **published("BAMLH0A0HYM2"),
        lookup=fred(
            "BAMLH0A0HYM2",
            "What is the latest ICE BofA US high-yield option-adjusted spread in per cent, with "
            "its date, and what was it eight weeks before?",
        ),
    ),
    _indicator(
        "baa_spread",
        "Baa spread",
        "%",
        formula=("Moody's Baa yield − 10-year Treasury yield; stands in where there is no high-yield spread"),
        **published("BAA10Y"),
        lookup=fred(
            "BAA10Y",
            "What is the latest Moody's Baa yield minus the 10-year Treasury yield, with its "
            "date, and where does it stand among its values since 1986?",
        ),
    ),
    _indicator(
        "hy_spread_percentile",
        "High-yield spread, percentile of its past",
        "percentile",
        formula="share of all spreads so far, today's included, at or below today's, once there are {fewest}",
        input_sets=(("BAMLH0A0HYM2",),),
        compute=_percentile("BAMLH0A0HYM2"),
        lookup=fred(
            "BAMLH0A0HYM2",
            "At which percentile of all its values so far is the US high-yield spread, on which date?",
        ),
    ),
    _indicator(
        "baa_spread_percentile",
        "Baa spread, percentile of its past",
        "percentile",
        formula="the same share in the stand-in, once there are {fewest}",
        input_sets=(("BAA10Y",),),
        compute=_percentile("BAA10Y"),
        lookup=fred(
            "BAA10Y",
            "At which percentile of all its values so far is the Baa spread over Treasuries, on which date?",
        ),
    ),
    _indicator(
        "hy_spread_gap",
        "High-yield spread over its {mean:40-week} mean",
        "%",
        formula="100 · ln(spread ÷ its mean of {mean} sessions): credit's own trend",
        input_sets=(("BAMLH0A0HYM2",),),
        compute=_gap("BAMLH0A0HYM2"),
        lookup=fred(
            "BAMLH0A0HYM2",
            "By how many per cent is the US high-yield spread above or below the mean of its last "
            "40 weeks, on which date?",
        ),
    ),
    _indicator(
        "baa_spread_gap",
        "Baa spread over its {mean:40-week} mean",
        "%",
        formula="100 · ln(spread ÷ its mean of {mean} sessions): the same trend in the stand-in",
        input_sets=(("BAA10Y",),),
        compute=_gap("BAA10Y"),
        lookup=fred(
            "BAA10Y",
            "By how many per cent is the Baa spread over Treasuries above or below the mean of "
            "its last 40 weeks, on which date?",
        ),
    ),
    _indicator(
        "hy_spread_change_8w",
        "High-yield spread, {sessions:8-week} change",
        "%",
        formula="100 · ln(spread ÷ spread {sessions} sessions ago)",
        input_sets=(("BAMLH0A0HYM2",),),
        compute=log_change_of("BAMLH0A0HYM2"),
        bounds=Range(-100, 400, 0.1, "percent"),
        lookup=fred(
            "BAMLH0A0HYM2",
            "By how many per cent has the US high-yield spread risen or fallen over eight weeks, on which date?",
        ),
    ),
    _indicator(
        "ig_spread",
        "Investment-grade spread",
        "%",
        formula="ICE BofA US corporate option-adjusted spread",
        **published("BAMLC0A0CM"),
    ),
    _indicator(
        "financial_conditions",
        "Chicago Fed financial conditions",
        "index",
        formula="National Financial Conditions Index of the Chicago Fed; 0 is average, above is tight",
        **published("NFCI"),
        lookup=Lookup(
            "Chicago Fed",
            "https://www.chicagofed.org/research/data/nfci/current-data",
            "What is the latest NFCI, for which week, and did earlier weeks change in the revision?",
        ),
    ),
    _indicator(
        "net_liquidity",
        "Net liquidity",
        "$bn",
        formula="Fed assets − Treasury account − overnight reverse repo, all in $bn",
        **_NET,
        compute=_net_liquidity,
        bounds=Range(0, 50000, 1, "$bn"),
    ),
    _indicator(
        "net_liquidity_impulse_13w",
        "Net liquidity, {sessions:13-week} impulse",
        "% of Fed assets",
        formula="change of net liquidity over {sessions} sessions ÷ Fed assets at the start",
        **_NET,
        compute=_over_time(liquidity_impulse),
        lookup=Lookup(
            "Federal Reserve H.4.1",
            "https://www.federalreserve.gov/releases/h41/",
            "From the latest H.4.1, what are total assets, the Treasury General Account and "
            "overnight reverse repo in billions of dollars, what is the first minus the other "
            "two, and by how many per cent of total assets did that move in 13 weeks?",
        ),
    ),
    _indicator(
        "net_liquidity_impulse_4w",
        "Net liquidity, {sessions:4-week} impulse",
        "% of Fed assets",
        formula="change of net liquidity over {sessions} sessions ÷ Fed assets at the start",
        **_NET,
        compute=_over_time(liquidity_impulse),
    ),
    _indicator(
        "reserves_change_13w",
        "Bank reserves, {sessions:13-week} change",
        "$bn",
        formula="change of reserve balances over {sessions} sessions",
        input_sets=(("WRESBAL",),),
        compute=_reserves_change,
    ),
    _indicator(
        "reverse_repo",
        "Overnight reverse repo",
        "$bn",
        formula=(
            "overnight reverse repo taken up at the Fed; days without an operation before the facility opened on 23 "
            "September 2013 are zero"
        ),
        input_sets=(("RRPONTSYD",),),
        compute=billions_of("RRPONTSYD"),
        bounds="RRPONTSYD",
    ),
    _indicator(
        "treasury_account",
        "Treasury account",
        "$bn",
        formula="balance of the Treasury General Account",
        input_sets=(("WTREGEN",), ("TGA_DAILY",)),
        bases=("mean of the week to Wednesday", "the day's close"),
        compute=_treasury_account,
        bounds=Range(0, 5000, 1, "$bn"),
    ),
    _indicator(
        "dollar_13w",
        "Broad dollar, {sessions:13-week} change",
        "%",
        formula="100 · ln change of the broad dollar index over {sessions} sessions",
        input_sets=(("DTWEXBGS",),),
        compute=log_change_of("DTWEXBGS"),
        lookup=fred(
            "DTWEXBGS",
            "By how many per cent has the Fed's broad dollar index moved over the last 13 weeks, "
            "and up to which date?",
        ),
    ),
    _indicator(
        "small_vs_large_13w",
        "Small caps against large, {sessions:13 weeks}",
        "%",
        formula="100 · ln change of IWM ÷ SPY (or RUT ÷ SPX) over {sessions} sessions",
        input_sets=_SMALL_AND_LARGE,
        bases=("", "Russell 2000 ÷ S&P 500"),
        compute=_small_vs_large,
        lookup=Lookup(
            "StockCharts, IWM against SPY",
            "https://stockcharts.com/h-sc/ui?s=IWM%3ASPY",
            "By how many per cent did small caps (IWM) do better or worse than large caps (SPY) "
            "over the last 13 weeks?",
        ),
    ),
    _indicator(
        "funding_spread",
        "SOFR minus effective funds rate",
        "bp",
        formula="SOFR − effective funds rate, median of {median} sessions",
        input_sets=(("SOFR", "EFFR"), ("SOFR", "DFF")),
        compute=_funding_spread,
        lookup=Lookup(
            "New York Fed, SOFR",
            "https://www.newyorkfed.org/markets/reference-rates/sofr",
            "How many basis points has SOFR stood above or below the effective federal funds rate "
            "over the last five business days, month-ends aside?",
        ),
    ),
    _indicator(
        "net_liquidity_change_13w",
        "Net liquidity, {sessions:13-week} change",
        "$bn",
        formula="change of net liquidity over {sessions} sessions",
        **_NET,
        compute=_over_time(lambda net, _, sessions: change(net, sessions)),
    ),
    _indicator(
        "banks_vs_index_13w",
        "Banks against the index, {sessions:13 weeks}",
        "%",
        formula="100 · ln change of KBE ÷ SPY over {sessions} sessions",
        input_sets=(("KBE", "SPY"),),
        compute=log_change_of("KBE", "SPY"),
    ),
    _indicator(
        "regional_banks_vs_index_13w",
        "Regional banks against the index, {sessions:13 weeks}",
        "%",
        formula="100 · ln change of KRE ÷ SPY over {sessions} sessions",
        input_sets=(("KRE", "SPY"),),
        compute=log_change_of("KRE", "SPY"),
    ),
    _indicator(
        "global_central_banks_13w",
        "Central banks' assets in dollars, {sessions:13 weeks}",
        "%",
        formula=(
            "100 · ln change over {sessions} sessions of the assets of the Fed and the Eurosystem in dollars, with "
            "those of Japan, England, Switzerland and China where they are known at both ends; without a rate of "
            "the euro, the two at the price of its future"
        ),
        input_sets=(
            *(tuple(each for bank in banks for each in _BANKS[bank]) for banks in _SUMS),
            tuple(each for series in _AT_THE_FUTURE.values() for each in series),
        ),
        compute=_global_central_banks,
        bases=(*map(_in_the_sum, _SUMS), _STAND_IN),
    ),
)
