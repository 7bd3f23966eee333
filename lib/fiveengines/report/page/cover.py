"""A week as the cover of its report: which words and figures it shows.

Translates a Week into a CoverContext; computes nothing and knows no HTML.
"""

from __future__ import annotations

import shlex

import pandas as pd

from fiveengines import __version__
from fiveengines.base.formats import figure, minus, percent
from fiveengines.commentary.brief import is_needed
from fiveengines.commentary.narrative import ENGINE_NAMES
from fiveengines.model.engines import EngineReading
from fiveengines.model.regimes import NAMES
from fiveengines.overrides import Entry, bounds
from fiveengines.playbook import content
from fiveengines.report.fingerprint import parameters_fingerprint
from fiveengines.report.page import cover_context as cc
from fiveengines.views.tables import answers
from fiveengines.week import Week

SOURCES = {"demo": "Demo", "files": "Files", "live": "Live store"}


def cover(week: Week) -> cc.CoverContext:
    """Everything on the cover of one week."""
    return cc.CoverContext(
        week=week.as_of.date(),
        source_label=SOURCES[week.source],
        simulated=week.simulated,
        regime=_regime(week),
        brief=week.brief,
        engines=tuple(_card(each) for each in week.engines.values()),
        aggressiveness=_aggressiveness(week),
        style=content.styles()[week.style.name].name if week.style else "",  # type: ignore[index]
        style_text=answers.tape_words(week),
        inflections=answers.turns(week),
        changes=tuple(map(minus, week.changes)),
        data_health=_health(week),
        manual_entries=tuple(manual_entry(each) for each in week.overrides),
        provenance=_provenance(week),
        fingerprints=tuple(week.dataset.fingerprints().items()),
        reproduce=_command(week),
    )


def _regime(week: Week) -> cc.RegimeCall:
    if week.no_call is not None:
        return cc.RegimeCall(
            number=None,
            name=week.call_name,
            confirmed=False,
            confidence=None,
            narrative=f"{week.no_call.reason} {week.no_call.remedy}",
            last_call=week.no_call.last_sentence,
        )
    regime, certainty = week.regime, week.certainty
    assert regime is not None and certainty is not None
    return cc.RegimeCall(
        number=regime.number,
        name=NAMES[regime.number],
        confirmed=regime.confirmed,
        confidence=certainty.confidence,
        narrative=week.narrative,
        missing=week.certainty_sentence,
    )


def _card(reading: EngineReading) -> cc.EngineCard:
    return cc.EngineCard(
        key=reading.name,
        name=ENGINE_NAMES[reading.name],
        state=reading.state,  # type: ignore[arg-type]
        direction=reading.direction if reading.score is not None else "unknown",  # type: ignore[arg-type]
        score=reading.score,
        manual=reading.forced or any(each.overridden for each in reading.evidence),
    )


def _aggressiveness(week: Week) -> cc.Aggressiveness | None:
    risk = week.target_exposure
    if risk is None:
        return None
    if risk.nothing_to_do:
        step = "Nothing needs doing this week."
    elif risk.previous is not None and risk.value > risk.previous:
        step = f"Up from {percent(risk.previous)} of the risk budget last week."
    elif risk.previous is not None and risk.value < risk.previous:
        step = f"Down from {percent(risk.previous)} of the risk budget last week."
    else:
        step = "Unchanged in itself, but your own exposure is some way off."
    text = (
        f"{percent(risk.value)} of the risk budget; in your band that is {percent(risk.portfolio_exposure)} "
    )
    text += f"of the portfolio. {step}"
    return cc.Aggressiveness(value=risk.value, low=0.0, high=1.0, text=text)


def _health(week: Week) -> tuple[cc.HealthItem, ...]:
    """Engines short of inputs first, then what was broken or repaired; one line when all is well."""
    items = []
    for reading in week.engines.values():
        missing = [
            week.readings.measurements.titles[e.indicator]
            for e in reading.evidence
            if e.score is None and e.weight == 0 and is_needed(week.params, reading.name, e.indicator)
        ]
        if missing and reading.coverage < 1:
            level: cc.Health = "problem" if reading.state == "unknown" else "warning"
            share = f"{ENGINE_NAMES[reading.name]} reads with {percent(reading.coverage)} of its inputs"
            items.append(cc.HealthItem(level, f"{share}; without {_few(missing)}."))
    shown = [each for each in week.notices if each.level != "info"]
    items += [cc.HealthItem("problem" if each.level == "error" else "warning", each.text) for each in shown]
    if week.breadth_basis in ("published", "sectors"):
        basis = {"published": "published series", "sectors": "sector funds"}[week.breadth_basis]
        items.append(
            cc.HealthItem("warning", f"Breadth comes from {basis}: there are no members' prices this week.")
        )
    return tuple(items) or (cc.HealthItem("good", "Every scored input was present and fresh."),)


def _few(names: list[str]) -> str:
    shown = ", ".join(names[:3])
    return shown if len(names) <= 3 else f"{shown} and {len(names) - 3} more"


def manual_entry(each: Entry) -> cc.ManualEntry:
    """A manual reading with its trail, as a page shows it."""
    unit = bounds(each.field).unit
    value = each.value if isinstance(each.value, str) else figure(float(each.value), unit)
    return cc.ManualEntry(
        what=each.title,
        value=value,
        who=each.who,
        why=each.why,
        when=f"{each.entered_at:%Y-%m-%d %H:%M} UTC",
        until=each.until.isoformat(),
    )


def _provenance(week: Week) -> tuple[tuple[str, str], ...]:
    panel = week.measured.panel
    return (
        ("Library", f"fiveengines {__version__}"),
        ("Source", SOURCES[week.source] + (f", {week.run.data_dir}" if week.run.data_dir else "")),
        ("Known by", f"{utc(panel.cutoff)} (20:00 in New York)"),
        ("Data fingerprint", week.dataset.fingerprint()),
        (
            "Series",
            f"{len(week.dataset.series)}"
            + ("" if panel.members is None else f" and {panel.members.shape[1]} members"),
        ),
        (
            "Parameters fingerprint",
            parameters_fingerprint(week.params, week.trail, week.as_of.date()),
        ),
        (
            "Parameters",
            ", ".join(f"{k}={v}" for k, v in week.run.model_dump(mode="json").items() if v is not None)
            or "as in params/weekly.yaml",
        ),
        ("Manual readings", str(len(week.overrides)) if week.overrides else "none"),
    )


def utc(moment: pd.Timestamp) -> str:
    """A moment as a page writes it."""
    return moment.strftime("%Y-%m-%d %H:%M UTC")


def _command(week: Week) -> str:
    parts = [f"fiveengines weekly --as-of {week.as_of.date()} --source {week.source}"]
    if week.run.data_dir:
        parts.append(f"--data-dir {shlex.quote(week.run.data_dir)}")
    if week.run.params_file:
        parts.append(f"--params {shlex.quote(week.run.params_file)}")
    return " ".join(parts)
