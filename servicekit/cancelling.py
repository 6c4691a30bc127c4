"""Cancelling tasks reliably, although a library may lose a cancellation."""

import asyncio
from collections.abc import Collection, Coroutine
from typing import Any, Final, TypeVar

Found = TypeVar("Found")

AGAIN_SECONDS: Final = 0.5
# Tasks that have not ended yet and that no caller waits for. asyncio keeps only a weak reference to a task.
_ending: Final[set["asyncio.Task[None]"]] = set()


async def cancel_all(tasks: Collection["asyncio.Task[Any]"]) -> None:
    """Cancel the tasks and return when each has ended; their exceptions are dropped.

    A cancellation can get lost: on Python 3.11 the pool of database connections drops one that arrives together with
    the connection it waits for, and a loop around that call never ends. So it is repeated until the task ends.
    """
    pending = {task for task in tasks if not task.done()}
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=AGAIN_SECONDS)
    await asyncio.gather(*tasks, return_exceptions=True)


async def within(seconds: float, work: Coroutine[Any, Any, Found]) -> Found:
    """Return the result of the work. Raises TimeoutError after so many seconds, and cancels the work in the background.

    `asyncio.timeout` cancels once and then waits for the work. The client of Redis can lose a cancellation that arrives
    while it sends a command, so that wait has no bound.
    """
    task = asyncio.get_running_loop().create_task(work)
    try:
        await asyncio.wait([task], timeout=seconds)
    finally:
        if not task.done():
            ending = asyncio.get_running_loop().create_task(cancel_all([task]))
            _ending.add(ending)
            ending.add_done_callback(_ending.discard)
    if not task.done():
        raise TimeoutError
    return task.result()
