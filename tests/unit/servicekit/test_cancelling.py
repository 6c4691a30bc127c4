"""Cancelling tasks so that they end."""

import asyncio

import pytest

from servicekit import cancelling
from servicekit.cancelling import cancel_all, within


class Loop:
    """A loop whose library loses some cancellations."""

    def __init__(self, loses: int) -> None:
        self.loses = loses
        self.ended = False

    async def run(self) -> None:
        while True:
            try:
                await asyncio.sleep(3600)
            except asyncio.CancelledError:
                if not self.loses:
                    self.ended = True
                    raise
                self.loses -= 1


@pytest.mark.parametrize("loses", [0, 1, 3])
async def test_a_task_that_loses_a_cancellation_is_told_again(loses: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cancelling, "AGAIN_SECONDS", 0.01)
    task = asyncio.create_task(Loop(loses).run())
    await asyncio.sleep(0)
    async with asyncio.timeout(30):
        await cancel_all([task])
    assert task.cancelled()


async def test_what_tasks_raise_at_their_end_is_dropped() -> None:
    async def fail() -> None:
        raise ValueError

    failed = asyncio.create_task(fail())
    waiting = asyncio.create_task(asyncio.sleep(3600))
    await asyncio.sleep(0)
    await cancel_all([failed, waiting])
    assert failed.done()
    assert waiting.cancelled()


@pytest.mark.parametrize("loses", [0, 2])
async def test_a_limit_holds_though_cancellations_get_lost(loses: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cancelling, "AGAIN_SECONDS", 0.01)
    work = Loop(loses)
    async with asyncio.timeout(30):
        with pytest.raises(TimeoutError):
            await within(0.01, work.run())
        while cancelling._ending:
            await asyncio.sleep(0.01)
    assert work.ended


async def test_what_is_found_or_raised_in_time_is_handed_on() -> None:
    async def find(error: Exception | None) -> int:
        await asyncio.sleep(0)
        if error is not None:
            raise error
        return 7

    assert await within(30, find(None)) == 7
    with pytest.raises(KeyError):
        await within(30, find(KeyError()))


async def test_who_stops_waiting_ends_the_work() -> None:
    work = Loop(0)
    waiting = asyncio.create_task(within(3600, work.run()))
    await asyncio.sleep(0.01)
    await cancel_all([waiting])
    async with asyncio.timeout(30):
        while cancelling._ending:
            await asyncio.sleep(0.01)
    assert work.ended


async def test_nothing_to_cancel_is_over_at_once() -> None:
    await cancel_all([])
