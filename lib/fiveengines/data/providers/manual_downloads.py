"""Downloads that a person drops into the data folder, read like any files directory.

Providers without a free service are read here; nothing is fetched.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from fiveengines.base.errors import DataError
from fiveengines.data.dataset import Dataset
from fiveengines.data.file_summary import summary
from fiveengines.data.folder import files
from fiveengines.data.providers.base import (
    FetchError,
    FoundTables,
    Item,
    Provider,
    Request,
    Response,
)
from fiveengines.data.providers.frames import frame_by_rule

FOLDER = "manual_downloads"


class ManualDownloads(Provider):
    """What is in `manual_downloads/` of the data folder: a files directory, or downloads as they come."""

    name = FOLDER
    title = "Files that you download yourself"
    label = "downloaded file"
    serves = "AAII, NAAIM, FINRA margin debt, and any files directory"
    address_note = f"`{FOLDER}/` in the data folder"
    terms = (
        "[AAII](https://www.aaii.com/sentimentsurvey), [NAAIM](https://naaim.org/programs/naaim-exposure-index/),"
        " [FINRA](https://www.finra.org/rules-guidance/key-topics/margin-accounts/margin-statistics)"
    )
    by_hand = True

    @cached_property
    def _folder(self) -> Path:
        return (self.folder or Path()) / FOLDER

    @cached_property
    def _read(self) -> Dataset:
        return files.read(self._folder) if self._folder.is_dir() else Dataset("files", {})

    @property
    def series(self) -> tuple[str, ...]:
        """Ids that are there at this moment."""
        return tuple(self._read.series)

    def fetch_one(self, series_id: str, request: Request) -> Response:
        """The series as its file has it, dated by rule."""
        data = self._read.series[series_id]
        frame = frame_by_rule(series_id, data.frame["observed"], data.frame["value"])
        return Response(series_id, frame, f"{FOLDER}/{data.origin}")

    def fetch_extras(self) -> Iterator[Item]:
        """What could not be read, members' closes, tables and prices of further tickers."""
        for notice in self._read.notices:
            if notice.level == "error":
                yield FetchError(notice.series, DataError(notice.text))
        if (held := self._read.members) is not None:
            yield replace(held, origin=f"{FOLDER}/{held.origin}")
        if self._read.tables or self._read.other_prices is not None:
            yield FoundTables(self._read.tables, self._read.other_prices)

    def ping(self) -> str:
        """How many series are there, and how many files were left out."""
        if not self._folder.is_dir():
            return f"no folder {self._folder}"
        return summary(self._read.files).line() or "0 series"
