"""How a value, a date, a score and a state are written in a table.

Words for readings; computes none.
"""

from __future__ import annotations

import pandas as pd
from markupsafe import Markup

from fiveengines.base.formats import NOTHING, date, figure, signed
from fiveengines.base.parameters import States
from fiveengines.model.engines import Evidence
from fiveengines.views import theme
from fiveengines.views.tables.markup import badge, coloured, lines, soft

NEW_YORK = "America/New_York"
HALF_A_YEAR = 183
# An input observed longer ago than this on a reading date is marked as old: more than a week and its release.
OLD_DAYS = 10


def value(each: Evidence) -> Markup:
    """An indicator's value with its unit; entered by hand, with a badge and what the data say."""
    text = Markup("{}").format(figure(each.value, each.unit) if each.value is not None else NOTHING)
    if not each.overridden:
        return text
    said = f"data: {figure(each.data_value, each.unit)}" if each.data_value is not None else "data: none"
    return lines(text + Markup(" ") + badge("manual"), soft(said))


def entered(given: float | str | None, unit: str) -> str:
    """What was entered, or what the data said then: a figure with its unit, a state as it is, or a dash."""
    return NOTHING if given is None else given if isinstance(given, str) else figure(given, unit)


def score(each: Evidence, limits: States) -> Markup:
    """A score with the sign of its state; a dash for what is only shown."""
    if each.score is None:
        return soft(NOTHING)
    state = (
        "supportive"
        if each.score >= limits.supportive
        else "adverse"
        if each.score <= limits.adverse
        else "neutral"
    )
    return coloured(f"{theme.STATE_SHAPES[state]} {signed(each.score)}", state)


def state(name: str) -> Markup:
    """A state in its colour, with its shape."""
    return coloured(f"{theme.STATE_SHAPES[name]} {name}", name, bold=True)


def direction(name: str) -> str:
    """A direction with its arrow."""
    return f"{theme.DIRECTION_ARROWS.get(name, '·')}\u00a0{name}"


def day(moment: pd.Timestamp | None, beside: pd.Timestamp | None = None) -> Markup:
    """21 Dec 2018, or a dash; without the year when it lies within half a year of `beside`."""
    if moment is None:
        return Markup("{}").format(NOTHING)
    near = beside is not None and abs((moment.tz_localize(None) - beside).days) < HALF_A_YEAR
    text = f"{moment.day} {moment:%b}" if near else date(moment)
    return Markup("{}").format(text.replace(" ", "\u00a0"))


def public(moment: pd.Timestamp | None, beside: pd.Timestamp | None = None) -> Markup:
    """The New York day on which a figure became public (naive UTC in), or a dash."""
    return day(None if moment is None else moment.tz_localize("UTC").tz_convert(NEW_YORK), beside)
