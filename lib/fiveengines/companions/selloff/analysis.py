"""The sell-off companion's parts put together for one session: from the window to the bottom line.

Reads the session and params/selloff.yaml; formulas, rules and words are in the modules beside this one.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from fiveengines.base import cache, yaml_files
from fiveengines.base.parameters.selloff import DRIVERS, Driver, SelloffParameters, Signal
from fiveengines.companions.document import ManualEntry, envelope, finite
from fiveengines.companions.selloff import (
    capitulation,
    cross_asset,
    drivers,
    flows,
    momentum_falls,
    sentences,
    shocks,
)
from fiveengines.companions.selloff.capitulation import ONE_YEAR, THREE_YEARS
from fiveengines.companions.selloff.measures import MEASURES, Measure, Tape
from fiveengines.companions.selloff.microstructure import Micro, micro
from fiveengines.companions.selloff.moves import Level, Move, Window, find_window, measure
from fiveengines.companions.selloff.result import (
    Asset,
    Capitulation,
    DriverRecord,
    Earnings,
    Evidence,
    Fact,
    Flow,
    Gamma,
    Momentum,
    MomentumFall,
    PathPoint,
    Result,
    Shares,
    ShockDetail,
    WindowRecord,
)
from fiveengines.companions.session import Session
from fiveengines.indicators import REGISTRY
from fiveengines.indicators.dealer_gamma import dealer_gamma_profile, gamma_flip
from fiveengines.indicators.evaluate import IndicatorValues, evaluate
from fiveengines.indicators.positioning import dealer_gamma_from_chain
from fiveengines.indicators.transforms import distance_from_high, natural_log, skip_missing
from fiveengines.overrides.companion_fields import FIELDS

NAME = "selloff"
# Shown beside the measures that drivers are scored with.
_GROWTH_AND_CREDIT = (
    "cyclicals", "small_caps", "copper_gold", "oil", "high_yield_spread", "baa_spread", "ted_spread",
    "banks", "financials", "curve_2s10s",
)  # fmt: skip
_RATES = ("yield_2y", "yield_10y", "real_yield_10y", "breakeven_10y", "move", "rate_sensitive")
_POSITIONING_MOVES = ("momentum", "beta_against_low_vol", "equal_weight", "nasdaq", "vix")
# Indicators of the weekly that say where positions stand; a manual reading takes a measured one's place.
_FACTS = (
    "cta_exposure", "vol_target_exposure", "naaim", "aaii_bull_bear", "aaii_bears", "put_call", "cot_speculators",
    "cot_asset_managers", "cot_leveraged_funds", "vix9d_term", "vix_term", "vix_futures_slope", "skew",
    "hedge_fund_gross", "hedge_fund_net",
)  # fmt: skip
_BY_HAND = {"hedge_fund_gross", "hedge_fund_net"}


@dataclass
class _Read:
    """What the parts share while one session is read: its tape and window, and what is missing or entered by hand."""

    session: Session
    params: SelloffParameters
    tape: Tape
    window: Window
    lacking: list[str] = field(default_factory=list)
    entered: dict[str, ManualEntry] = field(default_factory=dict)
    moves: dict[str, tuple[Measure, Level, Move]] = field(default_factory=dict)

    def lack(self, text: str) -> None:
        """Say once what could not be said."""
        if text not in self.lacking:
            self.lacking.append(text)

    def manual(self, name: str) -> float | None:
        """The manual reading of an indicator, noted as used; None where nobody entered one."""
        entry = self.session.entered(name)
        if entry is None or not isinstance(entry.value, int | float):
            return None
        self.entered[name] = ManualEntry(field=name, value=entry.value, why=entry.why, who=entry.who)
        return float(entry.value)

    def move(self, name: str) -> Move | None:
        """The move of a measure over the window, measured once; None where the source cannot say, which is noted."""
        if name not in self.moves:
            each = MEASURES[name]
            level = each.level(self.tape)
            rules = self.params.history
            found = (
                None
                if level is None
                else measure(
                    level.values, self.tape.index, self.window, rules.fewest_windows, rules.window_lengths
                )
            )
            if level is None or found is None:
                self.lack(f"{each.title}: no figures over this window ({each.needs})")
                return None
            self.moves[name] = (each, level, found)
        return self.moves[name][2]

    def evidence(self, name: str, signal: Signal | None = None) -> Evidence | None:
        """The move of a measure as a record; deviations in the measure's own direction."""
        found = self.move(name)
        if found is None:
            return None
        each, level, _ = self.moves[name]
        against = signal.against if signal else "time"
        return Evidence(
            indicator=name,
            title=each.title,
            value=_in_unit(found.change, each.unit),
            unit=each.unit,
            percentile=found.percentile,
            observed=level.observed,
            usual_in_fall=None if found.expected is None else _in_unit(found.expected, each.unit),
            deviations=found.z if against == "time" else found.excess,
            speaks=drivers.voice(found, signal, self.params.roles.cap) if signal else None,
            adverse=signal.adverse if signal else None,
            windows=found.windows,
        )


