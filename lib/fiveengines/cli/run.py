"""Run a Typer app so that what a person did wrong is one line, and what we did wrong is one line and where to look."""

from __future__ import annotations

import codecs
import errno
import io
import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import typer

from fiveengines.base.errors import FiveEnginesError

# Typer carries its own copy of click and exports only the leaves of its errors; the base is reached through one.
_ClickError: type[Exception] = typer.BadParameter.__mro__[2]
# Typer's exit code for Ctrl-C.
_INTERRUPTED = 130
_NO_MORE_FILES = (errno.EMFILE, errno.ENFILE)


@contextmanager
def _unwinding(asked: list[int]) -> Iterator[None]:
    """Let a request to end (SIGTERM) unwind as Ctrl-C does: kernels stop and temporary folders go.

    The signal's number is added to `asked`.
    """

    def unwind(number: int, frame: FrameType | None) -> None:
        signal.signal(number, signal.SIG_IGN)
        asked.append(number)
        raise KeyboardInterrupt

    try:
        before = signal.signal(signal.SIGTERM, unwind)
    except ValueError:  # not the main thread, where Python takes no signals
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def until_stopped(command: list[str], environ: dict[str, str] | None = None) -> int:
    """Exit code of another program that ends itself on Ctrl-C; a request to end is passed on to it."""
    with subprocess.Popen(command, env=environ) as program:  # noqa: S603  (our own interpreter, no shell)
        before = {
            signal.SIGINT: signal.signal(signal.SIGINT, lambda *_: None),
            signal.SIGTERM: signal.signal(signal.SIGTERM, lambda *_: program.terminate()),
        }
        try:
            return program.wait()
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


# What a console that knows few characters shows instead, one for one so that tables stay straight; "?" for the rest.
_PLAIN = str.maketrans("✓✗→–—−…·’“”│─", '+x>---..\'""|-')


def _plain(error: UnicodeError) -> tuple[str, int]:
    """Codec handler: our marks in plain characters where a stream's encoding has no place for them."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end].translate(_PLAIN)
    return "".join(each if each.isascii() else "?" for each in text), error.end


def print_plainly() -> None:
    """Let nothing that is printed fail for want of a character: a redirect on Windows, a console under cron."""
    codecs.register_error("fiveengines.plain", _plain)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="fiveengines.plain")


def run(app: typer.Typer, arguments: list[str]) -> int:
    """Exit code of one command line. A traceback is printed only with FIVEENGINES_DEBUG set."""
    asked: list[int] = []
    print_plainly()
    try:
        with _unwinding(asked):
            result = typer.main.get_command(app).main(
                args=arguments, prog_name="fiveengines", standalone_mode=False
            )
    except FiveEnginesError as error:
        return _say(str(error), error.exit_code)
    except _ClickError as error:
        context = getattr(error, "ctx", None)
        if type(error).__name__ == "NoArgsIsHelpError":
            print(getattr(error, "message", error))
            return 2
        hint = f" Try `{context.command_path} --help`." if context else ""
        return _say(getattr(error, "format_message", error.__str__)() + hint, 2)
    except (typer.Abort, KeyboardInterrupt):
        result = _INTERRUPTED
    except Exception as error:  # whatever it is, a person reads one line
        return _unexpected(error)
    if result == _INTERRUPTED:
        return _say("stopped; nothing half-written was saved.", 128 + asked[0] if asked else _INTERRUPTED)
    return int(result) if isinstance(result, int) else 0


def _unexpected(error: Exception) -> int:
    if isinstance(error, OSError) and error.errno in _NO_MORE_FILES:
        return _say("too many files are open. Allow more, for example with `ulimit -n 1024`.", 1)
    if os.environ.get("FIVEENGINES_DEBUG"):
        traceback.print_exception(error)
    kind = type(error).__name__
    return _say(
        f"unexpected {kind}: {error}. Set FIVEENGINES_DEBUG=1 for the details and report them, please.", 1
    )


def _say(text: str, code: int) -> int:
    line = " ".join(text.split())
    print(f"fiveengines: {line}", file=sys.stderr)
    return code
