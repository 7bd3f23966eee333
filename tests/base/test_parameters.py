"""params/*.yaml and run parameters: what is wrong is named with file, line and remedy."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from fiveengines.base import parameters, paths
from fiveengines.base.errors import ParameterError


@pytest.fixture
def params(tmp_path: Path) -> Path:
    folder = tmp_path / "params"
    shutil.copytree(paths.project_root() / "params", folder)
    return folder


def spoil(folder: Path, name: str, old: str, new: str) -> int:
    """Replace `old` once and return the line it stands on."""
    file = folder / name
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))
    return text[: text.index(old)].count("\n") + 1


def refusal(folder: Path) -> str:
    with pytest.raises(ParameterError) as caught:
        parameters.load(folder / "weekly.yaml")
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_the_shipped_files_are_valid() -> None:
    loaded = parameters.load()
    assert set(loaded.engines.engines) == set(parameters.ENGINES)


def test_a_misspelt_key_names_file_line_and_the_nearest_name(params: Path) -> None:
    line = spoil(params, "engines.yaml", "vix: {weight: 2.0", "vix: {weigth: 2.0")
    text = refusal(params)
    assert f"engines.yaml, line {line}" in text
    assert "Did you mean 'weight'?" in text


def test_equal_breakpoints_are_impossible(params: Path) -> None:
    line = spoil(params, "engines.yaml", "adverse: 26.0, supportive: 13.0", "adverse: 13.0, supportive: 13.0")
    text = refusal(params)
    assert f"line {line}" in text
    assert "must differ" in text


def test_a_scored_indicator_needs_breakpoints(params: Path) -> None:
    spoil(params, "engines.yaml", "net_liquidity: {weight: 0,", "net_liquidity: {weight: 1,")
    assert "needs both" in refusal(params)


def test_a_stand_in_must_stand_for_a_known_indicator(params: Path) -> None:
    spoil(params, "engines.yaml", "instead_of: hy_spread_gap,", "instead_of: hy_sprad_gap,")
    assert "hy_sprad_gap" in refusal(params)


def test_hysteresis_must_lie_inside_the_thresholds(params: Path) -> None:
    spoil(params, "engines.yaml", "release: 0.15", "release: 0.40")
    assert "release" in refusal(params)


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("regimes.yaml", "  bull: 0.4 ", "  bull: -0.1 ", "more than twice the `hysteresis`"),
        (
            "regimes.yaml",
            "volatility: 0.5, breadth: 0.25",
            "volatility: 0.5, breadth: 0.0",
            "a weight above 0",
        ),
        ("regimes.yaml", "adverse: 50.0, supportive: 75.0", "adverse: 50.0, supportive: 50.0", "must differ"),
        ("regimes.yaml", "volatility: 0.5, breadth: 0.25", "volatilty: 0.5, breadth: 0.25", "volatilty"),
    ],
)
def test_a_ladder_without_order_is_refused(params: Path, name: str, old: str, new: str, said: str) -> None:
    spoil(params, name, old, new)
    assert said in refusal(params)


def test_broken_yaml_names_the_line(params: Path) -> None:
    (params / "regimes.yaml").write_text("margin: [0.1\nsharpness: 8\n")
    assert "regimes.yaml, line" in refusal(params)


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("engines.yaml", "adverse: 26.0,", "adverse: .nan,", "finite"),
        ("engines.yaml", "adverse: 26.0,", "adverse: yes,", "valid number"),
        ("engines.yaml", "adverse: 26.0,", 'adverse: "26.0",', "valid number"),
        ("weekly.yaml", "demo_seed: 7", "demo_seed: -7", "greater than or equal to 0"),
        ("weekly.yaml", "history_start: 1997-01-03", "history_start: 1985-01-01", "(found 1985-01-01)"),
    ],
)
def test_an_impossible_value_names_file_and_line(
    params: Path, name: str, old: str, new: str, said: str
) -> None:
    line = spoil(params, name, old, new)
    text = refusal(params)
    assert f"{name}, line {line}: " in text
    assert said in text


def test_a_name_given_twice_is_not_forgotten(params: Path) -> None:
    line = spoil(params, "weekly.yaml", "demo_seed: 7", "demo_seed: 7\ndemo_seed: 8")
    assert f"weekly.yaml, line {line + 1}: the name 'demo_seed' appears here a second time" in refusal(params)
    spoil(params, "weekly.yaml", "demo_seed: 8\n", "")
    line = spoil(params, "engines.yaml", "    vix_term: {", "    vix: {")
    assert f"engines.yaml, line {line}: the name 'vix'" in refusal(params)


def test_what_is_no_readable_text_is_said_as_it_is(params: Path) -> None:
    (params / "regimes.yaml").write_bytes(b"margin: 0.1\n# caf\xe9\n")
    assert "regimes.yaml, line 2: this is no UTF-8." in refusal(params)
    with pytest.raises(ParameterError, match="this is a folder"):
        parameters.load(params)


def test_yaml_cannot_build_objects(params: Path) -> None:
    (params / "regimes.yaml").write_text("margin: !!python/object/apply:os.system ['true']\n")
    assert "regimes.yaml" in refusal(params)


def test_an_edit_is_seen_without_a_restart(params: Path) -> None:
    assert parameters.load(params / "weekly.yaml").regimes.severity.bull == 0.4
    spoil(params, "regimes.yaml", "  bull: 0.4 ", "  bull: 0.5 ")
    assert parameters.load(params / "weekly.yaml").regimes.severity.bull == 0.5


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"as_off": "2018-12-21"}, "Did you mean 'as_of'?"),
        ({"as_of": "21.12.2018"}, "YYYY-MM-DD"),
        ({"as_of": "86400"}, "YYYY-MM-DD"),
        ({"as_of": 86400}, "YYYY-MM-DD"),
        ({"source": "web"}, "source: 'web'"),
        ({"data_dir": ["a"]}, "data_dir"),
    ],
)
def test_run_parameters_refuse(given: dict[str, object], said: str) -> None:
    with pytest.raises(ParameterError) as caught:
        parameters.run_parameters(given)
    assert said in str(caught.value)


def test_an_empty_text_means_the_default() -> None:
    assert parameters.run_parameters({"as_of": "", "source": ""}).as_of is None
