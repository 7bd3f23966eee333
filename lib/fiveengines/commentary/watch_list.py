"""Thresholds near by: which move of a single indicator would flip an engine's state, or the week's regime.

Arithmetic on the week's scores and the breakpoints in params/; the usual size of a move is the indicator's own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from fiveengines.base.parameters import ENGINES, Parameters
from fiveengines.commentary import narrative
from fiveengines.indicators import indicator
from fiveengines.model import engines
from fiveengines.model.readings import Readings
from fiveengines.model.regimes import CRISIS, NAMES, Flip


@dataclass(frozen=True)
class NearbyThreshold:
    """A threshold near by, in the indicator's unit. `usual_moves`: how many of its usual weeks it is away."""

    subject: str
    becomes: str
    indicator: str
    title: str
    unit: str
    now: float
    level: float
    usual_moves: float


def watch_list(
    readings: Readings, params: Parameters, day: pd.Timestamp, flip: Flip | None = None
) -> tuple[NearbyThreshold, ...]:
    """Thresholds near by on `day`, nearest first; `flip`: the smallest change that gives another regime."""
    search, rules = _Search(readings, params, day), params.regimes.watch_list
    near = [each for each in search.found(flip) if each.usual_moves <= rules.within_usual_moves]
    return tuple(sorted(near, key=lambda each: (each.usual_moves, each.indicator))[: rules.most])


@dataclass(frozen=True)
class _Search:
    """Every threshold of one week, however far away."""

    readings: Readings
    params: Parameters
    day: pd.Timestamp

    def found(self, flip: Flip | None) -> Iterator[NearbyThreshold]:
        for engine in ENGINES:
            yield from self._states(engine)
        history = self.readings.engines
        if flip is not None and not bool(history.forced.at[self.day, flip.engine]):
            score = float(history.extended.loc[self.day].to_dict()[flip.engine])
            becomes = f"is called {NAMES[flip.to_regime].lower()}"
            yield from self._cheapest(flip.engine, score + flip.change, "the week", becomes, extended=True)
        yield from self._triggers()

    def _states(self, engine: str) -> Iterator[NearbyThreshold]:
        """The cheapest flip of an engine's state each way; none for a state set by hand or unknown."""
        history, limits = self.readings.engines, self.params.engines.states
        state = str(history.state.at[self.day, engine])
        if state == "unknown" or bool(history.forced.at[self.day, engine]):
            return
        name = narrative.ENGINE_NAMES[engine].lower()
        past = history.state[engine].loc[: self.day].iloc[:-1]
        before = next((each for each in reversed(past.to_list()) if each != "unknown"), "neutral")
        # A state holds down to the release only once it has lasted a week; until then its own threshold decides.
        up = limits.release if before == "supportive" else limits.supportive
        down = -limits.release if before == "adverse" else limits.adverse
        ways = {
            "neutral": ((up, "turns supportive"), (down, "turns adverse")),
            "supportive": ((up, "is no longer supportive"),),
            "adverse": ((down, "is no longer adverse"),),
        }
        for score, becomes in ways[state]:
            yield from self._cheapest(engine, score, name, becomes)

    def _cheapest(
        self, engine: str, wanted: float, subject: str, becomes: str, *, extended: bool = False
    ) -> list[NearbyThreshold]:
        """The indicator that needs the fewest of its usual moves to bring the engine to the score `wanted`, if any.

        extended: `wanted` is a log-extended score, in which indicators count beyond their breakpoints.
        """
        history, day = self.readings.engines, self.day
        lines = self.params.engines.engines[engine]  # type: ignore[index]
        counted = history.weights.loc[day].to_dict()
        scored = [name for name in lines if counted.get(name, 0.0) > 0]
        weights = history.weights.loc[day, scored].to_numpy(dtype="float64")
        present = {name: lines[name] for name in scored}
        linear = engines.linear_scores(self.readings.applied.values.loc[[day]], present)[0]
        scores = engines.log_extended_score(linear) if extended else np.clip(linear, -1.0, 1.0)
        total = weights.sum()
        if total == 0:
            return []
        mean = float((weights * scores).sum() / total)
        cap = self.params.engines.stress.caps.get(engine)  # type: ignore[call-overload]
        stress = float(history.stress.loc[day])
        if cap is not None and stress > 0 and wanted > cap:
            if stress == 1:
                return []  # while credit is under stress no other indicator can lift the engine
            wanted = (wanted - stress * cap) / (1 - stress)
        near: list[NearbyThreshold] = []
        for name, weight, score in zip(scored, weights, scores, strict=True):
            line = lines[name]
            needed = score + (wanted - mean) * total / weight
            if needed > line.most or indicator(name).unit == "flag" or (abs(needed) > 1.0 and not extended):
                continue
            if abs(needed) > 1.0:
                needed = float(np.sign(needed) * np.exp(abs(needed) - 1.0))
            low, high = float(line.adverse or 0.0), float(line.supportive or 0.0)
            near += self._near(name, low + (needed + 1.0) / 2.0 * (high - low), subject, becomes)
        return sorted(near, key=lambda each: each.usual_moves)[:1]

    def _triggers(self) -> Iterator[NearbyThreshold]:
        """Lines that act at once: credit stress, and the level of the VIX that makes a shock."""
        readings, day = self.readings, self.day
        if not bool(readings.engines.stressed.loc[day]):
            for conditions in self.params.engines.stress.any:
                if len(conditions) == 1:
                    name, level = next(iter(conditions.items()))
                    yield from self._near(name, level, "credit", "counts as stressed")
        regime, level = readings.regimes.confirmed.loc[day], self.params.regimes.crisis.vix_enter
        vix = float(readings.applied.values["vix"].loc[day])
        if not pd.isna(regime) and int(regime) < CRISIS and vix < level:
            becomes = "is in a shock; with stressed credit or a breadth collapse the week is a crisis"
            yield from self._near("vix", level, "volatility", becomes)

    def _near(self, name: str, level: float, subject: str, becomes: str) -> list[NearbyThreshold]:
        """The threshold, none where the indicator has no value or too few moves to tell a usual one."""
        rules = self.params.regimes.watch_list
        past = self.readings.applied.values[name].loc[: self.day].iloc[-rules.window_weeks - 1 :]
        now, steps = float(past.iloc[-1]), past.diff().dropna()
        usual = float(steps.std()) if len(steps) >= rules.min_weeks else float("nan")
        if not (np.isfinite(now) and np.isfinite(level) and usual > 0):
            return []
        each, away = indicator(name), abs(level - now) / usual
        return [NearbyThreshold(subject, becomes, name, each.title, each.unit, now, level, away)]
