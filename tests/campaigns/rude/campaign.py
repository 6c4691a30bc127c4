"""One crowd after another at a running stack, each more than once, and what gateway and polite client have of it."""

import asyncio
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec
import psutil

from tests.campaigns.rude.crowd import Task
from tests.campaigns.rude.crowds import CROWDS
from tests.campaigns.rude.polite import PoliteClient, Politeness
from tests.stack import REPOSITORY, Stack

MIB: Final = 1024 * 1024
RATE: Final = 10.0
CALM_SECONDS: Final = 8.0
# How long the gateway has to give back what a crowd took.
RETURN_SECONDS: Final = 40.0
# Files that come and go with the polite client and the services behind.
FILES_SPARE: Final = 40
# What a crowd may cost: memory while it is there; memory that its second visit leaves above the first, for the first
# may widen what the process keeps for the next one; and the polite client's time.
PEAK_MIB_MAX: Final = 400.0
GROWTH_MIB_MAX: Final = 40.0
SLOWER_MAX: Final = 30.0
SUBMIT_MS_FLOOR: Final = 50.0


@dataclass(frozen=True)
class Visit:
    """What the gateway had before, at most, and afterwards; and how the polite client fared."""

    beside: Politeness
    counts: Mapping[str, int]
    memory_mib: tuple[float, float, float]
    files: tuple[int, int, int]
    pids: frozenset[int]


@dataclass
class Account:
    """What one crowd cost, visit by visit."""

    name: str
    members: int
    calm: Politeness
    visits: list[Visit] = field(default_factory=list)

    @property
    def beside(self) -> Politeness:
        """The polite client's time with all visits."""
        together = Politeness()
        for visit in self.visits:
            together.submits_ms += visit.beside.submits_ms
            together.lives += visit.beside.lives
            together.troubles += visit.beside.troubles
            together.orders += visit.beside.orders
        return together

    @property
    def losses(self) -> Sequence[str]:
        """What was lost or kept that should not have been."""
        first, last = self.visits[0], self.visits[-1]
        peak = max(visit.memory_mib[1] for visit in self.visits)
        faults = {
            "the gateway was restarted": len(frozenset().union(*(visit.pids for visit in self.visits))) != 1,
            "a polite order was not told whole": self.beside.whole != self.beside.orders,
            f"more than {PEAK_MIB_MAX:g} MiB more": peak > first.memory_mib[0] + PEAK_MIB_MAX,
            "memory not given back": last.memory_mib[2] > first.memory_mib[2] + GROWTH_MIB_MAX,
            "files not given back": any(visit.files[2] > visit.files[0] + FILES_SPARE for visit in self.visits),
        }
        return [fault for fault, holds in faults.items() if holds]

    @property
    def complaints(self) -> Sequence[str]:
        """All that is out of bounds, the polite client's waiting included."""
        allowed_ms = SLOWER_MAX * max(self.calm.submit_ms(99), SUBMIT_MS_FLOOR)
        slow = [f"POST p99 above {allowed_ms:.0f} ms"] if self.beside.submit_ms(99) > allowed_ms else []
        return [*self.losses, *slow]


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
    stack: Stack,
    names: Sequence[str],
    *,
    seconds: float,
    scale: float,
    visits: int,
    calm_seconds: float = CALM_SECONDS,
    say: Callable[[str], None],
) -> list[Account]:
    """Let each crowd in, a polite client working all the while; return what each cost."""
    polite, stop = PoliteClient(stack.url, rate=RATE), asyncio.Event()
    accounts = []
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(polite.work(stop))
        calm = polite.begin()
        await asyncio.sleep(calm_seconds)
        try:
            for name in names:
                say(f"{name} ...")
                account = Account(name, max(1, int(CROWDS[name][1] * scale)), calm)
                for _ in range(visits):
                    account.visits.append(await _let_in(stack, polite, account, seconds))
                accounts.append(account)
        finally:
            stop.set()
    return accounts


async def _let_in(stack: Stack, polite: PoliteClient, account: Account, seconds: float) -> Visit:
    gauge = Gauge(stack)
    before_mib, before_files = gauge.read()
    beside = polite.begin()
    watching = asyncio.create_task(gauge.watch())
    counts = await _crowd(Task(account.name, int(stack.env()["PORT"]), account.members, seconds, polite.recent))
    polite.begin()
    after_mib, after_files = await _await_result(gauge, before_files)
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    return Visit(
        beside,
        counts,
        (before_mib, gauge.peak_mib, after_mib),
        (before_files, gauge.peak_files, after_files),
        frozenset(gauge.pids),
    )


async def _crowd(task: Task) -> dict[str, int]:
    """Run a crowd in a process of its own, so that it takes nothing of the polite client's loop."""
    words = (sys.executable, "-m", "tests.campaigns.rude.crowd", msgspec.json.encode(task).decode())
    process = await asyncio.create_subprocess_exec(*words, cwd=REPOSITORY, stdout=asyncio.subprocess.PIPE)
    out, _ = await process.communicate()
    assert process.returncode == 0, f"the crowd {task.name} failed"
    return msgspec.json.decode(out, type=dict[str, int])


async def _await_result(gauge: Gauge, files: int) -> tuple[float, int]:
    loop = asyncio.get_running_loop()
    until = loop.time() + RETURN_SECONDS
    while loop.time() < until and gauge.read()[1] > files + FILES_SPARE:
        await asyncio.sleep(0.2)
    await asyncio.sleep(2.0)
    return gauge.read()
