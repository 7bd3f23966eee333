"""A week's conclusions read again with some of its inputs as they were a week before.

Only the week's own row is other; everything before it stays as it was read. The rules are those of the rooms below.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TypeVar

import numpy as np
import pandas as pd

from fiveengines.base.formats import date, percent
from fiveengines.base.parameters import ENGINES, Parameters
from fiveengines.commentary import narrative, no_call
from fiveengines.data.panel import Panel
from fiveengines.model import certainty, engines, inflections, regimes, styles, target_exposure
from fiveengines.model.readings import Readings
from fiveengines.model.regimes import RegimeHistory, RegimeReading
from fiveengines.playbook import content
from fiveengines.playbook.conditions import Quantity, numbers
from fiveengines.playbook.phrases import Phrases
from fiveengines.playbook.rule_inputs import RuleInputs, Words
from fiveengines.playbook.rules import Evaluation, evaluate
from fiveengines.playbook.rules.evaluation import STATUSES

STATE_PREFIX = "state:"
INDEX, ADVANCES, EXPECTED, BASIS = "spx", "advances", "expected_volatility", "breadth_basis"
NO_INFLECTION = "none"
# What acute evidence and the turns of breadth and volatility are read off.
ACUTE = ("vix", "hy_spread", "hy_spread_change_8w", "baa_spread", "pct_above_200d", "pct_above_50d")
TURNS = ("vix", "pct_above_50d")
CALENDAR = frozenset({"expiry_next_week", "reading_day"})
# Series whose sessions within the week count beside the value on the reading date.
_BY_SESSION = ("vix", "vvix", "dealer_gamma", "policy_rate")
_OF_THE_INDEX = frozenset({"efficiency_ratio_63d", "breakout_success_63d"})
_POSITIONS = ("cot_asset_managers", "cot_speculators")
# Weeks that are read again at first; twice as many while the last of them differs from what the whole history says.
_WEEKS = 176
_TOLERANCE = 1e-6

Inputs = frozenset[str]
_Frame = TypeVar("_Frame", pd.DataFrame, pd.Series)


def root(name: str) -> str:
    """The input that a series or word of the playbook is a figure of: an indicator, the index or an engine's word."""
    if name.startswith("spx_") or name in _OF_THE_INDEX:
        return INDEX
    if name.startswith(("vix_week_", "vix_intraday_")):
        return "vix"
    if name == "breadth_counted":
        return BASIS
    return name.removesuffix("_bp")


def engine_of(name: str) -> str | None:
    """The engine whose score, state or direction a series or word of the playbook is; None for any other."""
    engine, _, what = name.rpartition("_")
    return engine if engine in ENGINES and what in ("score", "state", "direction") else None


@dataclass(frozen=True)
class Scored:
    """An engine's score in one week, NaN where it cannot be read; by_hand: set by a person."""

    score: float
    extended: float
    coverage: float
    by_hand: bool


