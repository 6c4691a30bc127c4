"""Queue in: a Dramatiq worker whose actor hands orders to coroutines on this process's event loop.

One process has one lease at a time. When the lease is in doubt (it ran out, or a write's outcome is unknown) the worker
stops driving its orders and takes a new lease under another identity. The worker that sweeps first takes them over.
"""

import asyncio
import os
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Final
from uuid import UUID, uuid4

import dramatiq.worker

from executor_service import telemetry
from executor_service.adapters.dramatiq_queue import make_broker
from executor_service.adapters.worker_lease import keep_lease, take_lease
from executor_service.application.drive_orders import DriveOrders, Permits, PermitsClosed
from executor_service.application.ports import LeaseLost
from executor_service.bootstrap import WorkerParts, worker_parts
from executor_service.settings import ExecutorSettings
from servicekit.cancelling import cancel_all
from servicekit.errors import Unavailable
from servicekit.grpc_server import wait_for_signal
from servicekit.metrics import serve_metrics

THREADS: Final = 4
RETRY_LEASE_SECONDS: Final = 0.25
HAND_BACK_SECONDS: Final = 2.0
STOP_THREADS_MS: Final = 3_000


async def run_worker(settings: ExecutorSettings) -> None:
    """Work until SIGTERM or SIGINT, then hand all orders back."""
    permits = Permits(settings.max_in_flight)
    hand_off = HandOff(asyncio.get_running_loop(), permits)
    broker = make_broker(settings.queue_url, hand_off.execute)
    threads = dramatiq.worker.Worker(broker, worker_threads=THREADS)
    serve_metrics(settings.metrics_port, settings.metrics_host)
    telemetry.watch_in_flight(lambda: settings.max_in_flight - permits.free, settings.max_in_flight)
    async with worker_parts(settings, broker, permits) as parts, asyncio.TaskGroup() as tasks:
        hand_off.leftover = parts.queue.offer
        background = [tasks.create_task(work) for work in (parts.feed.run(), parts.queue.run(), parts.market.run())]
        stopping = asyncio.Event()
        leases = tasks.create_task(_work_lease_after_lease(parts, hand_off, stopping))
        await asyncio.to_thread(threads.start)
        await wait_for_signal()
        # First stop taking orders: the threads return what they have fetched to the queue. Then stop the runs.
        permits.close()
        await asyncio.to_thread(threads.stop, STOP_THREADS_MS)
        stopping.set()
        await leases
        await parts.queue.drain()
        await cancel_all(background)


class HandOff:
    """The actor: waits for permits on Dramatiq's threads, then passes the ids to the event loop and returns."""

    def __init__(self, loop: asyncio.AbstractEventLoop, permits: Permits) -> None:
        self._loop = loop
        self._permits = permits
        self._tasks: set[asyncio.Task[None]] = set()
        self._driver: DriveOrders | None = None
        self._held: list[UUID] = []
        self.leftover: Callable[[Sequence[UUID]], None] = _refuse_leftover

    def drive_with(self, driver: DriveOrders | None) -> None:
        """Pass orders to this driver from now on. None: keep them, each with its permit, until there is a driver."""
        self._driver = driver
        if driver is not None and self._held:
            held, self._held = self._held, []
            self._take_up(held)

    def execute(self, order_ids: list[str]) -> None:
        """Hand every id over, as soon as a permit is free."""
        waiting = [UUID(order_id) for order_id in order_ids]
        while waiting:
            try:
                count = self._permits.take(len(waiting))
            except PermitsClosed:
                self._loop.call_soon_threadsafe(self.leftover, waiting)
                return
            self._loop.call_soon_threadsafe(self._take_up, waiting[:count])
            waiting = waiting[count:]

    def _take_up(self, order_ids: Sequence[UUID]) -> None:
        if self._driver is None:
            self._held.extend(order_ids)
            return
        task = self._loop.create_task(self._driver.take_up(order_ids))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _refuse_leftover(order_ids: Sequence[UUID]) -> None:
    raise AssertionError("the queue is not connected yet")


async def _work_lease_after_lease(parts: WorkerParts, hand_off: HandOff, stopping: asyncio.Event) -> None:
    while not stopping.is_set():
        worker_id = await _next_lease(parts, stopping)
        if worker_id is not None:
            await _work_one_lease(parts, hand_off, worker_id, stopping)


async def _next_lease(parts: WorkerParts, stopping: asyncio.Event) -> UUID | None:
    worker_id = uuid4()
    try:
        await take_lease(parts.pool, worker_id, parts.settings.worker_name)
    except Unavailable:
        await asyncio.sleep(RETRY_LEASE_SECONDS)
        return None
    telemetry.lease_taken(worker_id)
    _say_ready()
    return worker_id


async def _work_one_lease(parts: WorkerParts, hand_off: HandOff, worker_id: UUID, stopping: asyncio.Event) -> None:
    leased, driver = parts.driver_of(worker_id)
    hand_off.drive_with(driver)
    ends = [
        _task(_until_lost(parts, worker_id)),
        _task(driver.sweep()),
        _task(driver.until_lease_in_doubt()),
        _task(_until_set(stopping)),
    ]
    try:
        done, _ = await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        for end in done:
            if (error := end.exception()) is not None:
                telemetry.lease_crashed(worker_id, error)
    finally:
        hand_off.drive_with(None)
        await cancel_all(ends)
        await driver.stop()
    if not stopping.is_set():
        telemetry.lease_doubtful(worker_id)
    try:
        async with asyncio.timeout(HAND_BACK_SECONDS):
            handed_back = await leased.hand_back()
    except (Unavailable, TimeoutError):
        return
    parts.queue.offer(handed_back)
    telemetry.lease_given_up(worker_id, len(handed_back))


async def _until_lost(parts: WorkerParts, worker_id: UUID) -> None:
    try:
        await keep_lease(parts.pool, worker_id)
    except LeaseLost:
        return


async def _until_set(event: asyncio.Event) -> None:
    await event.wait()


def _task(work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
    return asyncio.get_running_loop().create_task(work)


def _say_ready() -> None:
    """Write to the supervisor's pipe that the worker is ready; a worker has no port that could be asked."""
    number = os.environ.pop("TRADEWIND_READY_FD", None)
    if number is not None:
        with os.fdopen(int(number), "w") as pipe:
            pipe.write("ready\n")
