"""The framework's own insights as claims: what followed the weeks in which each was active, against all weeks."""

from __future__ import annotations

import numpy as np
import pandas as pd

from fiveengines.base.parameters.claims import InsightClaims
from fiveengines.companions.claims.evidence import UntestableError, Window
from fiveengines.companions.rate_shock import analysis as rate_shock
from fiveengines.companions.session import Session
from fiveengines.playbook import content, rules
from fiveengines.playbook.models import Insight
from fiveengines.research import cases
from fiveengines.week import Week


def insights() -> dict[str, Insight]:
    """The framework's insights by their number there."""
    return {each.source: each for each in content.insights().values() if each.source is not None}


def statuses(week: Week) -> pd.DataFrame:
    """Every week's statuses up to the session's: reading date × insight id."""
    return rules.status_history(week.readings, week.measured.panel, week.params).loc[: week.as_of]


def measure(
    session: Session, insight: Insight, history: pd.DataFrame | None, rules_: InsightClaims
) -> list[Window]:
    """Mean return of the index after the weeks in which the insight was active less that after any week, per cent.

    A supportive insight shows itself by more than usual, one of caution by less, with the whole interval of the mean.
    UntestableError for an insight that names no direction, and with fewer separate spells than needed.
    """
    if history is None:
        raise UntestableError("waits for the first reading of the history")
    tone = insight.implication.tone
    if tone == "neutral":
        raise UntestableError("it names no direction of the index")
    closes = session.panel.daily("SPX").reindex(history.index)
    active = (history[insight.id] == "active").to_numpy()
    begins = int((active & ~np.roll(active, 1)).sum())
    if begins < rules_.least_spells:
        raise UntestableError(f"waits for {rules_.least_spells} separate spells; active in {begins} so far")
    samples = rate_shock.parameters(session).samples.model_copy(
        update={
            "horizons": rules_.horizons, "main_horizon": rules_.horizons[0],
            "mean_block_sessions": 26.0, "fewest_cases": rules_.least_spells,
        }
    )  # fmt: skip
    found = []
    for each in cases.after({"it": active}, cases.forward(closes, rules_.horizons), samples)["it"]:
        if each.mean is None or each.usual is None or each.low is None or each.high is None:
            raise UntestableError(
                f"waits for more cases: {each.separate} separate ones over {each.horizon} weeks"
            )
        low, high = each.low - each.usual, each.high - each.usual
        shows = low > 0 if tone == "supportive" else high < 0
        found.append(Window(f"{each.horizon} weeks", each.mean - each.usual, shows, each.n, low, high))
    return found
