"""Where a portfolio's files are found, by folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from fiveengines.base import parameters
from fiveengines.base.errors import ParameterError
from fiveengines.base.parameters import RunParameters
from fiveengines.portfolio.folders import chosen_portfolios, portfolio_folder, portfolio_names, project_folder


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FIVEENGINES_PORTFOLIO", str(tmp_path / "portfolio"))
    return tmp_path


def _folder(name: str | None = None, **run: str) -> Path:
    return portfolio_folder(parameters.load(), RunParameters(**run), name)


def test_the_folder_of_the_data_comes_first_when_there_is_one(project: Path) -> None:
    data = project / "downloads"
    data.mkdir()
    assert _folder(source="files", data_dir=str(data)) == project / "portfolio"
    (data / "portfolio").mkdir()
    assert _folder(source="files", data_dir=str(data)) == data / "portfolio"
    assert _folder("growth", source="files", data_dir=str(data)) == data / "portfolio" / "growth"


def test_the_demo_never_shares_a_folder_with_a_real_portfolio(project: Path) -> None:
    demo = _folder(source="demo")
    assert demo == project / "portfolio" / "demo"
    assert _folder("growth", source="demo") == demo / "growth"
    for name in ("demo", "Demo"):
        with pytest.raises(ParameterError, match="cannot name a portfolio"):
            _folder(name, source="live")


def test_portfolios_are_found_where_the_run_reads_them(project: Path) -> None:
    for place in ("", "growth", "income", "demo", "demo/toy", "a b"):
        folder = project / "portfolio" / place
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "holdings.csv").touch()
    (project / "portfolio" / "empty").mkdir()
    params, real, demo = parameters.load(), RunParameters(source="live"), RunParameters(source="demo")
    assert portfolio_names(params, real) == ["", "growth", "income"]
    assert portfolio_names(params, demo) == ["", "toy"]
    assert chosen_portfolios(["all"], params, real) == ["", "growth", "income"]
    assert chosen_portfolios(["income, growth", "income"], params, real) == ["income", "growth"]
    with pytest.raises(ParameterError, match="Did you mean 'growth'"):
        chosen_portfolios(["grwth"], params, real)
    with pytest.raises(ParameterError, match=r"--portfolio growth: there is no .*demo.growth.holdings\.csv"):
        chosen_portfolios(["growth"], params, demo)


@pytest.mark.parametrize("name", ["..", "all", "a/b", ".hidden", "a b", "x" * 41, "-x"])
def test_a_name_that_is_no_plain_word_is_refused(project: Path, name: str) -> None:
    with pytest.raises(ParameterError, match="--portfolio"):
        _folder(name, source="live")


def test_the_project_is_the_folder_that_holds_the_params_in_use(tmp_path: Path) -> None:
    params = parameters.load()
    assert (project_folder(params) / "params" / "weekly.yaml").is_file()
    elsewhere = params.model_copy(update={"file": tmp_path / "params" / "weekly.yaml"})
    assert project_folder(elsewhere) == tmp_path
    assert project_folder(params.model_copy(update={"file": tmp_path / "mine.yaml"})) == tmp_path


def test_portfolios_that_only_capitals_tell_apart_are_refused(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Told of a disk that knows capitals and one that does not, where one folder answers to both names."""
    params, run = parameters.load(), RunParameters(source="live")
    monkeypatch.setattr(
        "fiveengines.portfolio.folders.portfolio_names", lambda *_: ["", "Growth", "growth", "income"]
    )
    for asked in ("all", "growth", "Growth,income"):
        with pytest.raises(ParameterError, match="only capitals tell them apart"):
            chosen_portfolios([asked], params, run)
    assert chosen_portfolios(["income"], params, run) == ["income"]
