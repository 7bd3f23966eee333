"""Every insight against every week in one pass: the matrix of statuses, and which figures each rule asked for.

Conditions come from the sibling modules, numbers from insights.yaml; no ranking and no wording.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from fiveengines.base.errors import ParameterError
from fiveengines.base.parameters.playbook import Percentiles
from fiveengines.data.panel import Panel
from fiveengines.model.readings import Readings
from fiveengines.playbook import content
from fiveengines.playbook.conditions import certain
from fiveengines.playbook.models import Insight
from fiveengines.playbook.rule_inputs import RuleInputs, rule_inputs
from fiveengines.playbook.rules import breadth, liquidity, positioning, rate_path, volatility
from fiveengines.playbook.rules.registry import RULES, RuleResult

# Importing a module registers its rules.
RULE_MODULES = (liquidity, volatility, breadth, positioning, rate_path)
UNKNOWN, DORMANT, WATCH, ACTIVE, OPPOSITE = -1, 0, 1, 2, 3
STATUSES = {UNKNOWN: "dormant", DORMANT: "dormant", WATCH: "watch", ACTIVE: "active", OPPOSITE: "opposite"}
_CACHE_KEY = "insights"


@dataclass(frozen=True)
class Evaluation:
    """All weeks and insights: codes (weeks × insights) in the order of `insights`, and the results behind them.

    reads: the names of the series and words that each rule asked for.
    """

    readings: Readings | None = field(repr=False)
    insights: dict[str, Insight] = field(repr=False)
    inputs: RuleInputs = field(repr=False)
    codes: npt.NDArray[np.int8]
    results: dict[str, RuleResult] = field(repr=False)
    reads: dict[str, frozenset[str]] = field(repr=False)

    def column(self, insight: str) -> npt.NDArray[np.int8]:
        """Status codes of one insight, (weeks,)."""
        return self.codes[:, list(self.insights).index(insight)]

    def frame(self) -> pd.DataFrame:
        """Statuses in words: reading date × insight id."""
        named = np.array([STATUSES[code] for code in range(UNKNOWN, OPPOSITE + 1)], dtype=object)
        table = pd.DataFrame(named[self.codes + 1], index=self.inputs.dates, columns=list(self.insights))
        return table.rename_axis(index="as_of", columns="insight")


def evaluate(
    inputs: RuleInputs, insights: dict[str, Insight], readings: Readings | None = None
) -> Evaluation:
    """Every insight on every week. ParameterError for an insight without a rule or without a threshold of its rule."""
    codes = np.full((len(inputs.dates), len(insights)), DORMANT, dtype=np.int8)
    results: dict[str, RuleResult] = {}
    reads: dict[str, frozenset[str]] = {}
    with np.errstate(invalid="ignore", divide="ignore"):
        for column, (name, insight) in enumerate(insights.items()):
            if name not in RULES:
                raise ParameterError(
                    f"insight {name!r} has no rule.",
                    remedy="Restore its id in insights.yaml, or write a rule of that name.",
                )
            inputs.read.clear()
            try:
                results[name] = RULES[name](inputs, insight.thresholds)
            except KeyError as error:
                raise ParameterError(
                    f"insight {name!r} lacks the threshold {error}.", remedy="Add it in insights.yaml."
                ) from None
            reads[name] = frozenset(inputs.read)
            codes[:, column] = _codes(results[name])
    return Evaluation(readings, insights, inputs, codes, results, reads)


def _codes(result: RuleResult) -> npt.NDArray[np.int8]:
    opposite = result.active & False if result.opposite is None else result.opposite
    holds = [certain(each) for each in (result.active, opposite, result.watch)]
    unknown = result.active.isna() | opposite.isna()
    return np.select([*holds, unknown], [ACTIVE, OPPOSITE, WATCH, UNKNOWN], DORMANT).astype(np.int8)


def evaluate_readings(readings: Readings, panel: Panel, percentiles: Percentiles) -> Evaluation:
    """`evaluate` for readings and their panel; cached with the panel, because several pages ask for the same weeks."""
    insights = content.insights()
    cached = panel.memory.get(_CACHE_KEY)
    if (
        isinstance(cached, Evaluation)
        and cached.readings is readings
        and (cached.insights, cached.inputs.percentiles) == (insights, percentiles)
    ):
        return cached
    found = evaluate(rule_inputs(readings, panel, percentiles), insights, readings)
    panel.memory[_CACHE_KEY] = found
    return found
