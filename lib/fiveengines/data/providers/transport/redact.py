"""Secrets out of texts and log records, before anyone reads them.

Words only; which secrets there are is for the settings to say.
"""

from __future__ import annotations

import logging
import re
from urllib.parse import quote, quote_plus

_HIDDEN = "[key hidden]"
_KEY_IN_TEXT = re.compile(r"(api[_-]?key=)[^&\s\"'<>]+", re.IGNORECASE)


class Redactor(logging.Filter):
    """Takes every secret out of texts, and out of log records of the libraries that write addresses."""

    def __init__(self, *secrets: str | None) -> None:
        super().__init__()
        plain = {secret for secret in secrets if secret}
        written = plain | {quote(s, safe="") for s in plain} | {quote_plus(s) for s in plain}
        longest_first = sorted(written, key=len, reverse=True)
        # a server may repeat a key in capitals
        self._secrets = (
            re.compile("|".join(map(re.escape, longest_first)), re.IGNORECASE) if written else None
        )

    def __call__(self, text: str) -> str:
        """`text` without any secret."""
        if self._secrets is not None:
            text = self._secrets.sub(_HIDDEN, text)
        return _KEY_IN_TEXT.sub(rf"\1{_HIDDEN}", text)

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite `record` so that no handler ever meets a secret."""
        record.msg, record.args = self(record.getMessage()), ()
        return True