def analyse(session: Session) -> Result:
    """What drives the fall that the session stands in, and whether it is spent.

    Only what was public that evening is read; the same session gives the same result. A missing input is named in
    `not_available` and the rest goes on.
    """
    params = yaml_files.load_model(session.params.beside("selloff.yaml"), SelloffParameters)
    tape = Tape(session.panel, params.history.stale_days, params.history.fewest_members)
    close = session.panel.daily("SPX")
    found = find_window(close, params.window.sessions, session.start)
    if found is None:
        return _unreadable(session, params)
    window, low = found
    read = _Read(session, params, tape, window)
    record = _window(close, window, low)
    _check_calendar(read)
    active = record.fall_pct <= -params.window.active_pct
    shares, detail, agreement, by_rotation, together = _shocks(read, record.fall_pct)
    earnings, earnings_voice = _earnings(read)
    held = close.dropna()
    begin = window.sessions[window.begin]
    settings = session.params.engines.settings
    paths = flows.fund_paths(held, begin, settings, params.flows)
    facts, entered = _facts(read)
    mechanical = _mechanical(read, paths, entered)
    voices = _voices(read)
    roles = drivers.read(drivers.Inputs(voices, by_rotation, together, earnings_voice, mechanical), params)
    structure = micro(tape, params, session.params.engines.inputs.breadth)
    figures = capitulation.conditions(tape, structure, {each.id: each.history for each in paths})
    spent = capitulation.assess(figures, close, params.capitulation, session.params.research.bootstrap)
    for item in spent.items:
        if item.met is None:
            read.lack(f"{item.title}: not known on this session")
    momentum = _momentum(read, close)
    assets, pattern = _cross_asset(read)
    records = _drivers(read, roles, earnings_voice, active=active)
    result = {
        **envelope(session, NAME),
        "active": active,
        "window": record,
        "shares": shares,
        "shock_agreement": agreement,
        "shock_detail": detail,
        "agreement": roles.agreement if active else 0.0,
        "drivers": records,
        "cannot_tell": active and roles.cannot_tell,
        "cannot_tell_why": roles.why if active else "",
        "capitulation": spent,
        "flows": _flows(paths, entered),
        "growth_and_credit": _evidence(read, _GROWTH_AND_CREDIT),
        "rates": _evidence(read, _RATES),
        "positioning": facts + _member_facts(read),
        "gamma": _gamma(read),
        "momentum": momentum,
        "earnings": earnings,
        "microstructure": _micro_facts(read, structure),
        "cross_asset": assets,
        "pattern": pattern if active else "",
        "medium_term": sentences.medium_term(momentum, spent, active=active),
        "path": _path(read),
    }
    result["headline"] = sentences.headline(record, records, spent, result["cannot_tell"], active=active)
    result["bottom_line"] = sentences.bottom_line(
        record, records, spent, roles.why if result["cannot_tell"] else "", result["flows"],
        params, active=active,
    )  # fmt: skip
    result["not_available"] = read.lacking
    result["overrides"] = [read.entered[name] for name in sorted(read.entered)]
    return Result.model_validate(result)


