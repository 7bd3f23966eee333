"""What can go wrong, said in the reader's words: one line with file, series, field and remedy.

Only exception and warning classes live here; nothing of ours is imported.
"""

from __future__ import annotations


def sentence(text: str) -> str:
    """`text` with a full stop, unless it ends like a sentence already."""
    return text if text.endswith((".", "!", "?", ":", "…")) else f"{text}."


class FiveEnginesError(Exception):
    """Base of every error a person should read; `str(error)` is one line without a traceback."""

    exit_code = 1

    def __init__(self, message: str, *, remedy: str | None = None) -> None:
        self.message = " ".join(message.split())
        self.remedy = " ".join(remedy.split()) if remedy else None
        super().__init__(f"{sentence(self.message)} {self.remedy}" if self.remedy else self.message)


class NoCallError(FiveEnginesError):
    """A week in which too little is known for a call was asked for one."""


class ParameterError(FiveEnginesError):
    """A parameter, argument or params file says something impossible or unknown."""

    exit_code = 2


class DataError(FiveEnginesError):
    """A file or an answer cannot be read as the series it should hold."""

    def __init__(
        self,
        message: str,
        *,
        where: str | None = None,
        series: str | None = None,
        field: str | None = None,
        remedy: str | None = None,
    ) -> None:
        self.where, self.series, self.field = where, series, field
        parts = [where, series, field]
        prefix = " · ".join(part for part in parts if part)
        super().__init__(f"{prefix}: {message}" if prefix else message, remedy=remedy)


class ProviderError(DataError):
    """A provider refused, failed or answered with something that is not its data."""


class StoreError(DataError):
    """The local store is locked, damaged or absent."""


class OverrideError(FiveEnginesError):
    """A manual reading is impossible or unknown."""

    exit_code = 2


class ConflictError(OverrideError):
    """Someone else changed a manual reading since the editor read it."""


class NotebookError(FiveEnginesError):
    """A notebook stopped before its end."""


def exit_codes() -> dict[str, int]:
    """Exit code by name of all our errors, for what comes back from a kernel as a name alone."""

    def every(kind: type[FiveEnginesError]) -> dict[str, int]:
        found = {kind.__name__: kind.exit_code}
        for sub in kind.__subclasses__():
            found |= every(sub)
        return found

    return every(FiveEnginesError)
