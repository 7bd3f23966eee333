"""Where many weeks are made: this process, several of them, or a dask cluster; each with one kernel that stays alive.

Workers make files and hand them back; they write nothing, so they need no common disk for the reports.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import multiprocessing.util
import os
import re
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any

from fiveengines.base.errors import ParameterError
from fiveengines.base.parameters import RunParameters
from fiveengines.companions.registry import Companion
from fiveengines.report.run import KernelSeat
from fiveengines.report.weekly import RenderedReport, assemble, run_week

Companions = tuple[Companion, ...]
LOCAL = "local"
DASK = "dask:"


class WeekWorker:
    """What this process makes weeks with: a kernel, and two threads that each see one week at a time.

    The first owns the kernel, whose sockets must not change hands; the second renders a week while the kernel already
    reads the next one.
    """

    def __init__(self) -> None:
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="read")
        self._renderer = ThreadPoolExecutor(1, thread_name_prefix="render")
        self._seat = KernelSeat()
        # Runs at the end of a worker process, where atexit does not.
        self._finalizer = multiprocessing.util.Finalize(self, self._stop, exitpriority=10)

    def submit(
        self, run: RunParameters, good: str | None, companions: Companions = ()
    ) -> Future[RenderedReport]:
        ran = self._reader.submit(run_week, run, self._seat, companions=companions, keep_kernel=True)
        return self._renderer.submit(lambda: assemble(run, ran.result(), last_good=lambda: good))

    def close(self) -> None:
        self._reader.submit(self._stop).result()
        self._reader.shutdown()
        self._renderer.shutdown()
        self._finalizer.cancel()

    def _stop(self) -> None:
        with contextlib.suppress(Exception):
            self._seat.stop()


_worker: WeekWorker | None = None
_lock = threading.Lock()


def _own() -> WeekWorker:
    global _worker  # noqa: PLW0603  (one for each process)
    with _lock:
        if _worker is None:
            _worker = WeekWorker()
        return _worker


def render_one(run: RunParameters, good: str | None, companions: Companions = ()) -> RenderedReport:
    """Make one week in this process's kernel; the next call finds it warm."""
    return _own().submit(run, good, companions).result()


def close_worker() -> None:
    """Stop this process's kernel, if it has one."""
    global _worker
    with _lock:
        worker, _worker = _worker, None
    if worker is not None:
        worker.close()


class Workers:
    """Submit weeks; `restart` after a worker died. Use as a context: leaving it stops every kernel."""

    def submit(
        self, run: RunParameters, good: str | None, companions: Companions = ()
    ) -> Future[RenderedReport]:
        """A future of the week's files."""
        raise NotImplementedError

    def restart(self) -> None:
        """Begin again with new workers; what was under way is lost."""

    def close(self) -> None:
        """Let go of the workers."""


class InProcess(Workers):
    """This process: the kernel works on a week while the one before is written."""

    def submit(
        self, run: RunParameters, good: str | None, companions: Companions = ()
    ) -> Future[RenderedReport]:
        return _own().submit(run, good, companions)

    def close(self) -> None:
        close_worker()


class Processes(Workers):
    """Several processes of this machine."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._pool: Executor = self._new()

    def _new(self) -> Executor:
        context = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(self._count, mp_context=context, initializer=_leave_with_parent)

    def submit(
        self, run: RunParameters, good: str | None, companions: Companions = ()
    ) -> Future[RenderedReport]:
        return self._pool.submit(render_one, run, good, companions)

    def restart(self) -> None:
        self.close()
        self._pool = self._new()

    def close(self) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)


class DaskCluster(Workers):
    """A dask cluster by its address. Every worker needs the package and sees the same data folder."""

    def __init__(self, address: str) -> None:
        try:
            from distributed import Client
        except ImportError:
            raise ParameterError(
                "dask is not installed.", remedy="Install it with `pip install 'fiveengines[cluster]'`."
            ) from None
        if not re.fullmatch(r"[a-z+]+://[^/\s]+", address):
            raise ParameterError(
                f"--executor '{DASK}{address}' names no scheduler.",
                remedy=f"Write it as {DASK}tcp://host:8786.",
            )
        try:
            client: Any = Client  # distributed carries no types
            self._client: Any = client(address, timeout=5, set_as_default=False)
        except (OSError, ValueError, TimeoutError) as error:
            raise ParameterError(
                f"no dask scheduler answers at {address} ({type(error).__name__}).",
                remedy="Check --executor.",
            ) from None
        self._pool = self._client.get_executor(pure=False)

    @property
    def count(self) -> int:
        """Workers of the cluster."""
        return len(self._client.scheduler_info(n_workers=-1)["workers"])

    def submit(
        self, run: RunParameters, good: str | None, companions: Companions = ()
    ) -> Future[RenderedReport]:
        future: Future[RenderedReport] = self._pool.submit(render_one, run, good, companions)
        return future

    def close(self) -> None:
        self._pool.shutdown(wait=True)
        with contextlib.suppress(Exception):
            self._client.run(close_worker)
        self._client.close()


@contextlib.contextmanager
def workers(executor: str = LOCAL, count: int = 1) -> Iterator[tuple[Workers, int]]:
    """Workers and how many there are. `executor`: "local" or "dask:ADDRESS"; ParameterError when it is neither.

    One local worker is this very process; more are processes of their own, each with its kernel.
    """
    if executor.startswith(DASK):
        cluster = DaskCluster(executor.removeprefix(DASK))
        chosen: Workers = cluster
        count = max(cluster.count, 1)
    elif executor == LOCAL:
        if count < 1:
            raise ParameterError(f"--workers {count}: at least one is needed.")
        chosen = InProcess() if count == 1 else Processes(count)
    else:
        raise ParameterError(
            f"--executor {executor!r} is unknown.",
            remedy="Choose local, or dask:ADDRESS such as dask:tcp://host:8786.",
        )
    try:
        yield chosen, count
    finally:
        chosen.close()


def _leave_with_parent() -> None:
    """A worker ends when the process that asked for it is gone, and leaves Ctrl-C to that process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


__all__ = ["BrokenProcessPool", "Workers", "close_worker", "render_one", "workers"]
