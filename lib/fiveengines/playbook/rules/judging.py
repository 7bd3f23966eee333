"""Every insight against every week in one pass: the matrix of statuses, and what each rule lacked.

Conditions come from the sibling modules, numbers from insights.yaml; no ranking and no wording.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from fiveengines.base.errors import ParameterError
from fiveengines.data.panel import Panel
from fiveengines.model.readings import Readings
from fiveengines.playbook import content
from fiveengines.playbook.models import Insight
from fiveengines.playbook.rules import breadth, liquidity, positioning, rate_path, volatility
from fiveengines.playbook.rules.verdict import RULES, Verdict
from fiveengines.playbook.weeks import Weeks, weeks_of

# Importing a module enters its rules in the table.
ROOMS = (liquidity, volatility, breadth, positioning, rate_path)
UNKNOWN, DORMANT, WATCH, ACTIVE, OPPOSITE = -1, 0, 1, 2, 3
STATUSES = {UNKNOWN: "dormant", DORMANT: "dormant", WATCH: "watch", ACTIVE: "active", OPPOSITE: "opposite"}
_MEMORY = "insights"


@dataclass(frozen=True)
class Judged:
    """All weeks and insights: codes (weeks × insights) in the order of `insights`, and the verdicts behind them."""

    readings: Readings | None = field(repr=False)
    insights: dict[int, Insight] = field(repr=False)
    weeks: Weeks = field(repr=False)
    codes: npt.NDArray[np.int8]
    verdicts: dict[int, Verdict] = field(repr=False)
    reads: dict[int, frozenset[str]] = field(repr=False)

    def column(self, insight: int) -> npt.NDArray[np.int8]:
        """Codes of one insight over all weeks."""
        return self.codes[:, list(self.insights).index(insight)]

    def frame(self) -> pd.DataFrame:
        """Statuses in words: reading date × insight id."""
        named = np.array([STATUSES[code] for code in range(UNKNOWN, OPPOSITE + 1)], dtype=object)
        table = pd.DataFrame(named[self.codes + 1], index=self.weeks.dates, columns=list(self.insights))
        return table.rename_axis(index="as_of", columns="insight")


def judge(weeks: Weeks, insights: dict[int, Insight], readings: Readings | None = None) -> Judged:
    """Hold every insight against every week. A rule that insights.yaml names and nobody wrote raises ParameterError."""
    codes = np.full((len(weeks.dates), len(insights)), DORMANT, dtype=np.int8)
    verdicts: dict[int, Verdict] = {}
    reads: dict[int, frozenset[str]] = {}
    with np.errstate(invalid="ignore", divide="ignore"):
        for column, insight in enumerate(insights.values()):
            if insight.rule not in RULES:
                raise ParameterError(
                    f"insight {insight.id} names the rule {insight.rule!r}, which does not exist.",
                    remedy="Restore its name in insights.yaml.",
                )
            weeks.read.clear()
            try:
                verdict = RULES[insight.rule](weeks, insight.thresholds)
            except KeyError as error:
                raise ParameterError(
                    f"insight {insight.id} lacks the threshold {error}.", remedy="Add it in insights.yaml."
                ) from None
            verdicts[insight.id], reads[insight.id] = verdict, frozenset(weeks.read)
            codes[:, column] = _codes(verdict)
    return Judged(readings, insights, weeks, codes, verdicts, reads)


def _codes(verdict: Verdict) -> npt.NDArray[np.int8]:
    opposite = np.zeros(len(verdict.active)) if verdict.opposite is None else verdict.opposite
    unknown = np.isnan(verdict.active) | np.isnan(opposite)
    holds = [verdict.active == 1, opposite == 1, verdict.watch == 1, unknown]
    return np.select(holds, [ACTIVE, OPPOSITE, WATCH, UNKNOWN], DORMANT).astype(np.int8)


def judged(readings: Readings, panel: Panel) -> Judged:
    """`judge` for readings and their panel; kept with the panel, because several pages ask for the same weeks."""
    insights = content.insights()
    kept = panel.memory.get(_MEMORY)
    if isinstance(kept, Judged) and kept.readings is readings and kept.insights == insights:
        return kept
    found = judge(weeks_of(readings, panel), insights, readings)
    panel.memory[_MEMORY] = found
    return found
