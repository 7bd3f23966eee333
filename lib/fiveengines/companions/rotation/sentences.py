"""What the figures say in words: three sentences, a headline and the answers below them, each earned by a number.

Words only; no figure is computed here. A figure that changes sign between windows is named as such or left out.
"""

from __future__ import annotations

from collections.abc import Sequence

from fiveengines.base.formats import counted, joined, number, ordinal, percent
from fiveengines.base.parameters.rotation import RotationParameters
from fiveengines.companions.rotation.dispersion import Dispersion
from fiveengines.companions.rotation.factors import FactorReturn
from fiveengines.companions.rotation.implied_realized import MarketVolatility
from fiveengines.companions.rotation.ratio import Ratio
from fiveengines.companions.rotation.sectors import Sector
from fiveengines.research import cases
from fiveengines.research.cases import Cases

KINDS = {
    "beta": "a beta market",
    "rotation": "a rotation market",
    "dispersion": "a stock-picker's market",
    "mixed": "neither a beta nor a stock-picker's market",
}
# What each factor is long, and what it is short.
FACTOR_NAMES = {
    "momentum": ("momentum", "the index"),
    "size": ("small caps", "large caps"),
    "equal_weight": ("the average member", "the index"),
    "quality": ("quality", "the index"),
    "value": ("value", "the index"),
    "low_volatility": ("low volatility", "the index"),
    "high_beta": ("high beta", "low volatility"),
    "growth_minus_value": ("growth", "value"),
}


def strong(factors: Sequence[FactorReturn], rules: RotationParameters) -> tuple[FactorReturn, ...]:
    """Factors that moved far for their own history with one sign in every window and source, the largest first."""
    found = [each for each in factors if abs(each.size) >= rules.factors.strong_z and each.stable]
    return tuple(sorted(found, key=lambda each: -abs(each.size)))


def market_kind(dispersion: Dispersion | None, factors: Sequence[FactorReturn], turning: bool) -> str | None:
    """beta, dispersion or mixed by the verdict; None without one, or with too little history for percentiles.

    rotation when it is no beta market and leadership turns: what had led lost far (momentum is among the strong
    `factors` with a loss), or `turning`, the leaders of the quarter no longer lead over the month.
    """
    if dispersion is None or any(
        each.market_share_percentile is None for each in dispersion.windows.values()
    ):
        return None
    fell = any(each.name == "momentum" and each.size < 0 for each in factors)
    return "rotation" if dispersion.verdict != "beta" and (fell or turning) else dispersion.verdict


def kind_sentence(
    kind: str | None,
    dispersion: Dispersion | None,
    factors: Sequence[FactorReturn],
    rules: RotationParameters,
) -> str:
    """Is this a beta, a rotation or a dispersion market? factors: the strong ones."""
    if dispersion is None or kind is None:
        lacking = (
            "too few members or sectors have prices" if dispersion is None else "there is too little history"
        )
        return f"The data cannot tell a beta market from a stock-picker's: {lacking}."
    main = dispersion.windows[rules.dispersion.main_window]
    main_window = rules.dispersion.main_window
    windows = sorted(dispersion.windows.items(), key=lambda item: item[0] != main_window)
    places = [
        _place(each.market_share_percentile)
        + (" of its history" if window == main_window else f" over {window}")
        for window, each in windows
        if each.market_share_percentile is not None
    ]
    text = (
        f"one component carries {percent(main.market_share)} of {main.members} {dispersion.of}' variance over "
        f"{rules.dispersion.main_window} sessions ({', '.join(places)})"
    )
    lead = f"in {rules.factors.window} sessions {_moves(factors[:2])}, and " if factors else ""
    also = " and a stock-picker's one" if kind == "rotation" and dispersion.verdict == "dispersion" else ""
    return f"This is {KINDS[kind]}{also}: {lead}{text}."


def _moves(factors: Sequence[FactorReturn]) -> str:
    """What each factor gained or lost on what; the same opposite is named once."""
    parts, named = [], ""
    for each in factors:
        value = each.return_pct if each.return_pct is not None else each.deciles_return_pct
        long, short = FACTOR_NAMES.get(each.name, (each.name.replace("_", " "), "its opposite"))
        went = "gained" if (value or 0) > 0 else "lost"
        against = "" if short == named else f" on {short}"
        named = short
        parts.append(
            f"{long} {went} {number(abs(value or 0), 1)} %{against} (z {number(each.size, 1, sign=True)})"
        )
    return joined(parts)


def window_words(each: MarketVolatility) -> str:
    """Whether implied volatility is cheap (below realised) or dear (above), by window where they differ."""
    cheap = [str(window) for window, below in each.discount.items() if below]
    dear = [str(window) for window, below in each.discount.items() if not below]
    if not cheap or not dear:
        return f"{'cheap' if cheap else 'dear'} against all windows"
    return f"cheap against {joined(cheap)}, dear against {joined(dear)} sessions"


def market_words(each: MarketVolatility) -> str:
    """One market's implied volatility in words and figures."""
    return f"{each.market} {window_words(each)} ({_implied(each)})"


def _implied(each: MarketVolatility) -> str:
    lowest, highest = min(each.realized.values()), max(each.realized.values())
    return f"{number(each.implied, 1)} implied, {number(lowest, 1)} to {number(highest, 1)} % realised"


