"""A week as the cover of its report: which words and figures it shows.

Translates a Week into a CoverContext; computes nothing and knows no HTML.
"""

from __future__ import annotations

import shlex

from fiveengines import __version__
from fiveengines.base.formats import figure, percent
from fiveengines.commentary.brief import is_needed
from fiveengines.commentary.narrative import ENGINE_NAMES
from fiveengines.companions.session import Session
from fiveengines.data.panel import Panel
from fiveengines.model.regimes import NAMES
from fiveengines.overrides import Entry, bounds
from fiveengines.playbook import content
from fiveengines.report.fingerprint import parameters_fingerprint
from fiveengines.report.page import cover_context as cc
from fiveengines.views.tables import answers
from fiveengines.week import Week


def cover(week: Week) -> cc.CoverContext:
    """Everything on the cover of one week."""
    return cc.CoverContext(
        week=week.as_of.date(),
        source_label=cc.SOURCES[week.source],
        simulated=week.simulated,
        regime=_regime(week),
        brief=week.brief,
        style=content.styles()[week.style.name].name if week.style else "",  # type: ignore[index]
        style_text=answers.tape_words(week),
        inflections=answers.turns(week),
        data_health=_health(week),
        manual_entries=tuple(manual_entry(each) for each in week.overrides),
        provenance=_provenance(week),
        fingerprints=tuple(week.dataset.fingerprints().items()),
        reproduce=command(f"fiveengines weekly --as-of {week.as_of.date()}", week),
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
    panel, used = week.measured.panel, parameters_fingerprint(week.params, week.trail, week.as_of.date())
    members = "" if panel.members is None else f" and {panel.members.shape[1]} members"
    return (
        *provenance(week, panel, used, members=members),
        ("Manual readings", str(len(week.overrides)) if week.overrides else "none"),
    )


def provenance(
    shown: Week | Session, panel: Panel, used: str, *own: tuple[str, str], members: str = ""
) -> tuple[tuple[str, str], ...]:
    """What a page was made from, label and value; `used`: the fingerprint of its parameters, `own`: further lines."""
    run = shown.run.model_dump(mode="json", exclude_none=True)
    return (
        ("Library", f"fiveengines {__version__}"),
        ("Source", cc.SOURCES[shown.source] + (f", {shown.run.data_dir}" if shown.run.data_dir else "")),
        ("Known by", f"{panel.cutoff:%Y-%m-%d %H:%M} UTC (20:00 in New York)"),
        *own,
        ("Data fingerprint", shown.dataset.fingerprint()),
        ("Series", f"{len(shown.dataset.series)}{members}"),
        ("Parameters fingerprint", used),
        ("Parameters", ", ".join(f"{k}={v}" for k, v in run.items()) or "as in params/weekly.yaml"),
    )


def command(asked: str, shown: Week | Session) -> str:
    """The command `asked` on the source, folder and parameters of what is shown."""
    parts = [asked, f"--source {shown.source}"]
    if shown.run.data_dir:
        parts.append(f"--data-dir {shlex.quote(shown.run.data_dir)}")
    if shown.run.params_file:
        parts.append(f"--params {shlex.quote(shown.run.params_file)}")
    return " ".join(parts)
