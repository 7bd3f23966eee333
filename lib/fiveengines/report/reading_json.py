"""A week as reading.json, the form other programs read. These models are the document and its schema at once.

Translates a Week; computes nothing. `python -m fiveengines.report.reading_json` renews the schema that ships.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from fiveengines import __version__
from fiveengines.data.file_summary import FileSummary, Group, summary
from fiveengines.report.fingerprint import parameters_fingerprint
from fiveengines.week import Week

SCHEMA_FILE = Path(__file__).with_name("reading.schema.json")


def _rounded(digits: int) -> BeforeValidator:
    # Before the bounds are checked; adding nought turns -0.0 into 0.0.
    return BeforeValidator(
        lambda value: round(float(value), digits) + 0.0 if isinstance(value, int | float) else value
    )


def _utc(moment: object) -> object:
    """A naive moment of ours is UTC."""
    if isinstance(moment, dt.datetime):
        return (moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).isoformat()
    return moment


Engine = Literal["liquidity", "volatility", "breadth", "positioning", "rate_path"]
State = Literal["supportive", "neutral", "adverse", "unknown"]
RegimeNumber = Annotated[int, Field(ge=1, le=5)]
Figure = Annotated[float, _rounded(4)]
Score = Annotated[float, Field(ge=-1, le=1), _rounded(4)]
Share = Annotated[float, Field(ge=0, le=1), _rounded(4)]
InputValue = Annotated[float, _rounded(6)]
ThreeDigits = Annotated[float, _rounded(3)]
TwoDigits = Annotated[float, _rounded(2)]
Moment = Annotated[str, BeforeValidator(_utc), Field(json_schema_extra={"format": "date-time"})]


class _Record(BaseModel):
    model_config = ConfigDict(
        extra="forbid", from_attributes=True, json_schema_serialization_defaults_required=True
    )


class Document(_Record):
    """What every JSON document of the workbook carries."""

    document: str = Field(alias="schema")
    as_of: dt.date
    source: Literal["demo", "files", "live"]
    library_version: str
    data_fingerprint: str


class EvidenceRecord(_Record):
    """One indicator's part in an engine's score; `score` null where it is only shown or could not be scored."""

    indicator: str
    title: str
    value: InputValue | None
    unit: str
    score: Score | None
    weight: Annotated[float, Field(ge=0)]
    observed: dt.date | None
    known_at: Moment | None
    overridden: bool
    data_value: InputValue | None
    previous: InputValue | None
    series: list[str]


class EngineRecord(_Record):
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


class FlipRecord(_Record):
    """The smallest change of one engine's score that changes the regime."""

    engine: Engine
    change: float
    to: RegimeNumber = Field(validation_alias="to_regime")


class RegimeRecord(_Record):
    """The regime in force and how much of the week belongs to each of the five."""

    number: RegimeNumber
    name: str
    confirmed: bool
    raw: RegimeNumber
    memberships: Annotated[dict[Literal["1", "2", "3", "4", "5"], Share], Field(min_length=5)]
    runner_up: RegimeNumber
    narrative: str
    since: dt.date
    weeks: Annotated[int, Field(ge=1)]
    flip: FlipRecord | None


class AggressivenessRecord(_Record):
    """The target exposure: shares of the risk budget, and of the portfolio in `portfolio_exposure`."""

    value: Share
    previous: Figure | None
    target: Share
    band: Annotated[list[float], Field(min_length=2, max_length=2)]
    portfolio_exposure: Figure
    nothing_to_do: bool


class TapeCheckRecord(_Record):
    """One need of the style held against the index's last quarter."""

    measure: Literal["efficiency_ratio", "variance_ratio", "breakout_success"]
    window: Annotated[int, Field(ge=2)]
    direction: Literal["up", "down", "either"]
    value: Figure | None
    agrees: bool | None


class StyleRecord(_Record):
    """The style that the regime asks for, and whether the index's last quarter agrees."""

    name: Literal["trend_following", "mean_reversion", "capital_preservation", "selective_re_entry"]
    by_regime: str
    agreement: str
    tape: str
    efficiency_ratio: Figure | None
    variance_ratio: Figure | None
    breakout_success: Figure | None
    net_efficiency: Figure | None
    checks: list[TapeCheckRecord]


