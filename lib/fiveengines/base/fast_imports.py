"""Two measured shortcuts at start-up: an optional grammar is not built, and a batch kernel loads no widgets.

Nothing of ours is imported here and no third-party package either; only `sys.modules` and the collector are touched.

JupyterLab's dependencies install `rfc3987_syntax`, which `jsonschema` imports to check strings of format "iri".
Importing it builds a parser for the whole grammar: about 0.9 s in every process that touches altair, nbformat,
papermill or nbconvert. Nothing in this project validates an IRI. A `None` entry in `sys.modules` makes that import
fail, jsonschema then leaves the one optional format out, and every other check stays.

In a kernel that only makes a report (FIVEENGINES_BATCH is set) nobody can touch a widget: without `anywidget`, altair
leaves its interactive class out and saves the import of ipywidgets; and the collector of a process that lives for
seconds runs less often. tests/test_fast_imports.py holds all of it to account.
"""

from __future__ import annotations

import gc
import os
import sys

SKIPPED = "rfc3987_syntax"
BATCH = "FIVEENGINES_BATCH"
_ALLOCATIONS = 50_000


def skip_grammar_build() -> bool:
    """Make the optional IRI checker absent unless it is already loaded; True when it is absent now."""
    return sys.modules.setdefault(SKIPPED, None) is None  # type: ignore[arg-type]


def lighten_batch() -> bool:
    """In a batch kernel, leave widgets out and collect less often; True when this is one."""
    if not os.environ.get(BATCH):
        return False
    sys.modules.setdefault("anywidget", None)  # type: ignore[arg-type]
    gc.set_threshold(_ALLOCATIONS, 20, 100)
    return True


skip_grammar_build()
lighten_batch()
