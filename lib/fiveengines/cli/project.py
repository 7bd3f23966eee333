"""The command that makes a project folder: init."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from fiveengines.base import paths
from fiveengines.base.errors import DataError, ParameterError
from fiveengines.cli.commands import app

_COPIED = ("params", "notebooks")
# What is written there and belongs in no version control; manual readings do.
_IGNORED = "/data/\n/outputs/\n/portfolio/\n/.workbook.yaml\n.env\n.lock\n.ipynb_checkpoints/\n"


@app.command()
def init(folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new or empty folder.")]) -> int:
    """Make a project folder: parameters and notebooks to change, and places for readings, data and reports."""
    target = folder.expanduser()
    taken = [name for name in _COPIED if (target / name).exists()]
    if taken:
        raise ParameterError(
            f"{target / taken[0]}: is there already, and nothing is replaced.",
            remedy=f"Work in {target} as it is, or name another folder.",
        )
    try:
        target.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".init-", dir=target) as staged:
            for name in _COPIED:
                _copy(paths.shipped() / name, Path(staged) / name)
            (Path(staged) / "params" / "overrides").mkdir()
            for name in _COPIED:
                (Path(staged) / name).replace(target / name)
        (target / "outputs").mkdir(exist_ok=True)
        if not (target / ".gitignore").exists():
            (target / ".gitignore").write_text(_IGNORED, encoding="utf-8")
    except OSError as error:
        raise DataError(
            f"cannot be written ({error.strerror or error})", where=str(target), remedy="Name another folder."
        ) from None
    typer.echo(f"{target} is a project folder now. Next: cd {target} && fiveengines weekly")
    return 0


def _copy(source: Path, target: Path) -> None:
    """Copy files without their rights, which may be those of a read-only installation; no manual reading goes along."""
    for each in sorted(source.rglob("*")):
        inside = each.relative_to(source)
        private = any(part.startswith((".", "__")) or part == "overrides" for part in inside.parts)
        if each.is_file() and not private:
            (target / inside).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(each, target / inside)
