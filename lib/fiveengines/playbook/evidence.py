"""The figures that evidence quotes in one week: as insights.yaml defines them, or as the insight's rule computed them.

No threshold and no wording.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from fiveengines.playbook.conditions import Quantity
from fiveengines.playbook.models import Figure, FigureMeasure, Insight, placeholders
from fiveengines.playbook.rule_inputs import RuleInputs, Words
from fiveengines.playbook.rules.registry import RuleResult

_MEASURES: Mapping[FigureMeasure, Callable[[RuleInputs, str, int], Quantity]] = {
    "change": RuleInputs.change,
    "change_pct": RuleInputs.change_pct,
    "change_bp": RuleInputs.change_bp,
    "low": RuleInputs.low,
    "from_peak": lambda inputs, name, weeks: inputs[name] - inputs.peak(name, weeks),
    "from_peak_pct": lambda inputs, name, weeks: 100.0 * (inputs[name] / inputs.peak(name, weeks) - 1.0),
    "from_daily_peak_pct": lambda inputs, name, weeks: (
        100.0 * (inputs[name] / inputs.daily_peak(name, weeks) - 1.0)
    ),
    "percentile": lambda inputs, name, _: inputs.percentile(name),
    "daily_percentile": lambda inputs, name, _: inputs.daily_percentile(name),
}


def evidence(
    inputs: RuleInputs, insight: Insight, result: RuleResult, figures: Mapping[str, Figure], row: int
) -> str:
    """The insight's evidence in week `row`; a clause whose figure is unknown that week is left out."""
    names = {name for clause in insight.evidence for name in placeholders(clause)}
    with np.errstate(invalid="ignore", divide="ignore"):
        columns = {name: _column(inputs, name, figures[name], result) for name in names}
    return insight.render_evidence({name: _plain(column[row]) for name, column in columns.items()})


def _column(inputs: RuleInputs, name: str, figure: Figure, result: RuleResult) -> Quantity | Words:
    if name in result.figures:
        return result.figures[name]
    if figure.measure is not None and figure.of is not None:
        return _MEASURES[figure.measure](inputs, figure.of, figure.weeks or 0)
    return inputs.words[name] if name in inputs.words else inputs[name]


def _plain(value: object) -> float | str | None:
    if isinstance(value, str):
        return value or None
    number = np.nan if value is pd.NA else float(value)  # type: ignore[arg-type]
    return number if np.isfinite(number) else None
