"""One crowd after another at a running stack, and what the gateway and a polite client have of each."""

import asyncio
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec
import psutil

from tests.rude.crowd import Task
from tests.rude.crowds import CROWDS
from tests.rude.polite import PoliteClient, Politeness
from tests.stack import REPOSITORY, Stack

MIB: Final = 1024 * 1024
RATE: Final = 10.0
CALM_SECONDS: Final = 8.0
# How long the gateway has to give back what a crowd took.
RETURN_SECONDS: Final = 40.0
# Files that come and go with the polite client and the services behind.
FILES_SPARE: Final = 40
# What a crowd may cost: memory while it is there and afterwards, and the polite client's time.
PEAK_MIB_MAX: Final = 400.0
REST_MIB_MAX: Final = 80.0
SLOWER_MAX: Final = 20.0
SUBMIT_MS_FLOOR: Final = 25.0


@dataclass
class Account:
    """What one crowd did and cost."""

    name: str
    members: int
    calm: Politeness
    beside: Politeness
    counts: dict[str, int] = field(default_factory=dict)
    memory_mib: tuple[float, float, float] = (0.0, 0.0, 0.0)
    files: tuple[int, int, int] = (0, 0, 0)
    pids: frozenset[int] = frozenset()

    @property
    def complaints(self) -> Sequence[str]:
        """What is out of bounds."""
        before, peak, after = self.memory_mib
        allowed_ms = SLOWER_MAX * max(self.calm.submit_ms(99), SUBMIT_MS_FLOOR)
        faults = {
            "the gateway was restarted": len(self.pids) != 1,
            "a polite order was not told whole": self.beside.whole != self.beside.orders,
            f"POST p99 above {allowed_ms:.0f} ms": self.beside.submit_ms(99) > allowed_ms,
            f"more than {PEAK_MIB_MAX:g} MiB more": peak > before + PEAK_MIB_MAX,
            f"more than {REST_MIB_MAX:g} MiB not given back": after > before + REST_MIB_MAX,
            "files not given back": self.files[2] > self.files[0] + FILES_SPARE,
        }
        return [fault for fault, holds in faults.items() if holds]


class Gauge:
    """Reads the gateway's memory and open files; the peak is kept."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self.pids: set[int] = set()
        self.peak_mib = 0.0
        self.peak_files = 0

    def read(self) -> tuple[float, int]:
        """Return resident MiB and open files now."""
        pid = self._stack.pid("gateway")
        self.pids.add(pid)
        process = psutil.Process(pid)
        mib, files = process.memory_info().rss / MIB, process.num_fds()
        self.peak_mib, self.peak_files = max(self.peak_mib, mib), max(self.peak_files, files)
        return mib, files

    async def watch(self) -> None:
        """Read ten times a second until cancelled."""
        while True:
            self.read()
            await asyncio.sleep(0.1)


async def run(
    stack: Stack, names: Sequence[str], *, seconds: float, scale: float, say: Callable[[str], None]
) -> list[Account]:
    """Let each crowd in for so long, a polite client working all the while; return what each did and cost."""
    polite, stop = PoliteClient(stack.url, rate=RATE), asyncio.Event()
    accounts = []
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(polite.work(stop))
        calm = polite.begin()
        await asyncio.sleep(CALM_SECONDS)
        try:
            for name in names:
                say(f"{name} ...")
                accounts.append(await _let_in(stack, name, polite, calm, seconds=seconds, scale=scale))
        finally:
            stop.set()
    return accounts


async def _let_in(
    stack: Stack, name: str, polite: PoliteClient, calm: Politeness, *, seconds: float, scale: float
) -> Account:
    gauge = Gauge(stack)
    before_mib, before_files = gauge.read()
    account = Account(name, max(1, int(CROWDS[name][1] * scale)), calm, polite.begin())
    watching = asyncio.create_task(gauge.watch())
    port = int(stack.url.rsplit(":", 1)[1])
    account.counts = await _crowd(Task(name, port, account.members, seconds, polite.recent))
    polite.begin()
    after_mib, after_files = await _settled(gauge, before_files)
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    account.memory_mib = before_mib, gauge.peak_mib, after_mib
    account.files = before_files, gauge.peak_files, after_files
    account.pids = frozenset(gauge.pids)
    return account


async def _crowd(task: Task) -> dict[str, int]:
    """Run a crowd in a process of its own, so that it takes nothing of the polite client's loop."""
    words = (sys.executable, "-m", "tests.rude.crowd", msgspec.json.encode(task).decode())
    process = await asyncio.create_subprocess_exec(*words, cwd=REPOSITORY, stdout=asyncio.subprocess.PIPE)
    out, _ = await process.communicate()
    assert process.returncode == 0, f"the crowd {task.name} failed"
    return msgspec.json.decode(out, type=dict[str, int])


async def _settled(gauge: Gauge, files: int) -> tuple[float, int]:
    loop = asyncio.get_running_loop()
    until = loop.time() + RETURN_SECONDS
    while loop.time() < until and gauge.read()[1] > files + FILES_SPARE:
        await asyncio.sleep(0.2)
    await asyncio.sleep(2.0)
    return gauge.read()
