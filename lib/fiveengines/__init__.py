"""The Five Engines Workbook: what five market engines say this week, and what would change it.

The public face is small: `Week.load(...)` in `fiveengines.week`, and `charts` and `tables` that show a week.
"""

__version__ = "0.1.0"
