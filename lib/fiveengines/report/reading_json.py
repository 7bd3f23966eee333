"""A week as reading.json, the form other programs read. These models are the document and its schema at once.

Translates a Week; computes nothing. `report.schemas` makes the schema that ships.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from fiveengines import __version__
from fiveengines.base.documents import (
    Document,
    Figure,
    Moment,
    Record,
    Share,
    SixDigits,
    ThreeDigits,
    TwoDigits,
    rounded,
)
from fiveengines.base.parameters import Engine
from fiveengines.commentary.brief_records import Brief, State
from fiveengines.commentary.conclusion_diff import Kind, TimeRule
from fiveengines.model.regimes import NUMBERS
from fiveengines.report.fingerprint import parameters_fingerprint
from fiveengines.research.forecast_record import Outlook
from fiveengines.week import Week

RegimeNumber = Annotated[int, Field(ge=1, le=5)]
RegimeKey = Annotated[Literal["1", "2", "3", "4", "5"], BeforeValidator(str)]
Score = Annotated[float, Field(ge=-1, le=1), rounded(4)]


class EvidenceRecord(Record):
    """One indicator's part in an engine's score; `score` null where it is only shown or could not be scored."""

    indicator: str
    title: str
    value: SixDigits | None
    unit: str
    score: Score | None
    weight: Annotated[float, Field(ge=0)]
    observed: dt.date | None
    known_at: Moment | None
    overridden: bool
    data_value: SixDigits | None
    previous: SixDigits | None
    series: list[str]
    vintage: Literal["latest", "as published"] | None


class EngineRecord(Record):
    """One engine; `score` null where too few of its inputs could be read."""

    score: Score | None
    state: State
    direction: Literal["improving", "stable", "deteriorating"]
    coverage: Share
    disagreement: Figure | None
    previous_score: Figure | None
    previous_state: State | None
    stressed: bool
    forced: bool
    evidence: list[EvidenceRecord]


class FlipRecord(Record):
    """The smallest change of one engine's score that changes the regime."""

    engine: Engine
    change: float
    to: RegimeNumber = Field(validation_alias="to_regime")


class RegimeRecord(Record):
    """The regime in force and how much of the week belongs to each of the five; null figures in a week without a call.

    `confidence`: membership × what is known of the severity axis; `could_be`: what unreadable engines could make of it.
    """

    number: RegimeNumber | None
    name: str
    confirmed: bool
    confidence: Share | None
    could_be: list[RegimeNumber]
    raw: RegimeNumber | None
    memberships: Annotated[dict[RegimeKey, Share | None], Field(min_length=5)]
    runner_up: RegimeNumber | None
    narrative: str
    since: dt.date | None
    weeks: Annotated[int, Field(ge=1)] | None
    flip: FlipRecord | None


class AggressivenessRecord(Record):
    """The target exposure: shares of the risk budget, `portfolio_exposure` of the portfolio; null without a call."""

    value: Share | None
    previous: Figure | None
    target: Share | None
    band: Annotated[list[float], Field(min_length=2, max_length=2)]
    portfolio_exposure: Figure | None
    nothing_to_do: bool


class TapeCheckRecord(Record):
    """One need of the style held against the index's last quarter."""

    measure: Literal["efficiency_ratio", "variance_ratio", "breakout_success"]
    window: Annotated[int, Field(ge=2)]
    direction: Literal["up", "down", "either"]
    value: Figure | None
    agrees: bool | None


class StyleRecord(Record):
    """The style that the regime asks for, and whether the index's last quarter agrees; null without a call."""

    name: Literal["trend_following", "mean_reversion", "capital_preservation", "selective_re_entry"] | None
    by_regime: str | None
    agreement: str
    tape: str
    efficiency_ratio: Figure | None
    variance_ratio: Figure | None
    breakout_success: Figure | None
    net_efficiency: Figure | None
    checks: list[TapeCheckRecord]


class InflectionRecord(Record):
    """One turn of an engine; `reversed` is since when it is undone."""

    engine: Engine
    direction: Literal["improving", "deteriorating"]
    since: dt.date
    weeks_ago: Annotated[int, Field(ge=0)]
    strength: Share
    announced: bool
    reversed: dt.date | None


class ForwardReturnsRecord(Record):
    """What the index did `weeks` after earlier cases, per cent, beside all weeks (`usual`)."""

    weeks: int
    cases: int
    complete: int
    mean: TwoDigits | None
    median: TwoDigits | None
    usual: TwoDigits | None
    share_up: ThreeDigits | None
    usual_up: ThreeDigits | None


