"""What changed since last week and why: every conclusion that differs, with the input that changed it.

A conclusion is a sentence's word or figure. It is read again with inputs as they were a week before, first one at a
time, then as few together as bring the earlier conclusion back. Where all of them together do not, time did it, by a
rule that is named. Nothing is judged here; the readings are those of the rooms below.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from operator import methodcaller
from typing import Literal

import numpy as np
import pandas as pd

from fiveengines.base.formats import counted, date, figure, first_capital, percent
from fiveengines.base.parameters import ENGINES
from fiveengines.commentary.narrative import ENGINE_NAMES
from fiveengines.commentary.replay import (
    ACUTE,
    ADVANCES,
    BASIS,
    CALENDAR,
    EXPECTED,
    INDEX,
    NO_INFLECTION,
    STATE_PREFIX,
    TURNS,
    AsRead,
    Inputs,
    Record,
    Replay,
    engine_of,
    root,
    same,
)
from fiveengines.indicators import REGISTRY, indicator

Kind = Literal[
    "regime", "confirmation", "confidence", "state", "direction", "exposure", "style", "tape", "inflection", "insight",
    "narrative",
]  # fmt: skip
TimeRule = Literal[
    "confirmation", "averaging", "trend_window", "weekly_limit", "re_entry", "expiry", "look_back", "calendar"
]
# A sentence shows so many inputs; the record of the change has them all.
_SHOWN = 3
# Inputs tried alone, those of the greatest effect first, before several together are.
_ALONE = 3
# Of more inputs together than these, none is tried for being dispensable.
_FEW = 4


@dataclass(frozen=True)
class MovedInput:
    """An input this week and last. id: an indicator's, spx, advances, expected_volatility, breadth_basis or
    state:<engine>; `text` shows both values, and by_hand says that either was entered by hand."""

    input: str
    title: str
    unit: str
    before: float | str | None
    now: float | str | None
    by_hand: bool
    text: str


@dataclass(frozen=True)
class ConclusionChange:
    """One conclusion that differs from last week's.

    id: its kind and, after a colon, what it is about (an engine, an insight, an inflection). inputs: with last week's
    values of these the week reads `without`; that is `before`, unless time alone did part of it by the rule `time`,
    which is `why` in words. said: the two readings in words.
    """

    id: str
    kind: Kind
    about: str | None
    before: str
    now: str
    inputs: tuple[MovedInput, ...]
    time: TimeRule | None
    without: str
    said: str
    why: str

    @property
    def sentence(self) -> str:
        """The change with what did it."""
        return self.told()

    def told(self, shown: int = _SHOWN, *, plain: bool = False) -> str:
        """The change with so many of the inputs that did it; `plain`: without which market a figure is one of."""
        if self.time is not None and not self.inputs:
            return f"{self.said}; time did it: {self.why}."
        texts = [
            each.text.replace(each.title, indicator(each.input).title, 1)
            if plain and each.input in REGISTRY
            else each.text
            for each in self.inputs
        ]
        moved = "; ".join(texts[:shown])
        if len(texts) > shown:
            moved += f"; and {counted(len(texts) - shown, 'further input')}"
        ends = (
            f"; with last week's inputs it would be {self.without}, because {self.why}" if self.time else ""
        )
        return f"{self.said}: {moved}{ends}."


@dataclass(frozen=True)
class _Conclusion:
    """How one conclusion is read, and of which inputs. near: read by its rule itself; by_engine: of which engines'
    scores it is made, and how much each counts."""

    kind: Kind
    about: str | None
    title: str
    read: Callable[[Replay], str]
    near: tuple[str, ...]
    by_engine: Mapping[str, float]

    @property
    def id(self) -> str:
        return self.kind if self.about is None else f"{self.kind}:{self.about}"


def conclusion_diff(record: Record) -> tuple[ConclusionChange, ...]:
    """Every conclusion of `record.day` that differs from that of the week before, in the order of the five steps."""
    now, before = AsRead(record), AsRead(record.week_before())
    found = []
    for each in _conclusions(record):
        texts = each.read(before), each.read(now)
        if texts[0] != texts[1]:
            found.append((each, *texts))
    explained = _Explainer(record, [each for each, _, _ in found])
    return tuple(explained.change(*each) for each in found)


def replayed(record: Record, conclusion: str, inputs: Inputs) -> str:
    """What the conclusion of that id says of the week with those inputs as they were a week before."""
    return next(each for each in _conclusions(record) if each.id == conclusion).read(record.replay(inputs))


def _conclusions(record: Record) -> Iterator[_Conclusion]:
    """Every conclusion of a week, changed or not."""
    params, insights = record.params, record.evaluation.insights
    one = {engine: {str(engine): 1.0} for engine in ENGINES}
    rules = params.regimes
    lines = tuple(rules.participation.lines)
    everyone = {str(engine): float(rules.severity.weights.get(engine, 0.0)) for engine in ENGINES}
    called = tuple(dict.fromkeys((*lines, *ACUTE, INDEX)))
    yield _Conclusion("regime", None, "Regime", methodcaller("regime_text"), called, everyone)
    yield _Conclusion("confirmation", None, "The call", methodcaller("confirmation_text"), called, everyone)
    yield _Conclusion("confidence", None, "Confidence", methodcaller("confidence_text"), called, everyone)
    for engine in ENGINES:
        stress = tuple(dict.fromkeys(name for each in params.engines.stress.any for name in each))
        near = stress if engine in params.engines.stress.caps else ()
        name = ENGINE_NAMES[engine]
        yield _Conclusion("state", engine, name, methodcaller("state_text", engine), near, one[engine])
        title, read = f"{name}'s direction", methodcaller("direction", engine)
        yield _Conclusion("direction", engine, title, read, near, one[engine])
    lean = {str(e): float(params.portfolio.target_exposure.lean.get(e, 0.0)) for e in ENGINES}
    turned, read = (*TURNS, *called), methodcaller("exposure_text")
    yield _Conclusion("exposure", None, "Target exposure", read, (EXPECTED, INDEX, *turned), lean)
    yield _Conclusion("style", None, "Style", methodcaller("style_text"), turned, everyone)
    yield _Conclusion("tape", None, "The tape", methodcaller("tape_text"), (INDEX, *turned), everyone)
    for turn in map(str, record.readings.inflections):
        of_engine, direction = turn.split(":")
        read_off = {"breadth": ("pct_above_50d", BASIS), "volatility": ("vix",)}.get(of_engine, ())
        title, read = f"{ENGINE_NAMES[of_engine]} {direction}", methodcaller("inflection_text", turn)
        by_engine = {} if read_off else {of_engine: 1.0}
        yield _Conclusion("inflection", turn, title, read, read_off, by_engine)
    for name, insight in insights.items():
        near, of = _read_by(record.evaluation.reads[name])
        yield _Conclusion("insight", name, insight.title, methodcaller("insight_text", name), near, of)
    for engine in ENGINES:
        near, of = _read_by(frozenset(map(record.phrases.made_of, record.phrases.quoted(engine))))
        read = methodcaller("clause_text", engine)
        yield _Conclusion("narrative", engine, "", read, near, of | one[engine])


def _read_by(names: frozenset[str]) -> tuple[tuple[str, ...], dict[str, float]]:
    """What a rule reads: inputs by id, and the engines whose score, state or direction it asks for."""
    near, by_engine = [], {}
    for name in sorted(names):
        engine = engine_of(name)
        if engine is not None:
            by_engine[engine] = 1.0
        elif name == "cot_percentile":
            near += ["cot_asset_managers", "cot_speculators"]
        else:
            near.append(root(name))
    return tuple(dict.fromkeys(near)), by_engine


class _Explainer:
    """Finds for one week which inputs changed a conclusion."""

    def __init__(self, record: Record, conclusions: list[_Conclusion]) -> None:
        self._record = record
        self._replays: dict[Inputs, Replay] = {}
        self._everything = frozenset(record.changed)
        lines = record.params.engines.engines
        self._lines = {str(e): [n for n, line in lines[e].items() if line.weight > 0] for e in ENGINES}
        record.score([frozenset(), *(frozenset({name}) for name in record.changed), self._everything])
        self._order = {each.id: self._ranked(each) for each in conclusions}
        record.score(
            frozenset(names[:size]) for names in self._order.values() for size in range(2, len(names) + 1)
        )

    def change(self, conclusion: _Conclusion, before: str, now: str) -> ConclusionChange:
        ranked = self._order[conclusion.id]
        # What time alone would have made of the week.
        without = self._text(conclusion, frozenset(ranked))
        named = () if without == now else self._named(conclusion, ranked, without)
        time = None if without == before else _time_rule(self._record, conclusion, before)
        inputs = tuple(_moved(self._record, name) for name in named)
        return ConclusionChange(
            conclusion.id,
            conclusion.kind,
            conclusion.about,
            before,
            now,
            inputs,
            time,
            without,
            said=_said(self._record, conclusion, before, now),
            why="" if time is None else _because(time, conclusion, self._record),
        )

    def _text(self, conclusion: _Conclusion, names: Inputs) -> str:
        if names not in self._replays:
            self._replays[names] = self._record.replay(names)
        return conclusion.read(self._replays[names])

    def _ranked(self, conclusion: _Conclusion) -> tuple[str, ...]:
        """The changed inputs that a conclusion is made of: those that pushed its engines the way they went first, then
        those that its rule reads itself, then the rest."""
        changed = self._everything
        scored = [
            name
            for engine in conclusion.by_engine
            for name in (*self._lines[engine], STATE_PREFIX + engine)
            if name in changed
        ]
        near = [name for name in conclusion.near if name in changed]
        effects = self._effects(conclusion, tuple(dict.fromkeys(scored)))
        pushed = sorted((name for name in effects if effects[name] > 0), key=lambda name: -effects[name])
        first = (*near, *pushed) if conclusion.kind in ("narrative", "insight") else (*pushed, *near)
        return tuple(dict.fromkeys((*first, *scored)))

    def _effects(self, conclusion: _Conclusion, names: tuple[str, ...]) -> dict[str, float]:
        """How far each input alone moved the conclusion's engines the way that all together moved them."""
        if not names:
            return {}
        sets = [frozenset({name}) for name in names]

        def level(of: Inputs) -> float:
            weights = conclusion.by_engine.items()
            return float(np.nansum([w * self._record.scored(engine, of).extended for engine, w in weights]))

        here, without = level(frozenset()), level(frozenset(names))
        way = 1.0 if here >= without else -1.0
        return {name: way * (here - level(each)) for name, each in zip(names, sets, strict=True)}

    def _named(self, conclusion: _Conclusion, ranked: tuple[str, ...], wanted: str) -> tuple[str, ...]:
        """The input that alone brings `wanted` back, or as few as do so together."""
        near = [name for name in conclusion.near if name in ranked][:_ALONE]
        for name in dict.fromkeys((*ranked[:_ALONE], *near)):
            if self._text(conclusion, frozenset({name})) == wanted:
                return (name,)
        low, high = 1, len(ranked)
        while low < high:
            middle = (low + high) // 2
            if self._text(conclusion, frozenset(ranked[:middle])) == wanted:
                high = middle
            else:
                low = middle + 1
        kept = list(ranked[:high])
        if len(kept) > _FEW:
            return tuple(kept)
        self._record.score(frozenset(kept) - {name} for name in kept)
        for name in reversed(kept.copy()):
            if len(kept) > 1 and self._text(conclusion, frozenset(kept) - {name}) == wanted:
                kept.remove(name)
        return tuple(kept)


