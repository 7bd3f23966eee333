"""The Start page: the week's call in three lines, and the last weeks beside it.

Shows readings; computes none.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
from markupsafe import Markup

from fiveengines.base.formats import age, percent
from fiveengines.base.parameters import ENGINES
from fiveengines.commentary.narrative import ENGINE_NAMES
from fiveengines.model.regimes import NAMES
from fiveengines.playbook import content
from fiveengines.views.tables import values
from fiveengines.views.tables.markup import Prose, badge, great_table, lines, prose
from fiveengines.week import Week

_WEEKS = 5
_SOURCES = {
    "demo": "the demo market, in which no figure describes a real one",
    "files": "files in",
    "live": "the local store",
}


def heading(week: Week, *, chosen: bool = False) -> Prose:
    """Week, source and age in one line; `chosen`: the choice of Start.ipynb counts. A simulated market says so."""
    _, folder = week.params.source_of(week.run)
    source = f"{_SOURCES[week.source]}{f' {folder}' if folder else ''}"
    parts = [
        Markup("Week to <strong>{:%A}, {}</strong>, {}").format(
            week.as_of, values.day(week.as_of), age((dt.date.today() - week.as_of.date()).days)
        ),
        Markup("source: {} {}").format(source, badge("simulated") if week.simulated else ""),
        "as chosen in Start.ipynb" if chosen else "",
    ]
    return Prose((Markup(" · ").join(filter(None, parts)),))


def call(week: Week) -> Prose | None:
    """Regime, exposure and style of the week; with figures entered by hand, how many."""
    regime = week.regime
    share = percent(regime.memberships[regime.number])
    style = content.styles()[week.style.name].name  # type: ignore[index]
    by_hand = len(week.overrides)
    return prose(
        Markup('<strong style="font-size:1.35em">{} {}</strong> {}').format(
            regime.number,
            NAMES[regime.number],
            badge(f"{by_hand} entered by hand") if by_hand else "",
        ),
        lines(
            f"Reading of {week.as_of:%A}, {values.day(week.as_of)}: membership {share}",
            f"Aggressiveness: {percent(week.target_exposure.value)} of the risk budget",
            f"Style: {style}",
        ),
    )


def last_weeks(week: Week, weeks: int = _WEEKS) -> Any:
    """The newest weeks, this one first: states, regime, aggressiveness and turns."""
    engines = {str(name): ENGINE_NAMES[name] for name in ENGINES}
    columns = {"week": "Week"} | engines
    columns |= {"regime": "Regime", "exposure": "Aggressiveness", "turns": "Turns"}
    rows = [_week(day, row) for day, row in week.history().tail(weeks).iloc[::-1].iterrows()]
    if all(not row["turns"] for row in rows):
        del columns["turns"]
    return great_table(columns, rows, title=f"The last {len(rows)} weeks", right=["exposure"])


def _week(day: Any, row: pd.Series[Any]) -> dict[str, object]:
    turns = [each.split(":") for each in str(row["inflection"] or "").split(",") if ":" in each]
    return {
        "week": values.day(pd.Timestamp(day)),
        **{name: values.state(row[f"{name}_state"]) for name in ENGINES},
        "regime": f"{row['regime']} {NAMES[int(row['regime'])]}",
        "exposure": percent(row["aggressiveness"]),
        "turns": lines(*(f"{ENGINE_NAMES[engine]} {direction}" for engine, direction in turns)),
    }
