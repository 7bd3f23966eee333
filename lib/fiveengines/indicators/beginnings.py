"""When an indicator can first have had a value: what nobody had published yet is not missing.

Facts of the catalog and the indicator's own windows; no data.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from fiveengines.base.parameters.engines import Setting
from fiveengines.data.catalog import catalog
from fiveengines.indicators.registry import indicator

_ALWAYS = pd.Timestamp.min
_DAYS_A_SESSION = 365.25 / 252
_DAYS_A_REPORT = 7.0
# The slowest of what is scored comes out a week after the week it is of.
_DAYS_TO_RELEASE = 7.0


def first_possible(name: str, settings: Mapping[str, Setting]) -> pd.Timestamp | None:
    """The day from which the indicator can have a value; None when that is before readings can begin.

    That is when every series of one of its input sets had begun (`begins` in the catalog), and the longest window of
    `settings` (its line in params/engines.yaml) and a week for the release after it. An indicator without inputs
    waits for nothing.
    """
    begins = min(map(_begins, indicator(name).input_sets), default=_ALWAYS)
    return None if begins == _ALWAYS else begins + _window(settings)


def _begins(series: Iterable[str]) -> pd.Timestamp:
    known = catalog()
    # Breadth of members or sectors has no entry of its own, and before a facility opened its zero is known.
    found = [known[each] for each in series if each in known and known[each].zero_before is None]
    return max((pd.Timestamp(each.begins) for each in found if each.begins), default=_ALWAYS)


def _window(settings: Mapping[str, Setting]) -> pd.Timedelta:
    """Calendar days of the longest window of sessions or reports, `fewest` being what it needs, and the release."""
    counts = {
        each: max(value if isinstance(value, tuple) else (value,))
        for each, value in settings.items()
        if isinstance(value, int | tuple)
    }
    reports = counts.pop("reports", 0)
    sessions = counts.get("fewest", max(counts.values(), default=0))
    return pd.Timedelta(days=round(_DAYS_TO_RELEASE + sessions * _DAYS_A_SESSION + reports * _DAYS_A_REPORT))
