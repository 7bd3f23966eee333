"""A figure of one's own, declared in params alone: typed in panel and command line, weighed and traced."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from fiveengines import indicators, overrides
from fiveengines.base import parameters, paths
from fiveengines.base.errors import ParameterError
from fiveengines.cli import main
from fiveengines.report.reading_json import reading_document
from fiveengines.views.widgets import OverridePanel
from fiveengines.week import Week

AS_OF, FIELD = "2024-06-28", "desk_leverage"
LINE = (
    f"    {FIELD}: {{weight: 3.0, adverse: 80.0, supportive: 20.0, why: Our desk's own count., "
    "manual: {title: Leverage of the desk's clients, unit: points, low: 0, high: 100, step: 1}}\n"
)


@pytest.fixture
def params(tmp_path: Path) -> Iterator[Path]:
    """A copy of params without manual readings, and with one figure of one's own in positioning."""
    folder = tmp_path / "params"
    shutil.copytree(
        paths.project_root() / "params", folder, ignore=shutil.ignore_patterns("*-*-*.yaml", ".lock")
    )
    declare(folder, "  positioning:\n", LINE)
    yield folder / "weekly.yaml"
    indicators.declare(parameters.load())


def declare(folder: Path, after: str, line: str) -> None:
    file = folder / "engines.yaml"
    text = file.read_text(encoding="utf-8")
    assert after in text
    file.write_text(text.replace(after, after + line, 1), encoding="utf-8")


def test_a_declared_figure_counts_from_the_day_it_is_typed(params: Path) -> None:
    plain = Week.load(as_of=AS_OF, source="demo")
    before = Week.load(as_of=AS_OF, source="demo", params_file=params)
    assert before.engines["positioning"].score == plain.engines["positioning"].score
    assert before.engines["positioning"].coverage == plain.engines["positioning"].coverage
    assert before.history().equals(plain.history()), "no week changes before anything is typed"

    panel = OverridePanel(before)
    row = panel.row(FIELD)
    assert "weight 3 of " in row._facts.value and "0 to 100" in row._facts.value
    row.control.value, row._why.value = "80", "this week's count"
    panel.save()
    entered = Week.load(as_of=AS_OF, source="demo", params_file=params)
    found = entered.engines["positioning"]
    evidence = next(each for each in found.evidence if each.indicator == FIELD)
    assert (evidence.value, evidence.score, evidence.weight) == (80.0, -1.0, 3.0)
    assert evidence.overridden and evidence.data_value is None and evidence.series == ()
    # The mean of the others by their weights, and this one: (Σ w·s − 3) ÷ (Σ w + 3).
    others = sum(each.weight for each in plain.engines["positioning"].evidence)
    assert found.score == pytest.approx((plain.engines["positioning"].score * others - 3.0) / (others + 3.0))
    record = reading_document(entered)["engines"]["positioning"]["evidence"]
    assert [each["overridden"] for each in record if each["indicator"] == FIELD] == [True]
    assert [each.field for each in entered.overrides] == [FIELD]


def test_the_command_line_enters_it_for_one_source(params: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def run(value: str) -> tuple[int, str]:
        asked = ["override", "set", FIELD, value, "--why", "a count", "--as-of", AS_OF, "--source", "demo"]
        return main([*asked, "--params", str(params)]), "".join(capsys.readouterr())

    code, said = run("101")
    assert code != 0 and "0 to 100 points" in said
    code, said = run("55")
    assert code == 0 and "for the SIMULATED market only" in said
    loaded = parameters.load(params)
    held = {name: overrides.load(loaded.overrides_of(name)).entries for name in ("demo", "files", "live")}
    assert {name: [each.value for each in found] for name, found in held.items()} == {
        "demo": [55.0],
        "files": [],
        "live": [],
    }


def test_the_id_of_an_indicator_is_not_free(params: Path) -> None:
    declare(params.parent, f"    {FIELD}:", "")
    file = params.parent / "engines.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace(f"    {FIELD}:", "    vvix:"), encoding="utf-8")
    with pytest.raises(ParameterError, match=r"vvix is an indicator already"):
        Week.load(as_of=AS_OF, source="demo", params_file=params)


def test_a_figure_shown_only_says_so_where_it_is_typed(params: Path) -> None:
    panel = OverridePanel(Week.load(as_of=AS_OF, source="demo", params_file=params))
    assert "weight 0: shown beside the evidence, moves no score" in panel.row("dealer_gamma")._facts.value