@dataclass(frozen=True)
class Record:
    """Two weeks in a row as they were read, from which a replay starts. `day` and `before` are their reading dates."""

    readings: Readings
    panel: Panel
    params: Parameters
    evaluation: Evaluation
    phrases: Phrases
    day: pd.Timestamp
    before: pd.Timestamp
    _scores: dict[tuple[str, Inputs], Scored] = field(default_factory=dict, repr=False)
    _words: dict[tuple[str, Inputs], tuple[str, str]] = field(default_factory=dict, repr=False)
    _figures: dict[tuple[str, bool], float | str | None] = field(default_factory=dict, repr=False)
    calls: dict[tuple[Inputs, int], RegimeHistory] = field(default_factory=dict, repr=False)
    turns: dict[tuple[Inputs, int], pd.DataFrame] = field(default_factory=dict, repr=False)
    _insight_weeks: dict[str, int] = field(default_factory=dict, repr=False)

    @cached_property
    def at(self) -> int:
        """Row of `day` among the reading dates; that of `before` is the one above it."""
        return int(self.readings.dates.get_indexer(pd.DatetimeIndex([self.day]))[0])

    @cached_property
    def changed(self) -> tuple[str, ...]:
        """Inputs that are other on `day` than on `before`, and those whose sessions within the week count."""
        r = self.readings
        values, sets = r.applied.values, r.measurements.input_set
        now, then = (values.iloc[row].to_numpy(dtype="float64") for row in (self.at, self.at - 1))
        other = ~((now == then) | (np.isnan(now) & np.isnan(then)))
        other |= sets.iloc[self.at].to_numpy() != sets.iloc[self.at - 1].to_numpy()
        found = [INDEX, ADVANCES, *map(str, values.columns[other])]
        found += [name for name in _BY_SESSION if name in values and name not in found]
        forced = r.applied.forced.to_numpy(dtype="float64")[self.at - 1 : self.at + 1]
        found += [STATE_PREFIX + e for e, (a, b) in zip(ENGINES, forced.T, strict=True) if not same(a, b)]
        if not same(*r.market["median"].to_numpy(dtype="float64")[self.at - 1 : self.at + 1]):
            found.append(EXPECTED)
        if r.measurements.breadth_basis.iloc[self.at] != r.measurements.breadth_basis.iloc[self.at - 1]:
            found.append(BASIS)
        return tuple(found)

    @cached_property
    def scored_by(self) -> dict[str, Inputs]:
        """The inputs that an engine's score is made of, by engine."""
        params = self.params.engines
        stress = {name for conditions in params.stress.any for name in conditions}
        found = {}
        for engine in ENGINES:
            lines = {name for name, line in params.engines[engine].items() if line.weight > 0}
            own = lines | (stress if engine in params.stress.caps else set()) | {STATE_PREFIX + engine}
            found[str(engine)] = frozenset(own)
        return found

    @cached_property
    def called_by(self) -> Inputs:
        """The inputs that a call is made of: every engine's, because it needs so many of them."""
        rules = self.params.regimes
        return frozenset({INDEX, *rules.participation.lines, *ACUTE}).union(*self.scored_by.values())

    @cached_property
    def turned_by(self) -> Inputs:
        """The inputs that inflections are read off."""
        engines_ = ("liquidity", "positioning", "rate_path")
        return frozenset(TURNS).union(*(self.scored_by[each] for each in engines_))

    def score(self, sets: Iterable[Inputs]) -> None:
        """Score the week once for each set of inputs, all in one pass; `scored` then gives what came of each."""
        wanted = [
            names
            for names in dict.fromkeys(sets)
            if any((e, names & own) not in self._scores for e, own in self.scored_by.items())
        ]
        if not wanted:
            return
        applied, rows = self.readings.applied, [self.at - 1, self.at]
        columns = {str(name): at for at, name in enumerate(applied.values.columns)}
        before, now = applied.values.iloc[rows].to_numpy(dtype="float64")
        forced_before, forced_now = applied.forced.iloc[rows].to_numpy(dtype="float64")
        values, forced = np.tile(now, (len(wanted), 1)), np.tile(forced_now, (len(wanted), 1))
        for row, names in enumerate(wanted):
            taken = [columns[name] for name in names if name in columns]
            values[row, taken] = before[taken]
            held = [number for number, engine in enumerate(ENGINES) if STATE_PREFIX + engine in names]
            forced[row, held] = forced_before[held]
        # Rows of one week: a second apart, because a row is known by its moment.
        moments = pd.date_range(applied.values.index[self.at], periods=len(values), freq="s")
        found = engines.read(
            pd.DataFrame(values, index=moments, columns=applied.values.columns),
            self.params.engines,
            pd.DataFrame(forced, index=moments, columns=list(ENGINES)),
        )
        # A row's scores need no memory; its states and directions do, and come from the replay.
        parts = [each.to_numpy() for each in (found.score, found.extended, found.coverage, found.forced)]
        for row, names in enumerate(wanted):
            for number, (engine, own) in enumerate(self.scored_by.items()):
                score, extended, coverage, by_hand = (part[row, number] for part in parts)
                self._scores[engine, names & own] = Scored(
                    float(score), float(extended), float(coverage), bool(by_hand)
                )

    def scored(self, engine: str, names: Inputs) -> Scored:
        """An engine's score with those inputs as they were before."""
        key = engine, names & self.scored_by[engine]
        if key not in self._scores:
            self.score([key[1]])
        return self._scores[key]

    def words(self, engine: str, names: Inputs) -> tuple[str, str]:
        """An engine's state and direction with those inputs as they were before."""
        key = engine, names & self.scored_by[engine]
        if key not in self._words:
            history, rules, own = self.readings.engines, self.params.engines, self.scored(engine, names)
            # From a neutral week on, a state needs nothing of what was before it.
            neutral = np.flatnonzero((history.state[engine].iloc[: self.at] == "neutral").to_numpy())
            past = history.score[engine].to_numpy()[neutral[-1] if len(neutral) else 0 : self.at]
            state = engines.states(np.append(past, own.score), rules)[-1]
            back = rules.direction.weeks + rules.direction.window_weeks
            past = history.extended[engine].to_numpy()[max(0, self.at - back) : self.at]
            direction = engines.directions(pd.Series(np.append(past, own.extended)), rules)[-1]
            self._words[key] = state, str(direction)
        return self._words[key]

    def figure(self, name: str, *, now: bool) -> float | str | None:
        """A figure or word of the phrases, on `day` or on `before`."""
        if (name, now) not in self._figures:
            self._figures[name, now] = self.phrases.value(name, self.day if now else self.before)
        return self._figures[name, now]

    def week_before(self) -> Record:
        """The same of the week before; of the first week that one itself."""
        earlier = self.readings.dates[max(self.at - 2, 0)]
        return Record(
            self.readings, self.panel, self.params, self.evaluation, self.phrases, self.before, earlier
        )

    def replay(self, names: Inputs) -> Replay:
        """The week with those inputs as they were on `before`."""
        return Replay(self, names, self._weeks)

    @cached_property
    def _weeks(self) -> int:
        size, r = _WEEKS, self.readings
        while size <= self.at:
            again = Replay(self, frozenset(), size)
            if (
                np.allclose(
                    again.regimes.memberships.to_numpy()[-1],
                    r.regimes.memberships.to_numpy()[self.at],
                    atol=_TOLERANCE,
                    equal_nan=True,
                )
                and bool((again.found.iloc[-1] == r.inflections.iloc[self.at]).all())
                and np.isclose(
                    again.exposure,
                    r.target_exposure.exposure.iloc[self.at],
                    atol=_TOLERANCE,
                    equal_nan=True,
                )
                and again.style_name == _text(r.style.iloc[self.at])
            ):
                return size
            size *= 2
        return self.at + 1

    def insight_weeks(self, name: str) -> int:
        """How many weeks an insight's rule needs to say of the last one what it says over the whole history."""
        if name not in self._insight_weeks:
            size, code = _WEEKS, int(self.evaluation.column(name)[self.at])
            while size <= self.at and Replay(self, frozenset(), size).insight_code(name, size) != code:
                size *= 2
            self._insight_weeks[name] = min(size, self.at + 1)
        return self._insight_weeks[name]


