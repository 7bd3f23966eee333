"""What a person may ask for beside a report: pages as PDF, and a message that is ready to send.

Adds files to a made week or companion; the page and the reading stay as they are.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from fiveengines.base import atomic_io
from fiveengines.base.errors import ParameterError
from fiveengines.companions.order_list import TICKET
from fiveengines.report.companion import RenderedCompanion
from fiveengines.report.page import pdf as printer
from fiveengines.report.saving import PAGE
from fiveengines.report.weekly import RenderedReport, SavedReport


@dataclass
class Exports:
    """Asked for on the command line. An impossible wish ends before the week is read.

    PrintError without Chromium, ParameterError when the message's name is a folder's.
    """

    pdf: bool = False
    mail_out: Path | None = None
    chromium: Path | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        if self.mail_out is not None and self.mail_out.expanduser().is_dir():
            raise ParameterError(
                f"--mail-out {self.mail_out}: is a folder.",
                remedy=f"Name a file in it: {self.mail_out / 'week.eml'}.",
            )
        if self.pdf:
            self.chromium = printer.find_chromium()

    def add(self, made: RenderedReport) -> None:
        """Put weekly.pdf and the tickets as PDF among the files, so that the folder is whole or not there at all."""
        if self.pdf:
            self._print(made.files, PAGE)
            for each in made.companions:
                self._print(each.files, f"{each.companion.page}.{TICKET}")

    def add_to_companion(self, made: RenderedCompanion) -> None:
        """Put its page as PDF, and its ticket's, among its files."""
        if self.pdf:
            self._print(made.files, f"{made.companion.page}.html")
            self._print(made.files, f"{made.companion.page}.{TICKET}")

    def _print(self, files: dict[str, str | bytes], name: str) -> None:
        if name in files:
            printed = printer.print_page(str(files[name]), self.chromium)
            files[f"{name.removesuffix('.html')}.pdf"] = printed

    def after(self, written: SavedReport) -> None:
        """Write the message; it names the page that has just been saved, and carries it."""
        if self.mail_out is not None:
            from fiveengines.report.page.mail import message

            made, link = written.made, written.address or written.page
            brief = None if made.reading is None else made.reading["brief"]
            content = message(made.cover, link, brief=brief, page=str(made.files[PAGE]))
            atomic_io.write_bytes(self.mail_out.expanduser(), content)
