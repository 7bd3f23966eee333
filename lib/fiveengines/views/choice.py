"""The week and the source that a person chose for all notebooks: one small file in the project folder, no one else's.

Notebooks alone ask here; the command line goes by its arguments and params/weekly.yaml.
"""

from __future__ import annotations

import json
import os

from fiveengines.base import paths, yaml_files
from fiveengines.base.atomic_io import write_text
from fiveengines.base.fast_imports import BATCH
from fiveengines.base.parameters import RunParameters

_HEAD = "# Chosen in Start.ipynb for all notebooks. Delete this file to go by params/weekly.yaml again.\n"


def load() -> RunParameters:
    """What was chosen; every field None when nothing was. ParameterError when the file is not as it should be."""
    file = paths.choice_file()
    return yaml_files.load_model(file, RunParameters) if file.is_file() else RunParameters()


def save(chosen: RunParameters) -> None:
    """Save `chosen` for every notebook from now on; without any value the file is removed."""
    values = chosen.model_dump(mode="json", exclude_none=True)
    if not values:
        paths.choice_file().unlink(missing_ok=True)
        return
    lines = (f"{name}: {json.dumps(value, ensure_ascii=False)}\n" for name, value in values.items())
    write_text(paths.choice_file(), _HEAD + "".join(lines))


def applied(run: RunParameters) -> RunParameters:
    """`run` with what it leaves open as chosen.

    A parameters file that the run names sets the choice aside, and so does a batch run; the chosen folder goes with
    the chosen source only.
    """
    if run.params_file or os.environ.get(BATCH):
        return run
    chosen = load()
    if run.source not in (None, chosen.source):
        chosen = chosen.model_copy(update={"data_dir": None})
    given = run.model_dump(exclude_none=True)
    return chosen.model_copy(update=given)
