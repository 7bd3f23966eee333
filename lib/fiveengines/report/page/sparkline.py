"""A year of scores as a small inline SVG that takes its colours from the page's style sheet.

Geometry only: numbers in, markup out; no text from outside ever enters it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from markupsafe import Markup

_STATES = frozenset({"supportive", "neutral", "adverse", "unknown"})


def sparkline(
    scores: Sequence[float | None], state: str, *, width: int = 176, height: int = 46, band: float = 0.25
) -> Markup:
    """SVG of scores in -1…+1 (clipped), oldest first; None and NaN break the line; the last value carries a dot.

    The shaded strip from -`band` to +`band` is where an engine is neutral. An empty or all-missing history gives the
    strip alone. Hidden from screen readers: the card says the same in words.
    """
    if state not in _STATES:
        raise ValueError(f"unknown state {state!r}")
    pad = 4.0

    def x(index: int) -> float:
        return pad + (width - 2 * pad) * (index / max(1, len(scores) - 1))

    def y(score: float) -> float:
        return pad + (height - 2 * pad) * (1 - max(-1.0, min(1.0, score))) / 2

    path, pen_down, last = [], False, None
    for index, score in enumerate(scores):
        if score is None or math.isnan(score):
            pen_down = False
            continue
        path.append(f"{'L' if pen_down else 'M'}{x(index):.1f} {y(score):.1f}")
        pen_down, last = True, (x(index), y(score))
    line = f'<path class="trace" d="{"".join(path)}"/>' if path else ""
    dot = f'<circle class="dot {state}" cx="{last[0]:.1f}" cy="{last[1]:.1f}" r="3.6"/>' if last else ""
    strip = f'<rect class="strip" x="0" y="{y(band):.1f}" width="{width}" height="{y(-band) - y(band):.1f}"/>'
    zero = f'<path class="zero" d="M0 {y(0):.1f}H{width}"/>'
    return Markup(  # noqa: S704  (numbers and a checked word only)
        f'<svg class="spark" viewBox="0 0 {width} {height}" aria-hidden="true" focusable="false">'
        f"{strip}{zero}{line}{dot}</svg>"
    )
