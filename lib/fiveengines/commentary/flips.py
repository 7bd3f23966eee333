"""What would flip the call: how far one market would have to move until the week reads as another regime or state.

The week's own rules are asked again with one input moved, a step at a time, everything else as it is; no rule is
written a second time here but how figures of one market move together.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from fiveengines.base.formats import dollars, figure, number
from fiveengines.base.parameters import Engine, Parameters
from fiveengines.commentary.narrative import ENGINE_NAMES
from fiveengines.data.panel import Panel
from fiveengines.indicators import indicator
from fiveengines.model import engines, regimes
from fiveengines.model.readings import Readings


@dataclass(frozen=True)
class FlipLevel:
    """A level of one market at which the call, or an engine's state, would be another.

    now, level: in the input's unit, `level` rounded away from `now` to the `digits` written. usual_weeks: how many
    usual weekly moves of the input lie between. `engine` is empty where the regime flips; `becomes` is the new regime's
    name or the engine's new state.
    """

    input: str
    title: str
    unit: str
    kind: Literal["regime", "state"]
    engine: str
    becomes: str
    now: float
    level: float
    usual_weeks: float
    digits: int

    @property
    def sentence(self) -> str:
        """'VIX above 26.0 (now 19.5, 1.5 usual weekly moves): Choppy range.'"""
        way = "above" if self.level > self.now else "below"
        what = self.becomes if self.kind == "regime" else f"{ENGINE_NAMES[self.engine]} {self.becomes}"
        return (
            f"{self.title} {way} {_written(self.level, self.unit, self.digits)} "
            f"(now {number(self.now, self.digits)}, {self.usual_weeks:.1f} usual weekly moves): {what}."
        )


@dataclass(frozen=True)
class _Moved:
    """What a figure is made from when its market moves: the market now and moved, and the figure now."""

    name: str
    now: float
    moved: np.ndarray
    figure: float
    row: pd.Series
    past: np.ndarray
    params: Parameters


def _scaled(m: _Moved) -> np.ndarray:
    return np.asarray(m.figure * m.moved / m.now)


def _shifted(m: _Moved) -> np.ndarray:
    return np.asarray(m.figure + m.moved - m.now)


def _log_shifted(m: _Moved) -> np.ndarray:
    return np.asarray(m.figure + 100.0 * np.log(m.moved / m.now))


def _log_gap(m: _Moved) -> np.ndarray:
    """Today is one of the rows of the mean, so the mean moves with it."""
    window = m.params.engines.settings[m.name]["mean"]
    mean = m.now / math.exp(m.figure / 100.0)
    return np.asarray(100.0 * np.log(m.moved / (mean + (m.moved - m.now) / float(window))))  # type: ignore[arg-type]


def _rank(m: _Moved) -> np.ndarray:
    """Share of all values so far at or below the moved one, itself included."""
    before = np.sort(m.past[:-1])
    return np.asarray(100.0 * (np.searchsorted(before, m.moved, side="right") + 1) / len(m.past))


def _divergence(m: _Moved) -> np.ndarray:
    rule = m.params.engines.settings[m.name]
    near = float(m.row["index_from_high"]) >= -float(rule["near_high"])  # type: ignore[arg-type]
    return np.asarray(near & (m.moved < float(rule["broad"])), dtype="float64")  # type: ignore[arg-type]


# Figures that one market's level moves at once, by the market: what else is scored moves alone.
MOVES_WITH: Mapping[str, Mapping[str, Callable[[_Moved], np.ndarray]]] = {
    "vix": {"vix_term": _scaled},
    "hy_spread": {
        "hy_spread_percentile": _rank,
        "hy_spread_gap": _log_gap,
        "hy_spread_change_8w": _log_shifted,
    },
    "baa_spread": {"baa_spread_percentile": _rank, "baa_spread_gap": _log_gap},
    "pct_above_200d": {"pct_above_200d_change_4w": _shifted, "index_breadth_divergence": _divergence},
    "two_year": {"two_year_change_13w": _shifted, "two_year_minus_policy": _shifted},
    "real_yield": {"real_yield_change_13w": _shifted},
    "ten_year": {"curve_3m10y": _shifted},
}
# The series of which a percentile is one of all its values so far.
_RANKED = {"hy_spread": "BAMLH0A0HYM2", "baa_spread": "BAA10Y"}


def flip_levels(
    readings: Readings, panel: Panel, params: Parameters, day: pd.Timestamp
) -> tuple[FlipLevel, ...]:
    """The nearest flips of the regime on `day`, then of engines' states, each by another input; as many as params say.

    A state is named once, with the input that is nearest to it.

    Empty when no single input reaches one within the usual moves that the watch list looks at, and where nothing can be
    read. A week without a call has flips of states alone.
    """
    search = _Search(readings, panel, params, day)
    found = sorted(search.flips(), key=lambda each: (each.kind == "state", each.usual_weeks, each.input))
    chosen: list[FlipLevel] = []
    for each in found:
        inputs, states = {one.input for one in chosen}, {(one.engine, one.becomes) for one in chosen}
        if each.input not in inputs and (each.kind == "regime" or (each.engine, each.becomes) not in states):
            chosen.append(each)
    rules = params.regimes.brief
    regime = [each for each in chosen if each.kind == "regime"]
    others = [each for each in chosen if each.kind == "state"][: rules.most_state_flips]
    return tuple(regime + others)[: rules.most_flips]


class _Search:
    """All candidates of one week in one frame, read at once."""

    def __init__(self, readings: Readings, panel: Panel, params: Parameters, day: pd.Timestamp) -> None:
        self.readings, self.panel, self.params, self.day = readings, panel, params, day
        self.row: pd.Series[float] = readings.applied.values.loc[[day]].iloc[0]
        self.typed = readings.applied.overridden.loc[day]
        rules, watch = params.regimes.brief, params.regimes.watch_list
        count = round(watch.within_usual_moves / rules.step_usual_moves)
        steps = rules.step_usual_moves * np.arange(1, count + 1)
        self.steps = np.concatenate([-steps[::-1], steps])
        past = readings.applied.values.loc[:day].iloc[-watch.window_weeks - 1 :].diff()
        self.usual: pd.Series[float] = past.std().where(past.count() >= watch.min_weeks)

    def flips(self) -> Iterator[FlipLevel]:
        moved_inputs = ((name, self._moved(name)) for name in self._inputs())
        blocks = {name: found for name, found in moved_inputs if found is not None}
        if not blocks:
            return
        values = pd.concat([block for _, block in blocks.values()], ignore_index=True)
        # Rows of one week: a second apart, because a row is known by its moment.
        values.index = pd.date_range(self.day, periods=len(values), freq="s")
        forced = self.readings.applied.forced.loc[[self.day]]
        by_hand = pd.DataFrame(
            np.repeat(forced.to_numpy(), len(values), axis=0), index=values.index, columns=forced.columns
        )
        history = engines.read(values, self.params.engines, by_hand)
        calls, states = self._calls(values, history), self._states(history)
        called, state_now = self._call_now(), self.readings.engines.state.loc[self.day]
        at = 0
        for name, (engine, block) in blocks.items():
            rows = slice(at, at + len(block))
            at += len(block)
            moved = np.asarray(block[name])
            if called:
                yield from self._first(name, "regime", "", calls[rows] != called, calls[rows], moved)
            now = str(state_now[engine])
            if now != "unknown" and not bool(self.readings.engines.forced.at[self.day, engine]):
                found = states[engine][rows]
                yield from self._first(name, "state", engine, found != now, found, moved)

    def _inputs(self) -> Iterator[str]:
        """What is moved: markets by their level, and what is scored this week and moves with none of them."""
        weights = self.readings.engines.weights.loc[self.day]
        counted = {str(name) for name, weight in weights.items() if weight > 0}
        led = {
            market: [name for name in figures if name in counted and not self.typed[name]]
            for market, figures in MOVES_WITH.items()
            if market in self.row.index and np.isfinite(self.row[market])
        }
        yield from (market for market, figures in led.items() if figures or market in counted)
        with_them = {name for figures in led.values() for name in figures}
        yield from (
            name
            for name in weights.index
            if name in counted
            and name not in led
            and name not in with_them
            and indicator(name).unit != "flag"
        )

    def _moved(self, name: str) -> tuple[Engine, pd.DataFrame] | None:
        """The engine of input `name`, and the week's values with it moved, nearest to farthest on both sides."""
        usual, now = float(self.usual[name]), float(self.row[name])
        if not (np.isfinite(now) and usual > 0):
            return None
        bounds = indicator(name).range
        moved = now + self.steps * usual
        moved = moved[(moved >= bounds.low) & (moved <= bounds.high)]
        block = pd.DataFrame(
            np.repeat(self.row.to_numpy(dtype="float64")[None, :], len(moved), axis=0), columns=self.row.index
        )
        block[name] = moved
        past = np.array([])
        if name in _RANKED:
            past = self.panel.daily(_RANKED[name]).loc[: self.day].dropna().to_numpy()
        for figure_, make in MOVES_WITH.get(name, {}).items():
            if figure_ in block and np.isfinite(self.row[figure_]) and not self.typed[figure_]:
                known = _Moved(figure_, now, moved, float(self.row[figure_]), self.row, past, self.params)
                block[figure_] = make(known)
        return indicator(name).engine, block

    def _call_now(self) -> int:
        """The regime in force, 0 in a week without a call."""
        known = bool(self.readings.regimes.known.loc[self.day])
        return int(self.readings.regimes.confirmed.loc[self.day]) if known else 0

    def _calls(self, values: pd.DataFrame, history: engines.EngineHistory) -> np.ndarray:
        """The call of each row after the calls before this week."""
        rules, before = self.params.regimes, self.readings.regimes
        at = int(before.confirmed.index.get_indexer(pd.DatetimeIndex([self.day]))[0])
        calls = before.confirmed.iloc[:at].dropna().to_numpy(dtype="int64")
        number = int(calls[-1]) if len(calls) else 0
        age = int((calls[::-1] == number).cumprod().sum())
        was_acute = bool(before.acute.iloc[at - 1]) if at else False
        earlier = self.readings.applied.values.iloc[max(at - rules.participation.average_weeks + 1, 0) : at]
        own = regimes.participation_of_week(values, rules).to_numpy()
        averaged = regimes.participation_of_week(earlier, rules).to_numpy()
        weeks = np.column_stack([own, np.tile(averaged, (len(own), 1))])
        known = np.isfinite(weeks)
        broad = np.where(
            known.any(axis=1), np.nansum(weeks, axis=1) / np.maximum(known.sum(axis=1), 1), np.nan
        )
        axis = regimes.severity(history.extended, rules).to_numpy()
        severe = regimes.severe_weeks(values, rules).to_numpy()
        vix = values["vix"].to_numpy()

        def call(depth: float, part: float, bad: bool, level: float) -> int:
            acute = bool(bad) and regimes.is_acute(was_acute, level, depth, rules)
            return regimes.next_call(number, age, depth, part, acute, rules)[0]

        return np.array(list(map(call, axis, broad, severe, vix)))

    def _states(self, history: engines.EngineHistory) -> dict[str, np.ndarray]:
        """Each engine's state in each row after its state before this week."""
        past = self.readings.engines.state.loc[: self.day].iloc[:-1]
        found = {}
        for engine in history.score:
            before = next((each for each in reversed(past[engine].to_list()) if each != "unknown"), "neutral")
            found[str(engine)] = np.array(
                [
                    engines.next_state(before, score, self.params.engines)
                    if np.isfinite(score)
                    else "unknown"
                    for score in history.score[engine].to_numpy()
                ]
            )
        return found

    def _first(
        self,
        name: str,
        kind: Literal["regime", "state"],
        engine: str,
        flipped: np.ndarray,
        found: np.ndarray,
        moved: np.ndarray,
    ) -> Iterator[FlipLevel]:
        """The nearest flip on each side of where the input is."""
        now, usual, each = float(self.row[name]), float(self.usual[name]), indicator(name)
        for side in (moved < now, moved > now):
            hits = np.flatnonzero(flipped & side)
            if not len(hits):
                continue
            first = int(hits[np.abs(moved[hits] - now).argmin()])
            becomes = regimes.NAMES[int(found[first])] if kind == "regime" else str(found[first])
            digits = 0 if each.unit == "percentile" else _digits(usual)
            level = _outward(float(moved[first]), now, digits)
            away = abs(level - now) / usual
            yield FlipLevel(name, each.title, each.unit, kind, engine, becomes, now, level, away, digits)


def _digits(usual: float) -> int:
    """Decimals in which a level is written: a tenth of a usual weekly move shows."""
    return min(max(0, math.ceil(-math.log10(usual / 10.0))), 3)


def _outward(level: float, now: float, digits: int) -> float:
    """`level` in the digits that are written, rounded away from `now`, so that what is written suffices."""
    scale = 10.0**digits
    return (math.ceil(level * scale) if level > now else math.floor(level * scale)) / scale


def _written(value: float, unit: str, digits: int) -> str:
    if unit == "$bn":
        return dollars(value, digits, " bn")
    if unit == "percentile":
        return figure(value, unit)
    return number(value, digits, "" if unit in _PLAIN else f" {unit.removesuffix(' a year')}")


_PLAIN = {"ratio", "index", "ratio-adjusted"}
