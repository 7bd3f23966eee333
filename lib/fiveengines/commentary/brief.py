"""The brief: a week on one screen, as plain data. The page's first screen, a mail and `weekly.md` are written from it.

It chooses and words what the rooms below have read; no reading is made here and no markup is known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol

import numpy as np
import pandas as pd

from fiveengines.base.formats import figure, first_capital, minus, number, ordinal, percent
from fiveengines.base.parameters import Parameters
from fiveengines.commentary import narrative
from fiveengines.commentary.brief_records import (
    ActionRecord,
    Brief,
    CallRecord,
    ChangeLine,
    DataRecord,
    EngineLine,
    FlipLine,
    MarketRecord,
)
from fiveengines.commentary.changes import changes
from fiveengines.commentary.conclusion_diff import ConclusionChange
from fiveengines.commentary.exposure_commentary import reason
from fiveengines.commentary.flips import FlipLevel
from fiveengines.commentary.no_call import NoCall
from fiveengines.data.dataset import Notice
from fiveengines.indicators import indicator
from fiveengines.model.certainty import Certainty
from fiveengines.model.engines import EngineReading
from fiveengines.model.readings import Measured, Readings
from fiveengines.model.regimes import NAMES, RegimeReading
from fiveengines.model.target_exposure import TargetExposureReading
from fiveengines.overrides import Entry
from fiveengines.playbook.phrases import Phrases

_WEEKS_SHOWN = 27
_QUARTER_SESSIONS = 63  # thirteen weeks, as the indicators count them
# A share that is written as less than this is not worth a reader's time.
_LEAST_SHARE = 0.02


class WeekParts(Protocol):
    """What a brief is made from: `week.Week` has it all."""

    @property
    def as_of(self) -> pd.Timestamp: ...  # noqa: D102
    @property
    def simulated(self) -> bool: ...  # noqa: D102
    @property
    def params(self) -> Parameters: ...  # noqa: D102
    @property
    def measured(self) -> Measured: ...  # noqa: D102
    @property
    def readings(self) -> Readings: ...  # noqa: D102
    @property
    def notices(self) -> tuple[Notice, ...]: ...  # noqa: D102
    @property
    def engines(self) -> dict[str, EngineReading]: ...  # noqa: D102
    @property
    def no_call(self) -> NoCall | None: ...  # noqa: D102
    @property
    def regime(self) -> RegimeReading | None: ...  # noqa: D102
    @property
    def certainty(self) -> Certainty | None: ...  # noqa: D102
    @property
    def target_exposure(self) -> TargetExposureReading | None: ...  # noqa: D102
    @property
    def flip_levels(self) -> tuple[FlipLevel, ...]: ...  # noqa: D102
    @property
    def conclusion_changes(self) -> tuple[ConclusionChange, ...]: ...  # noqa: D102
    @property
    def phrases(self) -> Phrases: ...  # noqa: D102
    @property
    def overrides(self) -> tuple[Entry, ...]: ...  # noqa: D102


def brief(week: WeekParts) -> Brief:
    """The brief of one week; `companions` and orders are empty here, because they run after it."""
    found = week.flip_levels
    return Brief(
        as_of=week.as_of.date(),
        simulated=week.simulated,
        markets=list(markets(week)),
        call=_call(week, found),
        engines=[_engine(week, each) for each in week.engines.values()],
        changes=list(_changes(week))[: week.params.regimes.brief.most_changes],
        flips=[_flip(each) for each in found],
        flips_note=_flips_note(week, found),
        action=_action(week),
        companions=[],
        data=_data(week),
    )


# The strip


@dataclass(frozen=True)
class _Market:
    """A market of the strip: series in order of preference with their titles; `indicator` is what entries go to."""

    id: str
    series: Mapping[str, str]
    unit: Literal["index", "%"]
    moves: Literal["%", "bp", "points"]
    indicator: str = ""


_STRIP = (
    _Market("sp500", {"SPX": "S&P 500"}, "index", "%"),
    _Market("nasdaq100", {"NDX": "Nasdaq 100", "QQQ": "Nasdaq 100 (QQQ)"}, "index", "%"),
    _Market("small_caps", {"RUT": "Small caps", "IWM": "Small caps (IWM)"}, "index", "%"),
    _Market("ten_year", {"DGS10": "10-year yield"}, "%", "bp", "ten_year"),
    _Market("two_year", {"DGS2": "2-year yield"}, "%", "bp", "two_year"),
    _Market("dollar", {"DX_F": "Dollar", "DTWEXBGS": "Dollar"}, "index", "%"),
    _Market(
        "high_yield", {"BAMLH0A0HYM2": "High-yield spread", "BAA10Y": "Baa spread"}, "%", "bp", "hy_spread"
    ),
    _Market("vix", {"VIX": "VIX", "VIXCLS": "VIX"}, "index", "points", "vix"),
)


def markets(week: WeekParts) -> Iterator[MarketRecord]:
    """The strip as known on the evening of the reading; a market that is not known is left out."""
    readings, panel, day = week.readings, week.measured.panel, week.as_of
    dates = readings.dates[readings.dates <= day][-_WEEKS_SHOWN:]
    for market in _STRIP:
        typed = bool(market.indicator) and bool(readings.applied.overridden.at[day, market.indicator])
        name = next(
            (each for each in market.series if np.isfinite(panel.daily(each).loc[day])),
            next(iter(market.series)),
        )
        daily = panel.daily(name).loc[:day]
        values = daily.reindex(dates)
        if typed:
            values = values.copy()
            values.iloc[-1] = float(readings.applied.values.loc[day, market.indicator])  # type: ignore[arg-type]
        level = float(values.iloc[-1])
        if not np.isfinite(level):
            continue
        observed = pd.Series(panel.dates(name)[0], index=panel.sessions).loc[day]
        # What is not newer than the reading of the week before has not moved since.
        old = not typed and len(dates) > 1 and not pd.isna(observed) and observed <= dates[-2]
        yield MarketRecord(
            id=market.id,
            title=market.series[name],
            unit=market.unit,
            moves=market.moves,
            level=level,
            week=None if old else _moved(level, values, 1, market.moves),
            quarter=_moved(level, daily, _QUARTER_SESSIONS, market.moves),
            observed=None if typed or pd.isna(observed) else observed.date(),
            old=old,
            by_hand=typed,
            recent=[float(each) if np.isfinite(each) else None for each in values],
        )


def _moved(now: float, values: pd.Series, rows: int, moves: str) -> float | None:
    """From the value that many rows ago to `now`."""
    if len(values) <= rows or not np.isfinite(before := float(values.iloc[-1 - rows])):
        return None
    return {"%": 100.0 * (now / before - 1.0), "bp": 100.0 * (now - before), "points": now - before}[moves]


# The call


def _call(week: WeekParts, flips: Sequence[FlipLevel]) -> CallRecord:
    regime, certainty = week.regime, week.certainty
    if regime is None or certainty is None:
        assert week.no_call is not None
        return CallRecord(
            number=None,
            name="No call",
            confidence=None,
            confidence_word=None,
            age=None,
            standing=week.no_call.last_sentence,
            sentence=f"{week.no_call.reason} {week.no_call.remedy}",
        )
    rules = week.params.regimes.brief
    share = certainty.confidence
    near = any(each.kind == "regime" and each.usual_weeks < rules.high_from_usual_weeks for each in flips)
    word: Literal["high", "medium", "low"] = (
        "low"
        if share < rules.medium_confidence
        else "medium"
        if near or share < rules.high_confidence
        else "high"
    )
    return CallRecord(
        number=regime.number,
        name=regime.name,
        confidence=share,
        confidence_word=word,
        age=regime.weeks,
        standing=_standing(regime, certainty, word, week.params.regimes.severity.settle_weeks),
        sentence=_sentence(week),
    )


def _standing(regime: RegimeReading, certainty: Certainty, word: str, settle_weeks: int) -> str:
    """Age, confidence, the nearest other regime, and what the week itself reads where the call waits."""
    age = "New this week" if regime.weeks == 1 else f"{first_capital(ordinal(regime.weeks))} week"
    other = regime.memberships[regime.runner_up]
    runner = f"; next {NAMES[regime.runner_up].lower()}, {percent(other)}" if other >= _LEAST_SHARE else ""
    parts = [f"{age}.", f"Confidence {word}, {percent(certainty.confidence)}{runner}."]
    if not regime.confirmed:
        waits = regime.weeks < settle_weeks and regime.raw <= max(regime.number, 2)
        why = "and waits for the call to settle" if waits else "too narrowly to change the call"
        parts.append(f"This week alone reads {NAMES[regime.raw].lower()}, {why}.")
    if certainty.missing:
        names = " and ".join(narrative.ENGINE_NAMES[each].lower() for each in certainty.missing)
        parts.append(f"Without {names}.")
    return " ".join(parts)


def _sentence(week: WeekParts) -> str:
    """The five engines in words; their figures stand beside each engine."""
    return narrative.sentence(
        f"{narrative.ENGINE_NAMES[name].lower()} unknown"
        if each.score is None
        else week.phrases.words(name, week.as_of)  # type: ignore[arg-type]
        for name, each in week.engines.items()
    )


# The engines


def _engine(week: WeekParts, reading: EngineReading) -> EngineLine:
    known = reading.score is not None
    return EngineLine(
        engine=reading.name,  # type: ignore[arg-type]
        name=narrative.ENGINE_NAMES[reading.name],
        score=None if reading.score is None else round(reading.score, 4),
        state=reading.state,  # type: ignore[arg-type]
        state_words=narrative.state_words(reading.name, reading.state),
        previous_state=reading.previous_state,  # type: ignore[arg-type]
        direction=reading.direction if known else "unknown",  # type: ignore[arg-type]
        fact=_fact(week, reading) if known else f"{percent(reading.coverage)} of its inputs are there",
        by_hand=reading.by_hand,
    )


def _fact(week: WeekParts, reading: EngineReading) -> str:
    """The market's figure behind an engine: that of its phrases, else its weightiest input's; never a score."""
    said = week.phrases.figure(reading.name, week.as_of)  # type: ignore[arg-type]
    if said and not said.startswith("score"):
        return first_capital(said)
    weighty = [each for each in reading.evidence if each.weight > 0 and each.value is not None]
    if not weighty:
        return "State set by hand" if reading.forced else ""
    most = max(weighty, key=lambda each: each.weight)
    return minus(f"{most.title} {figure(most.value, most.unit)}")


# What changed


def _changes(week: WeekParts) -> Iterator[ChangeLine]:
    """What changed in the week: a swing of a market that its closes a week apart hide, the call, then engines.

    The moves of markets are in the strip. Nothing older than the week is named.
    """
    params, engines = week.params, {name: _short(each) for name, each in week.engines.items()}
    if bool(week.readings.market["fresh"].loc[week.as_of]):
        for text in week.phrases.markets(week.as_of):
            index = text.startswith("S&P")
            # The VIX's swing is in the engine's own line where it was large.
            if ", after " in text and (
                index or "closed at" not in week.phrases.figure("volatility", week.as_of)
            ):
                yield ChangeLine(text=text, inputs=["spx" if index else "vix"])
    weights, rules = params.regimes.severity.weights, params.engines.changes
    for each in changes(week.conclusion_changes, engines, weights, rules, brief=True):
        yield ChangeLine(text=minus(each.text), inputs=list(each.inputs))


def _short(reading: EngineReading) -> EngineReading:
    """The same with plain titles: which market a figure is one of stands in the evidence."""
    titled = (replace(each, title=indicator(each.indicator).title) for each in reading.evidence)
    return replace(reading, evidence=tuple(titled))


# What would flip it


def _flip(each: FlipLevel) -> FlipLine:
    return FlipLine(
        input=each.input,
        kind=each.kind,
        becomes=each.becomes if each.kind == "regime" else f"{each.engine} {each.becomes}",
        now=each.now,
        level=each.level,
        usual_weeks=each.usual_weeks,
        text=each.sentence,
    )


def _flips_note(week: WeekParts, found: Sequence[FlipLevel]) -> str:
    """That no single market can change the call, where that is so."""
    within = f"{number(week.params.regimes.watch_list.within_usual_moves, 1)} usual weekly moves"
    if week.regime is None:
        return "There is no call to flip."
    if any(each.kind == "regime" for each in found):
        return ""
    return f"Within {within} no single market changes the regime" + (
        "; engines' states:" if found else ", or an engine's state."
    )


# What to do


def held_share(exposure: TargetExposureReading) -> float | None:
    """What the portfolio holds, as a share of the risk budget; beyond 0 and 1 outside the person's band."""
    low, high = exposure.band
    if exposure.actual_exposure is None or high <= low:
        return None
    return (exposure.actual_exposure - low) / (high - low)


