"""The bound on open orders: beyond it a submission is refused before anything is stored."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from executor_service import telemetry
from executor_service.application.ports import OrderStore
from servicekit.errors import Unavailable

COUNT_EVERY_SECONDS: Final = 0.5
RETRY_AFTER_MS: Final = 2_000


async def _ignore(answers: bool) -> None:
    """Do nothing: no listener is set."""


class Admission:
    """Estimates how many orders are open: the database's last count, and the orders admitted since.

    It calls `tell` whenever the database stops or begins to answer.
    """

    def __init__(self, *, store: OrderStore, open_orders_max: int) -> None:
        self._store = store
        self._max = open_orders_max
        self._counted = 0
        self._database_answers = True
        self.tell: Callable[[bool], Awaitable[None]] = _ignore
        self._admitted_since = 0

    async def run(self) -> None:
        """Count every half second, until cancelled. While the database does not answer, the last count holds."""
        while True:
            admitted_before = self._admitted_since
            try:
                # One more than the limit is enough to know, and bounds the work.
                self._counted = await self._store.count_open(self._max + 1)
                self._admitted_since -= admitted_before
                telemetry.open_orders_counted(self._counted)
                await self._note(answers=True)
            except Unavailable:
                await self._note(answers=False)
            await asyncio.sleep(COUNT_EVERY_SECONDS)

    async def _note(self, *, answers: bool) -> None:
        """Call `tell` when the database has stopped or begun to answer."""
        if answers is not self._database_answers:
            self._database_answers = answers
            await self.tell(answers)

    def admit(self) -> None:
        """Let one order in. Raises Unavailable("OVERLOADED") when there is no room."""
        if self._counted + self._admitted_since >= self._max:
            detail = "too many orders are open; come back when some have ended"
            raise Unavailable("OVERLOADED", detail, retry_after_ms=RETRY_AFTER_MS)
        self._admitted_since += 1
