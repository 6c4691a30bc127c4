"""Batching: nothing waits when idle, everything shares when busy, each caller gets its own answer."""

import asyncio
from collections.abc import Sequence
from contextvars import ContextVar

import pytest
from prometheus_client import REGISTRY

from servicekit.batching import Batcher, QueueFull


class Recorder:
    """A call that remembers its batches and returns when told to."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.gate = asyncio.Event()

    async def __call__(self, items: Sequence[int]) -> Sequence[int | BaseException]:
        self.batches.append(list(items))
        await self.gate.wait()
        return [ValueError(str(item)) if item < 0 else item * 10 for item in items]


async def _turns(count: int = 5) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def test_each_caller_gets_its_own_answer() -> None:
    call = Recorder()
    call.gate.set()
    batcher = Batcher(call)
    assert await asyncio.gather(*(batcher.submit(n) for n in range(5))) == [0, 10, 20, 30, 40]
    assert call.batches == [[0, 1, 2, 3, 4]]


async def test_what_comes_while_calls_are_in_flight_becomes_the_next_batch() -> None:
    call = Recorder()
    batcher = Batcher(call, batch_max=3, in_flight_max=2)
    waiting = []
    for n in range(7):
        waiting.append(asyncio.create_task(batcher.submit(n)))
        await _turns()
    assert call.batches == [[0], [1]]
    assert batcher.waiting == 5
    call.gate.set()
    assert await asyncio.gather(*waiting) == [0, 10, 20, 30, 40, 50, 60]
    assert call.batches == [[0], [1], [2, 3, 4], [5, 6]]


async def test_one_bad_item_does_not_sink_the_rest() -> None:
    call = Recorder()
    call.gate.set()
    batcher = Batcher(call)
    good, bad = await asyncio.gather(batcher.submit(1), batcher.submit(-1), return_exceptions=True)
    assert good == 10
    assert isinstance(bad, ValueError)


async def test_a_call_that_fails_fails_its_batch_and_not_the_next() -> None:
    failures = iter([OSError("away"), None])

    async def call(items: Sequence[int]) -> Sequence[int | BaseException]:
        failure = next(failures)
        if failure is not None:
            raise failure
        return list(items)

    batcher = Batcher(call)
    with pytest.raises(OSError, match="away"):
        await batcher.submit(1)
    assert await batcher.submit(2) == 2


async def test_a_caller_that_left_is_not_called_for() -> None:
    call = Recorder()
    batcher = Batcher(call, in_flight_max=1)
    first = asyncio.create_task(batcher.submit(1))
    await _turns()
    second, third = asyncio.create_task(batcher.submit(2)), asyncio.create_task(batcher.submit(3))
    await _turns()
    second.cancel()
    call.gate.set()
    assert [*await asyncio.gather(first, third)] == [10, 30]
    assert call.batches == [[1], [3]]


async def test_a_full_queue_refuses() -> None:
    call = Recorder()
    batcher = Batcher(call, in_flight_max=1, queue_max=1)
    first = asyncio.create_task(batcher.submit(1))
    await _turns()
    second = asyncio.create_task(batcher.submit(2))
    await _turns()
    with pytest.raises(QueueFull, match="OVERLOADED"):
        await batcher.submit(3)
    call.gate.set()
    assert [*await asyncio.gather(first, second)] == [10, 20]


async def test_closing_waits_for_what_is_queued() -> None:
    call = Recorder()
    batcher = Batcher(call, in_flight_max=1)
    waiting = [asyncio.create_task(batcher.submit(n)) for n in range(3)]
    await _turns()
    call.gate.set()
    await batcher.close()
    assert all(task.done() for task in waiting) or await asyncio.gather(*waiting) == [0, 10, 20]
    assert batcher.waiting == 0


async def test_closing_waits_for_what_has_no_call_yet() -> None:
    call = Recorder()
    call.gate.set()
    batcher = Batcher(call)
    submitted = asyncio.create_task(batcher.submit(1))
    await _turns(1)
    assert call.batches == []
    await batcher.close()
    assert call.batches == [[1]]
    assert await submitted == 10


async def test_a_call_runs_in_the_context_of_none_of_its_items() -> None:
    who: ContextVar[str] = ContextVar("who", default="nobody")
    seen: list[str] = []

    async def call(items: Sequence[int]) -> Sequence[int]:
        seen.append(who.get())
        return items

    batcher: Batcher[int, int] = Batcher(call)

    async def submit(name: str) -> int:
        who.set(name)
        return await batcher.submit(1)

    await asyncio.gather(submit("first"), submit("second"))
    assert seen == ["nobody"]


async def test_a_named_batcher_tells_its_sizes_and_its_queue() -> None:
    release = asyncio.Event()

    async def call(items: Sequence[int]) -> Sequence[int]:
        await release.wait()
        return items

    batcher: Batcher[int, int] = Batcher(call, in_flight_max=1, name="measured")
    submits = [asyncio.ensure_future(batcher.submit(number)) for number in range(2)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    submits += [asyncio.ensure_future(batcher.submit(number)) for number in range(3)]
    await asyncio.sleep(0)
    assert REGISTRY.get_sample_value("tradewind_batch_waiting", {"batch": "measured"}) == 3
    release.set()
    await asyncio.gather(*submits)
    assert REGISTRY.get_sample_value("tradewind_batch_items_sum", {"batch": "measured"}) == 5
    assert REGISTRY.get_sample_value("tradewind_batch_items_count", {"batch": "measured"}) == 2