def _action(week: WeekParts) -> ActionRecord:
    exposure, regime = week.target_exposure, week.regime
    if exposure is None or regime is None:
        return ActionRecord(
            held=None,
            previous=None,
            target_exposure=None,
            step="no call",
            text="Nothing is proposed in a week without a call.",
            orders=[],
        )
    held = held_share(exposure)
    before = exposure.previous if held is None else held
    step, text = _step(exposure, before, held is not None)
    if step != "nothing":
        text = f"{text} {reason(exposure, regime, week.params.portfolio.target_exposure)}".rstrip()
    return ActionRecord(
        held=held,
        previous=exposure.previous,
        target_exposure=exposure.value,
        step=step,
        text=text,
        orders=[],
    )


def _step(
    exposure: TargetExposureReading, before: float | None, holds: bool
) -> tuple[Literal["nothing", "add", "reduce", "start"], str]:
    budget = "of the risk budget"
    value = f"target exposure {percent(exposure.value)} {budget}"
    if exposure.nothing_to_do:
        kept = f"you hold {percent(before)}, {value}" if holds else f"{value}, as last week"
        return "nothing", f"Nothing: {kept}."
    if before is None:
        return "start", f"Start at {value}."
    # as a reader subtracts the two figures
    points = f"{abs(round(exposure.value * 100) - round(before * 100))} points"
    if points == "0 points":
        return "nothing", f"Nothing: {value}, as last week."
    way: Literal["add", "reduce"] = "add" if exposure.value > before else "reduce"
    told = (
        f"{value}, you hold {percent(before)}"
        if holds
        else f"target exposure {percent(before)} → {percent(exposure.value)} {budget}"
    )
    return way, f"{first_capital(way)} {points}: {told}."


