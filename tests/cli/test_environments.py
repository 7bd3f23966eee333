"""Odd consoles, interpreters, clocks, certificates, proxies and limits: a command works or says one clear line."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from archive import synthetic
from fiveengines.base.errors import DataError
from fiveengines.data.fetch import fetch
from fiveengines.data.store import Store
from fiveengines.report import saving
from fiveengines.report.afterwards import told_only
from fiveengines.report.saving import READING, save_documents
from fiveengines.report.store import report_store
from loopback.fixtures import figures, server
from loopback.server import Loopback

__all__ = ["figures", "server"]
POSIX = os.name == "posix"
PROGRAM = "import sys; from fiveengines.cli import main; sys.exit(main(sys.argv[1:]))"
CLOCK = """
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
int clock_gettime(clockid_t id, struct timespec *t) {
  int r = syscall(SYS_clock_gettime, id, t);
  if (!r && id == CLOCK_REALTIME) t->tv_sec += atol(getenv("CLOCK_SHIFT"));
  return r;
}
time_t time(time_t *out) {
  struct timespec t; clock_gettime(CLOCK_REALTIME, &t); if (out) *out = t.tv_sec; return t.tv_sec;
}
"""


def run(*arguments: str, limit: int | None = None, **environ: str) -> tuple[int, str, str]:
    """Exit code, output and errors of one command in a process of its own."""

    def few_files() -> None:
        import resource

        assert limit is not None
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))

    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))} | environ,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=300,
        check=False,
        preexec_fn=few_files if limit is not None else None,
    )
    assert "Traceback" not in done.stdout + done.stderr, done.stderr[-800:]
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def filled(server: Loopback, tmp_path: Path) -> Path:
    fetch(Store(tmp_path), server.settings(), only=["nyfed"])
    return tmp_path


CONSOLES = [
    {"PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0"},
    {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"},
    {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
]


@pytest.mark.parametrize("console", CONSOLES, ids=["cp1252", "ascii", "POSIX"])
def test_no_sign_ends_a_command_on_another_console(console: dict[str, str], filled: Path) -> None:
    code, out, err = run("doctor", "--offline", "--data-dir", str(filled), **console)
    assert code in (0, 1) and not err
    assert "+ 3." in out and "> fiveengines fetch" in out and "?" not in out


def test_an_optimising_interpreter_runs_every_command(filled: Path) -> None:
    optimised = {"PYTHONOPTIMIZE": "2"}
    assert "weekly" in run("--help", **optimised)[1]
    assert run("doctor", "--offline", "--data-dir", str(filled), **optimised)[0] in (0, 1)
    assert run("override", "list", **optimised)[0] == 0


@pytest.mark.slow
def test_an_optimising_interpreter_writes_the_week(tmp_path: Path) -> None:
    """Altair cannot be imported without docstrings; kernels are not optimised."""
    code, _, err = run(
        "weekly",
        "--with",
        "none",
        "--as-of",
        "2024-06-28",
        "--source",
        "demo",
        "--out",
        str(tmp_path),
        PYTHONOPTIMIZE="2",
    )
    assert code == 0, err
    assert (tmp_path / "demo" / "2024-06-28" / "weekly.html").is_file()


@pytest.mark.parametrize("place", ["/nowhere/certificates.pem", __file__])
@pytest.mark.parametrize("command", ["fetch", "doctor"])
def test_certificates_that_are_none_are_one_line(
    command: str, place: str, server: Loopback, filled: Path
) -> None:
    code, _, err = run(
        command, "--data-dir", str(filled), SSL_CERT_FILE=place, SSL_CERT_DIR="", **server.environment()
    )
    assert code == 2 and len(err.splitlines()) == 1
    assert "the certificates in SSL_CERT_FILE cannot be read" in err


@pytest.mark.parametrize(
    "proxy", ["http://127.0.0.1:1", "nonsense", "http://[bad", "http://u:hidden-word@127.0.0.1:1"]
)
def test_a_proxy_that_leads_nowhere_is_named(proxy: str, server: Loopback, filled: Path) -> None:
    away = {"HTTP_PROXY": proxy, "http_proxy": proxy, "NO_PROXY": "", "no_proxy": ""}
    code, out, err = run(
        "fetch", "--only", "nyfed", "--data-dir", str(filled), **(server.environment() | away)
    )
    assert code == 1 and not err
    first, last = out.splitlines()
    assert "through the proxy of HTTP_PROXY failed" in first and last.startswith("Not reached: New York Fed.")
    assert "hidden-word" not in out


@pytest.mark.skipif(not POSIX or shutil.which("cc") is None, reason="sets the clock through a C library")
def test_a_clock_in_2040(server: Loopback, filled: Path, tmp_path: Path) -> None:
    source, library = tmp_path / "clock.c", tmp_path / "clock.so"
    source.write_text(CLOCK, encoding="utf-8")
    subprocess.run(["cc", "-shared", "-fPIC", "-o", str(library), str(source)], check=True)
    seconds = int((dt.datetime(2040, 5, 15, tzinfo=dt.UTC) - dt.datetime.now(dt.UTC)).total_seconds())
    clock = {"LD_PRELOAD": str(library), "CLOCK_SHIFT": str(seconds)}
    newest = max(each.newest for each in Store(filled).ages())
    years = int((dt.date(2040, 5, 15) - newest).days / 365.25)
    code, out, err = run(
        "fetch", "--only", "nyfed", "--data-dir", str(filled), **(server.environment() | clock)
    )
    assert code == 0 and not err and f"({years} years old)" in out.splitlines()[-1]
    code, out, _ = run("doctor", "--offline", "--data-dir", str(filled), **clock)
    assert f"{years} years old" in out
    table = filled / "history.csv"
    span = ("--start", "2024-06-21", "--end", "2024-06-28", "--source", "demo")
    assert run("history", *span, "--out", str(table), **clock)[0] == 0
    assert len(table.read_text(encoding="utf-8").splitlines()) == 3


@pytest.mark.skipif(not POSIX, reason="Windows has no such limit")
@pytest.mark.parametrize("limit", [12, 40])
def test_few_file_handles_are_one_line(limit: int, tmp_path: Path) -> None:
    code, _, err = run(
        "weekly",
        "--with",
        "none",
        "--as-of",
        "2024-06-28",
        "--source",
        "demo",
        "--out",
        str(tmp_path),
        limit=limit,
    )
    assert code == 1 and len(err.splitlines()) == 1
    assert f"only {limit} files may be open" in err and "ulimit -n" in err


# A report that is whole


def test_what_fails_beside_a_whole_report_says_that_the_report_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(_: object) -> None:
        raise DataError("cannot be written (No space left on device)", where="latest")

    monkeypatch.setattr(saving, "_point_latest", refuse)
    where = save_documents(report_store(tmp_path), "2024-06-28", {READING: "{}"})
    err = capsys.readouterr().err
    assert Path(where, READING).is_file()
    assert "cannot be written" not in err and len(err.splitlines()) == 1
    assert "the report is whole" in err and "No space left on device" in err


@pytest.mark.slow
def test_an_index_that_is_in_the_way_takes_nothing_from_the_week(tmp_path: Path) -> None:
    out = tmp_path / "out"
    (out / "demo" / "index.html").mkdir(parents=True)
    code, said, err = run(
        "weekly", "--with", "none", "--as-of", "2024-06-28", "--source", "demo", "--out", str(out)
    )
    assert code == 0 and "Open " in said
    assert "cannot be written" not in said + err
    (line,) = [each for each in err.splitlines() if each.startswith("fiveengines:")]
    assert "the report is whole; the archive's index is not up to date" in line
    assert (out / "demo" / "2024-06-28" / READING).is_file()


def test_an_archive_whose_index_cannot_be_replaced_says_so_plainly(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from fiveengines.archive import rebuild

    synthetic.put(tmp_path, synthetic.reading(dt.date(2024, 6, 28)))
    (tmp_path / "index.html").mkdir()
    with told_only("the index is not"):
        rebuild(report_store(tmp_path))
    assert "index.html: was not renewed (Is a directory)" in capsys.readouterr().err
