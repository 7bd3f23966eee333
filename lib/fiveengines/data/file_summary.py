"""The word on the files of a directory in short: how many were read, and the others by reason.

Counts and examples of the records that a Dataset carries; nothing is read here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fiveengines.base.formats import counted

if TYPE_CHECKING:  # a report's own process needs no pandas
    from fiveengines.data.dataset import FileRecord

_EXAMPLES = 3


@dataclass(frozen=True)
class Group:
    """Files left out for one reason: how many, the first of them, what mends it."""

    reason: str
    count: int
    examples: tuple[str, ...]
    remedy: str


@dataclass(frozen=True)
class FileSummary:
    """read: files of which something is used; series: how many series they give; left_out: what was refused
    first, then by count."""

    read: int
    series: int
    left_out: tuple[Group, ...]

    def line(self) -> str:
        """One line of counts, empty without a file."""
        if not self.read and not self.left_out:
            return ""
        reasons = ", ".join(f"{each.count:,} {each.reason}" for each in self.left_out)
        left = sum(each.count for each in self.left_out)
        said = f"; {left:,} left out ({reasons})" if left else ""
        return f"{counted(self.read, 'file')} read as {self.series:,} series{said}."


def line_of(found: Mapping[str, Any]) -> str:
    """A summary that was written into a document as one line, empty when no file was read."""
    groups = tuple(Group(**each) for each in found["left_out"])
    return FileSummary(found["read"], found["series"], groups).line()


def summary(files: Sequence[FileRecord]) -> FileSummary:
    """`files` in short."""
    groups: dict[str, list[FileRecord]] = {}
    for each in files:
        if each.left_out is not None:
            groups.setdefault(each.left_out.reason, []).append(each)
    left_out = tuple(
        Group(reason, len(some), tuple(each.path for each in some[:_EXAMPLES]), _remedy(some))
        for reason, some in sorted(
            groups.items(), key=lambda item: (item[0] != "refused", -len(item[1]), item[0])
        )
    )
    series = {span.series for each in files for span in each.read}
    return FileSummary(sum(each.left_out is None for each in files), len(series), left_out)


def _remedy(some: Sequence[FileRecord]) -> str:
    """The step that mends all of them; empty when each has its own."""
    remedies = {each.left_out.remedy for each in some if each.left_out is not None}
    return remedies.pop() if len(remedies) == 1 else ""