def _unreadable(session: Session, params: SelloffParameters) -> Result:
    """Without an index there is no fall to speak of."""
    text = "The S&P 500 has no close, so nothing can be said of a sell-off."
    empty = Capitulation(met=0, of=0, items=[], followed=[])
    return Result.model_validate(
        {
            **envelope(session, NAME), "active": False, "window": None, "shares": None, "shock_agreement": None,
            "shock_detail": None, "agreement": 0.0, "cannot_tell": False, "cannot_tell_why": "", "capitulation": empty,
            "drivers": [DriverRecord(driver=each, role="absent", score=0.0, evidence=[]) for each in DRIVERS],
            "flows": [], "growth_and_credit": [], "rates": [], "positioning": [], "gamma": None, "momentum": None,
            "earnings": None, "microstructure": [], "cross_asset": [], "pattern": "", "medium_term": "", "path": [],
            "headline": "No reading: the S&P 500 has no close", "bottom_line": text,
            "not_available": ["S&P 500: two closes are needed (SPX)"], "overrides": [],
        }
    )  # fmt: skip


def _in_unit(change: float, unit: str) -> float:
    """A change of 100 · log as a simple change in per cent; basis points as they are."""
    return 100.0 * math.expm1(change / 100.0) if unit == "%" else change


def _window(close: pd.Series, window: Window, low: int) -> WindowRecord:
    held = close.to_numpy(dtype="float64")
    high, now, lowest = held[window.begin], held[window.end], held[low]
    return WindowRecord(
        peak=window.sessions[window.begin].date(),
        peak_close=high,
        low=window.sessions[low].date(),
        close=now,
        fall_pct=100.0 * (now / high - 1.0),
        fall_to_low_pct=100.0 * (lowest / high - 1.0),
        sessions=window.length,
    )


def _check_calendar(read: _Read) -> None:
    """Say where the index has no close of the session itself, or lacks closes inside the window."""
    observed = read.tape.observed("SPX")
    begin, end = read.window.sessions[read.window.begin], read.session.as_of
    if observed is not None and observed < end:
        read.lack(f"S&P 500: no close of {end.date()} (SPX); the last, of {observed.date()}, stands for it")
    data = read.session.dataset.series["SPX"].latest()
    inside = pd.DatetimeIndex(data.index)
    wanted = read.window.sessions[
        (read.window.sessions >= begin) & (read.window.sessions <= min(end, observed or end))
    ]
    gaps = int((~wanted.isin(inside)).sum())
    if gaps:
        read.lack(
            f"S&P 500: {gaps} closes inside the window are missing (SPX); the close before stands for each"
        )
    if read.window.length < 5:
        read.lack(
            f"Window of {read.window.length} sessions: daily shares and patterns say little on so few days"
        )


