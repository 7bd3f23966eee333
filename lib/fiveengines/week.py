"""The week: five steps as five results, from one load. The one object that notebooks, charts, tables and reports use.

It brings the rooms below it together; it draws nothing and writes nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from pydantic import TypeAdapter

from fiveengines import indicators, overrides, portfolio, research
from fiveengines.base import cache, parameters
from fiveengines.base.errors import DataError, ParameterError
from fiveengines.base.parameters import ENGINES, ConsistencyParameters, Parameters, RunParameters
from fiveengines.commentary import brief as brief_of
from fiveengines.commentary import certainty as certainty_words
from fiveengines.commentary import (
    conclusion_diff,
    events,
    exposure_commentary,
    flips,
    narrative,
    no_call,
    watch_list,
)
from fiveengines.commentary import inflections as inflection_history
from fiveengines.commentary.brief_records import Brief
from fiveengines.commentary.changes import changes
from fiveengines.commentary.replay import Record
from fiveengines.data import calendars
from fiveengines.data.catalog import lookup
from fiveengines.data.dataset import TABLES, Dataset, Notice
from fiveengines.data.file_summary import FileSummary, summary
from fiveengines.data.load_dataset import data_stamp, load_dataset
from fiveengines.data.panel import Panel
from fiveengines.data.providers.registry import labels
from fiveengines.indicators import positioning
from fiveengines.indicators.weekly_path import WeekPath, path_on
from fiveengines.model import certainty, engines, inflections, regimes, styles, target_exposure
from fiveengines.model.measured_cache import measured as measured_once
from fiveengines.model.readings import Measured, Readings, history_frame, read
from fiveengines.overrides import Entry, Trail
from fiveengines.overrides.computed_from import computed_from
from fiveengines.playbook import content, rules
from fiveengines.playbook.phrases import Phrases
from fiveengines.research import ablation, forecast_record
from fiveengines.research.forecast_record import Outlook

_T = TypeVar("_T")


@dataclass(frozen=True)
class Week:
    """One reading: the data, what was entered by hand, and the five steps."""

    as_of: pd.Timestamp
    source: str
    params: Parameters
    run: RunParameters
    measured: Measured = field(repr=False)
    readings: Readings = field(repr=False)
    trail: Trail | tuple[Entry, ...] = field(repr=False)
    notices: tuple[Notice, ...] = field(repr=False, default=())

    @classmethod
    def load(
        cls,
        as_of: dt.date | str | None = None,
        source: str | None = None,
        data_dir: str | Path | None = None,
        params_file: str | Path | None = None,
        out_dir: str | Path | None = None,
    ) -> Week:
        """Read the last completed Friday on or before `as_of` (default: that of weekly.yaml, else now).

        source: demo, files or live; data_dir: the folder for files or live; params_file: a weekly.yaml. `out_dir`
        is accepted so that one set of notebook parameters serves all. Raises FiveEnginesError with one clear line.
        A second call with the same parameters and unchanged files returns the same week at once.
        """
        run = parameters.asked(as_of, source, data_dir, params_file, out_dir)
        params = parameters.load(run.params_file)
        indicators.declare(params)
        asked = run.as_of or params.weekly.as_of or calendars.last_completed_friday()
        if asked > dt.date.today():
            raise ParameterError(
                f"as_of {asked} is in the future.", remedy="Choose today or an earlier date."
            )
        day = calendars.reading_date(min(asked, _newest(asked)))
        first = calendars.reading_date(params.weekly.history_start)
        if day < first:
            raise ParameterError(
                f"as_of {asked} is before the first reading of the history, {first.date()}.",
                remedy="Choose a later date, or set an earlier history_start in params/weekly.yaml.",
            )
        name, folder = params.source_of(run)
        measured, notices = _measure(
            name, folder, day, params, data_stamp(name, data_dir=folder, seed=params.weekly.demo_seed)
        )
        trail = overrides.load(params.overrides_of(name))
        week = cls(day, name, params, run, measured, _read(measured, params, trail), trail, notices)
        _ = week.known_dates  # a mistake in params/events.yaml shows at once, not in step 5
        return week

    # One week of the readings

    @property
    def simulated(self) -> bool:
        """True when nothing here describes a real market."""
        return self.source == "demo"

    @cached_property
    def engines(self) -> dict[str, engines.EngineReading]:
        """Step 1: the five engines."""
        readings = self.readings
        return {
            str(each): engines.reading(
                readings.engines,
                each,
                self.as_of,
                readings.measurements,
                readings.applied.values,
                readings.applied.overridden,
                self.params.engines,
            )
            for each in ENGINES
        }

    @cached_property
    def no_call(self) -> no_call.NoCall | None:
        """Why this week has no call; None when it has one. Then regime, exposure, style and plan are None."""
        panel, fresh = self.measured.panel, bool(self.readings.market["fresh"].loc[self.as_of])
        observed = pd.Series(panel.dates("SPX")[0], index=panel.sessions).loc[: self.as_of]
        return no_call.no_call(self.readings, observed, fresh, self.params.regimes.call, self.as_of)

    @property
    def nothing_known(self) -> bool:
        """Whether no engine can be read, so that silence about turns and thresholds means nothing."""
        return all(each.score is None for each in self.engines.values())

    @property
    def call_name(self) -> str:
        """The regime's name, or "No call"."""
        return no_call.NAME if self.regime is None else self.regime.name

    @cached_property
    def regime(self) -> regimes.RegimeReading | None:
        """Step 2: the dominant regime; None in a week without a call."""
        if self.no_call is not None:
            return None
        r = self.readings
        return regimes.reading(r.regimes, r.engines.extended, self.params.regimes, self.as_of)

    @cached_property
    def certainty(self) -> certainty.Certainty | None:
        """Step 2: how far the call can be trusted; None in a week without a call."""
        if self.regime is None:
            return None
        r = self.readings
        return certainty.certainty(self.regime, r.engines, r.applied.values, self.params.regimes, self.as_of)

    @property
    def certainty_sentence(self) -> str:
        """What lowers the call's confidence, what missing engines could change, and what did not exist yet."""
        if self.regime is None or self.certainty is None:
            return ""
        leaning = self.params.portfolio.target_exposure.lean
        lowered = certainty_words.sentence(self.certainty, self.regime, tuple(leaning))
        return " ".join(filter(None, (lowered, certainty_words.not_begun(self.engines.values()))))

    @cached_property
    def target_exposure(self) -> target_exposure.TargetExposureReading | None:
        """Step 3: how much of the risk budget to use; None in a week without a call."""
        if self.no_call is not None:
            return None
        r = self.readings
        return target_exposure.reading(
            r.target_exposure, r.engines.score, r.regimes.confirmed, self.params.portfolio, self.as_of
        )

    @cached_property
    def style(self) -> styles.StyleReading | None:
        """Step 4: the style that suits; None in a week without a call."""
        if self.no_call is not None:
            return None
        r, rules_ = self.readings, self.params.regimes.styles
        needs = content.styles()[str(r.style.loc[self.as_of])].tape  # type: ignore[index]
        close = self.measured.panel.daily("SPX").loc[: self.as_of]
        checks = styles.checked(close, needs, rules_)
        return styles.reading(r.style, r.regimes.confirmed, r.tape, rules_, self.as_of, checks)

    @cached_property
    def inflections(self) -> tuple[inflections.Inflection, ...]:
        """Step 5: inflections of the last quarter, newest first."""
        r = self.readings
        return inflections.recent(
            r.inflections, r.weeks_until_reversal, self.params.regimes.inflections, self.as_of
        )

    @cached_property
    def insights(self) -> tuple[rules.InsightReading, ...]:
        """The insights that matter this week, ranked; none in a week without a call."""
        if self.no_call is not None:
            return ()
        return rules.this_week(self.readings, self.measured.panel, self.params, self.as_of)

    @cached_property
    def exposure_commentary(self) -> exposure_commentary.ExposureCommentary | None:
        """Step 3 in words: why, what would raise or lower it, whether anything needs doing; None without a call."""
        if self.target_exposure is None or self.regime is None:
            return None
        rules_ = self.params.portfolio.target_exposure
        return exposure_commentary.comment(
            self.target_exposure, self.engines, self.clauses, self.regime, rules_
        )

    @cached_property
    def sequences(self) -> dict[str, inflection_history.Sequence]:
        """Step 5: each engine between worsening, stabilising and improving."""
        return inflection_history.sequences(
            self.readings, self.params.regimes.inflections.sequence_weeks, self.as_of
        )

    @cached_property
    def inflection_records(self) -> tuple[inflection_history.Record, ...]:
        """Step 5: what followed past inflections of each kind, with counts."""
        return inflection_history.records(self.past)

    @cached_property
    def watch_list(self) -> tuple[watch_list.NearbyThreshold, ...]:
        """Step 5: thresholds near by, nearest first."""
        flip = None if self.regime is None else self.regime.flip
        return watch_list.watch_list(self.readings, self.params, self.as_of, flip)

    @cached_property
    def known_dates(self) -> events.EventFile:
        """params/events.yaml."""
        return events.load(self.params.beside(self.params.weekly.events))

    @cached_property
    def events(self) -> tuple[events.Event, ...]:
        """Step 5: what next week brings."""
        return events.next_week(self.as_of, self.known_dates)

    @cached_property
    def plan(self) -> portfolio.Plan | None:
        """The portfolio this week would propose; None without one in params/portfolio.yaml or without a call."""
        mine = self.params.portfolio
        if mine.portfolio is None or self.no_call is not None:
            return None
        return portfolio.plan(
            mine.portfolio, portfolio.market_state(self.readings, self.measured.panel, mine, self.as_of)
        )

    @cached_property
    def past(self) -> research.EvidenceSample:
        """What was complete by the evening of this week, for the evidence."""
        return research.EvidenceSample.of(
            self.readings, self.measured.panel, self.params.research, self.as_of
        )

    @cached_property
    def analogs(self) -> research.Analogs | None:
        """The closest past weeks and what followed them; None with too little history."""
        return None if self.past.insufficient_history else research.analogs(self.past)

    @cached_property
    def base_rates(self) -> pd.DataFrame | None:
        """What followed each regime over a quarter, by regime (0: all weeks); None with too little history."""
        if self.past.insufficient_history:
            return None
        return research.base_rates(self.past, [self.past.quarter]).droplevel("horizon")

    @cached_property
    def after_move(self) -> pd.DataFrame:
        """What the modelled funds hold now and after the index moved as params say: indicator id × now, up, down.

        Float64, % of the fund's maximum; NaN where the index is too short for a model.
        """
        close = self.measured.panel.daily("SPX").loc[: self.as_of].dropna()
        move, rows = self.params.engines.inputs.market_move, {}
        for name, make in positioning.MODELS.items():
            model = make(**self.params.engines.settings[name])
            up, down = (
                positioning.after_move(close, model, side * move.size, move.sessions) for side in (1, -1)
            )
            rows[name] = {"now": float(model(close).iloc[-1]), "up": up, "down": down}
        return pd.DataFrame(rows).T

    @cached_property
    def outlook(self) -> Outlook:
        """Expected volatility and the regime in four weeks, and how such forecasts have come out."""
        panel = self.measured.panel
        closes, vix = panel.daily("SPX").dropna(), panel.first_of("VIX", "VIXCLS")
        return forecast_record.outlook(self.readings, closes, vix, self.params, self.as_of)

    @cached_property
    def sensitivity(self) -> pd.DataFrame:
        """Every breakpoint, weight and rule moved by a fifth, one at a time; takes half a minute (see `research`)."""
        return research.sensitivity(self.measured, self.params, self.readings.applied)

    @cached_property
    def ablation(self) -> pd.DataFrame:
        """What each part of the target exposure adds; takes some seconds (see `research.ablation`)."""
        past = self.past
        return ablation.ablation(
            self.measured, self.params, self.readings.applied, past.closes, past.dates[0], self.as_of
        )

    @cached_property
    def volatility_record(self) -> pd.DataFrame:
        """Expected volatility beside simpler forecasts; takes some seconds (see `research.forecast_record`)."""
        panel = self.measured.panel
        closes, vix = panel.daily("SPX").loc[: self.as_of].dropna(), panel.first_of("VIX", "VIXCLS")
        return forecast_record.volatility_record(
            self.readings, closes, vix, self.params, self.readings.dates[0], self.as_of
        )

    @cached_property
    def regime_record(self) -> pd.DataFrame:
        """The regime in four weeks beside simpler forecasts (see `research.forecast_record`)."""
        return forecast_record.regime_record(self._known, self.params, self.readings.dates[0], self.as_of)

    @cached_property
    def calibration(self) -> pd.DataFrame:
        """Stated chances of regimes against how often they came (see `research.forecast_record`)."""
        return forecast_record.calibration(self._known, self.params, self.readings.dates[0], self.as_of)

    @property
    def _known(self) -> Readings:
        return replace(self.readings, regimes=forecast_record.known_by(self.readings.regimes, self.as_of))

    @cached_property
    def phrases(self) -> Phrases:
        """What can be said of the weeks, each phrase earned by its condition."""
        percentiles = self.params.playbook.percentiles
        return Phrases(rules.evaluate_readings(self.readings, self.measured.panel, percentiles).inputs)

    @cached_property
    def clauses(self) -> dict[str, str]:
        """Each engine in a few words with the figure that earns them."""
        return {name: narrative.clause(each, self.phrases, self.as_of) for name, each in self.engines.items()}

    @cached_property
    def narrative(self) -> str:
        """The week in one sentence of five clauses, or why it has no call."""
        return narrative.sentence(self.clauses.values()) if self.no_call is None else self.no_call.sentence

    @cached_property
    def changes(self) -> tuple[str, ...]:
        """What changed since last week: markets first, then the call, then engines with the input that moved each."""
        fresh = bool(self.readings.market["fresh"].loc[self.as_of])
        weights, rules = self.params.regimes.severity.weights, self.params.engines.changes
        found = changes(self.conclusion_changes, self.engines, weights, rules)
        lines = (*(self.phrases.markets(self.as_of) if fresh else ()), *(each.text for each in found))
        if lines:
            return lines
        # In a week without a call silence does not mean that nothing changed.
        return (
            "Nothing of weight." if self.regime is not None else "Too little is known to say what changed.",
        )

    @cached_property
    def flip_levels(self) -> tuple[flips.FlipLevel, ...]:
        """Levels of single markets at which the regime, or an engine's state, would be another; nearest first.

        None in a week without a call.
        """
        if self.regime is None:
            return ()
        return self._stored("flip_levels", flips.FlipLevel, self._flip_levels)

    def _flip_levels(self) -> tuple[flips.FlipLevel, ...]:
        return flips.flip_levels(self.readings, self.measured.panel, self.params, self.as_of)

    @cached_property
    def brief(self) -> Brief:
        """The week on one screen."""
        return brief_of.brief(self)

    @cached_property
    def replay_record(self) -> Record:
        """This week and the one before it, to read this one again with inputs of that one; not for the first week."""
        percentiles = self.params.playbook.percentiles
        evaluation = rules.evaluate_readings(self.readings, self.measured.panel, percentiles)
        before, day = self.dates[-2:]
        return Record(self.readings, self.measured.panel, self.params, evaluation, self.phrases, day, before)

    @cached_property
    def conclusion_changes(self) -> tuple[conclusion_diff.ConclusionChange, ...]:
        """Every conclusion that differs from last week's, with the inputs that changed it; none in the first week."""
        return self._stored("conclusion_changes", conclusion_diff.ConclusionChange, self._conclusion_changes)

    def _conclusion_changes(self) -> tuple[conclusion_diff.ConclusionChange, ...]:
        return conclusion_diff.conclusion_diff(self.replay_record) if len(self.dates) > 1 else ()

    def _stored(self, name: str, of: type[_T], make: Callable[[], tuple[_T, ...]]) -> tuple[_T, ...]:
        """What `make` returns, from the cache when everything that a reading is made from is as it was then.

        A week with entries that are not saved is a widget's preview: it is neither looked up nor kept.
        """
        if self.key is None:
            return make()
        form = TypeAdapter(tuple[of, ...])  # type: ignore[valid-type]
        return cache.stored(name, f"{self.key}.json", make, form.validate_json, form.dump_json)

    @cached_property
    def key(self) -> str | None:
        """A key that is another one when anything is that this week is read or shown from; None for a preview."""
        if not isinstance(self.trail, Trail):
            return None
        facts = computed_from(self.dataset, self.params, self.source, self.trail.entries)
        day = self.readings.dates[-1]
        return cache.key_of((self.as_of, day, self.run, self.known_dates, facts, cache.code_key("")))

    @property
    def overrides(self) -> tuple[Entry, ...]:
        """Manual readings in force this week."""
        entries = self.trail.entries if isinstance(self.trail, Trail) else self.trail
        return overrides.active(entries, self.readings.dates[-1].date())

    # What the pictures and the evidence are made from

    @property
    def dates(self) -> pd.DatetimeIndex:
        """Reading dates up to this week, oldest first."""
        return self.readings.dates[self.readings.dates <= self.as_of]

    def series(self, name: str, *stand_ins: str) -> pd.Series:
        """An indicator by week, or a series of the catalog by session, as known each evening up to this week's.

        An indicator is float64 on `dates`, manual readings applied; all NaN when params/engines.yaml does not name it.
        A series is float64 on sessions in the catalog's unit, NaN where nothing valid was known, and from the first of
        `stand_ins` that has a value then. ParameterError for a name that is neither.
        """
        values = self.readings.applied.values
        if name in values:
            return values[name].loc[: self.as_of]
        if name in indicators.REGISTRY:
            return pd.Series(np.nan, index=self.dates, name=name)
        for each in (name, *stand_ins):
            lookup(each)
        return self.measured.panel.first_of(name, *stand_ins).loc[: self.as_of]

    def basis(self, name: str) -> pd.Series:
        """What each week's value of an indicator is a figure of (market, denominator, stand-in): text on `dates`."""
        return self.readings.measurements.basis(name).loc[: self.as_of]

    def providers(self, *series_ids: str) -> dict[str, list[str]]:
        """Which provider each named series, or table, came from: its label → ids; absent ones are left out."""
        known = labels()
        of_tables = "simulated" if self.source == "demo" else known["manual_downloads"]
        found: dict[str, list[str]] = {}
        for name in series_ids:
            if (held := self.dataset.series.get(name)) is not None:
                found.setdefault(known.get(held.provider, held.provider), []).append(name)
            elif name in TABLES and name in self.dataset.tables:
                found.setdefault(of_tables, []).append(name)
        return found

    @property
    def member_count(self) -> int:
        """How many index members have prices of their own in the source."""
        members = self.dataset.members
        return 0 if members is None else members.priced_of(self.as_of)[0]

    @property
    def members_note(self) -> str:
        """What bias the list of members carries; empty where breadth was not counted from members."""
        members = self.dataset.members
        if members is None or self.breadth_basis != "members":
            return ""
        priced, whole = members.priced_of(self.as_of)
        return f"Counted from {priced} of {whole} members of that day." if whole else members.note

    @cached_property
    def files(self) -> FileSummary:
        """What a files directory gave, and which of its files were left out, by reason."""
        return summary(self.dataset.files)

    @property
    def dataset(self) -> Dataset:
        """What was public on the evening of the reading."""
        return self.measured.panel.dataset

    @cached_property
    def labels(self) -> dict[str, str]:
        """What is named, not measured: volatility_zone, vix_curve, curve_move, policy_phase; unknown is left out."""
        row = self.measured.labels.loc[self.as_of].dropna()
        return {str(name): str(label) for name, label in row.items()}

    @property
    def paths(self) -> dict[str, WeekPath | None]:
        """What happened within the week: closes of spx and vix, and vix_intraday, the highs of the VIX's sessions."""
        return {name: path_on(path, self.as_of) for name, path in self.readings.paths.items()}

    @property
    def breadth_basis(self) -> str:
        """Where breadth came from this week: members, published, sectors or nothing."""
        return str(self.readings.measurements.breadth_basis.loc[self.as_of])

    # Other weeks

    def history(self) -> pd.DataFrame:
        """Every week up to this one, in the history CSV's columns."""
        return history_frame(self.readings, self.params.regimes.forecast)

    def with_entries(self, entries: tuple[Entry, ...]) -> Week:
        """The same data read with other manual readings instead; nothing is measured again and nothing is saved."""
        return replace(self, readings=_read(self.measured, self.params, entries), trail=entries)

    def without_overrides(self) -> Week:
        """The week as the data alone would have it."""
        return self.with_entries(())

    def at(self, day: pd.Timestamp) -> Week:
        """An earlier reading date of the same readings (it was read without knowing what came later)."""
        if day not in self.readings.dates:
            raise ParameterError(
                f"{day.date()} is not a reading date of this history.",
                remedy="Choose one of week.history().index.",
            )
        return replace(self, as_of=day)


