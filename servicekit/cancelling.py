"""Tasks that end when they are told to, though a library may lose the telling."""

import asyncio
from collections.abc import Collection, Coroutine
from typing import Any, Final, TypeVar

Found = TypeVar("Found")

AGAIN_SECONDS: Final = 0.5
# What nobody waits for any more and that has not ended yet: a task that nobody holds may vanish.
_ending: Final[set["asyncio.Task[None]"]] = set()


async def cancel_all(tasks: Collection["asyncio.Task[Any]"]) -> None:
    """Cancel the tasks and return once each has ended; what they raise is dropped.

    A cancellation can get lost: on Python 3.11 the pool of database connections drops one that comes together with the
    connection it waits for, and a loop around it would run on for ever. So it is repeated until the task has ended.
    """
    pending = {task for task in tasks if not task.done()}
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=AGAIN_SECONDS)
    await asyncio.gather(*tasks, return_exceptions=True)


async def within(seconds: float, work: Coroutine[Any, Any, Found]) -> Found:
    """Return what the work finds. Raises TimeoutError after so many seconds, and then cancels the work behind it.

    `asyncio.timeout` waits for as long as the work does when its one cancellation gets lost, as the client of Redis may
    lose it: it comes while a command is just leaving.
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
