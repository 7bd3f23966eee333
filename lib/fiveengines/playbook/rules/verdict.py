"""What a rule says about every week at once, and the table in which rules enter themselves by name.

Shapes only; the conditions stand in the sibling modules, their numbers in insights.yaml.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from fiveengines.playbook.truth import Array
from fiveengines.playbook.weeks import Weeks, Words

Limits = Mapping[str, float]


@dataclass(frozen=True)
class Verdict:
    """Three conditions over all weeks as 1, 0 and NaN (unknown), and figures that hang on the rule's thresholds.

    leans: where a watch can be for either side, 1 while it is for the mirror case.
    """

    active: Array
    watch: Array
    opposite: Array | None = None
    leans: Array | None = None
    figures: Mapping[str, Array | Words] = field(default_factory=dict)


Rule = Callable[[Weeks, Limits], Verdict]
RULES: dict[str, Rule] = {}


def rule(function: Rule) -> Rule:
    """Enter a rule under its own name, which insights.yaml quotes."""
    RULES[function.__name__] = function
    return function
