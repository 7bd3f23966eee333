"""Where providers live, with which key and how patiently they are asked: from the environment or a .env file.

Only what a person sets; no request is made here.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from dotenv import dotenv_values

from fiveengines.base import paths
from fiveengines.base.errors import ParameterError
from fiveengines.data.providers.registry import default_urls, limits, registry


@dataclass(frozen=True)
class Settings:
    """Where providers live and how patiently to ask; tests point `bases` at a local server."""

    bases: Mapping[str, str] = field(default_factory=default_urls)
    keys: Mapping[str, str] = field(default_factory=dict, repr=False)
    timeout: float = 30.0
    attempts: int = 4
    wait: float = 1.0
    longest_wait: float = 120.0
    max_bytes: int = 64 * 2**20
    limits: Mapping[str, tuple[int, float]] = field(default_factory=limits)

    @classmethod
    def from_environment(cls) -> Settings:
        """Settings from FIVEENGINES_<PROVIDER>_URL, FIVEENGINES_TIMEOUT, FIVEENGINES_WAIT and the providers' keys.

        A `.env` file in the current folder or the working root may hold the same names; the environment wins.
        """
        found: dict[str, str] = {}
        for folder in (paths.working_root(), Path.cwd()):
            found |= _dotenv(folder / ".env")
        found |= {name: text for name, text in os.environ.items() if text}
        bases = {
            name: _address(found, f"FIVEENGINES_{name.upper()}_URL", url)
            for name, url in default_urls().items()
        }
        names = [each.key for each in registry().values() if each.key]
        default = cls()
        return cls(
            bases=bases,
            keys={name: key for name in names if (key := found.get(name, "").strip())},
            timeout=_seconds(found, "FIVEENGINES_TIMEOUT", default.timeout),
            wait=_seconds(found, "FIVEENGINES_WAIT", default.wait),
        )

    def secrets(self) -> tuple[str, ...]:
        """What no log, error or page may show: keys, and passwords within addresses."""
        passwords = (urlsplit(url).password for url in self.bases.values())
        return tuple(secret for secret in (*self.keys.values(), *passwords) if secret)


def _dotenv(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    try:
        # Notepad opens a UTF-8 file with a byte-order mark, which is no part of the first name
        values = dotenv_values(path, encoding="utf-8-sig")
    except (OSError, UnicodeError):
        raise ParameterError(f"{path} cannot be read as text.", remedy="Save it as UTF-8.") from None
    return {name: text for name, text in values.items() if text}


def _address(found: Mapping[str, str], name: str, default: str) -> str:
    if name not in found:
        return default
    text = found[name].strip().rstrip("/")
    try:
        parts = urlsplit(text)
        sound = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        sound = False
    if not sound:
        # the text may hold a password, so it is not repeated
        raise ParameterError(
            f"{name} is no web address.", remedy="Write it as https://host/path or http://host/path."
        )
    return text


def _seconds(found: Mapping[str, str], name: str, default: float) -> float:
    text = found.get(name)
    if text is None:
        return default
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 < seconds < 3600:
        raise ParameterError(f"{name} is {text!r}.", remedy="Give seconds, for example 30.")
    return seconds
