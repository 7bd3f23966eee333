"""Two measured shortcuts at start-up: an optional grammar is not built, and a short process collects garbage rarely.

Nothing of ours is imported here and no third-party package either; only `sys.modules` is touched.

`jsonschema` imports `rfc3987_syntax` to check strings of format "iri", and that builds a parser for the whole grammar
in every process that touches altair, nbformat, papermill or nbconvert: a weekly report takes 10.1 s of processor time
with it and 7.0 s without. A `None` entry in `sys.modules` makes that import fail; jsonschema then leaves the one
optional format out, and every other check stays. tests/base/test_fast_imports.py fails when any of this changes.

Importing makes some hundred thousand objects that all stay, and Python looks through them three hundred times for
cycles that are not there: a fifth of the time that a command takes to start.
"""

from __future__ import annotations

import gc
import os
import sys

SKIPPED = "rfc3987_syntax"
# Set in a kernel that only makes a report: nobody can touch a widget there.
BATCH = "FIVEENGINES_BATCH"
# Some tens of megabytes at most wait to be collected; Python's own number is 700.
_BETWEEN_COLLECTIONS = 50_000


def skip_grammar_build() -> bool:
    """Make the optional IRI checker absent unless it is already loaded; True when it is absent now."""
    return sys.modules.setdefault(SKIPPED, None) is None  # type: ignore[arg-type]


def collect_rarely() -> None:
    """Look for cyclic garbage once in so many new objects; for a process that makes a report and ends."""
    gc.set_threshold(_BETWEEN_COLLECTIONS)


skip_grammar_build()
if os.environ.get(BATCH):
    collect_rarely()
