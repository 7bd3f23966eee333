"""Whether this installation can do its work: Python, kernel, parameters, notebooks, outputs, browser.

Looks and reports; changes nothing.
"""

from __future__ import annotations

import os
import platform
import shutil
import sys
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from fiveengines import __version__
from fiveengines.base import parameters, paths
from fiveengines.base.bounded_files import json_object, read_bytes
from fiveengines.base.errors import FiveEnginesError

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@dataclass(frozen=True)
class Check:
    """One thing looked at; `remedy` is empty when it is fine."""

    name: str
    ok: bool
    found: str
    remedy: str = ""


def check_setup() -> tuple[Check, ...]:
    """Every check, in the order in which to correct them."""
    return (_python(), _packages(), _kernel(), _project(), _params(), _notebooks(), _outputs(), _browser())


def _python() -> Check:
    ok = sys.version_info >= (3, 11)
    return Check("Python", ok, platform.python_version(), "" if ok else "Install Python 3.11 or newer.")


def _packages() -> Check:
    named = ("jupyterlab", "papermill", "nbconvert", "altair", "pandas")
    missing = []
    found = [f"fiveengines {__version__}"]
    for name in named:
        try:
            found.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            missing.append(name)
    return Check(
        "Packages",
        not missing,
        ", ".join(found),
        f"Missing {', '.join(missing)}: run `make setup`." if missing else "",
    )


def _kernel() -> Check:
    spec = Path(sys.prefix) / "share" / "jupyter" / "kernels" / "python3" / "kernel.json"
    try:
        argv = json_object(read_bytes(spec))["argv"]
    except (OSError, ValueError, KeyError, FiveEnginesError):
        return Check(
            "Kernel", False, "none in this environment", "Run `python -m ipykernel install --sys-prefix`."
        )
    return Check("Kernel", True, f"{Path(str(argv[0])).name} in {sys.prefix}")


def _project() -> Check:
    folder = paths.project()
    none = "none here, only what the package carries; `fiveengines init DIR` makes one"
    return Check("Project folder", True, str(folder) if folder is not None else none)


def _params() -> Check:
    file = paths.params_file()
    try:
        parameters.load(file)
    except FiveEnginesError as error:
        return Check("Parameters", False, str(file), str(error))
    return Check("Parameters", True, str(file))


def _notebooks() -> Check:
    count = len(list((paths.notebooks_dir() / "weekly").glob("[1-9]_*.ipynb")))
    return Check(
        "Notebooks", count == 5, f"{count} weekly steps", "" if count == 5 else "Restore notebooks/weekly/."
    )


def _outputs() -> Check:
    folder = paths.outputs_dir()
    nearest = next((each for each in (folder, *folder.parents) if each.exists()), folder)
    ok = os.access(nearest, os.W_OK)
    return Check("Outputs", ok, str(folder), "" if ok else "Choose a folder you may write with --out.")


def _browser() -> Check:
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    return Check("Browser for --pdf", True, found or "none found (only --pdf needs one)")
