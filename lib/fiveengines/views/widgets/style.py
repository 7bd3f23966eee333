"""How the panel looks: one style sheet over JupyterLab's own colours, for a light and a dark screen.

Only CSS: panel.css and the theme's palette.
"""

from __future__ import annotations

from importlib import resources

from fiveengines.views.theme import DARK, LIGHT

_NAMES = (
    "supportive",
    "neutral",
    "adverse",
    "unknown",
    "manual",
    "accent",
    *(f"regime{n}" for n in range(1, 6)),
)


def _variables(colours: dict[str, str]) -> str:
    return "".join(f"--fe-{name}:{colours[name]};" for name in _NAMES)


_REGIMES = "".join(
    f".fe-panel .fe-r{n}{{color:var(--fe-regime{n})}}.fe-panel .fe-b{n}{{background:var(--fe-regime{n})}}"
    for n in range(1, 6)
)
_STATES = "".join(
    f".fe-panel .fe-{state}{{color:var(--fe-{state});white-space:nowrap}}"
    for state in ("supportive", "neutral", "adverse", "unknown")
)

CSS = (
    f".fe-panel{{{_variables(LIGHT)}}}"
    f'[data-jp-theme-light="false"] .fe-panel{{{_variables(DARK)}}}'
    + _REGIMES
    + _STATES
    + resources.files("fiveengines.views.widgets").joinpath("panel.css").read_text(encoding="utf-8")
)
