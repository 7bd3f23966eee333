"""All weeks at once: from a dataset to every reading of the five steps, and the history other programs read.

The costly part (measuring) is done once for a dataset; the cheap part (reading) follows every override.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from fiveengines import indicators
from fiveengines.base.errors import ParameterError
from fiveengines.base.parameters import ENGINES, Parameters
from fiveengines.base.parameters.regimes import Forecast
from fiveengines.base.yaml_files import suggestion
from fiveengines.data import calendars
from fiveengines.data.dataset import Dataset
from fiveengines.data.panel import Panel
from fiveengines.indicators import Applied, IndicatorValues
from fiveengines.indicators.weekly_path import weekly_path, with_last
from fiveengines.model import engines, forecast, inflections, regimes, styles, target_exposure

# What the week's path is read of → the series of the catalog that it is read from, the first that has a value.
PATHS: Mapping[str, tuple[str, ...]] = {
    "spx": ("SPX",),
    "vix": ("VIX", "VIXCLS"),
    "vix_intraday": ("VIX_HIGH",),
}


@dataclass(frozen=True)
class Measured:
    """What the data say on every reading date, before any judgement: the costly part.

    market: reading date × low, median, high (volatility expected for the coming month, % a year) and fresh (whether the
    index has a close in the last sessions).
    paths: what a daily series did within each week, by its id in PATHS (see `indicators.weekly_path`).
    """

    measurements: IndicatorValues
    tape: pd.DataFrame
    labels: pd.DataFrame
    market: pd.DataFrame
    paths: Mapping[str, pd.DataFrame]
    panel: Panel


@dataclass(frozen=True)
class Readings:
    """Every week's five steps; all frames are indexed by reading date."""

    measurements: IndicatorValues
    applied: Applied
    engines: engines.EngineHistory
    regimes: regimes.RegimeHistory
    inflections: pd.DataFrame
    weeks_until_reversal: pd.DataFrame
    announced: pd.Series
    target_exposure: target_exposure.TargetExposureHistory
    market: pd.DataFrame
    paths: Mapping[str, pd.DataFrame]
    style: pd.Series
    tape: pd.DataFrame

    @property
    def dates(self) -> pd.DatetimeIndex:
        """Reading dates, oldest first."""
        return pd.DatetimeIndex(self.engines.score.index)


def measure_all(dataset: Dataset, as_of: pd.Timestamp, params: Parameters) -> Measured:
    """Measure every indicator of params on every reading date from `history_start` to `as_of`."""
    return measure(Panel(dataset, as_of), params)


def measure(panel: Panel, params: Parameters) -> Measured:
    """As `measure_all`, up to the evening of the panel."""
    as_of = panel.as_of
    dates = calendars.reading_dates(params.weekly.history_start, as_of)
    dates = dates[dates >= panel.sessions[0]]
    if len(dates) == 0 or dates[-1] != as_of:
        dates = pd.DatetimeIndex([*dates, as_of])
    for engine, lines in params.engines.engines.items():
        for name, line in lines.items():
            if name not in indicators.REGISTRY:
                hint = suggestion(name, indicators.REGISTRY)
                raise ParameterError(f"{params.line_of(engine, name)}: unknown indicator {name!r}.{hint}")
            if problem := indicators.REGISTRY[name].problem(line.settings):
                raise ParameterError(f"{params.line_of(engine, name)}: {name}: {problem}")
    measured = indicators.evaluate(panel, dates, params.engines)
    tape = styles.tape_history(panel.daily("SPX"), dates, params.regimes.styles)
    named = indicators.labels(measured.inputs, dates, params.engines.labels)
    paths = {name: weekly_path(panel.first_of(*series), dates) for name, series in PATHS.items()}
    return Measured(measured, tape, named, _market(panel, dates, params), paths, panel)