class ConflictRecord(Record):
    """An active insight that disagrees, and how to weigh the two."""

    insight: str
    title: str
    weigh: str


class InsightRecord(Record):
    """One insight of the playbook; `opposite`: its mirror case is the active one."""

    insight: str
    title: str
    status: Literal["active", "watch", "dormant"]
    opposite: bool
    matters: bool
    engine: str
    kind: str
    tone: str
    condition: str
    evidence: str
    implication: str
    since: dt.date | None
    weeks: int
    share_active: ThreeDigits
    relevance: ThreeDigits
    history: ForwardReturnsRecord
    conflicts: list[ConflictRecord]
    note: str


class ManualEntryRecord(Record):
    """One figure or state entered by hand; `before` is the value of the data then."""

    id: str
    field: str
    value: float | str
    why: str
    origin: str
    who: str
    entered_at: Moment
    as_of: dt.date
    until: dt.date
    before: float | str | None


class NoticeRecord(Record):
    """Something to know about the data."""

    level: Literal["info", "warning", "error"]
    series: str | None
    text: str


class FilesLeftOutRecord(Record):
    """Files that were left out for one reason, the first of them by name, and what mends it."""

    reason: str
    count: Annotated[int, Field(ge=1)]
    examples: tuple[str, ...]
    remedy: str


class FilesRecord(Record):
    """What a files directory gave: files read, series they hold, and the files that were left out."""

    read: Annotated[int, Field(ge=0)]
    series: Annotated[int, Field(ge=0)]
    left_out: tuple[FilesLeftOutRecord, ...]


class VolatilityRecord(Record):
    """10, 50 and 90 % quantile of the volatility of the coming sessions, % a year."""

    low: Figure
    median: Figure
    high: Figure


class ForecastScores(Record):
    """How such forecasts have come out: the share inside the 80 % band, mean quantile scores and mean Brier scores of
    this workbook and of simpler forecasts, by name (smaller is better), and over how many weeks each is counted."""

    band_coverage: Share | None = Field(validation_alias="band")
    band_weeks: int
    quantile_scores: dict[str, SixDigits]
    quantile_weeks: int = Field(validation_alias="scored_weeks")
    brier_scores: dict[str, SixDigits]
    brier_weeks: int = Field(validation_alias="regime_count")
    volatility_skill: bool
    regime_skill: bool


class ForecastRecord(Record):
    """What the present says about the coming month; null where too little is known."""

    sessions: int
    volatility: VolatilityRecord | None
    regime_weeks: int
    regimes: dict[RegimeKey, Share] | None
    record: ForecastScores


class PathRecord(Record):
    """Closes of one week, the sessions since the last reading: the first, the highest, the lowest, and the reading's.

    A day is null where an entry by hand replaces the reading's own close and the data do not say which other it was.
    """

    first: TwoDigits
    first_day: dt.date | None
    high: TwoDigits
    high_day: dt.date | None
    low: TwoDigits
    low_day: dt.date | None
    last: TwoDigits | None


class IntradayRecord(Record):
    """The highest value within any session of the week."""

    high: TwoDigits
    high_day: dt.date | None


class WeekPathRecord(Record):
    """What happened within the week: S&P 500 and VIX by their closes, and the VIX's highest value within a session."""

    spx: PathRecord | None
    vix: PathRecord | None
    vix_intraday: IntradayRecord | None


class WithoutOverridesRecord(Record):
    """The call that the data alone would give."""

    regime: RegimeNumber | None
    aggressiveness: Figure | None
    states: dict[Engine, State]


class LastCallRecord(Record):
    """The newest valid call before a week without one; `value` is its target exposure."""

    as_of: dt.date
    number: RegimeNumber
    name: str
    value: Share
    age_weeks: Annotated[int, Field(ge=1)]


class NoCallRecord(Record):
    """Why a week has no call: the index's last close (`data_end`), what to do, and the last valid call."""

    reason: str
    data_end: dt.date | None
    remedy: str
    last_call: LastCallRecord | None


class MovedInputRecord(Record):
    """An input whose value of this week made a conclusion another one than last week's."""

    input: str
    title: str
    unit: str
    before: Figure | str | None
    now: Figure | str | None
    by_hand: bool
    text: str


class ConclusionChangeRecord(Record):
    """A conclusion that differs from last week's. With last week's values of `inputs` it is `without`.

    That is `before`, unless `time` names the rule by which time did the rest.
    """

    id: str
    kind: Kind
    about: str | None
    before: str
    now: str
    inputs: list[MovedInputRecord]
    time: TimeRule | None
    without: str
    said: str
    why: str
    sentence: str


