"""What drives this sell-off, and is it spent?"""

from fiveengines.companions.selloff.analysis import analyse
from fiveengines.companions.selloff.result import Result

__all__ = ["Result", "analyse"]
