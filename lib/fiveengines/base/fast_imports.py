"""One measured shortcut at start-up: an optional grammar, which nothing here validates against, is not built.

Nothing of ours is imported here and no third-party package either; only `sys.modules` is touched.

`jsonschema` imports `rfc3987_syntax` to check strings of format "iri", and that builds a parser for the whole grammar
in every process that touches altair, nbformat, papermill or nbconvert: a weekly report takes 10.1 s of processor time
with it and 7.0 s without. A `None` entry in `sys.modules` makes that import fail; jsonschema then leaves the one
optional format out, and every other check stays. tests/base/test_fast_imports.py fails when any of this changes.
"""

from __future__ import annotations

import sys

SKIPPED = "rfc3987_syntax"
# Set in a kernel that only makes a report: nobody can touch a widget there.
BATCH = "FIVEENGINES_BATCH"


def skip_grammar_build() -> bool:
    """Make the optional IRI checker absent unless it is already loaded; True when it is absent now."""
    return sys.modules.setdefault(SKIPPED, None) is None  # type: ignore[arg-type]


skip_grammar_build()
