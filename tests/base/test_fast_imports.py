"""The shortcuts at start-up leave every check that matters in place."""

import os
import subprocess
import sys

import pytest

from fiveengines.base import fast_imports  # (must come before jsonschema)

jsonschema = pytest.importorskip("jsonschema")


def test_validation_still_finds_what_is_wrong() -> None:
    schema = {
        "type": "object",
        "properties": {
            "as_of": {"type": "string", "format": "date"},
            "score": {"type": "number", "maximum": 1},
        },
        "required": ["as_of"],
    }
    checker = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
    assert not list(checker.iter_errors({"as_of": "2018-12-21", "score": 0.5}))
    assert [e.validator for e in checker.iter_errors({"as_of": "2018-13-21", "score": 0.5})] == ["format"]
    assert [e.validator for e in checker.iter_errors({"as_of": "2018-12-21", "score": 2})] == ["maximum"]
    assert [e.validator for e in checker.iter_errors({})] == ["required"]


def test_altair_and_nbformat_still_refuse_an_invalid_document() -> None:
    code = (
        "import fiveengines.base.fast_imports, sys, altair, nbformat\n"
        "from altair.utils.schemapi import SchemaValidationError\n"
        "assert 'lark' not in sys.modules, 'the grammar was built after all'\n"
        "chart = altair.Chart('x.csv').mark_line()\n"
        "try: chart.encode(x=altair.X('a:Q', axis=7)).to_dict(); sys.exit('altair took it')\n"
        "except SchemaValidationError: pass\n"
        "nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell('1')]); nbformat.validate(nb)\n"
        "nb.cells[0]['outputs'] = 'none'\n"
        "try: nbformat.validate(nb); sys.exit('nbformat took it')\n"
        "except nbformat.ValidationError: pass\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(("shortcut", "built"), [("import fiveengines.base.fast_imports", False), ("", True)])
def test_the_shortcut_is_still_what_keeps_the_grammar_out(shortcut: str, built: bool) -> None:
    """When jsonschema no longer builds it, the shortcut has no use and goes."""
    pytest.importorskip("lark")
    code = f"{shortcut}\nimport sys, jsonschema\nprint('lark' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == str(built)


# A command that does nothing.
_NOTHING = "import fiveengines.cli as cli\ncli.main = lambda: 0\n"


@pytest.mark.parametrize(
    ("environment", "code", "rare"),
    [
        ({}, "import fiveengines.base.fast_imports", False),
        ({fast_imports.BATCH: "1"}, "import fiveengines.base.fast_imports", True),
        ({}, f"{_NOTHING}try: cli.console()\nexcept SystemExit: pass", True),
    ],
    ids=["someone's own process", "a report's kernel", "a command"],
)
def test_only_a_process_that_makes_a_report_collects_garbage_rarely(
    environment: dict[str, str], code: str, rare: bool
) -> None:
    said = f"import gc\nbefore = gc.get_threshold()[0]\n{code}\nprint(gc.get_threshold()[0] > 50 * before)"
    plain = {name: text for name, text in os.environ.items() if name != fast_imports.BATCH}
    done = subprocess.run(
        [sys.executable, "-c", said], env=plain | environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == [str(rare)]
