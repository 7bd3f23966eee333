"""The parts put together: measured one by one, each missing input named, the answers in words last.

Assembles; every formula is in the module of its part.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, cast

import numpy as np
import pandas as pd

from fiveengines.base.formats import joined
from fiveengines.base.parameters.rotation import RotationParameters
from fiveengines.companions.document import ManualEntry, envelope, finite
from fiveengines.companions.rotation import (
    dispersion,
    factors,
    implied_realized,
    inputs,
    ledger,
    levels,
    quadrant,
    ratio,
    sectors,
    sentences,
    surprise,
)
from fiveengines.companions.rotation.result import LevelRecord, Result
from fiveengines.companions.session import Session
from fiveengines.indicators.rate_path import curve_move
from fiveengines.research import cases
from fiveengines.research.cases import Cases

SURPRISE_FIELD = "data_surprise"
VENDOR_SERIES = "SURPRISE_INDEX"
SurpriseBasis = Literal["first release", "latest vintage", "vendor's index", "entered by hand"]


@dataclass
class _Work:
    """One session's analysis under way: what was found missing, and which manual readings were used."""

    session: Session
    rules: RotationParameters
    missing: list[str] = field(default_factory=list)
    used: list[ManualEntry] = field(default_factory=list)


def analyse(session: Session) -> Result:
    """Where beta, rotation and dispersion stand on the session's evening, with levels and the trade ledger.

    An input that a source lacks is named in `not_available`, and the rest goes on. ParameterError or DataError for
    params/rotation.yaml, params/levels.yaml or a ledger that cannot be read.
    """
    work = _Work(session, inputs.parameters(session))
    rules = work.rules
    markets = _markets(work)
    tickers = inputs.closes(session.panel, rules.sectors.tickers)
    strip = _sectors(work, tickers)
    leads = sectors.agreement(strip, rules.sectors.windows, rules.sectors.leaders)
    kind_of = _dispersion(work, tickers)
    index, daily, basis = _surprises(work)
    curve = _curve(work)
    small_large = _ratio(work, curve, surprise.state(daily, rules.surprise.neutral))
    where = _quadrant(work)
    every, condition = _usable(small_large, basis)
    usable = cases.main(every, rules.samples) if every else None
    paid = _factors(work)
    strong = sentences.strong(paid, rules)

    turning = _turning(strip, leads, rules)
    kind = sentences.market_kind(kind_of, strong, turning)
    leadership = sentences.leadership_words(strip, leads, rules.sectors.windows)
    answers = {
        "market": sentences.kind_sentence(kind, kind_of, strong, rules),
        "volatility": sentences.volatility_sentence(markets),
        "small_against_large": sentences.ratio_sentence(every, usable, condition, rules),
    }
    spells = (
        sectors.spell_of_leadership(tickers, rules.sectors.rank_window, rules.sectors.leaders)
        if strip
        else {}
    )
    values: dict[str, Any] = {
        **envelope(session, "rotation"),
        "headline": sentences.headline(kind, markets, every, usable),
        "bottom_line": " ".join(answers.values()),
        "implied_realized": [_market_record(each, rules) for each in markets],
        "sectors": [_sector_record(each, leads, spells, rules) for each in strip],
        "persistence": _persistence(tickers, rules) if strip else [],
        "leadership": leadership,
        "factors": [_factor_record(each) for each in paid],
        "surprise_index": _surprise_record(work, index, daily, basis),
        "ratio": _ratio_record(small_large, every, kind_of, daily, rules),
        "dispersion": _dispersion_record(work, kind_of),
        "market_kind": kind,
        "quadrant": None if where is None else where.name,
        "quadrant_detail": _quadrant_record(work, where),
        "levels": _levels(work),
        "ledger": _ledger(work),
        "answers": answers,
    }
    return Result.model_validate({**values, "not_available": work.missing, "overrides": work.used})


# Volatility


def _markets(work: _Work) -> tuple[implied_realized.MarketVolatility, ...]:
    rules, found = work.rules, []
    for name, each in work.rules.markets.items():
        implied = work.session.panel.daily(each.implied)
        closes = inputs.best(work.session.panel, each.closes, max(rules.implied_realized.windows) + 1)
        if closes is None or not np.isfinite(implied.iloc[-1]):
            lacking = each.implied if closes is not None else f"{each.closes[0]} with enough closes"
            work.missing.append(f"Implied against realised volatility of {name}: no current {lacking}.")
            continue
        measured = implied_realized.measure(name, implied, closes, rules.implied_realized, rules.samples)
        if measured is None:
            work.missing.append(f"Realised volatility of {name}: {closes.name} has gaps or too few sessions.")
        else:
            found.append(measured)
    return tuple(found)


