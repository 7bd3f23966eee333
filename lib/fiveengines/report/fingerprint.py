"""What a week was read with, as one short word: it changes when a threshold, a weight or a manual reading does.

Parameters, entries and, for a companion, a portfolio's own files; the data have their own fingerprint, and no path or
name of a machine goes in.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from fiveengines.base.parameters import Parameters, RunParameters
from fiveengines.companions.registry import Companion

if TYPE_CHECKING:
    from fiveengines.overrides import Entry, Trail


def parameters_fingerprint(params: Parameters, trail: Trail | Iterable[Entry], day: dt.date) -> str:
    """Sixteen hexadecimal digits over every parameter and the manual readings made up to the reading of `day`.

    An entry that someone ended after `day` counts as it did then, so a later reading never changes an earlier one.
    """
    # The process that writes a page asks for no fingerprint and does without pandas.
    from fiveengines.overrides import Trail

    entries = trail.entries if isinstance(trail, Trail) else tuple(trail)
    known = [
        [each.field, each.value, each.as_of.isoformat(), min(each.until, day).isoformat()]
        for each in entries
        if each.as_of <= day
    ]
    weekly = {"history_start": params.weekly.history_start.isoformat(), "demo_seed": params.weekly.demo_seed}
    parts = [weekly, known]
    parts += [
        each.model_dump(mode="json")
        for each in (params.engines, params.regimes, params.portfolio, params.consistency)
    ]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]


def companion_fingerprint(
    params: Parameters, trail: Trail | Iterable[Entry], day: dt.date, stem: str, portfolio: str = ""
) -> str:
    """The same for a companion, over params/<stem>.yaml (when there is one) and what it reads of a portfolio too."""
    own = params.beside(f"{stem}.yaml")
    parts = [parameters_fingerprint(params, trail, day).encode(), own.read_bytes() if own.is_file() else b""]
    parts += [portfolio.encode()] if portfolio else []
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:16]


def portfolio_known_on(of: Companion, params: Parameters, run: RunParameters) -> Callable[[dt.date], str]:
    """What `of` reads of its portfolio's files for the session of a day, as text; they are read once, here."""
    if not of.reads:
        return lambda day: ""
    from fiveengines.portfolio.folders import portfolio_folder
    from fiveengines.portfolio.known_on import known_on

    return known_on(portfolio_folder(params, run, of.portfolio or None), of.reads)
