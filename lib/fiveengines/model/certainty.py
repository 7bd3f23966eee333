"""How far a call can be trusted: its membership × what is known of the severity axis, and what the rest could change.

Reads a call that was made; makes none.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from fiveengines.base.parameters import RegimeParameters
from fiveengines.model import regimes
from fiveengines.model.engines import EngineHistory
from fiveengines.model.regimes import CRISIS, RegimeReading


@dataclass(frozen=True)
class Certainty:
    """The call's confidence, 0-1, and what is behind it.

    known: mean coverage of the engines on the severity axis by their weights, an unreadable one counting as nothing.
    missing: engines of the axis that cannot be read. reachable: regimes, the call's own left out, that the week itself
    would read with the missing engines' scores somewhere between -1 and +1. unread: engines off the axis that cannot be
    read; they name no regime.
    """

    confidence: float
    known: float
    missing: tuple[str, ...]
    reachable: tuple[int, ...]
    unread: tuple[str, ...] = ()


def certainty(
    call: RegimeReading,
    engines: EngineHistory,
    values: pd.DataFrame,
    params: RegimeParameters,
    day: pd.Timestamp,
) -> Certainty:
    """The certainty of `call`, made on `day`. values: reading date × indicator; a state set by hand is known whole."""
    weights = params.severity.weights
    score, forced = engines.score.loc[day].to_dict(), engines.forced.loc[day].to_dict()
    coverage = engines.coverage.loc[day].to_dict()
    missing = tuple(str(each) for each in weights if not np.isfinite(score[each]))
    shares = {each: 1.0 if forced[each] else 0.0 if each in missing else coverage[each] for each in weights}
    known = sum(weights[each] * shares[each] for each in weights) / sum(weights.values())
    return Certainty(
        confidence=call.memberships[call.number] * known,
        known=known,
        missing=missing,
        unread=tuple(str(each) for each in score if each not in weights and not np.isfinite(score[each])),
        reachable=_reachable(call, engines.extended.loc[[day]], values.loc[:day], missing, params),
    )


def _reachable(
    call: RegimeReading,
    extended: pd.DataFrame,
    values: pd.DataFrame,
    missing: tuple[str, ...],
    params: RegimeParameters,
) -> tuple[int, ...]:
    """Regimes between the worst and the best that the missing engines could say, by the edges of a first call."""
    if not missing:
        return ()
    worst, best = (
        float(regimes.severity(extended.fillna(dict.fromkeys(missing, each)), params).iloc[0])
        for each in (-1.0, 1.0)
    )
    rule = params.severity
    found = set()
    if best > rule.bull:
        width = float(regimes.participation(values, params).iloc[-1])
        # Without a breadth of its own a bull market may be broad or narrow.
        narrow = width < params.participation.boundary
        found |= {1, 2} if "breadth" in missing or not np.isfinite(width) else {2 if narrow else 1}
    if best > rule.risk_off and worst <= rule.bull:
        found.add(3)
    if worst <= rule.risk_off:
        found.add(4)
        vix = float(values["vix"].iloc[-1])
        if not np.isfinite(vix) or (vix >= params.crisis.vix_enter and worst < params.crisis.severity_enter):
            found.add(CRISIS)
    return tuple(sorted(found - {call.number}))
