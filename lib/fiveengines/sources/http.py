"""One polite way to ask over HTTP: limits, retries where they help, checked answers, no key in sight.

Transport only: bytes in their announced kind go out; what they mean is the provider's module.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
import os
import re
import threading
import time
import zlib
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from pathlib import Path
from typing import Literal
from urllib.parse import quote, quote_plus

import httpx
from dotenv import dotenv_values
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt
from tenacity.wait import wait_exponential_jitter

from fiveengines import paths
from fiveengines.errors import ParameterError, ProviderError

Kind = Literal["csv", "json", "xml", "zip"]

BASES: Mapping[str, str] = {
    "fred": "https://api.stlouisfed.org/fred",
    "fred_graph": "https://fred.stlouisfed.org",
    "cboe": "https://cdn.cboe.com",
    "cftc": "https://publicreporting.cftc.gov",
    "cftc_files": "https://www.cftc.gov",
    "nyfed": "https://markets.newyorkfed.org",
    "treasury": "https://api.fiscaldata.treasury.gov",
    "prices": "",
}
_REQUESTS_A_MINUTE = {"fred": 110, "fred_graph": 60, "cboe": 240}
_HIDDEN = "[key hidden]"
_TRANSIENT_STATUS = frozenset({408, 425, 429, 500, 502, 503, 504})
_KEY_IN_TEXT = re.compile(r"(api[_-]?key=)[^&\s\"'<>]+", re.IGNORECASE)
_FIRST_BYTES: Mapping[str, tuple[bytes, ...]] = {
    "json": (b"{", b"["),
    "xml": (b"<?xml", b"<"),
    "zip": (b"PK",),
}


@dataclass(frozen=True)
class Settings:
    """Where providers live and how patiently to ask; tests point `bases` at a local server."""

    bases: Mapping[str, str] = field(default_factory=lambda: dict(BASES))
    fred_key: str | None = field(default=None, repr=False)
    timeout: float = 30.0
    attempts: int = 4
    wait: float = 1.0
    longest_wait: float = 120.0
    max_bytes: int = 64 * 2**20
    per_minute: Mapping[str, int] = field(default_factory=lambda: dict(_REQUESTS_A_MINUTE))

    @classmethod
    def from_environment(cls) -> Settings:
        """Settings from FIVEENGINES_<PROVIDER>_URL, FIVEENGINES_TIMEOUT, FIVEENGINES_WAIT and FRED_API_KEY.

        A `.env` file in the current folder or the working root may hold the same names; the environment wins.
        """
        found: dict[str, str] = {}
        for folder in (paths.working_root(), Path.cwd()):
            found |= {name: text for name, text in dotenv_values(folder / ".env").items() if text}
        found |= {name: text for name, text in os.environ.items() if text}
        bases = {
            name: found.get(f"FIVEENGINES_{name.upper()}_URL", url).rstrip("/") for name, url in BASES.items()
        }
        default = cls()
        return cls(
            bases=bases,
            fred_key=found.get("FRED_API_KEY", "").strip() or None,
            timeout=_seconds(found, "FIVEENGINES_TIMEOUT", default.timeout),
            wait=_seconds(found, "FIVEENGINES_WAIT", default.wait),
        )


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


@dataclass(frozen=True)
class Exchange:
    """One request as the fetch log keeps it; `url` carries no key."""

    at: dt.datetime
    provider: str
    url: str
    status: int
    bytes: int
    sha256: str
    seconds: float
    attempts: int


class RefusedError(ProviderError):
    """The provider answered with an error that asking again cannot cure; `body` holds its words."""

    def __init__(
        self, message: str, *, status: int, body: str, where: str, remedy: str | None = None
    ) -> None:
        super().__init__(message, where=where, remedy=remedy)
        self.status, self.body = status, body


class _PassingError(Exception):
    """A failure that may be gone at the next try."""

    def __init__(self, what: str, wait: float | None = None) -> None:
        super().__init__(what)
        self.what, self.wait = what, wait


class Scrubber(logging.Filter):
    """Takes every secret out of texts, and out of log records of the libraries that write addresses."""

    def __init__(self, *secrets: str | None) -> None:
        super().__init__()
        plain = {secret for secret in secrets if secret}
        self._secrets = sorted(
            plain | {quote(s, safe="") for s in plain} | {quote_plus(s) for s in plain}, key=len
        )

    def __call__(self, text: str) -> str:
        """`text` without any secret."""
        for secret in reversed(self._secrets):
            text = text.replace(secret, _HIDDEN)
        return _KEY_IN_TEXT.sub(rf"\1{_HIDDEN}", text)

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite `record` so that no handler ever meets a secret."""
        record.msg, record.args = self(record.getMessage()), ()
        return True