def _shocks(
    read: _Read, fall: float
) -> tuple[Shares | None, ShockDetail | None, float | None, np.ndarray | None, float | None]:
    """The fall by four shocks, how that was made, whether rotations agree, shares by rotation, and the simple split."""
    held = read.session.dataset.series
    rules = read.params.shocks
    missing = [each for each in shocks.VARIABLES if each not in held]
    if missing:
        read.lack(
            f"Four shocks: need yields of 2, 5 and 10 years and the index ({', '.join(missing)} missing)"
        )
        return None, None, None, None, None
    yields = pd.DataFrame({each: held[each].latest() for each in shocks.VARIABLES[:3]})
    changes = shocks.daily_changes(yields, held["SPX"].latest())
    begin = read.window.sessions[read.window.begin]
    simple = shocks.co_movement(changes, begin)
    together = _net_together(simple)
    known = changes[changes.index < pd.Timestamp(read.session.as_of.year, 1, 1)]
    if len(known) < rules.fewest_days:
        read.lack(f"Four shocks: need {rules.fewest_days} days of yields and index before this year")
        return None, None, None, None, together
    model = _identified(known, rules.rotations, rules.seed)
    if model is None or len(model.impacts) < rules.fewest_rotations:
        read.lack("Four shocks: yields and index of this source do not move as the restrictions ask")
        return None, None, None, None, together
    split = shocks.split(changes, model, begin)
    last = changes.index[-1]
    if last < read.session.as_of:
        read.lack(
            f"Four shocks: yields are known to {last.date()}; what the index did later is part of the residual"
        )
    whole = float(read.tape.index.iloc[read.window.end] - read.tape.index.iloc[read.window.begin])
    scale = fall / whole if abs(whole) > 1e-9 else 1.0
    points = [round(float(each) * scale, 2) for each in split.points]
    shares = Shares(**dict(zip(shocks.SHOCKS, points, strict=True)), residual=round(fall, 2) - sum(points))
    low, high = np.percentile(split.by_rotation * scale, [10, 90], axis=0)
    variance = model.variance_shares
    detail = ShockDetail(
        fitted_to=known.index[-1].date(),
        days=model.observations,
        rotations=len(model.impacts),
        low=dict(zip(shocks.SHOCKS, low, strict=True)),
        high=dict(zip(shocks.SHOCKS, high, strict=True)),
        variance_2y=dict(zip(shocks.SHOCKS, variance[0], strict=True)),
        variance_10y=dict(zip(shocks.SHOCKS, variance[2], strict=True)),
        together_points=simple["together"],
        apart_points=simple["apart"],
        days_together=int(simple["days_together"]),
        days_apart=int(simple["days_apart"]),
        last_yields=last.date(),
    )
    return shares, detail, split.agreement, drivers.shock_shares(split), together


def _identified(changes: pd.DataFrame, rotations: int, seed: int) -> shocks.Identified | None:
    """`shocks.identify`, from the cache when the same days were identified by the same code before."""
    digest = changes.to_numpy(dtype="float64").tobytes(), changes.index[-1], rotations, seed
    key = cache.key_of((*digest, cache.code_key("companions/selloff/shocks.py")))

    def make() -> Mapping[str, np.ndarray]:
        found = shocks.identify(changes, rotations, seed)
        if found is None:
            return {"impacts": np.empty((0, 4, 4))}
        return {"constant": found.constant, "persistence": found.persistence, "impacts": found.impacts}

    held = cache.arrays("selloff_shocks", key, make)
    if not len(held["impacts"]):
        return None
    return shocks.Identified(held["constant"], held["persistence"], held["impacts"], len(changes))


def _net_together(simple: Mapping[str, float]) -> float | None:
    """Net share of the losses on days when yields fell with stocks, −1 to 1; None without a loss."""
    with_yields, against = max(-simple["together"], 0.0), max(-simple["apart"], 0.0)
    lost = with_yields + against
    return (with_yields - against) / lost if lost > 0 else None


def _voices(read: _Read) -> dict[tuple[Driver, str], float]:
    found: dict[tuple[Driver, str], float] = {}
    for driver, rules in read.params.drivers.items():
        for group in rules.groups.values():
            for name, signal in group.signals.items():
                move = read.move(name)
                if move is None:
                    continue
                loud = drivers.voice(move, signal, read.params.roles.cap)
                if loud is None:
                    read.lack(
                        f"{MEASURES[name].title}: too little history to say what is usual ({MEASURES[name].needs})"
                    )
                else:
                    found[driver, name] = loud
    return found


