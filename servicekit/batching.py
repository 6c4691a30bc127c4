"""Batching without a timer: items that arrive while calls are in flight become the next batch."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextvars import copy_context
from typing import Generic, TypeVar

from servicekit.batch_metrics import measure_batches
from servicekit.errors import Unavailable

Item = TypeVar("Item")
Result = TypeVar("Result")


class QueueFull(Unavailable):
    """This process's own queue is full: no call was made."""

    def __init__(self) -> None:
        super().__init__("OVERLOADED", "too many requests are waiting")


class Batcher(Generic[Item, Result]):
    """Turns single submits into batched calls.

    `call` gets 1 to `batch_max` items and returns one result, or one exception, for each, in order; an exception
    it raises goes to every item of the batch. At most `in_flight_max` calls run at once. There is no timer: an
    idle batcher calls in the same turn of the event loop, a busy one as soon as a call returns. Beyond
    `queue_max` waiting items `submit` raises QueueFull, an Unavailable("OVERLOADED") that no call has answered.

    A call that waits on purpose needs a large `in_flight_max`: all other items wait behind it. With a `name` the sizes
    of the batches and the queue are measured under it. A call belongs to no single item: it runs in the context in
    which the batcher was made, so that its log lines carry no item's identity.
    """

    def __init__(
        self,
        call: Callable[[Sequence[Item]], Awaitable[Sequence[Result | BaseException]]],
        *,
        batch_max: int = 64,
        in_flight_max: int = 2,
        queue_max: int = 20_000,
        name: str = "",
    ) -> None:
        self._call = call
        self._batch_max = batch_max
        self._in_flight_max = in_flight_max
        self._queue_max = queue_max
        self._waiting: deque[tuple[Item, asyncio.Future[Result]]] = deque()
        self._calls: set[asyncio.Task[None]] = set()
        self._drain_is_due = False
        self._context = copy_context()
        self._note_size = measure_batches(name, self) if name else _not_measured

    async def submit(self, item: Item) -> Result:
        """Return the item's own result. If the caller is cancelled before the call has begun, the item is dropped."""
        if len(self._waiting) >= self._queue_max:
            raise QueueFull
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Result] = loop.create_future()
        self._waiting.append((item, future))
        if not self._drain_is_due and len(self._calls) < self._in_flight_max:
            # One turn of the event loop later, so that all items of this turn share the call.
            self._drain_is_due = True
            loop.call_soon(self._drain)
        return await future

    @property
    def waiting(self) -> int:
        """Number of items whose call has not begun."""
        return len(self._waiting)

    async def close(self) -> None:
        """Wait until every submitted item has its result."""
        while self._calls or self._drain_is_due:
            await (asyncio.wait(self._calls) if self._calls else asyncio.sleep(0))

    def _drain(self) -> None:
        self._drain_is_due = False
        while self._waiting and len(self._calls) < self._in_flight_max:
            batch = self._next_batch()
            if not batch:
                return
            task = asyncio.get_running_loop().create_task(self._run(batch), context=self._context.copy())
            self._calls.add(task)
            task.add_done_callback(self._call_ended)

    def _next_batch(self) -> list[tuple[Item, asyncio.Future[Result]]]:
        batch: list[tuple[Item, asyncio.Future[Result]]] = []
        while self._waiting and len(batch) < self._batch_max:
            entry = self._waiting.popleft()
            if not entry[1].done():
                batch.append(entry)
        return batch

    def _call_ended(self, task: asyncio.Task[None]) -> None:
        self._calls.discard(task)
        self._drain()

    async def _run(self, batch: list[tuple[Item, asyncio.Future[Result]]]) -> None:
        self._note_size(len(batch))
        try:
            results = await self._call([item for item, _ in batch])
            assert len(results) == len(batch), "a batched call answers each item"
        except asyncio.CancelledError:
            for _, future in batch:
                future.cancel()
            raise
        except Exception as error:
            results = [error] * len(batch)
        for (_, future), result in zip(batch, results, strict=True):
            if future.done():
                continue
            if isinstance(result, BaseException):
                future.set_exception(result)
            else:
                future.set_result(result)


def _not_measured(size: float) -> None:
    """Do nothing: the batcher has no name."""
