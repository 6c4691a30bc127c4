"""Work that runs beside the requests."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from servicekit.cancelling import cancel_all


@asynccontextmanager
async def in_background(*work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Run the work while the body runs, and end it then. When some of it fails, the body is cancelled and this raises.

    So nothing that has stopped working goes unnoticed: the process ends, and is started again.
    """
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(coroutine) for coroutine in work]
        try:
            yield
        finally:
            await cancel_all(tasks)
