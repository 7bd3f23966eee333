"""The week's folder on disk: a write that is stopped harms nothing, and two writers keep both reports."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

from fiveengines.report.saving import save_documents
from fiveengines.report.store import report_store

DAY = "2024-06-28"


def files(number: int) -> dict[str, str]:
    reading = {"generated_at": f"2024-06-29T00:00:{number:02d}+00:00", "number": number}
    return {"reading.json": json.dumps(reading), "weekly.html": f"<p>{number}</p>"}


@pytest.mark.parametrize("stopped_at", [1, 2, 3, 4])
def test_a_write_stopped_between_two_renames_leaves_the_earlier_report(
    stopped_at: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_documents(report_store(tmp_path), DAY, files(1))
    real, calls = Path.replace, 0

    def replace(self: Path, target: Path) -> Path:
        nonlocal calls
        calls += 1
        if calls == stopped_at:
            raise KeyboardInterrupt
        return real(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", replace)
        with pytest.raises(KeyboardInterrupt):
            save_documents(report_store(tmp_path), DAY, files(2))
    assert (tmp_path / DAY / "weekly.html").read_text() == "<p>1</p>"
    assert {each.name for each in tmp_path.iterdir()} <= {DAY, "latest", ".lock"}


def test_two_runs_of_one_week_at_once_keep_every_report(tmp_path: Path) -> None:
    runs = [
        threading.Thread(target=save_documents, args=(report_store(tmp_path), DAY, files(number)))
        for number in range(6)
    ]
    for each in runs:
        each.start()
    for each in runs:
        each.join()
    readings = [
        tmp_path / DAY / "reading.json",
        *(tmp_path / DAY / "revisions").glob("*/reading.json"),
    ]
    assert sorted(json.loads(each.read_text())["number"] for each in readings) == list(range(6))
