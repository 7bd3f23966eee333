"""What a rule says about every week at once, and the registry in which each rule enters itself.

Shapes only; the conditions are in the sibling modules, their numbers in insights.yaml.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from fiveengines.playbook.conditions import Condition, Quantity
from fiveengines.playbook.rule_inputs import RuleInputs, Words

Thresholds = Mapping[str, float]


@dataclass(frozen=True)
class RuleResult:
    """An insight's conditions over all weeks (NA where unknown) and the figures that need its thresholds.

    Every array is (weeks,). leans: where a watch can be for either side, true while it is for the mirror case.
    """

    active: Condition
    watch: Condition
    opposite: Condition | None = None
    leans: Condition | None = None
    figures: Mapping[str, Quantity | Words] = field(default_factory=dict)


Rule = Callable[[RuleInputs, Thresholds], RuleResult]
RULES: dict[str, Rule] = {}


def rule(function: Rule) -> Rule:
    """Register a rule under its own name, which is the id of its insight."""
    RULES[function.__name__] = function
    return function
