"""Jupyter's folders: inside the virtual environment, and never over what a person has set."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from jupyter_client.kernelspec import KernelSpecManager

from fiveengines.base.jupyter_home import jupyter_folders, keep_inside_environment

IN_ENVIRONMENT = pytest.mark.skipif(sys.prefix == sys.base_prefix, reason="not a virtual environment")


@IN_ENVIRONMENT
def test_jupyter_itself_reports_folders_inside_the_environment(tmp_path: Path) -> None:
    bare = {name: value for name, value in os.environ.items() if name not in jupyter_folders(tmp_path)}
    code = (
        "from fiveengines.base.jupyter_home import keep_inside_environment; keep_inside_environment()\n"
        "from jupyter_core.paths import jupyter_config_dir, jupyter_data_dir, jupyter_runtime_dir\n"
        "from IPython.paths import get_ipython_dir\n"
        "print(jupyter_config_dir(), jupyter_data_dir(), jupyter_runtime_dir(), get_ipython_dir(), sep='\\n')"
    )
    home = {"HOME": str(tmp_path), "USERPROFILE": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=bare | home, capture_output=True, text=True, check=True
    )
    folders = [Path(line) for line in done.stdout.split("\n") if line]
    assert len(folders) == 4
    assert all(folder.is_relative_to(sys.prefix) for folder in folders)
    assert not list(tmp_path.iterdir())


def test_what_a_person_set_stays() -> None:
    environ = {"JUPYTER_DATA_DIR": "mine"}
    keep_inside_environment(environ)
    assert environ["JUPYTER_DATA_DIR"] == "mine"
    assert environ["JUPYTER_PREFER_ENV_PATH"] == "1"


@IN_ENVIRONMENT
def test_the_kernel_lives_in_the_environment() -> None:
    spec = KernelSpecManager().get_kernel_spec("python3")
    assert Path(spec.resource_dir).is_relative_to(sys.prefix)
