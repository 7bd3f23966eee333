"""What followed weeks like this one, on how many cases that rests, and whether acting on the readings would have paid.

The main figures of the evidence notebook as one result; the statistics themselves are `research`'s.
"""

from fiveengines.companions.evidence.analysis import analyse
from fiveengines.companions.evidence.result import Result

__all__ = ["Result", "analyse"]