def volatility_sentence(markets: Sequence[MarketVolatility]) -> str:
    """Is volatility cheap or dear, in which windows? Markets that say the same are named together."""
    if not markets:
        return "Whether volatility is cheap cannot be told: no implied volatility with its index."
    said: dict[str, list[MarketVolatility]] = {}
    for each in markets:
        said.setdefault(window_words(each), []).append(each)
    parts = [
        f"{joined([each.market for each in group])} {words} ({'; '.join(map(_implied, group))})"
        for words, group in said.items()
    ]
    return f"Volatility: {'; '.join(parts)}."


def nothing_follows(every: Sequence[Cases], usable: Cases) -> bool:
    """Whether the interval spans zero or what is usual, or the horizons differ in sign."""
    return not (usable.leans and usable.differs and cases.one_sign(every))


def ratio_sentence(
    every: Sequence[Cases], usable: Cases | None, condition: str, rules: RotationParameters
) -> str:
    """What curve and surprises say about small against large, with the count; every: all horizons of `usable`."""
    begin = "Small against large"
    if usable is None or usable.n == 0:
        return f"{begin}: the data cannot tell, for the ratio, the curve or a past case is missing."
    if usable.mean is None or usable.low is None or usable.high is None:
        return (
            f"{begin}: {condition} came on only {counted(usable.separate, 'separate occasion')} before "
            f"({counted(usable.n, 'session')}): too few to say what follows."
        )
    count = f"n = {usable.n:,}, {usable.separate} apart"
    if not cases.one_sign(every):
        horizons = joined([str(each.horizon) for each in every])
        return (
            f"{begin}: after {condition} ({count}) RTY/ES did better than usual over some of {horizons} sessions and "
            "worse over others, so nothing follows."
        )
    figures = (
        f"RTY/ES moved {number(usable.mean, 2, ' %', sign=True)} in the {counted(usable.horizon, 'session')} after "
        f"{condition} ({count}, {percent(rules.samples.level)} interval {number(usable.low, 2, sign=True)} to "
        f"{number(usable.high, 2, sign=True)} %, all sessions {number(usable.usual, 2, ' %', sign=True)})"
    )
    if not usable.leans:
        return f"{begin}: {figures}, so nothing follows."
    if not usable.differs:
        return f"{begin}: {figures}; that is no other than usual, so nothing follows."
    word = "gained" if usable.low > 0 else "lost"
    return f"{begin}: {figures}: small caps {word} on large ones by more than usual."


def pair_answer(
    ratio: Ratio | None,
    every: Sequence[Cases],
    usable: Cases | None,
    dispersion: Dispersion | None,
    rules: RotationParameters,
) -> str:
    """Is a pair trade worth it, by how much of the variance is the market's and by the interval?"""
    if ratio is None or ratio.explained is None or usable is None or usable.n == 0:
        return "A pair trade of small against large cannot be judged: the ratio has too little history."
    share = f"the large index explains {percent(ratio.explained)} of the small one's variance"
    if dispersion is not None:
        main = dispersion.windows[rules.dispersion.main_window]
        share = f"one component carries {percent(main.market_share)} of {dispersion.of}' variance and {share}"
    moves = (
        f"the ratio moves {number(ratio.ratio_volatility, 0)} % a year against {number(ratio.large_volatility, 0)} % "
        "for the large index itself"
    )
    if nothing_follows(every, usable):
        none = "what followed such sessions spans zero or what is usual"
        return f"Pair trade: {share}; {moves}, and {none}. Nothing here pays for the second leg."
    side = "small over large" if (usable.mean or 0) > 0 else "large over small"
    crowded = dispersion is not None and (
        dispersion.windows[rules.dispersion.main_window].market_share >= rules.ratio.pair_market_share
    )
    if crowded:
        return f"Pair trade: {share}, so beta decides most; {side} had the better odds, and {moves}."
    return f"Pair trade: {share}; {side} had the better odds (n = {usable.n:,}), and {moves}."


def leadership_words(
    sectors: Sequence[Sector], leads: dict[str, tuple[int, ...]], windows: Sequence[int]
) -> str:
    """Who leads in every window, and who only over the longest or the shortest one."""
    names = {each.ticker: each.name for each in sectors}
    long, short = max(windows), min(windows)
    parts = {
        "in every window": [names[t] for t, held in leads.items() if len(held) == len(windows)],
        f"over {long} sessions, not over {short}": [
            names[t] for t, held in leads.items() if long in held and short not in held
        ],
        f"over {short} sessions, not over {long}": [
            names[t] for t, held in leads.items() if short in held and long not in held
        ],
    }
    said = "; ".join(f"{where}: {joined(who)}" for where, who in parts.items() if who)
    return f"Leading {said}." if said else ""


def headline(
    kind: str | None, markets: Sequence[MarketVolatility], every: Sequence[Cases], usable: Cases | None
) -> str:
    """At most fifteen words for the weekly page."""
    first = {
        "beta": "Beta market",
        "rotation": "Rotation market",
        "dispersion": "Stock-picker's market",
        "mixed": "Mixed market",
        None: "Market kind unknown",
    }[kind]
    large = next((each for each in markets if each.market == "ES"), None)
    if large is None:
        second = "implied volatility unknown"
    elif large.stable:
        second = f"ES volatility {'cheap' if large.discount[min(large.discount)] else 'dear'} in every window"
    else:
        second = "ES volatility neither cheap nor dear"
    known = usable is not None and usable.n > 0
    third = "small against large: nothing follows" if known else "small against large unknown"
    if usable is not None and not nothing_follows(every, usable):
        third = "curve favours small caps" if (usable.mean or 0) > 0 else "curve favours large caps"
    return f"{first}; {second}; {third}"


def _place(value: float) -> str:
    return f"{ordinal(round(value))} percentile"