def _earnings(read: _Read) -> tuple[Earnings | None, tuple[float, float] | None]:
    """The fall by multiple and forward earnings; and how unusual the cut is, with its share of the fall."""
    ratio = read.tape.raw("SP500_FORWARD_PE")
    begin, end = read.window.begin, read.window.end
    if ratio is None or not np.isfinite([ratio.iloc[begin], ratio.iloc[end]]).all():
        read.lack("Forward earnings: no forward P/E at both ends of the window (SP500_FORWARD_PE)")
        return None, None
    earned = read.tape.index - 100.0 * natural_log(ratio)
    rules = read.params.history
    move = measure(earned, read.tape.index, read.window, rules.fewest_windows, rules.window_lengths)
    price = float(read.tape.index.iloc[end] - read.tape.index.iloc[begin])
    change = float(earned.iloc[end] - earned.iloc[begin])
    observed = read.tape.observed("SP500_FORWARD_PE")
    record = Earnings(
        price=price,
        multiple=price - change,
        forward_earnings=change,
        pe_from=float(ratio.iloc[begin]),
        pe_to=float(ratio.iloc[end]),
        observed=(observed or read.session.as_of).date(),
    )
    if move is None or move.z is None or not price < 0:
        return record, None
    return record, (-move.z, change / price)


def _facts(read: _Read) -> tuple[list[Fact], dict[str, float]]:
    """Where positions stand, as the weekly measures it, with three years' percentile; manual readings in their
    place.
    """
    panel = read.session.panel
    days = panel.sessions[-THREE_YEARS:]
    measured: IndicatorValues = evaluate(panel, days, read.session.params.engines, _FACTS)
    facts, entered = [], {}
    for name in _FACTS:
        each = REGISTRY[name]
        by_hand = read.manual(name)
        history = measured.values[name].dropna()
        value = by_hand if by_hand is not None else finite(measured.values[name].iloc[-1])
        if value is None:
            hint = "only by hand" if name in _BY_HAND else "no figure"
            read.lack(f"{each.title}: {hint} ({name})")
            continue
        if by_hand is not None:
            entered[name] = by_hand
        seen = measured.observed[name].iloc[-1]
        facts.append(
            Fact(
                name=name,
                title=each.title,
                value=value,
                unit=each.unit,
                percentile=_percentile(history, value) if each.unit != "percentile" else None,
                observed=None if by_hand is not None or pd.isna(seen) else pd.Timestamp(seen).date(),
                note="entered by hand" if by_hand is not None else "",
                overridden=by_hand is not None,
            )
        )
    return facts, entered


def _percentile(history: pd.Series, value: float) -> float | None:
    if len(history) < ONE_YEAR:
        return None
    return float(100.0 * ((history < value).mean() + 0.5 * (history == value).mean()))


def _mechanical(read: _Read, paths: Iterable[flows.FundPath], entered: Mapping[str, float]) -> float | None:
    """Selling by rule, 0 to 1: how far the VIX jumped beyond the usual, and what modelled funds sold since the high."""
    rules = read.params.mechanical
    parts = []
    vix = read.move("vix")
    if vix is not None and vix.excess is not None:
        parts.append(float(np.clip(vix.excess / rules.full, 0.0, 1.0)))
    sold = [each.at_high - entered.get(each.id, each.now) for each in paths if math.isfinite(each.at_high)]
    if sold:
        parts.append(float(np.clip(np.mean(sold) / rules.exposure_cut, 0.0, 1.0)))
    return float(np.mean(parts)) if parts else None


def _drivers(
    read: _Read, roles: drivers.Roles, earnings: tuple[float, float] | None, *, active: bool
) -> list[DriverRecord]:
    found = []
    for verdict in roles.verdicts:
        evidence: list[Evidence] = []
        if verdict.driver in read.params.drivers:
            for group in read.params.drivers[verdict.driver].groups.values():
                made = (read.evidence(name, signal) for name, signal in group.signals.items())
                evidence += [each for each in made if each is not None]
        elif earnings is not None:
            unusual, share = earnings
            observed = read.tape.observed("SP500_FORWARD_PE") or read.session.as_of
            evidence.append(
                Evidence(
                    indicator="forward_earnings",
                    title="Forward earnings, share of the fall",
                    value=100.0 * share,
                    unit="%",
                    percentile=None,
                    observed=observed.date(),
                    deviations=-unusual,
                    speaks=min(unusual, read.params.earnings.worth * share),
                )
            )
        if not verdict.heard:
            read.lack(f"{verdict.driver}: none of its measures is there, so it counts as absent")
        found.append(
            DriverRecord(
                driver=verdict.driver,
                role=verdict.role if active else "absent",
                score=verdict.score if active else 0.0,
                evidence=evidence,
            )
        )
    return found


