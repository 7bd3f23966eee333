"""Where a portfolio's files are: in the folder of the data, else in the project's; the demo's are its own.

Only paths; no file is opened here.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from fiveengines.base import paths
from fiveengines.base.errors import ParameterError
from fiveengines.base.parameters import Parameters, RunParameters

FOLDER = "portfolio"
# Below it are the portfolios kept on simulated prices; no real portfolio may take the name.
DEMO = "demo"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")


def portfolio_folder(params: Parameters, run: RunParameters, name: str | None = None) -> Path:
    """Folder of the portfolio `name` (None: the only one) for what the run reads; it need not exist.

    DATA_DIR/portfolio when there is one, else the project's: FIVEENGINES_PORTFOLIO, or `portfolio` in the project
    folder. The demo's is `demo` in the project's, so that a simulated portfolio and a real one never meet.
    ParameterError for a name that is no plain word.
    """
    source, data_dir = params.source_of(run)
    project = Path(os.environ.get("FIVEENGINES_PORTFOLIO") or project_folder(params) / FOLDER)
    beside_data = Path(data_dir).expanduser() / FOLDER if data_dir else project
    folder = project / DEMO if source == "demo" else beside_data if beside_data.is_dir() else project
    return folder / checked_name(name) if name else folder


def project_folder(params: Parameters) -> Path:
    """The folder that holds the params folder in use; the current one while only an installed package's copy is."""
    folder = params.file.parent
    if folder == (paths.project_root() / "params").resolve():
        return paths.working_root()
    return folder.parent if folder.name == "params" else folder


def checked_name(name: str) -> str:
    """`name` when it may name a portfolio; else ParameterError."""
    if not _NAME.fullmatch(name) or name.lower() == DEMO:
        raise ParameterError(
            f"--portfolio {name!r} cannot name a portfolio.",
            remedy=f"Use up to 40 letters, digits, - and _, beginning with a letter or digit, and not {DEMO!r}.",
        )
    return name
