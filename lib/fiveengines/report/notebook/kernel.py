"""One Python kernel, started early and asked politely: the process, its client, and how it ends.

Knows Jupyter's messaging and nothing of notebooks, readings or pages.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from queue import Empty
from typing import IO, Any

from filelock import FileLock, Timeout

from fiveengines.base import paths
from fiveengines.base.bounded_files import read_bytes
from fiveengines.base.errors import NotebookError
from fiveengines.base.jupyter_home import for_kernels

# Imported by the kernel while it boots, so that the first cell finds them loaded; what is absent is skipped.
PRELOAD = (
    "fiveengines.base.fast_imports",
    "pandas",
    "fiveengines.views.notebook",
    "fiveengines.views.tables",
    "fiveengines.report.kernel_result",
)
# Begins the names of our folders among Jupyter's run-time files.
_RUN = "fiveengines-"
# Open files that a kernel and its sockets need with some to spare.
_FILES = 128
# Characters of a kernel's last words that an error repeats.
_SHOWN = 200
# Another run may take a new folder for a left one before it is held.
_TRIES = 5


class Kernel:
    """A running kernel of this very interpreter. Starting returns at once; `connect()` waits until it answers."""

    def __init__(self, *, cwd: Path | None = None, preload: Sequence[str] = PRELOAD) -> None:
        # A stale kernelspec in the user's folder would otherwise shadow the environment's own.
        os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"
        from jupyter_client.manager import AsyncKernelManager

        self._loop = event_loop()
        # "auto" encrypts where the transport supports it and, unlike the default, does so without a warning.
        _allow_files()
        self._folder = _own_folder()
        self.manager = AsyncKernelManager(
            kernel_name="python3",
            transport_encryption="auto",
            connection_file=str(self._folder.path / "kernel.json"),
        )
        spec = self.manager.kernel_spec
        if spec is not None and spec.argv:
            spec.argv[0] = sys.executable  # "python" in a spec means whichever comes first on PATH
        self.client: Any = None
        try:
            self._loop.run_until_complete(
                self.manager.start_kernel(
                    extra_arguments=["--HistoryManager.enabled=False", *_boot_arguments(preload)],
                    cwd=str(cwd) if cwd else None,
                    env={
                        **for_kernels(os.environ),
                        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
                        "FIVEENGINES_BATCH": "1",
                        # it works in the notebooks' folder, which may be the installed package's
                        paths.PROJECT: str(paths.working_root().resolve()),
                    },
                    stderr=self._folder.stderr,
                )
            )
        except KeyboardInterrupt:
            self.forget()
            self.stop()
            raise

    def connect(self, timeout: float = 60) -> Any:
        """A client whose channels are proven: a reply on shell, one on iopub. NotebookError when it dies or sleeps."""
        if self.client is None:
            client = self.manager.client()
            client.start_channels()
            client.allow_stdin = False
            self._loop.run_until_complete(self._ready(client, timeout))
            self.client = client
        return self.client

    async def _ready(self, client: Any, timeout: float) -> None:
        """jupyter_client's own wait ends with 0.2 s of deliberate silence; answers on both channels prove as much."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            asked = client.kernel_info()
            try:
                await _reply_to(asked, client.get_shell_msg, timeout=2)
                await _reply_to(asked, client.get_iopub_msg, timeout=0.3)
            except Empty:
                if not await self.manager.is_alive():
                    why = self._folder.last_words()
                    raise NotebookError(
                        f"the Python kernel ended while starting{f' ({why})' if why else ''}",
                        remedy="Run `fiveengines doctor`.",
                    ) from None
                continue
            return
        raise NotebookError(f"the Python kernel did not answer within {timeout:.0f} s", remedy="Try again.")

    def alive(self) -> bool:
        """Whether the process still runs."""
        return bool(self._loop.run_until_complete(self.manager.is_alive()))

    def interrupt(self, patience: float = 10) -> bool:
        """Stop the running cell; True when the kernel answers again within `patience` seconds."""

        async def ask() -> bool:
            await self.manager.interrupt_kernel()
            asked = self.client.kernel_info()
            try:
                await _reply_to(asked, self.client.get_shell_msg, timeout=patience)
            except Empty:
                return False
            return True

        return self._loop.run_until_complete(ask())

    def reset(self, patience: float = 30) -> bool:
        """Clear every name and count cells from one; imported modules stay loaded. False when it does not answer."""
        return self.run("get_ipython().reset(new_session=True)", patience)

    def restart(self) -> None:
        """A new process in the place of one that ended or does not answer; `connect()` waits until it does."""

        async def new_process() -> None:
            if self.client is not None:
                self.client.stop_channels()
                self.client = None
            await self.manager.restart_kernel(now=True)

        self._loop.run_until_complete(new_process())

    def run(self, source: str, timeout: float) -> bool:
        """Run `source` without showing what it displays; True when it came to its end within `timeout` seconds."""

        async def ask() -> bool:
            asked = self.client.execute(source, silent=True, store_history=False)
            deadline = time.monotonic() + timeout
            while time.monotonic() < deadline:
                try:
                    reply = await _reply_to(asked, self.client.get_shell_msg, timeout=1)
                except Empty:
                    if not await self.manager.is_alive():
                        return False
                    continue
                return bool(reply["content"]["status"] == "ok")
            return False

        return self._loop.run_until_complete(ask())

    def forget(self) -> None:
        """Drop what still waits for an answer, after an interruption, so that asyncio prints nothing about it later."""

        async def drop() -> None:
            waiting = asyncio.all_tasks() - {asyncio.current_task()}
            for each in waiting:
                each.cancel()
            ended = (await asyncio.wait(waiting, timeout=2))[0] if waiting else set()
            for each in ended:
                _ = each.cancelled() or each.exception()  # looked at, so that asyncio does not print it

        self._loop.run_until_complete(drop())

    def stop(self) -> None:
        """End the process at once and free its sockets; does nothing when it has ended already."""

        async def end() -> None:
            if self.client is not None:
                self.client.stop_channels()
                self.client = None
            if self.manager.has_kernel:
                await self.manager.shutdown_kernel(now=True)
            else:
                await self.manager.cleanup_resources()

        self._loop.run_until_complete(end())
        self._folder.remove()

    def __enter__(self) -> Kernel:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def _allow_files() -> None:
    """Raise the limit of open files where it is low; NotebookError where it stays too low for a kernel.

    The library under Jupyter's messages ends the whole process when it meets the limit.
    """
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if now >= _FILES or now == resource.RLIM_INFINITY:
        return
    if most == resource.RLIM_INFINITY or most >= _FILES:
        resource.setrlimit(resource.RLIMIT_NOFILE, (_FILES, most))
        return
    raise NotebookError(
        f"only {most} files may be open at the same time, and a kernel needs {_FILES}",
        remedy="Allow more, for example with `ulimit -n 1024`.",
    )


