"""The package as installed: it is only read; what a person makes is in a project folder or the user's cache."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fiveengines.base import paths

ROOT = Path(__file__).resolve().parents[2]
Run = Callable[..., subprocess.CompletedProcess[str]]
CODE = "from fiveengines.cli import console; console()"


def state(folder: Path) -> dict[str, tuple[int, int]]:
    """Every file and folder with its size and moment of change."""
    return {
        str(each.relative_to(folder)): (each.stat().st_size if each.is_file() else 0, each.stat().st_mtime_ns)
        for each in sorted(folder.rglob("*"))
    }


def environment(site: Path, home: Path) -> dict[str, str]:
    """That of a person who installed the package into `site` and has said nothing about folders."""
    left_out = ("FIVEENGINES_", "JUPYTER_", "IPYTHON", "MPLCONFIG", "XDG_", "VIRTUAL_ENV")
    bare = {name: value for name, value in os.environ.items() if not name.startswith(left_out)}
    own = {"HOME": str(home), "USERPROFILE": str(home), "PYTHONPATH": str(site), "COLUMNS": "200"}
    return {**bare, **own, "PYTHONDONTWRITEBYTECODE": "1"}


def runner(site: Path, tmp_path: Path) -> Iterator[Run]:
    """Call the installed command in a folder; at the end the installation is as it was, to the last file."""
    home = tmp_path / "home"
    home.mkdir()
    before = state(site)

    def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", CODE, *arguments],
            cwd=cwd,
            env=environment(site, home),
            capture_output=True,
            text=True,
            check=False,
            timeout=180,
        )

    yield run
    assert state(site) == before


@pytest.fixture
def laid_out(tmp_path: Path) -> Iterator[Run]:
    """The files of a wheel laid out by hand, as pyproject.toml says."""
    site = tmp_path / "site"
    ignored = shutil.ignore_patterns("__pycache__", "_project")
    shutil.copytree(ROOT / "lib" / "fiveengines", site / "fiveengines", ignore=ignored)
    for name in ("params", "notebooks"):
        hidden = shutil.ignore_patterns("overrides", ".*")
        shutil.copytree(ROOT / name, site / "fiveengines" / "_project" / name, ignore=hidden)
    yield from runner(site, tmp_path)


def one_line(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 2, done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    return done.stderr


def test_outside_a_project_nothing_is_written_into_the_package(laid_out: Run, tmp_path: Path) -> None:
    place = tmp_path / "empty"
    place.mkdir()
    assert "fiveengines init DIR" in one_line(
        laid_out("override", "set", "vix", "20", "--why", "x", cwd=place)
    )
    assert "fiveengines init DIR" in one_line(laid_out("lab", "--no-browser", cwd=place))
    assert laid_out("override", "list", cwd=place).stdout == "No manual readings of demo.\n"
    assert not list(place.iterdir())
    table = place / "h.csv"
    asked = ("history", "--start", "2024-06-07", "--end", "2024-06-28", "--out", str(table))
    done = laid_out(*asked, cwd=place)
    assert done.returncode == 0, done.stderr
    assert len(table.read_text(encoding="utf-8").splitlines()) == 5
    assert (tmp_path / "home" / ".cache" / "fiveengines").is_dir() or sys.platform != "linux"


def test_a_project_folder_holds_what_a_person_makes(laid_out: Run, tmp_path: Path) -> None:
    assert laid_out("init", "mine", cwd=tmp_path).stdout.startswith("mine is a project folder now.")
    project = tmp_path / "mine"
    made = {str(each.relative_to(project)) for each in project.rglob("*") if each.is_file()}
    assert {"params/weekly.yaml", "notebooks/Start.ipynb", ".gitignore"} <= made
    assert not [each for each in made if "overrides" in each]
    assert all(os.access(each, os.W_OK) for each in project.rglob("*"))
    inside = project / "params" / "overrides"
    done = laid_out("override", "set", "vix", "20", "--why", "x", "--as-of", "2024-06-28", cwd=inside)
    assert done.returncode == 0, done.stderr
    assert [each.name for each in (inside / "demo").glob("*.yaml")] == ["2024-06-28.yaml"]
    assert "vix" in laid_out("override", "list", "--as-of", "2024-06-28", cwd=project).stdout
    assert "is there already" in one_line(laid_out("init", str(project), cwd=tmp_path))
    # A change there counts.
    weekly = project / "params" / "weekly.yaml"
    weekly.write_text(
        weekly.read_text(encoding="utf-8").replace("source: demo", "source: live"), encoding="utf-8"
    )
    assert "of live" in laid_out("override", "list", cwd=project / "notebooks").stdout
    assert str(project) in laid_out("doctor", "--offline", cwd=project).stdout


def test_the_checkout_is_the_project_of_whoever_works_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(paths.PROJECT, raising=False)
    monkeypatch.chdir(tmp_path)
    assert paths.project() == paths.checkout() == ROOT
    (tmp_path / "params").mkdir()
    (tmp_path / "params" / "weekly.yaml").touch()
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    monkeypatch.chdir(deep)
    assert paths.project() == paths.working_root() == tmp_path
    assert paths.notebooks_dir() == ROOT / "notebooks", "it has none of its own"
    monkeypatch.setenv(paths.PROJECT, str(ROOT))
    assert paths.project() == ROOT


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy of the checkout that somebody has entered manual readings in."""
    pytest.importorskip("hatchling", reason="builds a wheel with hatchling")
    source, dist = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("dist")
    for name in ("lib", "params", "notebooks"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source / name)
    for place in ("", "files"):
        folder = source / "params" / "overrides" / place
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "2024-06-28.yaml").write_text("records: []\n", encoding="utf-8")
    code = f"import hatchling.build; print(hatchling.build.build_wheel({str(dist)!r}))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=source, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return next(dist.glob("*.whl"))