# The data


def _data(week: WeekParts) -> DataRecord:
    scored = [
        (reading, each)
        for reading in week.engines.values()
        for each in reading.evidence
        if is_needed(week.params, reading.name, each.indicator)
    ]
    titles = week.readings.measurements.titles
    missing = [
        titles[each.indicator]
        for reading, each in scored
        if each.score is None and each.weight == 0 and reading.coverage < 1
    ]
    dated = [
        (each.observed, each.title)
        for reading in week.engines.values()
        for each in reading.evidence
        if each.weight > 0 and each.observed is not None
    ]
    oldest = min(dated, default=None)
    observed = pd.Series(week.measured.panel.dates("SPX")[0], index=week.measured.panel.sessions)
    closes = observed.loc[: week.as_of].dropna()
    close = pd.Timestamp(closes.iloc[-1]) if len(closes) else None
    age = None if close is None else (week.as_of - close).days
    health = health_word(week)
    entered = len(week.overrides)
    return DataRecord(
        health=health,
        index_close=None if close is None else close.date(),
        age_days=age,
        oldest_input="" if oldest is None else oldest[1],
        oldest_date=None if oldest is None else oldest[0].date(),
        inputs=len(scored),
        present=len(scored) - len(missing),
        missing=missing,
        manual_entries=entered,
        text=_data_text(close, missing, len(scored), oldest, entered),
    )


