"""A small week of notebooks and a full cover: enough to try every part of the report engine."""

import datetime as dt
import math
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from fiveengines.report.page.cover_context import (
    Aggressiveness,
    CoverContext,
    EngineCard,
    Failure,
    HealthItem,
    ManualEntry,
    RegimeCall,
)

HOSTILE = "</script><img src=x onerror=alert(1)><b>Acme & Söhne</b> \u2028 {{ 7 * 7 }}"
SETUP = (
    "import altair as alt, numpy as np, pandas as pd\n"
    "from fiveengines.views import theme\nfrom fiveengines.views.charts import renderer\nrenderer.enable()"
)
FRAME = (
    "dates = pd.date_range('2017-01-06', as_of, freq='W-FRI')\n"
    "score = np.sin(np.arange(len(dates)) / 9)\n"
    "weeks = pd.DataFrame({'date': dates, 'score': score, 'unused': 'x' * 40})\n"
    "weeks['state'] = np.where(score > .25, 'supportive', np.where(score < -.25, 'adverse', 'neutral'))"
)
LINE = (
    "alt.Chart(weeks, title=alt.Title('Liquidity has drained since October', subtitle=f'Score, week to {as_of}'))"
    ".mark_line().encode(x='date:T', y=alt.Y('score:Q', title='score'), tooltip=['date:T', 'score:Q'])"
)
STRIP = (
    "alt.Chart(weeks, title='Half of the year was adverse').mark_rect().encode("
    "x=alt.X('yearweek(date):O', axis=None), color=alt.Color('state:N', scale=alt.Scale(**theme.state_scale()), "
    "title=None)).properties(height=60)"
)
BARS = (
    "top = alt.Chart(weeks).mark_area().encode(x='date:T', y='score:Q')\n"
    "low = alt.Chart(weeks).mark_bar().encode(x='state:N', y='count()')\n"
    "(top | low).properties(title=hostile)"
)
TABLE = (
    "from great_tables import GT\n"
    "GT(pd.DataFrame({'indicator': ['Net liquidity', hostile], 'value': [4021.5, -3.2], 'unit': ['$bn', '%'],"
    " 'observed': ['2018-12-19', '2018-12-20'], 'source': ['H.4.1', 'Cboe']}))"
    ".tab_header('Evidence', 'Liquidity').fmt_number('value', decimals=1)"
)


def parameters_cell(**values: str) -> nbformat.NotebookNode:
    lines = "\n".join(f"{name} = {value!r}" for name, value in values.items())
    return new_code_cell(lines, metadata={"tags": ["parameters"]})


def step(title: str, *cells: nbformat.NotebookNode) -> nbformat.NotebookNode:
    return new_notebook(
        cells=[
            new_markdown_cell(f"# {title}\n\nWhat the week says, and **why**."),
            parameters_cell(as_of="2018-06-29", hostile="plain"),
            new_code_cell(SETUP, metadata={"tags": ["setup"]}),
            *cells,
            new_code_cell("'only alone'", metadata={"tags": ["standalone"]}),
        ]
    )


def write_steps(folder: Path, *, broken: str | None = None) -> list[Path]:
    """Three step notebooks with three charts and a table; `broken` is code that stops step 2."""
    steps = {
        "1_engine_check": step(
            "1 · Engine check",
            new_markdown_cell("## What has changed?\n\nFewer dollars, and `WALCL` says so."),
            new_code_cell(FRAME),
            new_code_cell(LINE),
            new_code_cell(TABLE),
        ),
        "2_dominant_regime": step(
            "2 · Dominant regime",
            new_code_cell("answer = 42\nanswer"),
            *([new_code_cell(broken)] if broken else []),
            new_code_cell(STRIP),
        ),
        "3_aggressiveness": step("3 · Aggressiveness", new_code_cell(BARS), new_code_cell("weeks.tail(3)")),
    }
    paths = []
    for name, notebook in steps.items():
        path = folder / f"{name}.ipynb"
        nbformat.write(notebook, path)
        paths.append(path)
    return paths


