"""Where a portfolio's files are: in the folder of the data, else in the project's; the demo's are its own.

Only paths; no file is opened here.
"""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Sequence
from pathlib import Path

from fiveengines.base import paths
from fiveengines.base.errors import ParameterError
from fiveengines.base.parameters import Parameters, RunParameters
from fiveengines.base.yaml_files import suggestion
from fiveengines.portfolio.holdings import FILE as HOLDINGS

FOLDER = "portfolio"
# Below it are the portfolios kept on simulated prices; no real portfolio may take the name.
DEMO = "demo"
# What --portfolio says for every one that there is.
ALL = "all"
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


def portfolio_names(params: Parameters, run: RunParameters) -> list[str]:
    """Portfolios of what the run reads that have holdings: "" for the one without a name, then the others by name."""
    folder = portfolio_folder(params, run)
    found = sorted(each.parent.name for each in folder.glob(f"*/{HOLDINGS}"))
    unnamed = [""] if (folder / HOLDINGS).is_file() else []
    return [*unnamed, *(each for each in found if _may_name(each))]


def chosen_portfolios(texts: Sequence[str], params: Parameters, run: RunParameters) -> list[str]:
    """The portfolios that `texts` name: names with commas between, or all; ParameterError when one has no holdings.

    Where none has any, all is the one without a name. Two that differ by capitals alone are refused: where a disk knows
    no capitals, their pages would be one.
    """
    there = portfolio_names(params, run)
    names = [name for text in texts for name in map(str.strip, text.split(",")) if name]
    asked = there if names == [ALL] else names
    for name in asked:
        if twin := next((each for each in there if each != name and each.lower() == name.lower()), None):
            raise ParameterError(
                f"--portfolio {name}: there is a portfolio {twin} too, and only capitals tell them apart.",
                remedy=f"Rename one of their folders in {portfolio_folder(params, run)}.",
            )
    if names == [ALL]:
        return there or [""]
    if not names:
        raise ParameterError("--portfolio is empty.", remedy="Give it a name or leave it out.")
    for name in map(checked_name, names):
        if name not in there:
            place = portfolio_folder(params, run, name) / HOLDINGS
            known = [each for each in there if each]
            raise ParameterError(f"--portfolio {name}: there is no {place}.{suggestion(name, known)}")
    return list(dict.fromkeys(names))


def beside_page(run: RunParameters, simulated: bool, day: dt.date, name: str = "") -> Path | None:
    """Where the chosen orders of a session lie beside its answer; None while there is no answer on this machine."""
    out = Path(run.out_dir or paths.outputs_dir()).expanduser()
    folder = (out / DEMO if simulated else out) / day.isoformat()
    stem = f"rebalance-{name}" if name else "rebalance"
    return folder / f"chosen_{stem}.csv" if (folder / f"{stem}.json").is_file() else None


def project_folder(params: Parameters) -> Path:
    """The folder that holds the params folder in use; the current one while only an installed package's copy is."""
    folder = params.file.parent
    if folder == (paths.project_root() / "params").resolve():
        return paths.working_root()
    return folder.parent if folder.name == "params" else folder


def checked_name(name: str) -> str:
    """`name` when it may name a portfolio; else ParameterError."""
    if not _may_name(name):
        raise ParameterError(
            f"--portfolio {name!r} cannot name a portfolio.",
            remedy="Use up to 40 letters, digits, - and _, beginning with a letter or digit, and neither "
            f"{DEMO!r} nor {ALL!r}.",
        )
    return name


def _may_name(name: str) -> bool:
    return bool(_NAME.fullmatch(name)) and name.lower() not in {DEMO, ALL}