def _market_record(each: implied_realized.MarketVolatility, rules: RotationParameters) -> dict[str, Any]:
    return {
        **vars(each),
        "discount": each.discount,
        "percentile": each.percentiles[rules.implied_realized.main_window],
        "window_stable": each.stable,
        "cone": {w: {f"{p:g}": v for p, v in levels_.items()} for w, levels_ in each.cone.items()},
        "words": sentences.market_words(each),
    }


# Sectors and factors


def _sectors(work: _Work, tickers: pd.DataFrame) -> tuple[sectors.Sector, ...]:
    rules = work.rules.sectors
    benchmark = inputs.best(work.session.panel, rules.benchmark, rules.mean_sessions)
    if benchmark is None:
        work.missing.append(f"Sectors: no current {' or '.join(rules.benchmark)} to hold them against.")
        return ()
    found = sectors.measure(tickers, benchmark, rules)
    if len(found) < 3:
        work.missing.append("Sectors: fewer than three sector funds have a current close.")
        return ()
    absent = [ticker for ticker in rules.tickers if ticker not in {each.ticker for each in found}]
    if absent:
        work.missing.append(f"Sectors without a current close: {joined(absent)}.")
    return found


def _turning(
    strip: Sequence[sectors.Sector], leads: dict[str, tuple[int, ...]], rules: RotationParameters
) -> bool:
    """Whether at most a third of the leaders over the longest window lead over the month too."""
    long, month = max(rules.sectors.windows), 21
    old = [held for held in leads.values() if long in held]
    if not strip or not old or month not in rules.sectors.windows:
        return False
    return sum(month in held for held in old) <= len(old) * rules.sectors.leaders


def _sector_record(
    each: sectors.Sector, leads: dict[str, tuple[int, ...]], spells: dict[str, int], rules: RotationParameters
) -> dict[str, Any]:
    return {
        "ticker": each.ticker,
        "name": each.name,
        **{f"return_{window}": each.returns.get(window) for window in (5, 21, 30, 63)},
        "rank": each.ranks[rules.sectors.rank_window],
        "ranks": each.ranks,
        "quadrant": each.quadrant,
        "strength": each.strength,
        "momentum": each.momentum,
        "tail": each.tail,
        "leads_in": leads.get(each.ticker, ()),
        "leads_since_sessions": spells.get(each.ticker),
    }


def _persistence(tickers: pd.DataFrame, rules: RotationParameters) -> list[sectors.Persistence]:
    every = (
        sectors.persistence(tickers, window, rules.sectors.leaders, rules.samples)
        for window in rules.sectors.windows
    )
    return [each for each in every if each.cases]


def _factors(work: _Work) -> tuple[factors.FactorReturn, ...]:
    panel, rules = work.session.panel, work.rules.factors
    names = [ticker for each in rules.factors.values() for pair in each.pairs for ticker in pair]
    measured = factors.measure(
        inputs.closes(panel, names), panel.members, panel.in_index, rules, work.rules.sectors.windows
    )
    lacking = [name for name in rules.factors if name not in {each.name for each in measured}]
    if lacking:
        words = joined([each.replace("_", " ") for each in lacking])
        work.missing.append(f"Factors without funds or members: {words}.")
    if panel.members is None:
        work.missing.append("Factor deciles: no members' closes.")
    return measured


def _factor_record(each: factors.FactorReturn) -> dict[str, Any]:
    return {
        "name": each.name,
        "return_21": each.return_pct,
        "z": each.z,
        "pair": None if each.pair is None else f"{each.pair[0]} − {each.pair[1]}",
        "deciles_return_21": each.deciles_return_pct,
        "deciles_z": each.deciles_z,
        "disagree": each.disagree,
        "returns": each.returns,
        "stable": each.stable,
    }


# Small against large


def _surprises(work: _Work) -> tuple[surprise.SurpriseIndex, pd.Series, SurpriseBasis | None]:
    """The index computed here, the growth index that counts by session, and what it is."""
    session, rules = work.session, work.rules.surprise
    index = surprise.measure(session.dataset.series, session.panel.sessions, rules)
    daily, basis = index.daily["growth"], cast("SurpriseBasis | None", index.vintage)
    if basis == "latest vintage":
        work.missing.append(
            "Data surprises from first releases: this source keeps latest vintages only, so the index stays out of the "
            "bottom line."
        )
    vendor = surprise.standardised(session.panel.daily(VENDOR_SERIES), work.rules.samples.fewest_sessions)
    if np.isfinite(vendor.iloc[-1]):
        daily, basis = vendor, "vendor's index"
    entry = session.entered(SURPRISE_FIELD)
    if entry is not None and not isinstance(entry.value, str):
        daily = daily.copy()
        daily.iloc[-1] = entry.value
        basis = "entered by hand"
        work.used.append(ManualEntry(field=entry.field, value=entry.value, why=entry.why, who=entry.who))
    if not np.isfinite(daily.iloc[-1]):
        work.missing.append("Data surprise index: no recent release of growth figures.")
        basis = None
    return index, daily, basis


