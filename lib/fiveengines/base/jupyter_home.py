"""Where Jupyter, IPython and Matplotlib keep their own files: inside the virtual environment.

Only environment variables and one folder are set here; nothing of ours or of Jupyter is imported.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, MutableMapping
from pathlib import Path

_FOLDERS = {
    "JUPYTER_CONFIG_DIR": "config",
    "JUPYTER_DATA_DIR": "data",
    "JUPYTER_RUNTIME_DIR": "runtime",
    "IPYTHONDIR": "ipython",
    "MPLCONFIGDIR": "matplotlib",
}


def jupyter_folders(home: Path) -> dict[str, str]:
    """Environment variables that put what Jupyter writes under `home` and prefer the environment's kernel."""
    folders = {name: str(home / folder) for name, folder in _FOLDERS.items()}
    return {"JUPYTER_PREFER_ENV_PATH": "1", **folders}


# Providers' keys: only `fetch` and `doctor` ask providers, so no notebook and nothing in it needs one.
SECRETS = ("FRED_API_KEY",)


def without_secrets(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment for a kernel or a JupyterLab: the same without providers' keys."""
    return {name: text for name, text in environ.items() if name not in SECRETS}


def with_lab_settings(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment for a JupyterLab that asks no one about news; a person's own settings still go before it."""
    ours = str(Path(__file__).resolve().parent / "lab_settings")
    others = environ.get("JUPYTER_CONFIG_PATH", "")
    return {**without_secrets(environ), "JUPYTER_CONFIG_PATH": os.pathsep.join(filter(None, (others, ours)))}


def keep_inside_environment(environ: MutableMapping[str, str] | None = None) -> None:
    """Point Jupyter's folders into the running virtual environment; what is already set stays.

    Call before anything imports jupyter_core, which reads these variables. Outside a virtual environment only
    the kernel preference is set: the interpreter's own folder may not be writable.
    """
    environ = os.environ if environ is None else environ
    environ.setdefault("JUPYTER_PREFER_ENV_PATH", "1")
    if sys.prefix == sys.base_prefix:
        return
    home = Path(sys.prefix) / "jupyter"
    home.mkdir(
        exist_ok=True
    )  # IPython wants its folder's parent to exist, and warns in every kernel otherwise
    for name, value in jupyter_folders(home).items():
        environ.setdefault(name, value)
