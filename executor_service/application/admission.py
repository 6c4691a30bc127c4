"""How many open orders the engine takes on: beyond that a submission is refused before anything is stored."""

import asyncio
from typing import Final

from executor_service import telemetry
from executor_service.application.ports import OrderDesk
from servicekit.errors import Unavailable

COUNT_EVERY_SECONDS: Final = 0.5
RETRY_AFTER_MS: Final = 2_000


class Admission:
    """Knows about how many orders are open: the last count of the database, and what was admitted since."""

    def __init__(self, *, desk: OrderDesk, open_orders_max: int) -> None:
        self._desk = desk
        self._max = open_orders_max
        self._counted = 0
        self._admitted_since = 0

    async def run(self) -> None:
        """Count again and again, until cancelled. While the database is away the last count stands."""
        while True:
            admitted_before = self._admitted_since
            try:
                # One more than the limit is enough to know, and bounds the work.
                self._counted = await self._desk.count_open(self._max + 1)
                self._admitted_since -= admitted_before
                telemetry.open_orders_counted(self._counted)
            except Unavailable:
                pass
            await asyncio.sleep(COUNT_EVERY_SECONDS)

    def admit(self) -> None:
        """Let one order in. Raises Unavailable("OVERLOADED") when there is no room."""
        if self._counted + self._admitted_since >= self._max:
            detail = "too many orders are open; come back when some have ended"
            raise Unavailable("OVERLOADED", detail, retry_after_ms=RETRY_AFTER_MS)
        self._admitted_since += 1
