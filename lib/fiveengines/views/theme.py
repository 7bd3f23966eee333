"""The one look: colours of states and regimes, fonts, and the Altair theme built from them.

Only constants and plain dictionaries; altair itself is not imported, so tables, CSS and the command line can use them.
"""

from __future__ import annotations

from typing import Any, Final

SANS: Final = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
SERIF: Final = "'Iowan Old Style', 'Palatino Linotype', Palatino, 'Book Antiqua', Georgia, serif"
MONO: Final = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'Liberation Mono', monospace"

# Every colour is a pair: on paper, on a dark screen. Blue against vermilion stays apart in all three common kinds of
# colour blindness; each pair keeps at least 4.5:1 against its background, so words may wear it too.
PALETTE: Final[dict[str, tuple[str, str]]] = {
    "paper": ("#fcfbf8", "#14171b"),
    "panel": ("#ffffff", "#1b1f25"),
    "ink": ("#1c2127", "#e7e9ec"),
    "soft": ("#565e68", "#a6aeb8"),
    "line": ("#e3e0d9", "#323840"),
    "grid": ("#eeebe5", "#272c33"),
    "accent": ("#2b4a6f", "#9cc4ee"),
    "supportive": ("#1b6cb0", "#6fb4f0"),
    "neutral": ("#6a717b", "#a4adb8"),
    "adverse": ("#bd4a17", "#f39158"),
    "unknown": ("#757067", "#9d978c"),
    "regime1": ("#175f9e", "#5ea9ea"),
    "regime2": ("#1f7f86", "#57c0c2"),
    "regime3": ("#7a7462", "#b4ad97"),
    "regime4": ("#ad5f09", "#f0a34a"),
    "regime5": ("#a01d3a", "#f2708a"),
    "supportive_wash": ("#e4eff9", "#1a2a3a"),
    "neutral_wash": ("#eef0f2", "#252a31"),
    "adverse_wash": ("#fbeae1", "#38241a"),
    "manual": ("#7b4aa0", "#c9a0ea"),
}

LIGHT: Final[dict[str, str]] = {name: pair[0] for name, pair in PALETTE.items()}
DARK: Final[dict[str, str]] = {name: pair[1] for name, pair in PALETTE.items()}
DARK_FOR_LIGHT: Final[dict[str, str]] = {pair[0]: pair[1] for pair in PALETTE.values()}

STATES: Final = ("supportive", "neutral", "adverse", "unknown")
STATE_COLOURS: Final[dict[str, str]] = {state: LIGHT[state] for state in STATES}
STATE_SHAPES: Final[dict[str, str]] = {"supportive": "▲", "neutral": "●", "adverse": "▼", "unknown": "○"}
DIRECTIONS: Final = ("improving", "stable", "deteriorating", "unknown")
DIRECTION_ARROWS: Final[dict[str, str]] = {
    "improving": "↗",
    "stable": "→",
    "deteriorating": "↘",
    "unknown": "·",
}
REGIMES: Final = (1, 2, 3, 4, 5)
REGIME_COLOURS: Final[dict[int, str]] = {number: LIGHT[f"regime{number}"] for number in REGIMES}
# For many unordered lines in one chart: apart in hue and in lightness.
SERIES_COLOURS: Final = tuple(
    LIGHT[name] for name in ("accent", "adverse", "regime2", "manual", "regime3", "regime4", "neutral")
)

CHART_WIDTH: Final = 660
CHART_HEIGHT: Final = 260


def state_scale() -> dict[str, Any]:
    """Domain and range for `alt.Scale(**state_scale())` over the words of STATES."""
    return {"domain": list(STATES), "range": [STATE_COLOURS[state] for state in STATES]}


def regime_scale() -> dict[str, Any]:
    """Domain and range for `alt.Scale(**regime_scale())` over the numbers 1 to 5."""
    return {"domain": list(REGIMES), "range": [REGIME_COLOURS[number] for number in REGIMES]}


