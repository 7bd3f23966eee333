"""The figures that the playbook quotes, as its files define them: a measure of a series, a series, or a word.

Arrangement only; no threshold and no wording.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from fiveengines.playbook.conditions import Quantity
from fiveengines.playbook.models import Figure, FigureMeasure
from fiveengines.playbook.rule_inputs import RuleInputs, Words

_MEASURES: Mapping[FigureMeasure, Callable[[RuleInputs, str, int], Quantity]] = {
    "change": RuleInputs.change,
    "change_pct": RuleInputs.change_pct,
    "change_bp": RuleInputs.change_bp,
    "low": RuleInputs.low,
    "daily_peak": RuleInputs.daily_peak,
    "from_peak": lambda inputs, name, weeks: inputs[name] - inputs.peak(name, weeks),
    "from_peak_pct": lambda inputs, name, weeks: 100.0 * (inputs[name] / inputs.peak(name, weeks) - 1.0),
    "from_daily_peak_pct": lambda inputs, name, weeks: (
        100.0 * (inputs[name] / inputs.daily_peak(name, weeks) - 1.0)
    ),
    "percentile": lambda inputs, name, _: inputs.percentile(name),
    "daily_percentile": lambda inputs, name, _: inputs.daily_percentile(name),
}


def figure_column(inputs: RuleInputs, name: str, figure: Figure) -> Quantity | Words:
    """A figure in every week, as it is measured, or else the series or word of its own name; (weeks,)."""
    if figure.measure is not None and figure.of is not None:
        return _MEASURES[figure.measure](inputs, figure.of, figure.weeks or 0)
    return inputs.labels[name] if name in inputs.labels else inputs[name]


def plain(value: object) -> float | str | None:
    """One week's figure as a float or a word; None where it is not known."""
    if isinstance(value, str):
        return value or None
    number = np.nan if value is pd.NA else float(value)  # type: ignore[arg-type]
    return number if np.isfinite(number) else None