def _time_rule(record: Record, conclusion: _Conclusion, before: str) -> TimeRule:
    """The rule by which the week would read otherwise than the last one even with all of that one's inputs."""
    found: TimeRule = "confirmation" if _settled_now(record) else "averaging"
    match conclusion.kind:
        case "exposure":
            found = _exposure_rule(record)
        case "direction":
            found = "trend_window"
        case "narrative":
            asked = record.phrases.quoted(conclusion.about)  # type: ignore[arg-type]
            found = "trend_window" if any(map(engine_of, asked)) else "calendar"
        case "insight":
            reads = record.evaluation.reads[str(conclusion.about)]
            found = "calendar" if reads & CALENDAR else "look_back"
        case "inflection":
            found = "look_back" if before == NO_INFLECTION else "expiry"
        case "style" | "tape" if record.readings.style.iloc[record.at - 1] == "selective_re_entry":
            found = "expiry"
    return found


def _exposure_rule(record: Record) -> TimeRule:
    """The way back in while there is one; else the limit of a week where the target was not reached."""
    history, rows = record.readings.target_exposure, slice(record.at - 1, record.at + 1)
    if history.path.iloc[rows].max() > 0:
        return "re_entry"
    reached = same(history.target.iloc[record.at - 1], history.exposure.iloc[record.at - 1])
    return "averaging" if reached else "weekly_limit"