class InflectionRecord(_Record):
    """One turn of an engine; `reversed` is since when it is undone."""

    engine: Engine
    direction: Literal["improving", "deteriorating"]
    since: dt.date
    weeks_ago: Annotated[int, Field(ge=0)]
    strength: Share
    announced: bool
    reversed: dt.date | None


class ForwardReturnsRecord(_Record):
    """What the index did `weeks` after earlier cases, per cent, beside all weeks (`usual`)."""

    weeks: int
    cases: int
    complete: int
    mean: TwoDigits | None
    median: TwoDigits | None
    usual: TwoDigits | None
    share_up: ThreeDigits | None
    usual_up: ThreeDigits | None


class ConflictRecord(_Record):
    """An active insight that disagrees, and how to weigh the two."""

    insight: str
    title: str
    weigh: str


class InsightRecord(_Record):
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


class ManualEntryRecord(_Record):
    """One figure or state entered by hand; `before` is the value of the data then."""

    id: str
    field: str
    value: float | str
    why: str
    source: str
    who: str
    entered_at: Moment
    as_of: dt.date
    until: dt.date
    before: float | str | None


class NoticeRecord(_Record):
    """Something to know about the data."""

    level: Literal["info", "warning", "error"]
    series: str | None
    text: str


class FilesLeftOutRecord(_Record):
    """Files that were left out for one reason, the first of them by name, and what mends it."""

    reason: str
    count: Annotated[int, Field(ge=1)]
    examples: tuple[str, ...]
    remedy: str


class FilesRecord(_Record):
    """What a files directory gave: files read, series they hold, and the files that were left out."""

    read: Annotated[int, Field(ge=0)]
    series: Annotated[int, Field(ge=0)]
    left_out: tuple[FilesLeftOutRecord, ...]


class WithoutOverridesRecord(_Record):
    """The call that the data alone would give."""

    regime: RegimeNumber
    aggressiveness: Figure
    states: dict[Engine, State]


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
    style: StyleRecord
    inflections: list[InflectionRecord]
    insights: list[InsightRecord]
    changes: list[str]
    overrides: list[ManualEntryRecord]
    without_overrides: WithoutOverridesRecord | None
    notices: list[NoticeRecord]
    files: FilesRecord


def reading_document(week: Week, generated_at: dt.datetime | None = None) -> dict[str, Any]:
    """reading.json as plain data. The same week gives the same document but for `generated_at`."""
    moment = generated_at or dt.datetime.now(dt.UTC)
    shares = {str(number): share for number, share in week.regime.memberships.items()}
    regime = vars(week.regime) | {"memberships": shares, "narrative": week.narrative}
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
        "regime": {name: regime[name] for name in RegimeRecord.model_fields},
        "aggressiveness": week.target_exposure,
        "style": week.style,
        "inflections": week.inflections,
        "insights": week.insights,
        "changes": week.changes,
        "overrides": week.overrides,
        "without_overrides": _without(week),
        "notices": week.notices,
        "files": summary(week.dataset.files),
    }
    return Reading.model_validate(parts).model_dump(mode="json", by_alias=True)


def files_line(document: Mapping[str, Any]) -> str:
    """The document's word on its files as one line, empty when it read none."""
    found = document["files"]
    return FileSummary(
        found["read"], found["series"], tuple(Group(**each) for each in found["left_out"])
    ).line()


def _without(week: Week) -> dict[str, Any] | None:
    """The call that the data alone would give, when anything was entered by hand."""
    if not week.overrides:
        return None
    plain = week.without_overrides()
    return {
        "regime": plain.regime.number,
        "aggressiveness": plain.target_exposure.value,
        "states": {name: each.state for name, each in plain.engines.items()},
    }


def schema() -> str:
    """The JSON schema of reading.json as text."""
    found = Reading.model_json_schema(mode="serialization", by_alias=True)
    found["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    return json.dumps(found, indent=1) + "\n"


if __name__ == "__main__":
    SCHEMA_FILE.write_text(schema(), encoding="utf-8")