def _data_text(
    close: pd.Timestamp | None,
    missing: Sequence[str],
    inputs: int,
    oldest: tuple[pd.Timestamp, str] | None,
    entered: int,
) -> str:
    parts = [f"Closes of {close.day} {close:%b %Y}" if close is not None else "No close of the index"]
    if missing:
        named = missing[0] if len(missing) == 1 else f"{missing[0]} and {len(missing) - 1} more"
        parts.append(f"{inputs - len(missing)} of {inputs} inputs (not {named})")
    else:
        parts.append(f"all {inputs} inputs")
    if oldest is not None:
        parts.append(f"oldest {oldest[0].day} {oldest[0]:%b}")
    by_hand = "nothing by hand" if entered == 0 else f"{entered} by hand"
    return f"{', '.join(parts)}; {by_hand}."


def is_needed(params: Parameters, engine: str, name: str) -> bool:
    """Whether an engine's coverage asks for an indicator: scored, not optional, no stand-in."""
    line = params.engines.engines[engine][name]  # type: ignore[index]
    return line.weight > 0 and not line.optional and line.instead_of is None


def health_word(week: WeekParts) -> Literal["good", "watch", "problem"]:
    """The data's health: an unreadable engine or an error is a problem; what else is amiss is to be watched."""
    levels = {each.level for each in week.notices}
    basis = str(week.readings.measurements.breadth_basis.loc[week.as_of])
    if "error" in levels or any(each.state == "unknown" for each in week.engines.values()):
        return "problem"
    short = any(each.coverage < 1 for each in week.engines.values())
    return "watch" if short or "warning" in levels or basis in ("published", "sectors") else "good"
