"""Background tasks beside the requests."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from servicekit.cancelling import cancel_all


@asynccontextmanager
async def in_background(*work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Run the work while the body runs, and cancel it at the end. When a task fails, cancel the body and raise.

    So a failed task ends the process, and a supervisor starts it again.
    """
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(coroutine) for coroutine in work]
        try:
            yield
        finally:
            await cancel_all(tasks)
