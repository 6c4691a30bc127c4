"""Cancelling tasks so that they end."""

import asyncio

import pytest

from servicekit import cancelling
from servicekit.cancelling import cancel_all


class Loop:
    """A loop whose library loses some cancellations."""

    def __init__(self, loses: int) -> None:
        self.loses = loses

    async def run(self) -> None:
        while True:
            try:
                await asyncio.sleep(3600)
            except asyncio.CancelledError:
                if not self.loses:
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


async def test_nothing_to_cancel_is_over_at_once() -> None:
    await cancel_all([])