def _read(measured: Measured, params: Parameters, trail: Trail | tuple[Entry, ...]) -> Readings:
    """What was measured, read with what was entered by hand."""
    forced = params.engines.states.forced
    return read(measured, params, overrides.apply(measured.measurements.values, trail, forced))


def _newest(asked: dt.date) -> dt.date:
    """Do not read a Friday whose evening has not come yet."""
    last = calendars.last_completed_friday()
    return last if asked >= last else asked


@lru_cache(maxsize=4)
def _dataset(
    source: str, data_dir: str | None, seed: int, rules: ConsistencyParameters, stamp: tuple[Any, ...]
) -> Dataset:
    return load_dataset(source, data_dir=data_dir, seed=seed, rules=rules)


_MEASURED: dict[tuple[Any, ...], tuple[Measured, tuple[Notice, ...]]] = {}


def _measure(
    source: str, data_dir: str | None, day: pd.Timestamp, params: Parameters, stamp: tuple[Any, ...]
) -> tuple[Measured, tuple[Notice, ...]]:
    """Measured weeks, cached for the life of the process: five notebooks in one kernel load once."""
    engines_, regimes_ = params.engines, params.regimes
    shapes = repr(
        (
            engines_.settings,
            engines_.inputs,
            engines_.labels,
            regimes_.styles,
            regimes_.forecast,
            regimes_.call,
            params.consistency,
        )
    )
    key = (source, data_dir, day, shapes, params.weekly.history_start, params.weekly.demo_seed, stamp)
    if key not in _MEASURED:
        dataset = _dataset(source, data_dir, params.weekly.demo_seed, params.consistency, stamp)
        if "SPX" not in dataset.series and not dataset.series:
            raise DataError(
                "holds no series the workbook knows",
                where=data_dir,
                remedy="See docs/PROVIDERS.md for the layout.",
            )
        measured = measured_once(dataset, day, params)
        _MEASURED.clear()
        _MEASURED[key] = (measured, dataset.notices_at(calendars.evening_of(day)))
    return _MEASURED[key]


