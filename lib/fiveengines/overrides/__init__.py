"""Manual readings: what a person enters, how long it holds, and the trail of who did what when.

An entry replaces one input of a reading for a while; stored data and the scoring of it stay outside.
"""

from fiveengines.overrides.apply import apply
from fiveengines.overrides.entries import Entry, field_title
from fiveengines.overrides.fields import Bounds, bounds, check, lookup
from fiveengines.overrides.labels import default_who
from fiveengines.overrides.operations import (
    Change,
    draft,
    expire,
    list_overrides,
    save,
    set_override,
)
from fiveengines.overrides.trail import Trail, active, load, stamp
from fiveengines.overrides.validity import default_until

__all__ = [
    "Bounds",
    "Change",
    "Entry",
    "Trail",
    "active",
    "apply",
    "bounds",
    "check",
    "default_until",
    "default_who",
    "draft",
    "expire",
    "field_title",
    "list_overrides",
    "load",
    "lookup",
    "save",
    "set_override",
    "stamp",
]
