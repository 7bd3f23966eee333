"""The figures that an insight's evidence quotes in one week, as they are measured or as its rule computed them.

No threshold and no wording.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from fiveengines.playbook.figures import figure_column, plain
from fiveengines.playbook.models import Figure, Insight, placeholders
from fiveengines.playbook.rule_inputs import RuleInputs
from fiveengines.playbook.rules.registry import RuleResult


def evidence(
    inputs: RuleInputs, insight: Insight, result: RuleResult, figures: Mapping[str, Figure], row: int
) -> str:
    """The insight's evidence in week `row`; a clause whose figure is unknown that week is left out."""
    names = {name for clause in insight.evidence for name in placeholders(clause)}
    with np.errstate(invalid="ignore", divide="ignore"):
        columns = {
            name: result.figures.get(name, figure_column(inputs, name, figures[name])) for name in names
        }
    return insight.render_evidence({name: plain(column[row]) for name, column in columns.items()})