def _settled_now(record: Record) -> bool:
    """Whether the call of the week before was new, or as old as a milder one has to wait for."""
    calls = record.readings.regimes.confirmed.iloc[: record.at].dropna().to_numpy(dtype="int64")
    if not len(calls):
        return False
    spell = int((calls[::-1] == calls[-1]).cumprod().sum())
    return spell in (1, record.params.regimes.severity.settle_weeks)


def _because(rule: TimeRule, conclusion: _Conclusion, record: Record) -> str:
    """The rule in words."""
    params = record.params
    exposure = params.portfolio.target_exposure
    if rule == "averaging" and conclusion.kind == "exposure":
        half = f"{exposure.half_life_weeks:g}"
        return f"scores count by their average over time, half of it over the last {half} weeks"
    back = params.engines.direction.weeks
    earlier = record.readings.dates[max(record.at - back, 0)]
    weeks = params.regimes.severity.settle_weeks
    return {
        "confirmation": f"a milder call waits until the last one is {counted(weeks, 'week')} old, and one in force is "
        "held beyond its edge",
        "averaging": f"participation is averaged over {counted(params.regimes.participation.average_weeks, 'week')}",
        "trend_window": f"a month's change is now counted from {date(earlier)}",
        "weekly_limit": f"the target is approached by at most {percent(exposure.most_up_per_week)} up and "
        f"{percent(exposure.most_down_per_week)} down a week",
        "re_entry": "the way back in after an improving inflection goes by weeks",
        "expiry": "its time is over",
        "look_back": "the weeks it looks back on have moved on",
        "calendar": "the calendar has moved on",
    }[rule]


