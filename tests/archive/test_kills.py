"""Commands killed at random moments lose no report, entry or figure that was there, and the next run is whole.

Long: `KILLS=12 pytest -m long tests/archive/test_kills.py` makes fewer than the fifty of each round.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from fiveengines import overrides
from fiveengines.archive import rebuild
from fiveengines.base import parameters
from fiveengines.data.store import Store
from fiveengines.overrides import trail
from fiveengines.report.saving import PAGE, READING
from fiveengines.report.store import report_store
from loopback.fixtures import figures, server
from loopback.market import write_files
from loopback.server import Loopback

__all__ = ["figures", "server"]
pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL"),
]
KILLS = int(os.environ.get("KILLS", "50"))
PROGRAM = "import sys; from fiveengines.cli import main; sys.exit(main(sys.argv[1:]))"
DAY = "2024-06-28"


class Runs:
    """Commands in processes of their own, whole or killed; the length of a whole one bounds the moment of the kill."""

    def __init__(self, **environ: str) -> None:
        self.environ = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))} | environ
        self.luck = random.Random(20240628)
        self.killed = 0

    def start(self, arguments: list[str]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-c", PROGRAM, *arguments],
            env=self.environ,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def whole(self, arguments: list[str]) -> float:
        """Seconds of one run, which must succeed; an import says 1 where a file of a known series was refused."""
        began = time.monotonic()
        assert self.start(arguments).wait(600) in ((0, 1) if arguments[0] == "import" else (0,)), arguments
        return time.monotonic() - began

    def kill(self, arguments: list[str], length: float) -> None:
        process = self.start(arguments)
        try:
            process.wait(self.luck.uniform(0.2, 1.05) * length)
        except subprocess.TimeoutExpired:
            process.kill()
            self.killed += 1
        process.wait()


def killed_and_looked_at(
    runs: Runs, command: Callable[[int], list[str]], look: Callable[[], None], length: float
) -> None:
    for number in range(KILLS):
        runs.kill(command(number), length)
        look()
    assert runs.killed > KILLS // 4, "nearly every run had ended before its kill"


def sound(folder: Path) -> bool:
    """Whether a week's folder holds a whole report."""
    document = json.loads((folder / READING).read_text(encoding="utf-8"))
    page = (folder / PAGE).read_text(encoding="utf-8")
    return document["as_of"] == folder.name[:10] and page.rstrip().endswith("</html>")


def test_weekly_killed_at_any_moment_loses_no_report(tmp_path: Path) -> None:
    runs = Runs(JUPYTER_RUNTIME_DIR=str(tmp_path / "runtime"))
    asked = ["weekly", "--with", "none", "--source", "demo", "--out", str(tmp_path / "out"), "--as-of"]
    other = tmp_path / "out" / "demo" / "2024-06-21"
    week = tmp_path / "out" / "demo" / DAY
    runs.whole([*asked, other.name])
    length = runs.whole([*asked, DAY])
    before = (other / READING).read_bytes()

    def look() -> None:
        assert sound(other) and (other / READING).read_bytes() == before
        # a kill between two renames leaves the earlier report beside its place, and the next rebuild brings it back
        found = rebuild(report_store(tmp_path / "out").of_demo()).found
        assert [each.day for each in found.weeks] == [other.name, DAY] and not found.unreadable
        assert sound(week)

    killed_and_looked_at(runs, lambda _: [*asked, DAY], look, length)
    runs.whole([*asked, DAY])
    look()
    assert not list((tmp_path / "runtime").rglob("kernel*.json"))


def test_override_set_killed_at_any_moment_loses_no_entry(tmp_path: Path) -> None:
    params = tmp_path / "params"
    subprocess.run(["cp", "-r", str(parameters.paths.params_file().parent), str(params)], check=True)
    weekly = params / "weekly.yaml"
    folder = parameters.load(weekly).overrides_of("demo")
    runs = Runs()
    asked = [
        "override",
        "set",
        "state:breadth",
        "neutral",
        "--source",
        "demo",
        "--params",
        str(weekly),
        "--why",
    ]
    length = runs.whole([*asked, "the first"])
    seen = {each.id for each in trail.load(folder).records}
    assert seen

    def look() -> None:
        nonlocal seen
        now = {each.id for each in trail.load(folder).records}
        assert now >= seen, "a record is lost"
        seen = now

    killed_and_looked_at(runs, lambda number: [*asked, f"number {number}"], look, length)
    runs.whole([*asked, "the last"])
    look()
    assert overrides.list_overrides(folder)[0]["why"] == "the last"


@pytest.mark.parametrize("command", ["fetch", "import"])
def test_fetch_and_import_killed_at_any_moment_lose_no_figure(
    command: str, server: Loopback, tmp_path: Path
) -> None:
    server.remember = True
    write_files(server.market, tmp_path / "downloads")
    whole, store = tmp_path / "whole", Store(tmp_path / "store")
    only = [f"--only={name}" for name in ("treasury", "nyfed", "cftc", "fred")]
    asked = ["fetch", *only] if command == "fetch" else ["import", str(tmp_path / "downloads")]
    runs = Runs(**server.environment())
    length = runs.whole([*asked, "--data-dir", str(whole)])
    assert len(Store(whole).ages()) > 60
    seen: dict[tuple[str, str], int] = {}

    def look() -> None:
        nonlocal seen
        fresh = Store(store.folder)
        now = {
            (source, key): len(rows) for source in fresh.sources() for key, rows in fresh.rows(source).items()
        }
        assert all(now.get(key, 0) >= count for key, count in seen.items()), "rows are lost"
        seen = now
        if fresh.exists():
            fresh.dataset()

    killed_and_looked_at(runs, lambda _: [*asked, "--data-dir", str(store.folder)], look, length)
    runs.whole([*asked, "--data-dir", str(store.folder)])
    assert Store(store.folder).dataset().fingerprint() == Store(whole).dataset().fingerprint()


def test_archive_killed_at_any_moment_loses_no_report_and_no_page(tmp_path: Path) -> None:
    from archive import synthetic

    out = synthetic.fill(tmp_path / "out", 400)
    runs = Runs()
    asked = ["archive", "--out", str(out)]
    length = runs.whole(asked)
    names = ("index.html", "readings.csv", "feed.xml")
    before = {name: (out / name).read_bytes() for name in names}

    def look() -> None:
        assert {name: (out / name).read_bytes() for name in names} == before
        assert len(list(out.glob("*/reading.json"))) == 400

    killed_and_looked_at(runs, lambda _: asked, look, length)
    runs.whole(asked)
    look()
