"""One polite way to ask over HTTP: limits, retries where they help, checked answers, no key in sight.

Transport only: bytes in their announced kind go out; what they mean is the provider's module.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
import os
import threading
import time
import zlib
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception_type,
    stop_after_attempt,
    stop_when_event_set,
)
from tenacity.wait import wait_exponential_jitter

from fiveengines.base.errors import ParameterError, ProviderError
from fiveengines.data.providers.base import LATER, Kind, RefusedError, UnreachableError
from fiveengines.data.providers.transport.deadline import Deadline
from fiveengines.data.providers.transport.redact import Redactor
from fiveengines.data.providers.transport.settings import Settings

_TRANSIENT_STATUS = frozenset({408, 425, 429, 500, 502, 503, 504})
# Requests in a row that failed at every try, after which a provider is left alone for the rest of a fetch.
_SKIPPED_AFTER = 3
_MOST_REDIRECTS = 5
_FIRST_BYTES: Mapping[str, tuple[bytes, ...]] = {
    "json": (b"{", b"["),
    "xml": (b"<?xml", b"<"),
    "zip": (b"PK",),
}


@dataclass(frozen=True)
class Exchange:
    """One request as the fetch log records it; `url` carries no key."""

    at: dt.datetime
    provider: str
    url: str
    status: int
    bytes: int
    sha256: str
    seconds: float
    attempts: int


class _TransientError(Exception):
    """A failure that may be gone at the next try."""

    def __init__(self, what: str, wait: float | None = None) -> None:
        super().__init__(what)
        self.what, self.wait = what, wait


class RateLimiter:
    """At most `count` requests in any `seconds`; `acquire()` waits for its turn."""

    def __init__(self, count: int, seconds: float, sleep: Callable[[float], None]) -> None:
        self._count, self._seconds, self._sleep = count, seconds, sleep
        self._past: deque[float] = deque()
        self._lock = threading.Lock()

    def acquire(self) -> None:
        """Return when one more request is within the limit."""
        with self._lock:
            now = time.monotonic()
            while self._past and now - self._past[0] >= self._seconds:
                self._past.popleft()
            if len(self._past) >= self._count:
                self._sleep(self._seconds - (now - self._past[0]))
                self._past.popleft()
            self._past.append(time.monotonic())


class Http:
    """Asks providers. One object serves a whole fetch and may be used by several threads."""

    def __init__(self, settings: Settings, log: Callable[[Exchange], None] | None = None) -> None:
        self.settings, self._log = settings, log
        self.redact = Redactor(*settings.secrets())
        # once set, nothing is waited for and nothing is asked any more
        self.stop = threading.Event()
        self._limiters = {
            name: RateLimiter(count, seconds, self._sleep)
            for name, (count, seconds) in settings.limits.items()
        }
        self._failures: dict[str, int] = {}
        for name in ("httpx", "httpcore", "urllib3"):
            logger = logging.getLogger(name)
            logger.filters[:] = [each for each in logger.filters if not isinstance(each, Redactor)]
            logger.addFilter(self.redact)
        # Cboe's network refuses clients whose name is a bare library; proxies come from the environment.
        agent = f"Mozilla/5.0 (compatible; fiveengines/{version('fiveengines')}; weekly personal use)"
        try:
            self._client = httpx.Client(
                headers={"User-Agent": agent, "Accept-Encoding": "gzip"},
                timeout=httpx.Timeout(settings.timeout, connect=min(10.0, settings.timeout)),
                trust_env=True,
            )
        except (ImportError, ValueError, httpx.InvalidURL):
            raise ParameterError(
                "the proxy in HTTP_PROXY, HTTPS_PROXY or ALL_PROXY cannot be used.",
                remedy="Write it as http://host:port; a SOCKS proxy needs `pip install 'httpx[socks]'`.",
            ) from None
        except OSError as error:  # ssl.SSLError among them
            named = [name for name in ("SSL_CERT_FILE", "SSL_CERT_DIR") if os.environ.get(name)]
            raise ParameterError(
                f"the certificates in {' or '.join(named) or 'the usual place'} cannot be read"
                f" ({error.strerror or type(error).__name__}).",
                remedy="Unset the variable, or name a file of certificates that exists.",
            ) from None
        self._deadline = Deadline()
        self._deadline.set_on(self._client)

    def __enter__(self) -> Http:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def base(self, name: str) -> str:
        """Address that `name` (a provider's, or that of its second address) is reached under, without a password."""
        return self.redact(self.settings.bases[name])

    def get(
        self,
        provider: str,
        path: str,
        *,
        kind: Kind,
        params: Mapping[str, str | int] | None = None,
        attempts: int | None = None,
        agent: str | None = None,
    ) -> bytes:
        """The decoded body of `path` below the provider's base, checked to be of `kind`.

        agent: by what name to ask, where a provider wants another than the usual one. Tries again after time-outs,
        broken connections, 429 (honouring Retry-After) and 5xx. Raises RefusedError for an answer that another try
        cannot change, UnreachableError when all tries failed. A provider at which several requests in a row failed so
        is not asked again.
        """
        where = self.base(provider) + self.redact(path.partition("?")[0])
        failures = self._failures.get(provider, 0)
        if self.stop.is_set():
            raise UnreachableError("not asked: the fetch was stopped.", where=where)
        if failures >= _SKIPPED_AFTER:
            raise UnreachableError(
                "not asked: the requests before this one all failed.",
                where=where,
                remedy=LATER,
            )
        tries = 0
        asked = time.monotonic()

        def once() -> bytes | _TransientError:
            nonlocal tries
            tries += 1
            return self._once(
                provider, self.settings.bases[provider] + path, params, kind, tries, asked, agent
            )

        most = attempts or self.settings.attempts
        retrying = Retrying(
            # a provider that has just failed at every try is not asked as often again
            stop=stop_after_attempt(min(most, 2) if failures else most) | stop_when_event_set(self.stop),
            retry=retry_if_exception_type(_TransientError),
            wait=self._pause,
            sleep=self._sleep,
            retry_error_callback=_last_failure,
        )
        try:
            found = retrying(once)
        except UnreachableError:
            self._failures[provider] = _SKIPPED_AFTER
            raise
        except RefusedError:
            self._failures[provider] = 0
            raise
        if isinstance(found, bytes):
            self._failures[provider] = 0
            return found
        self._failures[provider] = failures + 1
        # not raised from the last failure: what is behind it holds the full address, key included
        raise UnreachableError(
            f"{found.what} ({tries} {'tries' if tries > 1 else 'try'}).", where=where, remedy=LATER
        )

    def _where(self, url: httpx.URL) -> str:
        """An address for messages: without its query and without any secret."""
        return self.redact(str(url.copy_with(query=None)))

    def _sleep(self, seconds: float) -> None:
        self.stop.wait(seconds)

    def _pause(self, state: RetryCallState) -> float:
        error = _last_failure(state)
        asked = error.wait if isinstance(error, _TransientError) else None
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
        agent: str | None,
    ) -> bytes:
        if limiter := self._limiters.get(provider):
            limiter.acquire()
        if self.stop.is_set():
            raise _TransientError("the fetch was stopped")
        transient: str | None = None
        # connection, headers and body must arrive in bounded time, however slowly they drip
        most = 4 * self.settings.timeout
        began = time.monotonic()
        try:
            with self._deadline.within(most), self._answer(url, params, agent) as response:
                body = self._body(response, deadline=began + most)
        except httpx.TimeoutException:
            transient = f"no answer within {self.settings.timeout:g} seconds"
            if time.monotonic() - began >= most:
                transient = f"no whole answer within {most:g} seconds"
        except (httpx.RequestError, httpx.InvalidURL) as error:
            through = _proxy_of(url)
            transient = f"the connection{through} failed: {self.redact(str(error)) or type(error).__name__}"
        if transient is not None:
            raise _TransientError(transient)
        where = self._where(response.url)
        if self._log:
            sha = hashlib.sha256(body).hexdigest()
            at = dt.datetime.now(dt.UTC).replace(tzinfo=None)
            full = self.redact(str(response.url))
            took = round(time.monotonic() - asked, 3)
            self._log(Exchange(at, provider, full, response.status_code, len(body), sha, took, tries))
        if response.status_code in _TRANSIENT_STATUS:
            raise self._busy(response)
        if response.status_code >= 400:
            text = self.redact(body[:2000].decode("utf-8", "replace"))
            status = response.status_code
            raise RefusedError(f"refused with HTTP {status}.", status=status, body=text, where=where)
        _check_kind(response, body, kind, where)
        return body

    @contextmanager
    def _answer(
        self, url: str, params: Mapping[str, str | int] | None, agent: str | None
    ) -> Iterator[httpx.Response]:
        """The answer, its body still to be read; a redirect is followed only within the provider's own domain."""
        request = self._client.build_request(
            "GET", url, params=params, headers={"User-Agent": agent} if agent else None
        )
        for left in range(_MOST_REDIRECTS, -1, -1):
            response = self._client.send(request, stream=True)
            following = response.next_request
            if following is None:
                try:
                    yield response
                finally:
                    response.close()
                return
            response.close()
            if not left or not _same_domain(request.url, following.url):
                break
            request = following
        raise RefusedError(
            self.redact(
                f"sends the request on to {response.headers['Location'].partition('?')[0]}, not followed."
            ),
            status=response.status_code,
            body="",
            where=self._where(request.url),
            remedy="The provider may have moved, or a network may intercept requests; see its page.",
        )

    def _busy(self, response: httpx.Response) -> Exception:
        asked = _retry_after(response.headers.get("Retry-After"))
        if asked is not None and asked > self.settings.longest_wait:
            return UnreachableError(
                f"asks to wait {asked:.0f} seconds (HTTP {response.status_code}).",
                where=self._where(response.url),
                remedy="Run `fiveengines fetch` again after that.",
            )
        return _TransientError(f"HTTP {response.status_code}", asked)

    def _body(self, response: httpx.Response, deadline: float) -> bytes:
        packed = response.headers.get("Content-Encoding", "").lower()
        if packed not in {"", "identity", "gzip"}:
            raise _TransientError(f"the answer is packed as {packed}, which was not asked for")
        unpack = zlib.decompressobj(31) if packed == "gzip" else None
        limit, parts, size = self.settings.max_bytes, [], 0
        for chunk in response.iter_raw():
            left = chunk
            while left:
                part, left = left, b""
                if unpack:
                    if unpack.eof:  # a packed answer may consist of several pieces, filled up with zeros
                        part = part.lstrip(b"\0")
                        if not part:
                            break
                        unpack = zlib.decompressobj(31)
                    try:
                        part = unpack.decompress(part, limit + 1 - size)
                    except zlib.error as error:
                        raise _TransientError(f"the packed answer is damaged: {error}") from None
                    left = unpack.unused_data
                size += len(part)
                parts.append(part)
                if size > limit or (unpack and unpack.unconsumed_tail):
                    raise ProviderError(
                        f"the answer is larger than {limit // 2**20} MB and was not read.",
                        where=self._where(response.url),
                    )
            if time.monotonic() > deadline:
                raise _TransientError("the answer came too slowly")
        if unpack and not unpack.eof:
            raise _TransientError("the packed answer is cut short")
        return b"".join(parts)


def _last_failure(state: RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome else None


def _proxy_of(url: str) -> str:
    """Words that name the variable of the proxy through which `url` is asked; empty without one."""
    parts = urlsplit(url)
    if not parts.hostname or proxy_bypass(parts.hostname):
        return ""
    for scheme in (parts.scheme, "all"):
        if getproxies().get(scheme):
            return f" through the proxy of {scheme.upper()}_PROXY"
    return ""


def _same_domain(old: httpx.URL, new: httpx.URL) -> bool:
    """Whether a redirect stays at the host or its neighbours in the same domain, and keeps encryption."""
    if new.scheme not in {old.scheme, "https"}:
        return False
    if new.host == old.host:
        return True
    domain = old.host.partition(".")[2]
    named = not old.host.rpartition(".")[2].isdigit()  # an address in numbers has no neighbours
    return named and "." in domain and f".{new.host}".endswith(f".{domain}")


def _retry_after(text: str | None) -> float | None:
    if not text:
        return None
    if text.strip().isascii() and text.strip().isdigit():
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