class Replay:
    """One week with the inputs `names` as they were a week before. Its frames end on the week's own row."""

    def __init__(self, record: Record, names: Inputs, weeks: int) -> None:
        self.record, self.names, self.params = record, names, record.params
        self._from = max(0, record.at + 1 - weeks)

    # The five steps

    def scored(self, engine: str) -> Scored:
        """An engine's score."""
        return self.record.scored(engine, self.names)

    def state(self, engine: str) -> str:
        """An engine's state."""
        return self.record.words(engine, self.names)[0]

    def direction(self, engine: str) -> str:
        """An engine's direction."""
        return self.record.words(engine, self.names)[1]

    @cached_property
    def regimes(self) -> RegimeHistory:
        """Calls and memberships, up to the week."""
        key = self.names & self.record.called_by, self._from
        if key not in self.record.calls:
            self.record.calls[key] = self._classified()
        return self.record.calls[key]

    def _classified(self) -> RegimeHistory:
        engines_known = self._score.notna().sum(axis=1) >= self.params.regimes.call.least_engines
        fresh = self._tail(self.record.readings.market["fresh"], changed=INDEX in self.names).astype(bool)
        return regimes.classify(self._extended, self._values, fresh & engines_known, self.params.regimes)

    @property
    def known(self) -> bool:
        """Whether the week has a call."""
        return bool(self.regimes.known.iloc[-1])

    @cached_property
    def call(self) -> RegimeReading | None:
        """The call; None without one."""
        if not self.known:
            return None
        return regimes.reading(self.regimes, self._extended, self.params.regimes, self.record.day)

    @cached_property
    def found(self) -> pd.DataFrame:
        """Strength of every inflection in the week that it is announced."""
        key = self.names & self.record.turned_by, self._from
        if key not in self.record.turns:
            rules = self.params.regimes.inflections
            self.record.turns[key] = inflections.detect(self._score, self._seen, rules, self._basis)
        return self.record.turns[key]

    @cached_property
    def _until(self) -> pd.DataFrame:
        rules = self.params.regimes.inflections
        return inflections.weeks_until_reversal(self.found, self._score, self._seen, rules, self._basis)

    @cached_property
    def exposures(self) -> target_exposure.TargetExposureHistory:
        """Target exposures, up to the week."""
        r, names = self.record.readings, self.names
        announced = inflections.announced(self.found, self.params.regimes.inflections)
        return target_exposure.target_exposure(
            self._score,
            self.regimes.confirmed,
            self._tail(r.market["median"], changed=EXPECTED in names),
            announced.str.contains(inflections.IMPROVING),
            self._tail(r.paths["spx"]["low"], changed=INDEX in names),
            self.params.portfolio.target_exposure,
        )

    @property
    def exposure(self) -> float:
        """The target exposure; NaN without a call."""
        return float(self.exposures.exposure.iloc[-1])

    @cached_property
    def style_name(self) -> str:
        """The style's id; empty without a call."""
        rules = self.params.regimes
        active = inflections.active(self.found, self._until, rules.inflections, rules.styles.re_entry_weeks)
        directions = self._tail(self.record.readings.engines.direction).copy()
        for engine in rules.styles.re_entry_needs:
            directions.iloc[-1, directions.columns.get_loc(engine)] = self.direction(engine)  # type: ignore[index]
        # Both rows that are not the week's own say nothing here: a style has no memory of its own.
        last = slice(-1, None)
        return _text(
            styles.choose(
                self.regimes.confirmed.iloc[last], active.iloc[last], directions.iloc[last], rules.styles
            ).iloc[0]
        )

    # The conclusions as sentences

    def regime_text(self) -> str:
        """The regime's name, or that there is no call."""
        return no_call.NAME if self.call is None else self.call.name

    def confirmation_text(self) -> str:
        """Whether the week alone reads the same regime as the call."""
        if self.call is None:
            return no_call.NAME.lower()
        if self.call.confirmed:
            return "confirmed"
        return f"not confirmed: the week alone reads {regimes.NAMES[self.call.raw].lower()}"

    def confidence_text(self) -> str:
        """The call's confidence in per cent."""
        if self.call is None:
            return no_call.NAME.lower()
        scored, rules, day = [self.scored(engine) for engine in ENGINES], self.params.regimes, self.record.day

        def row(values: list[float]) -> pd.DataFrame:
            return pd.DataFrame([values], columns=list(ENGINES), index=[day])

        history = replace(
            self.record.readings.engines,
            score=row([each.score for each in scored]),
            extended=row([each.extended for each in scored]),
            coverage=row([each.coverage for each in scored]),
            forced=row([each.by_hand for each in scored]),
        )
        return percent(certainty.certainty(self.call, history, self._values, rules, day).confidence)

    def state_text(self, engine: str) -> str:
        """An engine's state in the engine's own words."""
        return narrative.state_words(engine, self.state(engine))

    def exposure_text(self) -> str:
        """The target exposure in per cent of the risk budget."""
        return percent(self.exposure) if self.known else no_call.NAME.lower()

    def style_text(self) -> str:
        """The style's name."""
        return content.styles()[self.style_name].name if self.style_name else no_call.NAME.lower()  # type: ignore[index]

    def tape_text(self) -> str:
        """Whether the index's last quarter agrees with the style."""
        if not self.style_name:
            return no_call.NAME.lower()
        until = self.record.before if INDEX in self.names else self.record.day
        close = self.record.panel.daily("SPX").loc[:until]
        needs = content.styles()[self.style_name].tape  # type: ignore[index]
        return styles.agreement(styles.checked(close, needs, self.params.regimes.styles))

    def inflection_text(self, name: str) -> str:
        """The newest listed inflection of an engine one way ("engine:direction") and whether it is reversed."""
        engine, direction = name.split(":")
        listed = inflections.recent(self.found, self._until, self.params.regimes.inflections, self.record.day)
        for each in listed:
            if (each.engine, each.direction) == (engine, direction):
                begun = f"since {date(each.since)}"
                return f"{begun}, reversed" if each.reversed is not None else begun
        return NO_INFLECTION

    def insight_text(self, name: str) -> str:
        """An insight's status."""
        return STATUSES[self.insight_code(name, self.record.insight_weeks(name))]

    def insight_code(self, name: str, weeks: int) -> int:
        """An insight's status code, its rule read over so many weeks."""
        evaluation = self.record.evaluation
        inputs = self._rule_inputs(evaluation.reads[name], weeks)
        return int(evaluate(inputs, {name: evaluation.insights[name]}).codes[-1, 0])

    def clause_text(self, engine: str) -> str:
        """An engine's clause of the narrative."""
        if not np.isfinite(self.scored(engine).score):
            return narrative.unknown(engine)
        return self.record.phrases.said(engine, self._figure)  # type: ignore[arg-type]

    # What these are made from

    def _tail(self, frame: _Frame, *, changed: bool = False) -> _Frame:
        """The rows of a frame that are read again; `changed`: the last one as it was a week before."""
        found = frame.iloc[self._from : self.record.at + 1]
        if changed and len(found) > 1:
            found = found.copy()
            found.iloc[-1] = found.iloc[-2]
        return found

    @cached_property
    def _values(self) -> pd.DataFrame:
        found = self._tail(self.record.readings.applied.values)
        taken = [at for at, name in enumerate(found.columns) if name in self.names]
        if taken and len(found) > 1:
            found = found.copy()
            found.iloc[-1, taken] = found.iloc[-2, taken].to_numpy()
        return found

    @cached_property
    def _score(self) -> pd.DataFrame:
        return self._with_own(self.record.readings.engines.score, [self.scored(e).score for e in ENGINES])

    @cached_property
    def _extended(self) -> pd.DataFrame:
        own = [self.scored(engine).extended for engine in ENGINES]
        return self._with_own(self.record.readings.engines.extended, own)

    def _with_own(self, past: pd.DataFrame, own: list[float]) -> pd.DataFrame:
        rows = self._tail(past)
        values = rows.to_numpy(copy=True)
        values[-1] = own
        return pd.DataFrame(values, index=rows.index, columns=rows.columns)

    @cached_property
    def _seen(self) -> pd.DataFrame:
        path = self._tail(self.record.readings.paths["vix"], changed="vix" in self.names)
        return self._values.assign(vix_highest_close=path["high"], vix_lowest_close=path["low"])

    @cached_property
    def _basis(self) -> pd.Series:
        basis = self.record.readings.measurements.basis("pct_above_50d")
        return self._tail(basis, changed="pct_above_50d" in self.names)

    def _figure(self, name: str) -> float | str | None:
        """A figure or word that the phrases may quote, with `names` as they were a week before."""
        figure, of = self.record.phrases.measured_as(name), self.record.phrases.made_of(name)
        engine = engine_of(of)
        if engine is None:
            return self.record.figure(name, now=root(of) not in self.names)
        what = of.rpartition("_")[2]
        if what != "score":
            return self.state(engine) if what == "state" else self.direction(engine)
        own = self.scored(engine).score
        if figure is not None and figure.measure == "change":
            row = self.record.at - int(figure.weeks or 0)
            own -= float(self.record.readings.engines.score[engine].iloc[row]) if row >= 0 else np.nan
        return own if np.isfinite(own) else None

    def _rule_inputs(self, reads: frozenset[str], weeks: int) -> RuleInputs:
        """The series, words and sessions that a rule reads, `weeks` of them, with `names` as they were."""
        whole, names, end = self.record.evaluation.inputs, self.names, self.record.at + 1
        rows = slice(max(0, end - weeks), end)
        # What a rule itself makes of the sessions is made again.
        made = {f"{name}_percentile" for name in whole.daily}
        series = {name: whole.series[name][rows] for name in reads - made if name in whole.series}
        labels = {name: whole.labels[name][rows] for name in reads if name in whole.labels}
        bases = {name: whole.bases[name][rows] for name in reads if name in whole.bases}
        for name in reads:
            engine = engine_of(name)
            if engine is not None:
                self._put_engine(name, engine, series, labels)
            elif name == "cot_percentile":
                managers, speculators = (_number(self._values, each) for each in _POSITIONS)
                series[name] = _last(series[name], managers if np.isfinite(managers) else speculators)
            elif root(name) in names and name in series:
                series[name] = _last(series[name], numbers(series[name])[-2])
                if name in bases:
                    bases[name] = bases[name].copy()
                    bases[name][-1] = bases[name][-2]
        daily = dict(whole.daily)
        since, until = int(whole.at[self.record.at - 1]) + 1, int(whole.at[self.record.at]) + 1
        for name in (each for each in daily if (ADVANCES if each == "declines" else each) in names):
            daily[name] = daily[name].copy()
            daily[name][since:until] = whole.daily[name][since - (until - since) : since]
        return RuleInputs(whole.dates[rows], series, labels, daily, whole.at[rows], whole.percentiles, bases)

    def _put_engine(
        self, name: str, engine: str, series: dict[str, Quantity], labels: dict[str, Words]
    ) -> None:
        if name in series:
            series[name] = _last(series[name], self.scored(engine).score)
        else:
            labels[name] = labels[name].copy()
            labels[name][-1] = self.state(engine) if name.endswith("_state") else self.direction(engine)


