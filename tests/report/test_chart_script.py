"""The script that draws charts: built once, read from the cache afterwards, and built again when the file is broken."""

from __future__ import annotations

import base64
import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest

from fiveengines.base import paths
from fiveengines.report.page import chart_script as module

CODE = b"(function(){draw()})();"


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    calls: list[int] = []

    def build() -> tuple[bytes, bytes]:
        calls.append(1)
        return gzip.compress(CODE, mtime=0), CODE

    monkeypatch.setattr(paths, "cache_dir", lambda: tmp_path)
    monkeypatch.setattr(module, "_build", build)
    yield calls
    module.chart_script.cache_clear()


def fresh() -> module.ChartScript:
    """As another process would ask for it."""
    module.chart_script.cache_clear()
    return module.chart_script()


def test_it_is_built_once_and_the_same_from_the_cache(built: list[int]) -> None:
    first, second = fresh(), fresh()
    assert first == second
    assert built == [1]
    assert gzip.decompress(base64.b64decode(second.packed)) == CODE
    assert second.integrity == module.csp_hash(CODE)


@pytest.mark.parametrize("content", [b"", b"no gzip", gzip.compress(CODE, mtime=0)[:-12]])
def test_a_broken_file_is_built_again(built: list[int], content: bytes, tmp_path: Path) -> None:
    whole = fresh()
    (file,) = tmp_path.glob("vega-*")
    file.write_bytes(content)
    assert fresh() == whole
    assert built == [1, 1]