@lru_cache(maxsize=4)
def _panel(
    source: str,
    data_dir: str | None,
    seed: int,
    rules: ConsistencyParameters,
    stamp: tuple[Any, ...],
    day: pd.Timestamp,
) -> Panel:
    return Panel(_dataset(source, data_dir, seed, rules, stamp), day)


def panel_of(params: Parameters, run: RunParameters, day: pd.Timestamp) -> Panel:
    """What the run's source knew on the evening of the session `day`, and of every session before it.

    That of the week measured last when it is of the same day and data, so that one process measures once.
    """
    name, folder = params.source_of(run)
    stamp = data_stamp(name, data_dir=folder, seed=params.weekly.demo_seed)
    for key, (measured, _) in _MEASURED.items():
        if key[:3] == (name, folder, day) and key[-1] == stamp:
            return measured.panel
    return _panel(name, folder, params.weekly.demo_seed, params.consistency, stamp, day)


def history_table(start: dt.date | str, end: dt.date | str, **where: Any) -> pd.DataFrame:
    """The history table from `start` to `end`, in one pass; keywords as for `Week.load`."""
    week = Week.load(as_of=end, **where)
    table = week.history()
    chosen = table.loc[pd.Timestamp(start) : pd.Timestamp(end)]
    if chosen.empty:
        raise ParameterError(
            f"there is no reading date from {start} to {end}.",
            remedy="Choose an earlier start or a later end.",
        )
    return chosen