class Pace:
    """At most `count` requests in any minute; `hold()` waits for its turn."""

    def __init__(self, count: int, sleep: Callable[[float], None] = time.sleep) -> None:
        self._count, self._sleep = count, sleep
        self._past: deque[float] = deque()
        self._lock = threading.Lock()

    def hold(self) -> None:
        """Return when one more request is within the limit."""
        with self._lock:
            now = time.monotonic()
            while self._past and now - self._past[0] >= 60:
                self._past.popleft()
            if len(self._past) >= self._count:
                self._sleep(60 - (now - self._past[0]))
                self._past.popleft()
            self._past.append(time.monotonic())


class Http:
    """Asks providers. One object serves a whole fetch and may be used by several threads."""

    def __init__(self, settings: Settings, log: Callable[[Exchange], None] | None = None) -> None:
        self.settings, self._log = settings, log
        self.scrub = Scrubber(settings.fred_key)
        self._paces = {name: Pace(count) for name, count in settings.per_minute.items()}
        for name in ("httpx", "httpcore", "urllib3"):
            logger = logging.getLogger(name)
            logger.filters[:] = [kept for kept in logger.filters if not isinstance(kept, Scrubber)]
            logger.addFilter(self.scrub)
        # Cboe's network refuses clients whose name is a bare library; proxies come from the environment.
        agent = f"Mozilla/5.0 (compatible; fiveengines/{version('fiveengines')}; weekly personal use)"
        self._client = httpx.Client(
            headers={"User-Agent": agent, "Accept-Encoding": "gzip"},
            timeout=httpx.Timeout(settings.timeout, connect=min(10.0, settings.timeout)),
            follow_redirects=True,
            trust_env=True,
        )

    def __enter__(self) -> Http:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def base(self, name: str) -> str:
        """Address that `name` (a key of BASES) is reached under."""
        return self.settings.bases[name]

    def get(
        self,
        provider: str,
        path: str,
        *,
        kind: Kind,
        params: Mapping[str, str | int] | None = None,
        attempts: int | None = None,
    ) -> bytes:
        """The decoded body of `path` below the provider's base, checked to be of `kind`.

        Tries again after time-outs, broken connections, 429 (honouring Retry-After) and 5xx. Raises
        RefusedError for an answer that another try cannot change, ProviderError when all tries failed.
        """
        tries = 0
        asked = time.monotonic()

        def once() -> bytes:
            nonlocal tries
            tries += 1
            return self._once(provider, self.base(provider) + path, params, kind, tries, asked)

        retrying = Retrying(
            stop=stop_after_attempt(attempts or self.settings.attempts),
            retry=retry_if_exception_type(_PassingError),
            wait=self._pause,
            reraise=True,
        )
        failure: _PassingError | None = None
        try:
            return retrying(once)
        except _PassingError as error:
            failure = error
        # raised outside the handler: the original exceptions hold the full address, key included
        raise ProviderError(
            f"{failure.what} ({tries} {'tries' if tries > 1 else 'try'}).",
            where=self.scrub(self.base(provider) + path.partition("?")[0]),
            remedy="Try `fiveengines fetch` again later; what was stored before is kept.",
        )

    def _pause(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        asked = error.wait if isinstance(error, _PassingError) else None
        jittered = wait_exponential_jitter(
            multiplier=self.settings.wait, max=self.settings.longest_wait, jitter=1.0
        )
        usual = min(jittered(state), self.settings.wait * 2**state.attempt_number * 2)
        return usual if asked is None else asked + min(0.25, self.settings.wait)

    def _once(
        self,
        provider: str,
        url: str,
        params: Mapping[str, str | int] | None,
        kind: Kind,
        tries: int,
        asked: float,
    ) -> bytes:
        if pace := self._paces.get(provider):
            pace.hold()
        passing: str | None = None
        try:
            with self._client.stream("GET", url, params=params) as response:
                # the whole answer must arrive in bounded time, however slowly it drips
                body = self._body(response, deadline=time.monotonic() + 4 * self.settings.timeout)
        except httpx.TimeoutException:
            passing = f"no answer within {self.settings.timeout:g} seconds"
        except (httpx.RequestError, httpx.InvalidURL) as error:
            passing = f"the connection failed: {self.scrub(str(error)) or type(error).__name__}"
        if passing is not None:
            raise _PassingError(passing)
        where = self.scrub(str(response.url.copy_with(query=None)))
        if self._log:
            sha = hashlib.sha256(body).hexdigest()
            at = dt.datetime.now(dt.UTC).replace(tzinfo=None)
            full = self.scrub(str(response.url))
            took = round(time.monotonic() - asked, 3)
            self._log(Exchange(at, provider, full, response.status_code, len(body), sha, took, tries))
        if response.status_code in _TRANSIENT_STATUS:
            raise self._busy(response)
        if response.status_code >= 400:
            text = self.scrub(body[:2000].decode("utf-8", "replace"))
            raise RefusedError(
                f"refused with HTTP {response.status_code}.",
                status=response.status_code,
                body=text,
                where=where,
            )
        _check_kind(response, body, kind, where)
        return body

    def _busy(self, response: httpx.Response) -> Exception:
        asked = _retry_after(response.headers.get("Retry-After"))
        if asked is not None and asked > self.settings.longest_wait:
            return ProviderError(
                f"asks to wait {asked:.0f} seconds (HTTP {response.status_code}).",
                where=self.scrub(str(response.url.copy_with(query=None))),
                remedy="Run `fiveengines fetch` again after that.",
            )
        return _PassingError(f"HTTP {response.status_code}", asked)

    def _body(self, response: httpx.Response, deadline: float) -> bytes:
        packed = response.headers.get("Content-Encoding", "").lower()
        if packed not in {"", "identity", "gzip"}:
            raise _PassingError(f"the answer is packed as {packed}, which was not asked for")
        unpack = zlib.decompressobj(31) if packed == "gzip" else None
        limit, parts, size = self.settings.max_bytes, [], 0
        for chunk in response.iter_raw():
            try:
                part = unpack.decompress(chunk, limit + 1 - size) if unpack else chunk
            except zlib.error as error:
                raise _PassingError(f"the packed answer is damaged: {error}") from None
            size += len(part)
            parts.append(part)
            if size > limit or (unpack and unpack.unconsumed_tail):
                raise ProviderError(
                    f"the answer is larger than {limit // 2**20} MB and was not read.",
                    where=self.scrub(str(response.url.copy_with(query=None))),
                )
            if time.monotonic() > deadline:
                raise _PassingError("the answer came too slowly")
        if unpack and not unpack.eof:
            raise _PassingError("the packed answer is cut short")
        return b"".join(parts)


def _retry_after(text: str | None) -> float | None:
    if not text:
        return None
    if text.strip().isdigit():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=dt.UTC)
    return max(0.0, (moment - dt.datetime.now(dt.UTC)).total_seconds())


