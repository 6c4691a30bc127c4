"""Tasks that end when they are told to, though a library may lose the telling."""

import asyncio
from collections.abc import Collection
from typing import Any, Final

AGAIN_SECONDS: Final = 0.5


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
