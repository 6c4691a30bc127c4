"""One supervised process: started, watched, started again when it dies, stopped on request."""

import asyncio
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from deploy.local.folder import STACK_MARK, DataFolder
from deploy.local.health import said_ready
from deploy.local.process import ProcessSpec
from deploy.local.refusal import Refusal
from deploy.local.servers.reasons import reason_in
from deploy.local.spawn import spawn

READY_FD: Final = "TRADEWIND_READY_FD"
_ASK_AGAIN_S: Final = 0.05
# A process that lived this long starts again at once; one that keeps dying waits a little longer each time.
_LIVED_S: Final = 5.0
_BACKOFF_FIRST_S: Final = 0.25
_BACKOFF_MAX_S: Final = 1.0
_DEATHS_BEFORE_ACCEPTED_MAX: Final = 4

Report = Callable[[str], None]


class SupervisedProcess:
    """Runs a spec's command until `stop`, and starts it again whenever it ends."""

    def __init__(self, spec: ProcessSpec, folder: DataFolder, report: Report) -> None:
        self.spec = spec
        self._folder = folder
        self._report = report
        self._process: subprocess.Popen[bytes] | None = None
        self._task: asyncio.Task[None] | None = None
        self._stopping = asyncio.Event()
        self._ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        # Gets a Refusal when the process keeps dying before its stack was accepted; never a result.
        self.hopeless: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._accepted = False

    def start(self) -> None:
        """Begin to keep the process alive."""
        self._task = asyncio.create_task(self._keep_alive(), name=f"keep {self.spec.name}")

    async def ready(self, within_seconds: float) -> None:
        """Return once the process was well for the first time. Raises Refusal when that takes longer."""
        try:
            async with asyncio.timeout(within_seconds):
                await asyncio.shield(self._ready)
        except TimeoutError:
            raise Refusal(f"{self.spec.name} is not ready after {within_seconds:.0f} s: see {self._log}") from None

    def accept(self) -> None:
        """Say that the stack is up: from now on the process is started again for ever."""
        self._accepted = True

    async def stop(self) -> None:
        """Ask the process to end, insist after its grace, and forget it."""
        self._stopping.set()
        if self._task is None:
            return
        self._signal(self.spec.stop_signal)
        _, late = await asyncio.wait([self._task], timeout=self.spec.grace_seconds)
        if late:
            self._report(f"{self.spec.name} did not stop within {self.spec.grace_seconds:g} s and is killed")
            self.kill()
            await asyncio.wait([self._task])
        self._folder.remove_pid(self.spec.name)

    def kill(self) -> None:
        """End the process and its children now."""
        self._stopping.set()
        process = self._process
        if process is not None and process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)  # each child leads a group of its own

    @property
    def _log(self) -> str:
        return str(self._folder.log_path(self.spec.name))

    async def _keep_alive(self) -> None:
        deaths = 0
        while not self._stopping.is_set():
            started = time.monotonic()
            try:
                end = _ending(await self._run_once())
            except (OSError, Refusal) as error:  # a full disk, a program gone: it may pass, so go on trying
                end = f"cannot be started ({error})"
            if self._stopping.is_set():
                return
            deaths = 1 if time.monotonic() - started > _LIVED_S else deaths + 1
            if not self._accepted and deaths >= _DEATHS_BEFORE_ACCEPTED_MAX:
                self._give_up(end)
                return
            self._report(f"{self.spec.name} {end}; starting it again")
            await self._pause(_backoff(deaths))

    def _give_up(self, end: str) -> None:
        words = f"{self.spec.name} {end} again and again, the last time with {self._last_words()!r}"
        self.hopeless.set_exception(Refusal(f"{words}: see {self._log}"))
        self.hopeless.exception()  # reads the error, so that asyncio does not report it when no caller waits

    async def _run_once(self) -> int:
        """Start the process and return its exit code, or the negative signal, when it has ended."""
        if self.spec.before is not None:
            await asyncio.to_thread(self.spec.before)
            if self._stopping.is_set():
                return 0
        reading, writing = os.pipe()
        try:
            process = self._spawn(writing)
        except BaseException:
            os.close(reading)
            raise
        finally:
            os.close(writing)
        self._process = process
        try:
            self._folder.write_pid(self.spec.name, process.pid)
        except OSError:
            os.close(reading)
            os.killpg(process.pid, signal.SIGKILL)  # without its pid file no later start could find it
            raise
        watcher = asyncio.create_task(self._watch_health(reading), name=f"health of {self.spec.name}")
        try:
            return await _exit_of(process)
        finally:
            watcher.cancel()
            await asyncio.wait([watcher])

    def _spawn(self, ready_fd: int) -> "subprocess.Popen[bytes]":
        spec = self.spec
        with self._folder.open_log(spec.name) as log:
            return spawn(
                spec.command,
                env={**spec.env, STACK_MARK: str(self._folder.path), READY_FD: str(ready_fd)},
                output=log,
                cwd=spec.cwd,
                account=spec.account,
                death_signal=spec.death_signal,
                niceness=spec.niceness,
                pass_fds=(ready_fd,),
            )

    async def _watch_health(self, ready_fd: int) -> None:
        if self.spec.healthy is None:
            well = await said_ready(ready_fd)
        else:
            os.close(ready_fd)
            while not await self.spec.healthy():  # noqa: ASYNC110 - nothing in this process knows; it is asked
                await asyncio.sleep(_ASK_AGAIN_S)
            well = True
        if well and not self._ready.done():
            self._ready.set_result(None)

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopping.wait()

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(number)

    def _last_words(self) -> str:
        log = self._folder.log_path(self.spec.name)
        lines = log.read_text(errors="replace").splitlines() if log.exists() else []
        return reason_in(lines)


def _backoff(deaths: int) -> float:
    """Seconds to wait after the n-th death in a row: none after the first."""
    return 0.0 if deaths <= 1 else min(_BACKOFF_MAX_S, _BACKOFF_FIRST_S * 2 ** (deaths - 2))


def _ending(code: int) -> str:
    return f"exited with code {code}" if code >= 0 else f"was ended by {signal.Signals(-code).name}"


def _exit_of(process: "subprocess.Popen[bytes]") -> asyncio.Future[int]:
    """Return a future of the exit code. A thread waits for it, so that this works on every platform alike."""
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[int] = loop.create_future()

    def settle(code: int) -> None:
        if not ended.done():
            ended.set_result(code)

    def wait() -> None:
        code = process.wait()
        if not loop.is_closed():
            loop.call_soon_threadsafe(settle, code)

    threading.Thread(target=wait, name=f"wait for {process.pid}", daemon=True).start()
    return ended