def _check_kind(response: httpx.Response, body: bytes, kind: Kind, where: str) -> None:
    """Refuse a body that is not what was asked for: error pages arrive with HTTP 200 often enough."""
    start = body[:512].lstrip(b"\xef\xbb\xbf \t\r\n")
    declared = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    is_page = start[:200].lower().startswith((b"<!doctype html", b"<html")) or (
        declared == "text/html" and start.startswith(b"<")
    )
    problem = None
    if is_page:
        problem = f"answered with a web page instead of {kind.upper()}"
    elif not start:
        problem = "answered with nothing"
    elif kind == "csv" and start[:1] in {b"{", b"[", b"<"}:
        problem = f"answered with {declared or 'something else'} instead of CSV"
    elif kind in _FIRST_BYTES and not start.startswith(_FIRST_BYTES[kind]):
        problem = f"answered with {declared or 'something else'} instead of {kind.upper()}"
    elif kind == "csv" and not _is_whole(response) and not body.endswith(b"\n"):
        problem = "ended in the middle of a row"
    if problem:
        text = body[:2000].decode("utf-8", "replace")
        raise RefusedError(f"{problem}.", status=response.status_code, body=text, where=where)


def _is_whole(response: httpx.Response) -> bool:
    """Whether the protocol itself would have noticed a body cut short."""
    return (
        "Content-Length" in response.headers
        or "chunked" in response.headers.get("Transfer-Encoding", "").lower()
    )