def _surprise_record(
    work: _Work, index: surprise.SurpriseIndex, daily: pd.Series, basis: SurpriseBasis | None
) -> dict[str, Any]:
    now = surprise.state(daily, work.rules.surprise.neutral).iloc[-1]
    return {
        "name": basis if basis == "vendor's index" else "data surprise (no consensus)",
        "growth": finite(daily.iloc[-1]),
        "inflation": finite(index.daily["inflation"].iloc[-1]),
        "basis": basis,
        "state": now if isinstance(now, str) else None,
        "releases": index.releases,
    }


def _curve(work: _Work) -> pd.Series:
    """The name of the yield curve's move on every session."""
    panel, rules = work.session.panel, work.session.params.engines.labels
    two, ten = panel.daily("DGS2"), panel.daily("DGS10")
    both = pd.concat([two, ten], axis=1, sort=False).dropna()
    moves = curve_move(
        both.iloc[:, 0], both.iloc[:, 1], rules.curve_sessions, threshold_bp=rules.curve_threshold_bp
    )
    # where one of the two is missing on a day nothing is known of the move
    found = moves.reindex(panel.sessions)
    if not isinstance(found.iloc[-1], str):
        work.missing.append("Curve move: no current two- and ten-year yields.")
    return found


def _ratio(work: _Work, curve: pd.Series, states: pd.Series) -> ratio.Ratio | None:
    panel, rules = work.session.panel, work.rules
    small = inputs.best(panel, rules.ratio.small, rules.ratio.change_sessions + 1)
    large = inputs.best(panel, rules.ratio.large, rules.ratio.change_sessions + 1)
    found = None
    if small is not None and large is not None:
        found = ratio.measure(
            small,
            large,
            curve,
            states,
            rules.ratio.change_sessions,
            rules.dispersion.main_window,
            rules.samples,
        )
    if found is None:
        lacking = rules.ratio.small[0] if small is None else rules.ratio.large[0]
        work.missing.append(f"Small against large: no current {lacking}.")
    return found


def _usable(found: ratio.Ratio | None, basis: SurpriseBasis | None) -> tuple[tuple[Cases, ...], str]:
    """The cases that sentences may quote, one a horizon, and the condition in words.

    The curve's move with the surprises' state, unless the surprises come from revised figures or are unknown.
    """
    if found is None or found.curve_move is None:
        return (), ""
    words = _move_words(found.curve_move)
    if found.by_both and found.surprise_state and basis is not None and basis != "latest vintage":
        return found.by_both, f"{words} with growth data {found.surprise_state} forecast"
    return found.by_curve, words


def _move_words(move: str) -> str:
    known = {"unchanged": "an unchanged curve", "parallel": "a parallel shift of the curve"}
    name = move.replace("steepener", "steepening").replace("flattener", "flattening")
    return known.get(move, f"a {name}")


def _ratio_record(
    found: ratio.Ratio | None,
    every: Sequence[Cases],
    kind_of: dispersion.Dispersion | None,
    daily: pd.Series,
    rules: RotationParameters,
) -> dict[str, Any] | None:
    if found is None:
        return None
    shown = found.by_both or found.by_curve
    usable = cases.main(every, rules.samples) if every else None
    names = [each for each, there in (("curve move", found.by_curve), ("surprises", found.by_both)) if there]
    return {
        "rty_es": found.level,
        "small": found.small,
        "large": found.large,
        "change_21": found.change_pct,
        "change_percentile": found.percentile,
        "curve_move": found.curve_move,
        "surprise": finite(daily.iloc[-1]),
        "conditional_on": " × ".join(names) or "nothing known",
        "conditional": cases.main(shown, rules.samples) if shown else None,
        "by_horizon": shown,
        "by_curve": found.by_curve,
        "moves": [{"move": move, "cases": each} for move, each in found.every_move.items()],
        "explained": found.explained,
        "ratio_volatility": found.ratio_volatility,
        "large_volatility": found.large_volatility,
        "pair_trade": sentences.pair_answer(found, every, usable, kind_of, rules),
    }


# Dispersion and quadrant