def history(phase: float) -> tuple[float | None, ...]:
    wave = [0.8 * math.sin(phase + week / 8) + 0.12 * math.sin(week * 1.7 + phase) for week in range(52)]
    return tuple(None if week in (20, 21) else value for week, value in enumerate(wave))


def cover(*, simulated: bool = True, hostile: str = "", failures: tuple[Failure, ...] = ()) -> CoverContext:
    names = {1: "Broad bull", 2: "Fragile melt-up", 3: "Choppy range", 4: "Risk-off", 5: "Crisis"}
    cards = (
        (
            "liquidity",
            "Liquidity",
            "adverse",
            "deteriorating",
            -0.58,
            "Net liquidity −$148 bn in thirteen weeks",
            3.4,
        ),
        ("volatility", "Volatility", "adverse", "deteriorating", -0.71, "VIX over VIX3M 0.98 → 1.09", 4.1),
        (
            "breadth",
            "Breadth",
            "adverse",
            "stable",
            -0.66,
            "Members above their 200-day average 31 % → 18 %",
            2.6,
        ),
        (
            "positioning",
            "Positioning",
            "supportive",
            "improving",
            0.37,
            "Asset managers at the 12th percentile",
            0.4,
        ),
        ("rate_path", "Rate path", "neutral", "improving", 0.08, "Two-year yield −24 bp in four weeks", 1.2),
    )
    return CoverContext(
        week=dt.date(2018, 12, 21),
        source_label="Demo source" if simulated else "Files",
        simulated=simulated,
        regime=RegimeCall(
            number=4,
            name="Risk-off",
            confirmed=True,
            confidence=0.64,
            weeks=7,
            runner_up="Crisis",
            narrative="Dollars drain, few members hold their trend and the volatility curve has turned over; "
            "light positioning is the one thing that speaks for the market." + hostile,
            flip="Two weeks with VIX below VIX3M and more than 35 % of members above their 200-day average.",
            memberships={1: 0.02, 2: 0.05, 3: 0.11, 4: 0.64, 5: 0.18},
            names=names,
        ),
        engines=tuple(
            EngineCard(
                key=key,
                name=name,
                state=state,  # type: ignore[arg-type]
                direction=direction,  # type: ignore[arg-type]
                score=score,
                history=history(phase),
                moved_most=moved,
                coverage=0.86 if key == "positioning" else 1.0,
                manual=key == "positioning",
                was="neutral" if key == "breadth" else None,
            )
            for key, name, state, direction, score, moved, phase in cards
        ),
        aggressiveness=Aggressiveness(
            0.28, 0.20, 0.40, "Small positions, cash is a position; add only on confirmation."
        ),
        style="Defend and wait",
        style_text="Quality and low volatility before beta; no new breakouts.",
        inflections=("Volatility: the term structure inverted this week.",),
        changes=("Breadth fell from neutral to adverse.", "Aggressiveness 35 % → 28 %." + hostile),
        insights=("Light positioning softens a fall; it does not end one.",),
        data_health=(
            HealthItem("good", "61 of 64 series are fresh."),
            HealthItem("warning", "NAAIM: no value since 12 December.", "Refresh with `fiveengines fetch`."),
            HealthItem("problem", "GEX: absent.", "Enter one with `fiveengines override set`."),
        ),
        manual_entries=(
            ManualEntry(
                "CTA exposure",
                "−0.40",
                "R. Meyer" + hostile,
                "Dealer note of 20 December",
                "2018-12-20",
                "2019-01-04",
            ),
        ),
        failures=failures,
        provenance=(
            ("Library", "fiveengines 0.1.0"),
            ("Source", "demo, seed 7"),
            ("Data fingerprint", "b7c1a0e4d2f9"),
        ),
        reproduce="fiveengines weekly --as-of 2018-12-21 --source demo",
    )
