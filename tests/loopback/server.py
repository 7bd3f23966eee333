"""The server itself: real HTTP on 127.0.0.1, every request noted, and faults on demand.

Run it alone with `PYTHONPATH=tests python -m loopback.server --years 20`; it prints the environment that
points a fetch at it.
"""

from __future__ import annotations

import argparse
import gzip
import os
import re
import socket
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from fiveengines.data.providers.registry import default_urls
from fiveengines.data.providers.transport.settings import Settings
from loopback import answers
from loopback.market import Market, balanced, from_directory, simulated
from loopback.words import HTML, PAGE, Reply


@dataclass
class Fault:
    """What goes wrong with a request whose address matches `pattern`; used up after `times` requests."""

    pattern: str
    times: int = 10**9
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    content_type: str | None = None
    change: Callable[[bytes], bytes] | None = None
    stall: float = 0.0
    reset: bool = False
    cut_gzip: bool = False
    cut_plain: bool = False
    # the body ends at the end of a row, and no length or last chunk tells
    rows_only: int | None = None
    # the headers come a byte at a time, with so many seconds between
    drip: float = 0.0


class Loopback:
    """A running server. `base` is its address, `requests` what was asked, `faults` what shall go wrong."""

    def __init__(self, market: Market, port: int = 0) -> None:
        self.market = market
        self.faults: list[Fault] = []
        self.requests: list[str] = []
        self.agents: set[str] = set()
        self._lock = threading.Lock()
        self._ready: dict[tuple[str, str], Reply] = {}
        self.remember = False
        outer = self

        class Handler(_Handler):
            server_of = outer

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, *_: object) -> None:
                """A client that hangs up is no event."""

        self._http = Server(("127.0.0.1", port), Handler)
        self.base = f"http://127.0.0.1:{self._http.server_address[1]}"
        self._thread = threading.Thread(
            target=self._http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )

    def __enter__(self) -> Loopback:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()

    def bases(self) -> dict[str, str]:
        """Settings.bases that point here."""
        return dict.fromkeys(default_urls(), self.base) | {"fred": f"{self.base}/fred"}

    def settings(self, **changes: object) -> Settings:
        """Settings that point here, quick to give up."""
        quick: dict[str, object] = {
            "bases": self.bases(),
            "timeout": 5.0,
            "wait": 0.01,
            "attempts": 3,
            "limits": {},
        }
        key = changes.pop("fred_key", answers.GOOD_KEY)
        keys = {"FRED_API_KEY": key} if key else {}
        return Settings(**({"keys": keys} | quick | changes))  # type: ignore[arg-type]

    def environment(self) -> dict[str, str]:
        """Environment variables that point a command at this server."""
        return {f"FIVEENGINES_{name.upper()}_URL": url for name, url in self.bases().items()} | {
            "FRED_API_KEY": answers.GOOD_KEY,
            "FIVEENGINES_WAIT": "0.01",
            "FIVEENGINES_TIMEOUT": "5",
        }

    def asked(self, pattern: str) -> list[str]:
        """Requests so far whose address matches."""
        return [url for url in self.requests if re.search(pattern, url)]

    def fault(self, pattern: str, **what: object) -> Fault:
        """Make requests matching `pattern` fail in this way."""
        made = Fault(pattern, **what)  # type: ignore[arg-type]
        self.faults.append(made)
        return made

    def take_fault(self, url: str) -> Fault | None:
        with self._lock:
            for fault in self.faults:
                if fault.times > 0 and re.search(fault.pattern, url):
                    fault.times -= 1
                    return fault
        return None

    def reply(self, target: str) -> Reply:
        path, query = urlsplit(target).path, urlsplit(target).query
        key = (path, query)
        if self.remember and key in self._ready:
            return self._ready[key]
        made = answers.reply(self.market, unquote(path), dict(parse_qsl(query, keep_blank_values=True)))
        if self.remember:
            self._ready[key] = made
        return made


class _Handler(BaseHTTPRequestHandler):
    server_of: Loopback
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 1 << 16

    def log_message(self, *_: object) -> None:
        """Silence: requests are noted by the server object."""

    def do_GET(self) -> None:
        server = self.server_of
        server.requests.append(self.path)
        agent = self.headers.get("User-Agent", "")
        server.agents.add(agent)
        bare = agent.startswith(("python", "httpx", "curl"))
        to_cboe = self.path.startswith(("/api/global", "/data/us"))
        to_sec = self.path.startswith(("/files/company", "/api/xbrl"))
        if (to_cboe and bare) or (to_sec and "@" not in agent):
            self._send(403, HTML, PAGE, {})
            return
        fault = server.take_fault(self.path)
        if fault is None:
            self._send(*server.reply(self.path), {})
            return
        if fault.stall:
            time.sleep(fault.stall)
        status, kind, body = fault.status or 200, HTML, PAGE
        if fault.status is None:
            status, kind, body = server.reply(self.path)
        if fault.change:
            body = fault.change(body)
        body = body if fault.body is None else fault.body
        kind = fault.content_type or kind
        if fault.reset:
            self._send(status, kind, body, fault.headers, stop_at=len(body) // 2)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            os.close(self.connection.detach())
            raise ConnectionResetError
        elif fault.cut_gzip:
            packed = gzip.compress(body, mtime=0)
            self._send(status, kind, packed[: len(packed) // 2], fault.headers | {"Content-Encoding": "gzip"})
        elif fault.rows_only is not None:
            some = b"".join(body.splitlines(keepends=True)[: fault.rows_only])
            self._send(status, kind, some, fault.headers | {"Connection": "close"}, measured=False)
            self.close_connection = True
        elif fault.drip:
            for byte in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"y" * 10_000:
                self.wfile.write(bytes([byte]))
                self.wfile.flush()
                time.sleep(fault.drip)
        elif fault.cut_plain:
            half = body[: len(body) // 2].rstrip(b"\n")
            self._send(status, kind, half, fault.headers | {"Connection": "close"}, measured=False)
            self.close_connection = True
        else:
            self._send(status, kind, body, fault.headers)

    def _send(
        self,
        status: int,
        kind: str,
        body: bytes,
        headers: dict[str, str],
        stop_at: int | None = None,
        measured: bool = True,
    ) -> None:
        if (
            not headers.get("Content-Encoding")
            and "gzip" in self.headers.get("Accept-Encoding", "")
            and len(body) > 2000
        ):
            body = gzip.compress(body, 1, mtime=0) if stop_at is None and measured else body
            headers = headers | ({"Content-Encoding": "gzip"} if stop_at is None and measured else {})
        self.send_response(status)
        self.send_header("Content-Type", kind)
        if measured:
            self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body[:stop_at])
        self.wfile.flush()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--years", type=float, default=3)
    parser.add_argument("--data-dir", type=Path)
    parser.add_argument("--port", type=int, default=0)
    chosen = parser.parse_args()
    market = from_directory(chosen.data_dir) if chosen.data_dir else balanced(simulated(chosen.years))
    with Loopback(market, chosen.port) as server:
        server.remember = True
        for name, value in server.environment().items():
            print(f"export {name}={value}", flush=True)
        print("# ready", flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