def _evidence(read: _Read, names: Iterable[str]) -> list[Evidence]:
    return [each for name in names if (each := read.evidence(name)) is not None]


def _flows(paths: Iterable[flows.FundPath], entered: Mapping[str, float]) -> list[Flow]:
    found = []
    for each in paths:
        now = entered.get(each.id, each.now)
        if math.isfinite(each.at_high):
            found.append(Flow(who=flows.WHO[each.id], scenario="since the high", points=now - each.at_high))
        for sigma, traded in each.trades.items():
            name = f"week of {sigma:+g} sigma".replace("-", "−") if sigma else "flat week"
            found.append(Flow(who=flows.WHO[each.id], scenario=name, points=traded))
    return found


def _member_facts(read: _Read) -> list[Fact]:
    """Measures of positioning over the window that are no indicator of the weekly, and how many members beat the
    index.
    """
    facts = []
    for name in _POSITIONING_MOVES:
        found = read.evidence(name)
        if found is not None:
            facts.append(
                Fact(
                    name=f"{name}_window",
                    title=f"{found.title}, over the window",
                    value=found.value,
                    unit=found.unit,
                    percentile=found.percentile,
                    observed=found.observed,
                )
            )
    bought = read.manual("fund_flows")
    if bought is None:
        read.lack("Fund flows: only by hand (fund_flows)")
    else:
        each = FIELDS["fund_flows"]
        facts.append(
            Fact(
                name="fund_flows",
                title=each.title,
                value=bought,
                unit=each.unit,
                note="entered by hand",
                overridden=True,
            )
        )
    closes, inside = read.session.panel.members, read.session.panel.in_index
    if closes is None or inside is None:
        read.lack(
            "Members: none in this source; momentum, correlation and new lows rest on funds or are missing"
        )
        return facts
    begin, end = read.window.begin, read.window.end
    held = closes.to_numpy(dtype="float64")
    change = held[end] / held[begin] - 1.0
    counted = np.isfinite(change) & inside[end] & inside[begin]
    index = math.expm1((read.tape.index.iloc[end] - read.tape.index.iloc[begin]) / 100.0)
    if counted.sum() >= read.params.history.fewest_members:
        facts.append(
            Fact(
                name="members_ahead",
                title="Members that did better than the index",
                value=float(100.0 * (change[counted] > index).mean()),
                unit="%",
                observed=read.session.as_of.date(),
                note=f"of {int(counted.sum())} with a price at both ends",
            )
        )
    return facts