def _dispersion(work: _Work, tickers: pd.DataFrame) -> dispersion.Dispersion | None:
    panel, rules = work.session.panel, work.rules.dispersion
    if panel.members is not None and panel.in_index is not None:
        if "rotation.dispersion" not in panel.memory:
            panel.memory["rotation.dispersion"] = dispersion.measure(
                "members", panel.members, panel.in_index, rules, rules.fewest_members
            )
        found = cast("dispersion.Dispersion | None", panel.memory["rotation.dispersion"])
        if found is not None:
            return found
    work.missing.append(
        "Dispersion of members: too few members with closes; sectors stand in where there are any."
    )
    every = np.ones(tickers.shape, dtype=bool)
    return dispersion.measure("sectors", tickers, every, rules, 6) if tickers.shape[1] else None


def _dispersion_record(work: _Work, found: dispersion.Dispersion | None) -> dict[str, Any] | None:
    rules, panel = work.rules.dispersion, work.session.panel
    implied: dict[str, float | None] = {}
    for name, series in (
        ("correlation", rules.implied_correlation),
        ("dispersion", rules.implied_dispersion),
    ):
        values = panel.daily(series)
        place = implied_realized.percentile_of(values, work.rules.samples.fewest_sessions)
        scale = 100 if name == "correlation" else 1
        now = finite(values.iloc[-1])
        implied |= {
            f"implied_{name}": None if now is None else now / scale,
            f"implied_{name}_percentile": place,
        }
        if now is None:
            work.missing.append(f"Implied {name}: no current {series}.")
    if found is None:
        work.missing.append("Dispersion: neither members nor sectors have enough closes.")
        return None
    main = found.windows[rules.main_window]
    days = pd.DatetimeIndex(found.history.index)
    months = found.history.groupby(days.to_period("M")).tail(1)
    return {
        "of": found.of,
        "members": main.members,
        "realized": main.realized,
        "correlation": main.correlation,
        **implied,
        "market_share": main.market_share,
        "percentile": main.market_share_percentile,
        "verdict": found.verdict,
        "windows": found.windows,
        "history": months.drop(columns="members").rename_axis("date").reset_index().to_dict("records"),
    }


def _quadrant(work: _Work) -> quadrant.Quadrant | None:
    found = quadrant.measure(work.session.panel, work.rules.quadrant)
    if found is None:
        work.missing.append("Quadrant: no current figures of growth or of inflation.")
    return found


def _quadrant_record(work: _Work, found: quadrant.Quadrant | None) -> dict[str, Any] | None:
    if found is None:
        return None
    panel, rules = work.session.panel, work.rules
    same = (found.history == found.name).to_numpy(dtype=bool)
    followed: dict[str, tuple[Cases, ...]] = {"index_after": (), "ratio_after": ()}
    large = inputs.best(panel, rules.ratio.large, rules.samples.fewest_sessions)
    small = inputs.best(panel, rules.ratio.small, rules.samples.fewest_sessions)
    if large is not None:
        followed["index_after"] = ratio.outcome_by({"same": same}, large, rules.samples)["same"]
        if small is not None:
            followed["ratio_after"] = ratio.outcome_by({"same": same}, small / large, rules.samples)["same"]
    return {
        "words": found.words,
        "growth": found.growth,
        "inflation": found.inflation,
        "parts": found.parts,
        "latest_vintage": found.revised,
        **followed,
    }


# Levels and the ledger


def _levels(work: _Work) -> list[LevelRecord]:
    panel, rules = work.session.panel, work.rules
    days = inputs.decision_days(work.session)
    if not days:
        work.missing.append("Close of the last FOMC day: no decision day is known.")
    found: list[LevelRecord] = []
    for market, each in rules.markets.items():
        closes = inputs.best(panel, each.closes, 2)
        if closes is not None:
            found += levels.of_market(market, closes, days, rules.levels)
        else:
            work.missing.append(f"Levels of {market}: no current {each.closes[0]} with enough closes.")
    for own in inputs.own_levels(work.session).levels:
        frame = inputs.closes(panel, [own.series])
        level = levels.own(own, frame[own.series], rules.levels) if own.series in frame else None
        if level is None:
            work.missing.append(f"Level {own.name}: no current {own.series}.")
        else:
            found.append(level)
    return found


def _ledger(work: _Work) -> dict[str, Any] | None:
    held = inputs.ledger(work.session, work.rules)
    trades = held.at(work.session.as_of.date())
    if not trades and not held.simulated:
        work.missing.append("Trade ledger: no trade yet; open one with `fiveengines trade open`.")
        return None
    return ledger.record(held, work.session, work.rules)