def chart_config(colours: dict[str, str] = LIGHT) -> dict[str, Any]:
    """Vega-Lite `config` in the colours of LIGHT or DARK; the background is always transparent."""
    ink, soft, line, grid = colours["ink"], colours["soft"], colours["line"], colours["grid"]
    text = {"labelColor": soft, "titleColor": soft, "labelFontSize": 11, "titleFontSize": 11}
    return {
        "background": "transparent",
        "font": SANS,
        "view": {"stroke": None, "continuousWidth": CHART_WIDTH, "discreteWidth": CHART_WIDTH,
                 "continuousHeight": CHART_HEIGHT},
        "title": {
            "anchor": "start",
            "color": ink,
            "fontSize": 15,
            "fontWeight": 600,
            "subtitleColor": soft,
            "subtitleFontSize": 12,
            "subtitlePadding": 4,
            "offset": 14,
            "frame": "group",
        },
        "axis": {
            **text,
            "titleFontWeight": "normal",
            "domainColor": line,
            "tickColor": line,
            "gridColor": grid,
            "tickSize": 4,
            "labelPadding": 5,
            "labelOverlap": "greedy",
        },
        "axisX": {"grid": False, "title": None},
        "axisY": {"domain": False, "ticks": False, "titleAngle": 0, "titleAlign": "left", "titleAnchor": "end",
                  "titleX": 0, "titleY": -10, "tickCount": 5},
        "axisTemporal": {"grid": False, "domain": True},
        "legend": {**text, "titleFontWeight": "normal", "orient": "top", "symbolSize": 70, "padding": 0, "offset": 8},
        "header": {**text, "labelFontSize": 12, "labelColor": ink, "labelAnchor": "start"},
        "line": {"strokeWidth": 1.8, "color": colours["accent"], "strokeCap": "round", "strokeJoin": "round"},
        "area": {"color": colours["accent"], "opacity": 0.25, "line": False},
        "bar": {"color": colours["accent"], "cornerRadiusEnd": 1},
        "point": {"color": colours["accent"], "filled": True, "size": 40},
        "rule": {"color": soft, "strokeWidth": 1},
        "text": {"color": ink, "fontSize": 11},
        "tick": {"color": colours["accent"]},
        "range": {"category": list(SERIES_COLOURS)},
    }  # fmt: skip


def css_variables() -> str:
    """The palette as CSS custom properties: light by default, dark on dark screens, light again on paper."""

    def block(index: int) -> str:
        return "".join(f"--{name.replace('_', '-')}:{pair[index]};" for name, pair in PALETTE.items())

    fonts = f"--sans:{SANS};--serif:{SERIF};--mono:{MONO};"
    return (
        f":root{{color-scheme:light;{fonts}{block(0)}}}"
        f"@media screen and (prefers-color-scheme:dark){{:root{{color-scheme:dark;{block(1)}}}}}"
    )


def dark_notebook() -> str:
    """CSS that gives charts drawn as SVG and tables their dark colours where JupyterLab is dark."""
    dark = '[data-jp-theme-light="false"]'
    chart, table = f"{dark} .vega-embed svg", f"{dark} .gt_table.gt_table"
    ground = f"background-color:{DARK['panel']}!important"
    colours = "".join(
        f'{chart} [fill="{light}" i]{{fill:{shown}}}{chart} [stroke="{light}" i]{{stroke:{shown}}}'
        f'{table} [style*="color:{light}" i]{{color:{shown}!important}}'
        for light, shown in DARK_FOR_LIGHT.items()
    )
    # Vega writes a picture's ground into its own style, Great Tables' rules name the table's id: hence "important".
    return (
        f"{chart}{{{ground}}}{table}{{{ground};color:{DARK['ink']}!important}}"
        f"{table},{table} *{{border-color:{DARK['line']}!important}}{colours}"
    )
