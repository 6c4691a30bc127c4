"""A polite client: it submits at a steady rate, follows each order to its end, and notes how long that took."""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Final

from tests.campaigns.bench.results import percentile
from tradewind_client import OrderRequest, Tradewind, TradewindError

ORDER: Final = OrderRequest(token_in="SOL", token_out="USDC", amount_in="0.2", slippage_bps=200)


@dataclass
class Politeness:
    """What one stretch of time was like."""

    submits_ms: list[float] = field(default_factory=list)
    lives: list[list[int]] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    orders: int = 0

    @property
    def whole(self) -> int:
        """How many orders were told whole: each event once, in order, to the end."""
        return sum(bool(life) and life == list(range(1, len(life) + 1)) for life in self.lives)

    def submit_ms(self, percent: float) -> float:
        """Return a percentile of the time from POST to its answer."""
        return percentile(self.submits_ms, percent)


class PoliteClient:
    """Works all the while. `begin` starts a new stretch; what is on its way counts for the one in which it began."""

    def __init__(self, url: str, *, rate: float) -> None:
        self._url = url
        self._rate = rate
        self._now = Politeness()
        self.recent: list[str] = []

    def begin(self) -> Politeness:
        """Return a new stretch and note what follows in it."""
        self._now = Politeness()
        return self._now

    async def work(self, stop: asyncio.Event) -> None:
        """Trade until told to stop, then see every order to its end."""
        async with Tradewind(self._url) as tradewind, asyncio.TaskGroup() as tasks:
            while not stop.is_set():
                tasks.create_task(self._trade(tradewind, self._now))
                await asyncio.sleep(1 / self._rate)

    async def _trade(self, tradewind: Tradewind, stretch: Politeness) -> None:
        stretch.orders += 1
        life: list[int] = []
        stretch.lives.append(life)
        began = time.perf_counter()
        try:
            order_id = (await tradewind.submit(ORDER)).order_id
            stretch.submits_ms.append((time.perf_counter() - began) * 1000)
            self.recent = [*self.recent[-199:], order_id]
            life.extend([event.sequence async for event in tradewind.watch(order_id)])
        except TradewindError as error:
            # What was promised and did not come: its life stays empty, and counts as not told whole.
            stretch.troubles.append(str(error))
