"""What the claims ledger costs: `fiveengines claims` with an empty cache and again, and its page.

Whole processes, processor and wall time, on the demo and, where FIVEENGINES_REAL_DATA is set, on real data; prints
figures beside their limits. Run with `python tests/bench/claims_bench.py`.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

# The command with a cache folder of its own, so that the first run finds nothing there.
COMMAND = """import sys
from pathlib import Path
from fiveengines.base import paths
paths.cache_dir = lambda: Path(sys.argv[1])
from fiveengines.cli import main
sys.exit(main(sys.argv[2:]))"""


def timed(*command: str) -> tuple[float, float]:
    """Processor and wall seconds of one command, children of children included."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, time.perf_counter() - start


def main() -> None:
    """Print each figure beside its limit."""
    sources = {"demo": ["--source", "demo", "--as-of", "2026-11-20"]}
    if folder := os.environ.get("FIVEENGINES_REAL_DATA"):
        sources["real data"] = ["--source", "files", "--data-dir", folder, "--as-of", "2019-12-27"]
    for name, asked in sources.items():
        with tempfile.TemporaryDirectory() as place:
            cache = Path(place) / "cache"
            cache.mkdir()
            ledger = [sys.executable, "-c", COMMAND, str(cache), "claims", *asked]
            page = [str(Path(sys.executable).parent / "fiveengines"), "companion", "claims", *asked]
            runs = {
                "claims, nothing cached": ledger,
                "claims, again": ledger,
                "its page, first": [*page, "--out", str(Path(place) / "out")],
                "its page, again": [*page, "--out", str(Path(place) / "out")],
            }
            for what, command in runs.items():
                cpu, wall = timed(*command)
                print(f"{f'{what}, {name}':40s} {cpu:6.2f} s CPU  {wall:6.2f} s wall   limit 5.0 s")


if __name__ == "__main__":
    main()
