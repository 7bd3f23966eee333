"""What an insight says of a figure is true of the figure it quotes, in every week of the demo and of real history."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fiveengines.base import parameters
from fiveengines.data.load_dataset import load_dataset
from fiveengines.indicators import rate_path
from fiveengines.model.readings import measure_all, read
from fiveengines.playbook import content
from fiveengines.playbook.figures import figure_column, plain
from fiveengines.playbook.models import Bound, When
from fiveengines.playbook.rules.evaluation import ACTIVE, OPPOSITE, Evaluation, evaluate_readings


def evaluation(source: str, folder: Path | None, end: str) -> Evaluation:
    params = parameters.load()
    measured = measure_all(load_dataset(source, data_dir=folder), pd.Timestamp(end), params)
    return evaluate_readings(read(measured, params, ()), measured.panel, params.playbook.percentiles)


@pytest.fixture(scope="module")
def demo() -> Evaluation:
    return evaluation("demo", None, "2026-11-20")


@pytest.fixture(scope="module")
def real(real_data: Path) -> Evaluation:
    return evaluation("files", real_data, "2019-12-27")


def broken(found: Evaluation) -> Iterator[str]:
    """Every active week in which a quoted figure is not what the insight's words claim of it."""
    figures = content.figures()
    for name, insight in found.insights.items():
        cases: list[tuple[int, When]] = [(ACTIVE, insight.claims)]
        if insight.opposite is not None:
            cases.append((OPPOSITE, insight.opposite.claims))
        for code, claims in cases:
            weeks = np.flatnonzero(found.column(name) == code)
            for figure, bound in claims.items():
                values = found.results[name].figures.get(
                    figure, figure_column(found.inputs, figure, figures[figure])
                )
                for week in weeks:
                    value = plain(values[week])
                    if value is not None and not bound.holds(value):
                        yield f"{found.inputs.dates[week]:%Y-%m-%d} {name}: {figure} is {value}"


def test_every_insight_claims_something_of_what_it_quotes() -> None:
    for name, insight in content.insights().items():
        assert insight.claims, name
        assert insight.opposite is None or insight.opposite.claims, name


def test_no_active_insight_of_the_demo_contradicts_its_figures(demo: Evaluation) -> None:
    assert list(broken(demo)) == []


@pytest.mark.real_data
def test_no_active_insight_of_real_history_contradicts_its_figures(real: Evaluation) -> None:
    assert list(broken(real)) == []


def test_a_rule_that_fires_against_its_words_is_named(demo: Evaluation) -> None:
    name = "crowded_longs"
    turned = demo.insights[name].model_copy(update={"claims": {"cot_percentile": Bound(below=50)}})
    codes = demo.codes[:, [list(demo.insights).index(name)]]
    alone = Evaluation(None, {name: turned}, demo.inputs, codes, demo.results, demo.reads)
    assert len(list(broken(alone))) == int((codes == ACTIVE).sum()) > 0


@pytest.mark.real_data
def test_a_move_is_bull_or_bear_only_when_no_yield_went_the_other_way(real: Evaluation) -> None:
    two, ten = (real.readings.measurements.values[each].loc["1997":] for each in ("two_year", "ten_year"))
    named = rate_path.curve_move(two, ten, 13, threshold_bp=5.0)
    moves = pd.DataFrame({"short": two.diff(13).round(4), "long": ten.diff(13).round(4)})
    assert {word for each in named.dropna() for word in each.split()[:1]} >= {"bull", "bear", "twist"}
    assert (moves[named.str.startswith("bear", na=False)] >= 0).all(axis=None)
    assert (moves[named.str.startswith("bull", na=False)] <= 0).all(axis=None)