class AsRead(Replay):
    """The week as it was read: the same conclusions from the frames of the record."""

    def __init__(self, record: Record) -> None:
        super().__init__(record, frozenset(), _WEEKS)

    def scored(self, engine: str) -> Scored:
        """An engine's score."""
        history = self.record.readings.engines
        frames = (history.score, history.extended, history.coverage, history.forced)
        score, extended, coverage, by_hand = (each[engine].iloc[self.record.at] for each in frames)
        return Scored(float(score), float(extended), float(coverage), bool(by_hand))

    def state(self, engine: str) -> str:
        """An engine's state."""
        return str(self.record.readings.engines.state[engine].iloc[self.record.at])

    def direction(self, engine: str) -> str:
        """An engine's direction."""
        return str(self.record.readings.engines.direction[engine].iloc[self.record.at])

    @cached_property
    def regimes(self) -> RegimeHistory:
        """Calls and memberships, up to the week."""
        history = self.record.readings.regimes
        names = RegimeHistory.__dataclass_fields__
        return RegimeHistory(**{name: self._tail(getattr(history, name)) for name in names})

    @cached_property
    def found(self) -> pd.DataFrame:
        """Strength of every inflection in the week that it is announced."""
        return self._tail(self.record.readings.inflections)

    @cached_property
    def _until(self) -> pd.DataFrame:
        return self._tail(self.record.readings.weeks_until_reversal)

    @property
    def exposure(self) -> float:
        """The target exposure; NaN without a call."""
        return float(self.record.readings.target_exposure.exposure.iloc[self.record.at])

    @cached_property
    def style_name(self) -> str:
        """The style's id; empty without a call."""
        return _text(self.record.readings.style.iloc[self.record.at])

    def insight_code(self, name: str, weeks: int) -> int:
        """An insight's status code."""
        return int(self.record.evaluation.column(name)[self.record.at])

    def insight_text(self, name: str) -> str:
        """An insight's status."""
        return STATUSES[self.insight_code(name, 1)]

    def clause_text(self, engine: str) -> str:
        """An engine's clause of the narrative."""
        if not np.isfinite(self.scored(engine).score):
            return narrative.unknown(engine)
        return self.record.phrases.clause(engine, self.record.day)  # type: ignore[arg-type]


def same(one: object, other: object) -> bool:
    """Whether two figures or words are the same; two that are not known are."""
    return bool(one == other) or (bool(pd.isna(one)) and bool(pd.isna(other)))  # type: ignore[call-overload]


def _text(word: object) -> str:
    return word if isinstance(word, str) else ""


def _number(values: pd.DataFrame, name: str) -> float:
    return float(values[name].iloc[-1]) if name in values else float("nan")


def _last(values: Quantity, value: float) -> Quantity:
    """The same series with another last value; NaN is not known."""
    found = values.copy()
    found[-1] = value if np.isfinite(value) else pd.NA
    return found
