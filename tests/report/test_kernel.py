"""What a kernel is given and what it leaves: no provider's key, and no file once it has ended, however it ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from fiveengines.base.jupyter_home import SECRETS, for_kernels, with_lab_settings
from fiveengines.data.providers.registry import registry
from fiveengines.report.notebook.kernel import Kernel

KEY = "0123456789abcdef0123456789abcdef"
SHOW = "from pathlib import Path; import os; Path({!r}).write_text('\\n'.join(os.environ.values()))"


def test_every_providers_key_is_kept_from_kernels() -> None:
    assert set(SECRETS) == {each.key for each in registry().values() if each.key}
    given = dict.fromkeys(SECRETS, KEY) | {"HOME": "/"}
    assert for_kernels(given) == {"HOME": "/"}
    assert KEY not in with_lab_settings(given).values()


@pytest.mark.slow
def test_a_kernel_has_no_key_and_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FRED_API_KEY", KEY)
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    seen = tmp_path / "seen"
    with Kernel(preload=()) as kernel:
        kernel.connect()
        assert list((tmp_path / "runtime").rglob("kernel.json"))
        assert kernel.run(SHOW.format(str(seen)), 30)
        kernel.restart()
        kernel.connect()
        assert kernel.run(SHOW.format(str(seen)), 30)
    assert seen.read_text() and KEY not in seen.read_text()
    assert not list((tmp_path / "runtime").iterdir())


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_the_file_of_a_killed_run_goes_with_the_next_kernel_and_that_of_a_living_one_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    program = (
        "import sys, time; from fiveengines.report.notebook.kernel import Kernel\n"
        "kernel = Kernel(preload=()); kernel.connect(); print('ready', flush=True); time.sleep(600)"
    )
    runs = [
        subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    try:
        for run in runs:
            assert run.stdout is not None and run.stdout.readline() == "ready\n"
        left = {path.parent for path in (tmp_path / "runtime").rglob("kernel.json")}
        assert len(left) == 2
        runs[0].send_signal(signal.SIGKILL)
        runs[0].wait()
        with Kernel(preload=()) as kernel:
            kernel.connect()
            staying = {path.parent for path in (tmp_path / "runtime").rglob("kernel.json")}
            assert len(staying) == 2 and len(staying & left) == 1
        runs[1].terminate()
        runs[1].wait()
        time.sleep(0.2)
        with Kernel(preload=()):
            pass
        assert not list((tmp_path / "runtime").rglob("*.json"))
    finally:
        for run in runs:
            run.kill()
            run.wait()
