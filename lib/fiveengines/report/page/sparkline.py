"""The last half year of a market as a small inline SVG that takes its colours from the page's style sheet.

Geometry only: numbers in, markup out; no text from outside ever enters it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from markupsafe import Markup


def trace(values: Sequence[float | None], *, width: int = 110, height: int = 26) -> Markup:
    """SVG of values between their lowest and highest, oldest first; None and NaN break the line, a dot ends it.

    No value at all gives an empty picture. Hidden from screen readers: level and changes stand beside it.
    """
    known = [each for each in values if each is not None and not math.isnan(each)]
    low, high = (min(known), max(known)) if known else (0.0, 0.0)
    pad = 3.0

    def x(index: int) -> float:
        return pad + (width - 2 * pad) * (index / max(1, len(values) - 1))

    def y(value: float) -> float:
        return height / 2 if high == low else pad + (height - 2 * pad) * (high - value) / (high - low)

    path, pen_down, last = [], False, None
    for index, value in enumerate(values):
        if value is None or math.isnan(value):
            pen_down = False
            continue
        path.append(f"{'L' if pen_down else 'M'}{x(index):.1f} {y(value):.1f}")
        pen_down, last = True, (x(index), y(value))
    line = f'<path class="trace" d="{"".join(path)}"/>' if path else ""
    dot = f'<circle class="dot" cx="{last[0]:.1f}" cy="{last[1]:.1f}" r="2.2"/>' if last else ""
    return Markup(  # noqa: S704  (numbers only)
        f'<svg class="spark" viewBox="0 0 {width} {height}" aria-hidden="true" focusable="false">{line}{dot}</svg>'
    )