def _gamma(read: _Read) -> Gamma | None:
    """Dealer gamma: entered by hand, from an option chain, or as a provider publishes it."""
    chain = _chain(read)
    value, flip, source, observed, points = None, None, "", None, []
    rules = read.params.gamma
    if chain is not None:
        table, spot, day = chain
        total = dealer_gamma_from_chain(table, spot)
        width = rules.range_pct / 100.0
        spots = np.linspace((1.0 - width) * spot, (1.0 + width) * spot, rules.points)
        profile = dealer_gamma_profile(table, day, spots, rules.business_days)
        level = gamma_flip(profile, spot)
        value = total if math.isfinite(total) else None
        flip = level if math.isfinite(level) else None
        source, observed = "option chain, dealers long calls and short puts", day.date()
        points = list(zip(spots.tolist(), profile.tolist(), strict=True))
    if value is None:
        known = evaluate(
            read.session.panel,
            read.session.panel.sessions[-1:],
            read.session.params.engines,
            ["dealer_gamma"],
        )
        value = finite(known.values["dealer_gamma"].iloc[-1])
        seen = known.observed["dealer_gamma"].iloc[-1]
        if value is not None:
            source, observed = "published (GEX)", None if pd.isna(seen) else pd.Timestamp(seen).date()
    by_hand = read.manual("dealer_gamma")
    if by_hand is not None:
        value, source, observed = by_hand, "entered by hand", read.session.as_of.date()
    level_by_hand = read.manual("gamma_flip")
    if level_by_hand is not None:
        flip = level_by_hand
        source = f"{source}; the level entered by hand" if source else "level entered by hand"
    if value is None:
        read.lack("Dealer gamma: needs an option chain, GEX or an entry (dealer_gamma)")
    if flip is None:
        read.lack(
            "Level at which dealer gamma changes its sign: needs an option chain or an entry (gamma_flip)"
        )
    if value is None and flip is None:
        return None
    last = math.exp(read.tape.index.iloc[read.window.end] / 100.0)
    distance = None if flip is None else 100.0 * (flip / last - 1.0)
    return Gamma(
        value=value, flip=flip, distance_pct=distance, source=source, observed=observed, profile=points
    )


def _chain(read: _Read) -> tuple[pd.DataFrame, float, pd.Timestamp] | None:
    """The newest option chain that is young enough: one row an option, its spot and its day."""
    chain = read.session.dataset.tables.get("option_chain")
    if chain is None or chain.empty:
        return None
    day, spot = pd.Timestamp(chain["date"].iloc[-1]), float(chain["spot"].iloc[-1])
    age = (read.session.as_of - day).days
    if age > read.params.gamma.chain_days or not spot > 0:
        read.lack(f"Option chain: the newest is of {day.date()}, too old to speak of today's book")
        return None
    return chain, spot, day


def _momentum(read: _Read, close: pd.Series) -> Momentum | None:
    """The momentum factor's own fall, and all falls as large, each from the day it was first known."""
    rules, bootstrap = read.params.momentum, read.session.params.research.bootstrap
    if read.move("momentum") is None:
        return None
    level = pd.Series(np.exp(read.moves["momentum"][1].values / 100.0), index=read.tape.panel.sessions)
    drawdown = skip_missing(level, lambda present: distance_from_high(present, rules.high_sessions))
    now = finite(drawdown.iloc[-1])
    if now is None:
        read.lack("Momentum: too short for its fall from the high")
        return None
    known = drawdown.dropna()
    factor, index = level.to_numpy(dtype="float64"), close.to_numpy(dtype="float64")
    found = momentum_falls.falls(drawdown, rules.drawdown_pct, rules.quiet_sessions)
    rows = [each.crossed for each in found]
    by_members = read.tape.legs is not None and bool(read.tape.legs["winners"].notna().any())
    members = read.session.dataset.members
    return Momentum(
        basis="members, winners less losers" if by_members else "momentum fund less the index",
        drawdown_pct=now,
        percentile=_percentile(known, now),
        threshold_pct=-rules.drawdown_pct,
        falls=[
            MomentumFall(
                crossed=level.index[each.crossed].date(),
                worst_pct=each.worst,
                factor_after={str(n): momentum_falls.after(factor, each.crossed, n) for n in rules.horizons},
                index_after={str(n): momentum_falls.after(index, each.crossed, n) for n in rules.horizons},
            )
            for each in found
        ],
        factor_after=[momentum_falls.outcome(level, rows, each, bootstrap) for each in rules.horizons],
        index_after=[momentum_falls.outcome(close, rows, each, bootstrap) for each in rules.horizons],
        note=members.note if by_members and members is not None else "",
    )