class _OwnFolder:
    """A folder of Jupyter's run-time files that one process holds; whoever finds it let go removes it."""

    def __init__(self, path: Path) -> None:
        self.path, self._lock = path, FileLock(path / "held")
        self._stderr: IO[bytes] | None = None

    @property
    def stderr(self) -> IO[bytes]:
        """Where a kernel writes what is no cell's output, which is nobody's to read unless it ends."""
        if self._stderr is None:
            self._stderr = (self.path / "stderr").open("wb")
        return self._stderr

    def last_words(self) -> str:
        """The last line that a kernel wrote there."""
        with contextlib.suppress(OSError):
            lines = read_bytes(self.path / "stderr").decode("utf-8", "replace").split("\n")
            return next((line.strip() for line in reversed(lines) if line.strip()), "")[:_SHOWN]
        return ""

    def held(self) -> bool:
        """Take it; False when another process has it or removed it meanwhile, or it cannot be had."""
        try:
            self._lock.acquire(timeout=0)
        except (Timeout, OSError):
            return False
        return Path(self._lock.lock_file).exists()

    def remove(self) -> None:
        """Remove it with what it holds and let go of it."""
        if self._stderr is not None:
            self._stderr.close()
        shutil.rmtree(self.path, ignore_errors=True)
        self._lock.release()
        shutil.rmtree(self.path, ignore_errors=True)  # Windows removes no file that is open


def _own_folder() -> _OwnFolder:
    """A new folder for one kernel's connection file, after those of killed runs are gone.

    jupyter_client removes the file when it ends the kernel itself; a run that is killed cannot.
    """
    from jupyter_core.paths import jupyter_runtime_dir

    home = Path(jupyter_runtime_dir())
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    for left in home.glob(f"{_RUN}*"):
        if (old := _OwnFolder(left)).held():
            old.remove()
    for _ in range(_TRIES):
        made = _OwnFolder(Path(tempfile.mkdtemp(prefix=_RUN, dir=home)))
        if made.held():
            return made
    raise NotebookError(f"no folder for a kernel can be held in {home}", remedy="Check its permissions.")


def event_loop() -> asyncio.AbstractEventLoop:
    """The loop that jupyter_core runs blocking calls on; nbclient and this module must share it."""
    from jupyter_core.utils import ensure_event_loop

    return ensure_event_loop(prefer_selector_loop=True)  # zmq needs it on Windows


async def _reply_to(message_id: str, receive: Any, timeout: float) -> dict[str, Any]:
    """The first message that answers `message_id`; queue.Empty after `timeout` seconds."""
    deadline = time.monotonic() + timeout
    while True:
        message: dict[str, Any] = await receive(timeout=max(0.0, deadline - time.monotonic()))
        if message["parent_header"].get("msg_id") == message_id:
            return message


def _boot_arguments(preload: Sequence[str]) -> list[str]:
    """ipykernel arguments that import `preload` at boot without leaving a name behind."""
    lines = "\n".join(
        f"try: __import__({name!r})\nexcept Exception: pass"
        for name in preload
        if name.replace(".", "").isidentifier()
    )
    return [f"--IPKernelApp.exec_lines={lines}"] if lines else []
