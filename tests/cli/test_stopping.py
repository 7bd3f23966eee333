"""Ctrl-C and a request to end: one line, the usual exit code, nothing half-written and nothing left running."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(os.name == "nt", reason="POSIX signals")

WEEKLY = "from fiveengines.cli import console; console()"
LAB = "import sys; from fiveengines.cli.run import until_stopped; sys.exit(until_stopped(sys.argv[1:]))"
SERVER = """
import signal, sys, time
def end(number, frame):
    print("ended by", number, flush=True)
    sys.exit(7)
signal.signal(signal.SIGINT, end)
signal.signal(signal.SIGTERM, end)
print("ready", flush=True)
time.sleep(60)
"""


def kernels_of(process: int) -> list[str]:
    """Kernels that a process started."""
    listed = subprocess.run(
        ["ps", "-A", "-o", "ppid=,pid=,args="], capture_output=True, text=True, check=True
    )
    rows = (line.split(None, 2) for line in listed.stdout.splitlines())
    return [row[1] for row in rows if len(row) == 3 and row[0] == str(process) and "ipykernel" in row[2]]


def started_kernel(process: subprocess.Popen[str]) -> str:
    """The process id of the kernel, once there is one."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        if found := kernels_of(process.pid):
            return found[0]
        time.sleep(0.05)
    raise AssertionError("no kernel was started")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("patience", [0.0, 1.5])
def test_a_stopped_week_says_so_and_leaves_nothing(
    number: signal.Signals, code: int, patience: float, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    process = subprocess.Popen(
        [sys.executable, "-c", WEEKLY, "weekly", "--with", "none", "--out", str(out)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    kernel = started_kernel(process)
    time.sleep(patience)
    process.send_signal(number)
    _, said = process.communicate(timeout=60)
    assert process.returncode == code
    assert said == "fiveengines: stopped; nothing half-written was saved.\n"
    assert not out.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(int(kernel), 0)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_server_ends_itself(number: signal.Signals) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", LAB, sys.executable, "-c", SERVER],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    # Ctrl-C reaches everything in the terminal; a request to end reaches the one that was named.
    (os.killpg if number == signal.SIGINT else os.kill)(process.pid, number)
    said, _ = process.communicate(timeout=30)
    assert said == f"ended by {int(number)}\n"
    assert process.returncode == 7