def _micro_facts(read: _Read, found: Micro) -> list[Fact]:
    panel = read.session.panel
    vix = panel.first_of("VIX", "VIXCLS")
    rows = (
        ("implied_correlation", "Implied correlation, a month (COR1M)", panel.daily("COR1M"), "index"),
        ("vxn_over_vix", "Nasdaq 100's VXN over the VIX", panel.daily("VXN") / vix, "ratio"),
        ("rvx_over_vix", "Russell 2000's RVX over the VIX", panel.daily("RVX") / vix, "ratio"),
        ("pairwise_correlation", "Mean pairwise correlation of members, a month", found.correlation, "ratio"),
        (
            "sector_correlation",
            "Mean pairwise correlation of sectors, a month",
            found.sector_correlation,
            "ratio",
        ),
        ("dispersion", "Dispersion of members' daily returns, a month", found.dispersion, "points"),
        ("absorption_ratio", "Absorption ratio of sectors", found.absorption, "ratio"),
        ("absorption_shift", "Absorption ratio, 15 days against a year", found.absorption_shift, "index"),
        ("range_volatility", "Volatility from daily ranges", found.range_volatility, "%"),
        ("close_range", "Range of five closes", found.close_range, "%"),
        ("realized_volatility", "Realised volatility, a month", found.realized_volatility, "%"),
        ("new_lows", "Members at a 52-week low", found.new_lows, "%"),
        ("above_50d", "Members above their 50-day average", found.above_50, "%"),
        ("above_200d", "Members above their 200-day average", found.above_200, "%"),
    )
    facts = []
    for name, title, values, unit in rows:
        value = finite(values.iloc[-1])
        if value is None:
            read.lack(f"{title}: not known on this session")
        else:
            history = values.tail(THREE_YEARS).dropna()
            facts.append(
                Fact(
                    name=name,
                    title=title,
                    value=value,
                    unit=unit,
                    percentile=_percentile(history, value),
                    observed=read.session.as_of.date(),
                )
            )
    return facts


def _cross_asset(read: _Read) -> tuple[list[Asset], str]:
    rules = read.params.history
    assets: list[Asset] = []
    z: dict[str, float] = {}
    for name, (title, ids) in cross_asset.ASSETS.items():
        move = None
        for each in ids:
            level = read.tape.log(each)
            move = level is not None and measure(
                level, read.tape.index, read.window, rules.fewest_windows, rules.window_lengths
            )
            if move:
                break
        if not move:
            read.lack(f"{title}: no prices over this window ({', '.join(ids)})")
            continue
        assets.append(Asset(name=name, title=title, change=_in_unit(move.change, "%"), unit="%", z=move.z))
        if move.z is not None:
            z[name] = move.z
    ten = read.move("yield_10y")
    if "bonds" not in z and ten is not None and ten.z is not None:
        assets.append(Asset(name="yield_10y", title="10-year yield", change=ten.change, unit="bp", z=ten.z))
        z["bonds"] = -ten.z
    spreads = read.move("high_yield_spread")
    return assets, cross_asset.pattern(z, spreads.excess if spreads else None, read.params.pattern)


def _path(read: _Read) -> list[PathPoint]:
    """The index, momentum and equal weight from the high, in per cent, session by session."""
    begin, end = read.window.begin, read.window.end
    index = read.tape.index.to_numpy(dtype="float64")
    sides = {
        name: read.moves[name][1].values.to_numpy(dtype="float64")
        for name in ("momentum", "equal_weight")
        if name in read.moves
    }

    def since(values: np.ndarray | None, row: int) -> float | None:
        if values is None or not np.isfinite([values[row], values[begin]]).all():
            return None
        return _in_unit(float(values[row] - values[begin]), "%")

    return [
        PathPoint(
            date=read.window.sessions[row].date(),
            index=since(index, row) or 0.0,
            momentum=since(sides.get("momentum"), row),
            equal_weight=since(sides.get("equal_weight"), row),
        )
        for row in range(begin, end + 1)
    ]
