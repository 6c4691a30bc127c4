"""The fault campaign: who gets hurt, when, and how. Everything comes from one seed."""

import asyncio
import os
import random
import signal
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from typing import Final
from uuid import UUID

import redis

from executor_service.adapters.dramatiq_queue import QUEUE, HintBroker
from tests.stack import Stack

KILLED: Final = ("gateway", "executor", "worker-1", "worker-2", "router", "market", "postgres", "redis")
PAUSE_SECONDS: Final = (0.8, 2.5)
ZOMBIE_SECONDS: Final = (4.0, 6.0)
SLOW_ROUTER_SECONDS: Final = (0.5, 2.0)


class Campaign:
    """Injects one fault after another until told to stop, and counts them."""

    def __init__(self, stack: Stack, seed: int, *, recent_orders: Callable[[], Sequence[UUID]]) -> None:
        self._stack = stack
        self._random = random.Random(seed)
        self._recent_orders = recent_orders
        self._redis_url = stack.env()["REDIS_URL"]
        self._lingering: set[asyncio.Task[None]] = set()
        self.injected: Counter[str] = Counter()
        self._faults: Sequence[tuple[int, Callable[[], Awaitable[None]]]] = (
            (8, self._kill),
            (2, self._freeze_worker),
            (2, self._slow_router),
            (2, self._wipe_redis),
            (3, self._repeat_hints),
            (3, self._withhold_hints),
        )

    async def run(self, seconds: float) -> None:
        """Hurt the stack for so long, then wake whoever still sleeps."""
        ends_at = asyncio.get_running_loop().time() + seconds
        while asyncio.get_running_loop().time() < ends_at:
            await asyncio.sleep(self._random.uniform(*PAUSE_SECONDS))
            weights, faults = zip(*self._faults, strict=True)
            await self._random.choices(faults, weights)[0]()
        await asyncio.gather(*self._lingering)

    async def _kill(self) -> None:
        process = self._random.choice(KILLED)
        if self._signal(process, signal.SIGKILL):
            self.injected[f"kill -9 {process}"] += 1

    async def _freeze_worker(self) -> None:
        process = self._random.choice(("worker-1", "worker-2"))
        self._freeze(process, self._random.uniform(*ZOMBIE_SECONDS), f"freeze {process} beyond its lease")

    async def _slow_router(self) -> None:
        self._freeze("router", self._random.uniform(*SLOW_ROUTER_SECONDS), "freeze router")

    async def _wipe_redis(self) -> None:
        def wipe() -> None:
            with redis.Redis.from_url(self._redis_url, socket_timeout=2) as client:
                client.flushall()

        await self._with_redis("redis FLUSHALL", wipe)

    async def _repeat_hints(self) -> None:
        orders = list(self._recent_orders())[-64:]
        if orders:
            await self._with_redis("repeat hints", lambda: HintBroker(self._redis_url).send(orders))

    async def _withhold_hints(self) -> None:
        def withhold() -> None:
            with redis.Redis.from_url(self._redis_url, socket_timeout=2) as client:
                client.delete(f"dramatiq:{QUEUE}")

        await self._with_redis("withhold hints", withhold)

    async def _with_redis(self, name: str, work: Callable[[], None]) -> None:
        try:
            await asyncio.to_thread(work)
        except redis.RedisError:
            # It has just been killed; that was the fault.
            return
        self.injected[name] += 1

    def _freeze(self, process: str, seconds: float, name: str) -> None:
        pid = self._pid(process)
        if pid is None or not _send(pid, signal.SIGSTOP):
            return
        self.injected[name] += 1
        task = asyncio.create_task(self._thaw_later(pid, seconds))
        self._lingering.add(task)
        task.add_done_callback(self._lingering.discard)

    async def _thaw_later(self, pid: int, seconds: float) -> None:
        await asyncio.sleep(seconds)
        _send(pid, signal.SIGCONT)

    def _signal(self, process: str, number: signal.Signals) -> bool:
        pid = self._pid(process)
        return pid is not None and _send(pid, number)

    def _pid(self, process: str) -> int | None:
        try:
            return self._stack.pid(process)
        except (OSError, ValueError):
            return None


def _send(pid: int, number: signal.Signals) -> bool:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    return True
