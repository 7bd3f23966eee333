"""The command line: thin words around the rooms; every error a person can cause ends in one line on stderr.

No reading, chart or page is made here. `main` is the console script.
"""

from __future__ import annotations

import sys

from fiveengines.base.fast_imports import collect_rarely
from fiveengines.base.jupyter_home import keep_inside_environment


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code; with no argument, show the help."""
    keep_inside_environment()
    try:
        return _run(arguments)
    except KeyboardInterrupt:  # while the commands were still being imported
        print("fiveengines: stopped before it began.", file=sys.stderr)
        return 130


def _run(arguments: list[str] | None) -> int:
    # Imported after the Jupyter folders are set; these add their commands to the app.
    from fiveengines.cli import archive, data, manual, portfolio, project, trade  # noqa: F401
    from fiveengines.cli.commands import app
    from fiveengines.cli.run import run

    given = sys.argv[1:] if arguments is None else arguments
    return run(app, given or ["--help"])


def console() -> None:
    """Entry point that ends the process with the command's exit code."""
    collect_rarely()
    sys.exit(main())