class CompanionRecord(Record):
    """A companion that ran with the week, and what it says in one line."""

    name: str
    headline: str


class Reading(Document):
    """One weekly reading. Scores run from -1 (adverse) to +1 (supportive); shares from 0 to 1; moments are UTC."""

    document: Literal["fiveengines.reading.v1"] = Field("fiveengines.reading.v1", alias="schema")
    generated_at: Moment
    simulated: bool
    series_fingerprints: dict[str, str]
    parameters_fingerprint: Annotated[str, Field(pattern="^[0-9a-f]{16}$")]
    engines: Annotated[dict[Engine, EngineRecord], Field(min_length=5)]
    regime: RegimeRecord
    aggressiveness: AggressivenessRecord
    forecast: ForecastRecord
    style: StyleRecord
    no_call: NoCallRecord | None
    inflections: list[InflectionRecord]
    insights: list[InsightRecord]
    changes: list[str]
    brief: Brief
    conclusion_changes: list[ConclusionChangeRecord]
    week_path: WeekPathRecord
    overrides: list[ManualEntryRecord]
    without_overrides: WithoutOverridesRecord | None
    notices: list[NoticeRecord]
    files: FilesRecord
    companions: list[CompanionRecord]


def reading_document(week: Week, generated_at: dt.datetime | None = None) -> dict[str, Any]:
    """reading.json as plain data. The same week gives the same document but for `generated_at`.

    `companions` is empty here: they run after the week.
    """
    moment = generated_at or dt.datetime.now(dt.UTC)
    parts = {
        "as_of": week.as_of.date(),
        "source": week.source,
        "library_version": __version__,
        "data_fingerprint": week.dataset.fingerprint(),
        "generated_at": moment.replace(microsecond=0),
        "simulated": week.simulated,
        "series_fingerprints": week.dataset.fingerprints(),
        "parameters_fingerprint": parameters_fingerprint(week.params, week.trail, week.as_of.date()),
        "engines": week.engines,
        "regime": _regime(week),
        "aggressiveness": week.target_exposure or _no_exposure(week),
        "forecast": _forecast(week.outlook),
        "style": week.style or _NO_STYLE,
        "no_call": week.no_call,
        "inflections": week.inflections,
        "insights": week.insights,
        "changes": week.changes,
        "brief": week.brief,
        "conclusion_changes": week.conclusion_changes,
        "week_path": week.paths,
        "overrides": week.overrides,
        "without_overrides": _without(week),
        "notices": week.notices,
        "files": week.files,
        "companions": [],
    }
    return Reading.model_validate(parts).model_dump(mode="json", by_alias=True)


def _regime(week: Week) -> dict[str, Any]:
    if week.regime is None or week.certainty is None:
        unknown = dict.fromkeys(("number", "raw", "runner_up", "since", "weeks", "flip", "confidence"))
        words = {"name": week.call_name, "narrative": week.narrative, "confirmed": False, "could_be": []}
        return unknown | words | {"memberships": dict.fromkeys(NUMBERS)}
    found = vars(week.regime) | {"narrative": week.narrative, "confidence": week.certainty.confidence}
    found["could_be"] = list(week.certainty.reachable)
    return {name: found[name] for name in RegimeRecord.model_fields}


def _no_exposure(week: Week) -> dict[str, Any]:
    portfolio = week.params.portfolio
    unknown = dict.fromkeys(("value", "previous", "target", "portfolio_exposure"))
    return unknown | {"band": list(portfolio.bands[portfolio.risk_profile]), "nothing_to_do": False}


_NO_STYLE: dict[str, Any] = {
    **dict.fromkeys(StyleRecord.model_fields),
    "agreement": "not tested",
    "tape": "unknown",
    "checks": [],
}


def _forecast(found: Outlook) -> dict[str, Any]:
    names = tuple(VolatilityRecord.model_fields)
    quantiles = None if found.volatility is None else dict(zip(names, found.volatility, strict=True))
    return {
        "sessions": found.sessions,
        "volatility": quantiles,
        "regime_weeks": found.regime_weeks,
        "regimes": found.regimes,
        "record": found,
    }


def _without(week: Week) -> dict[str, Any] | None:
    """The call that the data alone would give, when anything was entered by hand."""
    if not week.overrides:
        return None
    plain = week.without_overrides()
    return {
        "regime": plain.regime and plain.regime.number,
        "aggressiveness": plain.target_exposure and plain.target_exposure.value,
        "states": {name: each.state for name, each in plain.engines.items()},
    }
