"""The framework's own insights as claims: what followed the weeks in which each was active, against all weeks."""

from __future__ import annotations

import numpy as np
import pandas as pd

from fiveengines.base.parameters.claims import InsightClaims, Outcome
from fiveengines.companions.claims.evidence import UntestableError, Window
from fiveengines.companions.claims.measures import closes
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


def outcome(insight: Insight, rules_: InsightClaims) -> Outcome | None:
    """What should follow the insight: its own outcome, else the index's return; None when it names no direction."""
    named = rules_.outcomes.get(str(insight.source))
    tone = insight.implication.tone
    if named is not None or tone == "neutral":
        return named
    return Outcome(what="", of=("SPX",), measure="return", shows="more" if tone == "supportive" else "less")


def measure(
    session: Session, insight: Insight, history: pd.DataFrame | None, rules_: InsightClaims
) -> list[Window]:
    """Mean outcome after the weeks in which the insight was active less that after any week.

    A window shows the insight when the whole interval of the mean lies on the side that it names; one that says that
    nothing follows, when the interval holds what is usual. UntestableError for an insight that names no direction, with
    fewer separate spells than needed, and without the outcome's series.
    """
    if history is None:
        raise UntestableError("waits for the first reading of the history")
    wanted = outcome(insight, rules_)
    if wanted is None:
        raise UntestableError("no data could decide it: it names no direction and no outcome")
    active = (history[insight.id] == "active").to_numpy()
    begins = int((np.diff(active.astype(int), prepend=0) > 0).sum())
    if begins < rules_.least_spells:
        raise UntestableError(f"waits for {rules_.least_spells} separate spells; active in {begins} so far")
    samples = rate_shock.parameters(session).samples.model_copy(
        update={
            "horizons": rules_.horizons, "main_horizon": rules_.horizons[0],
            "mean_block_sessions": 26, "fewest_cases": rules_.least_spells,
        }
    )  # fmt: skip
    followed = _followed(session, wanted, pd.DatetimeIndex(history.index), rules_.horizons)
    found = []
    for each in cases.after({"it": active}, followed, samples)["it"]:
        if each.excess is None:
            raise UntestableError(
                f"waits for more cases: {each.separate} separate ones over {each.horizon} weeks"
            )
        figure, low, high = each.excess
        shows = {"more": low > 0, "less": high < 0, "same": low <= 0 <= high}[wanted.shows]
        name = f"{wanted.what}, {each.horizon} weeks" if wanted.what else f"{each.horizon} weeks"
        found.append(Window(name, figure, shows, each.n, low, high))
    return found


def _followed(
    session: Session, wanted: Outcome, weeks: pd.DatetimeIndex, horizons: tuple[int, ...]
) -> np.ndarray:
    """The outcome over each horizon from each week, (n, k); NaN where it is not complete."""
    first = closes(session, wanted.of[0]).reindex(weeks)
    if wanted.measure == "change":
        return np.column_stack([(first.shift(-each) - first).to_numpy() for each in horizons])
    found = cases.forward(first, horizons)
    if len(wanted.of) == 2:
        found = found - cases.forward(closes(session, wanted.of[1]).reindex(weeks), horizons)
    return np.abs(found) if wanted.measure == "size" else found
