"""One measured shortcut that halves start-up: keep an optional grammar from being built at import.

Nothing of ours is imported here and no third-party package either; only `sys.modules` is touched.

JupyterLab's dependencies install `rfc3987_syntax`, which `jsonschema` imports to check strings of format "iri".
Importing it builds a parser for the whole grammar: about 0.9 s in every process that touches altair, nbformat, papermill or
nbconvert. Nothing in this project validates an IRI. A `None` entry in `sys.modules` makes that import fail, jsonschema
then leaves the one optional format out, and every other check stays. tests/test_fast_imports.py holds that to account.
"""

from __future__ import annotations

import sys

SKIPPED = "rfc3987_syntax"


def skip_grammar_build() -> bool:
    """Make the optional IRI checker absent unless it is already loaded; True when it is absent now."""
    return sys.modules.setdefault(SKIPPED, None) is None  # type: ignore[arg-type]


skip_grammar_build()
