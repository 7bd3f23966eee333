"""Run a Typer app so that what a person did wrong is one line, and what we did wrong is one line and where to look."""

from __future__ import annotations

import os
import sys
import traceback

import typer

from fiveengines.errors import FiveEnginesError

# Typer carries its own copy of click and exports only the leaves of its errors; the base is reached through one.
_ClickError: type[Exception] = typer.BadParameter.__mro__[2]


def run(app: typer.Typer, arguments: list[str]) -> int:
    """Exit code of one command line. A traceback is printed only with FIVEENGINES_DEBUG set."""
    try:
        result = typer.main.get_command(app).main(
            args=arguments, prog_name="fiveengines", standalone_mode=False
        )
    except FiveEnginesError as error:
        return _say(str(error), error.exit_code)
    except _ClickError as error:
        context = getattr(error, "ctx", None)
        hint = f" Try `{context.command_path} --help`." if context else ""
        return _say(getattr(error, "format_message", error.__str__)() + hint, 2)
    except (typer.Abort, KeyboardInterrupt):
        return _say("stopped; nothing half-written was kept.", 130)
    except (OSError, ValueError, RuntimeError, KeyError, TypeError) as error:
        if os.environ.get("FIVEENGINES_DEBUG"):
            traceback.print_exc()
        kind = type(error).__name__
        return _say(
            f"unexpected {kind}: {error}. Set FIVEENGINES_DEBUG=1 for the details and report them, please.", 1
        )
    return int(result) if isinstance(result, int) else 0


def _say(text: str, code: int) -> int:
    line = " ".join(text.split())
    print(f"fiveengines: {line}", file=sys.stderr)
    return code