def _moved(record: Record, name: str) -> MovedInput:
    """One input with its values of both weeks."""
    r, rows = record.readings, (record.at - 1, record.at)
    if name.startswith(STATE_PREFIX):
        engine = name.removeprefix(STATE_PREFIX)
        then, now = (_by_hand(float(r.applied.forced[engine].iloc[row])) for row in rows)
        title = f"{ENGINE_NAMES[engine]}'s state"
        return MovedInput(name, title, "state", then, now, True, f"{title} {then} → {now}")
    if name in REGISTRY:
        unit, by_hand = indicator(name).unit, bool(r.applied.overridden[name].iloc[list(rows)].any())
        title = r.measurements.titles[name] if by_hand else r.measurements.title(name, record.day)
        values = [float(r.applied.values[name].iloc[row]) for row in rows]
    elif name == BASIS:
        then, now = (str(r.measurements.breadth_basis.iloc[row]) or "nothing" for row in rows)
        title = "What breadth is counted from"
        return MovedInput(name, title, "word", then, now, False, f"{title}: {then} → {now}")
    elif name == ADVANCES:
        title = "Advancing and declining issues of the NYSE"
        return MovedInput(name, title, "issues", None, None, False, f"{title} within the week")
    else:
        by_hand = False
        title, unit, series = {
            INDEX: ("S&P 500", "index", record.phrases.inputs.series["spx"]),
            EXPECTED: ("Volatility expected for the coming month", "% a year", r.market["median"].to_numpy()),
        }[name]
        values = [float(np.nan if pd.isna(series[row]) else series[row]) for row in rows]
    before, after = (value if np.isfinite(value) else None for value in values)
    text = f"{title} {figure(before, unit)} → {figure(after, unit)}"
    if before == after:
        text = f"{title} within the week"
    return MovedInput(name, title, unit, before, after, by_hand, text)


def _by_hand(score: float) -> str:
    if not np.isfinite(score):
        return "by its score"
    return f"{'supportive' if score > 0 else 'adverse' if score < 0 else 'neutral'} by hand"


def _said(record: Record, conclusion: _Conclusion, before: str, now: str) -> str:
    if conclusion.kind == "state":
        held = record.readings.engines.held_back[str(conclusion.about)].to_numpy()
        then, still = held[record.at - 1] > 0, held[record.at] > 0
        cap = "" if then == still else ", held back by credit stress" if still else ", no longer held back"
        return f"{conclusion.title} is {now}{cap}, {before} a week ago"
    if conclusion.kind in ("direction", "insight"):
        return f"{conclusion.title} is {now}, {before} a week ago"
    if conclusion.kind == "inflection":
        return f"{conclusion.title}: {now}, {before} a week ago"
    if conclusion.kind == "narrative":
        return f"{first_capital(now)}; a week ago {before}"
    return f"{conclusion.title}: {before} → {now}"
