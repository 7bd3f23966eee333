"""Where Jupyter, IPython and Matplotlib keep their own files: inside the virtual environment.

Only environment variables and one folder are set here; nothing of ours or of Jupyter is imported.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, MutableMapping
from pathlib import Path

from fiveengines.base import paths

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
SECRETS = ("FRED_API_KEY", "SEC_CONTACT")


# Altair reads its own documentation while it is imported, which an optimising interpreter leaves out.
_OPTIMISE = "PYTHONOPTIMIZE"


def for_kernels(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment for a kernel or a JupyterLab: the same without providers' keys and without optimisation."""
    return {name: text for name, text in environ.items() if name not in (*SECRETS, _OPTIMISE)}


def with_lab_settings(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment for a JupyterLab that asks no one about news; a person's own settings still go before it."""
    ours = str(Path(__file__).resolve().parent / "lab_settings")
    others = environ.get("JUPYTER_CONFIG_PATH", "")
    return {**for_kernels(environ), "JUPYTER_CONFIG_PATH": os.pathsep.join(filter(None, (others, ours)))}


def keep_inside_environment(environ: MutableMapping[str, str] | None = None) -> None:
    """Point Jupyter's folders to where they may be; what is already set stays.

    Those of a checkout are inside its virtual environment. An installed package leaves them where Jupyter itself
    would put them, in the user's home, and uses the cache where that cannot be written. Call before anything imports
    jupyter_core, which reads these variables.
    """
    environ = os.environ if environ is None else environ
    environ.setdefault("JUPYTER_PREFER_ENV_PATH", "1")
    home = _home()
    if home is None:
        return
    # IPython wants its folder's parent to exist, and warns in every kernel otherwise
    home.mkdir(exist_ok=True)
    for name, value in jupyter_folders(home).items():
        environ.setdefault(name, value)


def _home() -> Path | None:
    """Folder for what Jupyter writes; None leaves it to Jupyter."""
    if paths.checkout() is not None:
        return Path(sys.prefix) / "jupyter" if sys.prefix != sys.base_prefix else None
    return None if os.access(Path.home(), os.W_OK) else paths.cache_dir() / "jupyter"