def _market(panel: Panel, dates: pd.DatetimeIndex, params: Parameters) -> pd.DataFrame:
    """The index and its expected volatility on the reading dates; see Measured.

    The expectation is estimated on all weeks that the data have, also those before the history that is asked for.
    """
    rules = params.regimes
    closes = panel.daily("SPX")
    weeks = calendars.reading_dates(panel.sessions[0], panel.as_of).union(dates)
    weeks = weeks[weeks >= panel.sessions[0]]
    market = forecast.expected_volatility(closes, panel.first_of("VIX", "VIXCLS"), weeks, rules.forecast)
    observed = pd.Series(panel.dates("SPX")[0], index=panel.sessions)
    newest = pd.Series(panel.sessions.searchsorted(observed.fillna(panel.sessions[0])), index=panel.sessions)
    age = pd.Series(range(len(newest)), index=newest.index) - newest
    market["fresh"] = (observed.notna() & (age < rules.call.close_within_sessions)).reindex(weeks)
    return market.reindex(dates)


def read(measured: Measured, params: Parameters, applied: Applied | None = None) -> Readings:
    """Read every week from what was measured, and from `applied`: its values after manual readings, if any."""
    applied = applied or Applied.as_measured(measured.measurements.values)
    history = engines.read(applied.values, params.engines, applied.forced)
    callable_weeks = measured.market["fresh"] & (
        history.score.notna().sum(axis=1) >= params.regimes.call.least_engines
    )
    regime = regimes.classify(history.extended, applied.values, callable_weeks, params.regimes)
    # A VIX entered by hand stands in for the reading date's own close, not for those before it.
    vix = with_last(measured.paths["vix"], applied.values["vix"])
    seen = applied.values.assign(vix_highest_close=vix["high"], vix_lowest_close=vix["low"])
    inflection, basis = params.regimes.inflections, measured.measurements.basis("pct_above_50d")
    found = inflections.detect(history.score, seen, inflection, basis)
    until = inflections.weeks_until_reversal(found, history.score, seen, inflection, basis)
    rules = params.regimes.styles
    active = inflections.active(found, until, inflection, rules.re_entry_weeks)
    announced = inflections.announced(found, inflection)
    return Readings(
        measurements=measured.measurements,
        applied=applied,
        engines=history,
        regimes=regime,
        inflections=found,
        weeks_until_reversal=until,
        announced=announced,
        target_exposure=target_exposure.target_exposure(
            history.score,
            regime.confirmed,
            measured.market["median"],
            announced.str.contains(inflections.IMPROVING),
            measured.paths["spx"]["low"],
            params.portfolio.target_exposure,
        ),
        market=measured.market,
        paths={**measured.paths, "vix": vix},
        style=styles.choose(regime.confirmed, active, history.direction, rules),
        tape=measured.tape,
    )


def history_frame(readings: Readings, rules: Forecast) -> pd.DataFrame:
    """The history CSV's table: one row a reading date, the columns that other programs rely on.

    A week without a call is empty in regime, regime_raw and aggressiveness.
    """
    table: dict[str, pd.Series] = {}
    for engine in ENGINES:
        table[f"{engine}_score"] = readings.engines.score[engine].round(4)
        table[f"{engine}_state"] = readings.engines.state[engine]
        table[f"{engine}_direction"] = readings.engines.direction[engine]
        table[f"{engine}_coverage"] = readings.engines.coverage[engine].round(4)
    table["regime"] = readings.regimes.confirmed
    table["regime_raw"] = readings.regimes.raw
    table["aggressiveness"] = readings.target_exposure.exposure.round(4)
    table["inflection"] = readings.announced
    for name in forecast.COLUMNS:
        table[f"vol_{rules.sessions}d_{name}"] = readings.market[name].round(2)
    ahead = forecast.regime_ahead(readings.regimes, rules)
    for number in regimes.NUMBERS:
        table[f"p_regime_{rules.regime_weeks}w_{number}"] = ahead[number].round(4)
    frame = pd.DataFrame(table)
    frame.index.name = "as_of"
    return frame
