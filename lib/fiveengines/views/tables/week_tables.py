"""The Start page: the week's call in three lines, and the last weeks beside it.

Shows readings; computes none.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
from markupsafe import Markup

from fiveengines.base.formats import age, minus, percent
from fiveengines.base.parameters import ENGINES
from fiveengines.commentary.narrative import ENGINE_NAMES
from fiveengines.commentary.no_call import NAME as NO_CALL
from fiveengines.companions.registry import REGISTRY
from fiveengines.companions.session import Session
from fiveengines.model.regimes import NAMES
from fiveengines.playbook import content
from fiveengines.views.tables import values
from fiveengines.views.tables.markup import Column, Prose, badge, great_table, lines, prose
from fiveengines.week import Week

_WEEKS = 5
# Of what changed, what a person acts on; the rest is in reading.json.
_CHANGES_SHOWN = frozenset({"regime", "confirmation", "state", "exposure", "style"})
_SOURCES = {
    "demo": "the demo market, in which no figure describes a real one",
    "files": "files in",
    "live": "the local store",
}


def heading(shown: Week | Session, *, chosen: bool = False) -> Prose:
    """Week or session, source and age in one line; `chosen`: the choice of Start.ipynb counts.

    A simulated market says so.
    """
    _, folder = shown.params.source_of(shown.run)
    source = f"{_SOURCES[shown.source]}{f' {folder}' if folder else ''}"
    parts = [
        Markup("{} <strong>{:%A}, {}</strong>, {}").format(
            "Week to" if isinstance(shown, Week) else "Evening of",
            shown.as_of,
            values.day(shown.as_of),
            age((dt.date.today() - shown.as_of.date()).days),
        ),
        Markup("source: {} {}").format(source, badge("simulated") if shown.simulated else ""),
        "as chosen in Start.ipynb" if chosen else "",
    ]
    return Prose((Markup(" · ").join(filter(None, parts)),))


def companions() -> Any:
    """Links to the companions' notebooks, as Start.ipynb shows them."""
    from IPython.display import Markdown

    links = (f"[{each.title}](companions/{each.stem}.ipynb)" for each in REGISTRY.values())
    return Markdown("**Further questions:** " + " · ".join(links))


def call(week: Week) -> Prose | None:
    """Regime, exposure and style of the week, or why there is no call; with figures entered by hand, how many."""
    by_hand = badge(f"{len(week.overrides)} entered by hand") if week.overrides else ""
    head = Markup('<strong style="font-size:1.35em">{} {}</strong> {}')
    if (none := week.no_call) is not None:
        said = lines(none.reason, none.last_sentence, none.remedy)
        return prose(head.format("", week.call_name, by_hand), said)
    regime, exposure, style, certainty = week.regime, week.target_exposure, week.style, week.certainty
    assert regime is not None and exposure is not None and style is not None and certainty is not None
    share, confidence = percent(regime.memberships[regime.number]), percent(certainty.confidence)
    return prose(
        head.format(regime.number, regime.name, by_hand),
        lines(
            f"Reading of {week.as_of:%A}, {values.day(week.as_of)}: membership {share}, confidence {confidence}",
            f"Target exposure: {percent(exposure.value)} of the risk budget",
            f"Style: {content.styles()[style.name].name}",  # type: ignore[index]
        ),
    )


def conclusion_changes(week: Week) -> Prose:
    """What the week says otherwise than the last one about the call, states, exposure and style, and why."""
    shown = [minus(each.sentence) for each in week.conclusion_changes if each.kind in _CHANGES_SHOWN]
    head = Markup("<strong>Otherwise than a week ago</strong>")
    return Prose((head, lines(*(shown or ["Nothing: call, states, exposure and style are the same."]))))


def old_inputs(week: Week) -> Prose:
    """Scored inputs without a value, and those whose observation is old on the reading date, oldest first."""
    scored = [each for reading in week.engines.values() for each in reading.evidence if each.weight > 0]
    data = week.brief.data
    ages = sorted(
        ((week.as_of - each.observed).days, each.title, each.observed)
        for each in scored
        if each.observed is not None
    )
    old = [
        f"{title}: of {values.day(day)}, {age(days)}"
        for days, title, day in reversed(ages)
        if days > values.OLD_DAYS
    ]
    old += [f"{title}: no value" for title in data.missing]
    said = lines(*(old or [f"On the reading date all were of the last {values.OLD_DAYS} days."]))
    return Prose((Markup("<strong>Age of the data.</strong> {}").format(data.text), said))


def last_weeks(week: Week, weeks: int = _WEEKS) -> Any:
    """The newest weeks, this one first: states, regime, target exposure and inflections."""
    rows = [(day, row) for day, row in week.history().tail(weeks).iloc[::-1].iterrows()]
    any_inflection = any(_inflections(row) for _, row in rows)
    last = [Column("Inflections", lambda each: lines(*_inflections(each[1])))] if any_inflection else []
    return great_table(
        rows,
        Column("Week", lambda each: values.day(each[0])),
        *(_state(name) for name in ENGINES),
        Column("Regime", lambda each: _regime(each[1]["regime"])),
        Column("Target exposure", lambda each: percent(each[1]["aggressiveness"]), right=True),
        *last,
        title=f"The last {len(rows)} weeks",
    )


def _regime(number: Any) -> str:
    return NO_CALL if pd.isna(number) else f"{number} {NAMES[int(number)]}"


def _state(engine: str) -> Column:
    return Column(ENGINE_NAMES[engine], lambda each: values.state(each[1][f"{engine}_state"]))


def _inflections(row: pd.Series[Any]) -> list[str]:
    inflections = [each.split(":") for each in str(row["inflection"] or "").split(",") if ":" in each]
    return [f"{ENGINE_NAMES[engine]} {direction}" for engine, direction in inflections]