@pytest.fixture
def installed(wheel: Path, tmp_path: Path) -> Iterator[Run]:
    """The wheel unpacked, which is all that its installation does, and nobody may write there (but root, who may)."""
    site = tmp_path / "site"
    zipfile.ZipFile(wheel).extractall(site)
    for each in (site, *site.rglob("*")):
        each.chmod(0o555 if each.is_dir() else 0o444)
    yield from runner(site, tmp_path)
    for each in (site, *site.rglob("*")):
        each.chmod(0o755 if each.is_dir() else 0o644)


@pytest.mark.slow
def test_the_wheel_carries_parameters_and_notebooks_and_no_manual_reading(wheel: Path) -> None:
    names = {name for name in zipfile.ZipFile(wheel).namelist() if name.startswith("fiveengines/_project/")}
    carried = {name.removeprefix("fiveengines/_project/") for name in names}
    expected = {
        each.relative_to(ROOT).as_posix()
        for folder in ("params", "notebooks")
        for each in (ROOT / folder).rglob("*")
        if each.is_file() and not {"overrides", ".ipynb_checkpoints"} & set(each.parts)
    }
    assert carried == expected
    carried = {f"fiveengines/data/{name}.csv" for name in ("federal_closings", "cot_delays")}
    assert carried <= set(zipfile.ZipFile(wheel).namelist())


@pytest.mark.slow
def test_a_week_is_read_and_written_with_and_without_a_project(installed: Run, tmp_path: Path) -> None:
    place = tmp_path / "empty"
    place.mkdir()
    done = installed("weekly", "--with", "none", "--as-of", "2024-06-28", cwd=place)
    assert done.returncode == 0, done.stderr
    assert "SIMULATED" in done.stdout
    assert (place / "outputs" / "demo" / "2024-06-28" / "weekly.html").is_file()
    assert installed("init", "mine", cwd=place).returncode == 0
    entered = ("override", "set", "cta_exposure", "65", "--why", "a test", "--as-of", "2024-06-28")
    assert installed(*entered, cwd=place / "mine").returncode == 0
    done = installed("weekly", "--with", "none", "--as-of", "2024-06-28", cwd=place / "mine" / "params")
    assert done.returncode == 0, done.stderr
    page = place / "mine" / "outputs" / "demo" / "2024-06-28" / "weekly.html"
    assert "a test" in page.read_text(encoding="utf-8"), "the kernel reads the project's manual readings"


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="ends the server by its process group")
def test_jupyterlab_serves_the_project(installed: Run, wheel: Path, tmp_path: Path) -> None:
    assert installed("init", "mine", cwd=tmp_path).returncode == 0
    project, log = tmp_path / "mine", tmp_path / "lab.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-c", CODE, "lab", "--no-browser", "--allow-root"],
            cwd=project,
            env=environment(tmp_path / "site", tmp_path / "home"),
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    try:
        deadline = time.monotonic() + 60
        found = None
        while found is None and time.monotonic() < deadline and process.poll() is None:
            found = re.search(
                r"Serving notebooks from local directory: (\S+)", log.read_text(errors="replace")
            )
            time.sleep(0.2)
        assert found is not None, log.read_text(errors="replace")[-2000:]
        assert Path(found[1]).resolve() == (project / "notebooks").resolve()
    finally:
        os.killpg(process.pid, 15)
        process.wait(timeout=20)
