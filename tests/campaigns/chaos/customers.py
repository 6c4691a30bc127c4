"""Clients that use the client package as users do: they submit in groups, follow each group, leave and come back."""

import asyncio
import random
from contextlib import aclosing
from typing import Final

from tests.campaigns.chaos.clients import Client
from tradewind_client import OrderEvent, OrderRequest, RetryPolicy, Tradewind

ORDER: Final = OrderRequest(token_in="SOL", token_out="USDC", amount_in="0.3", slippage_bps=100)
GROUP: Final = 5
# As long as the run may need to settle: nobody gives up before.
PATIENT: Final = RetryPolicy(tries_max=10_000, seconds_max=90.0, stream_seconds_max=90.0)


class Customers:
    """All groups of a run; what each saw of its orders stands in `clients`."""

    def __init__(self, url: str, seed: int) -> None:
        self._url = url
        self._random = random.Random(seed)
        self.clients: list[Client] = []

    async def arrive(self, *, rate: float, seconds: float) -> None:
        """Submit at a steady rate and follow every order to its end. Raises TradewindError when the client gives up."""
        began = asyncio.get_running_loop().time()
        async with Tradewind(self._url, retry=PATIENT) as tradewind, asyncio.TaskGroup() as tasks:
            for number in range(int(rate * seconds / GROUP)):
                due = began + number * GROUP / rate
                await asyncio.sleep(max(0.0, due - asyncio.get_running_loop().time()))
                group = [Client(key=f"package-{number}-{place}") for place in range(GROUP)]
                self.clients += group
                tasks.create_task(self._live(tradewind, group))

    async def _live(self, tradewind: Tradewind, group: list[Client]) -> None:
        await asyncio.gather(*(self._submit(tradewind, client) for client in group))
        orders = {order_id: client for client in group for order_id in client.order_ids}
        if self._random.random() < 0.2:
            await asyncio.gather(*(_watch(tradewind, order_id, client) for order_id, client in orders.items()))
        while after := {
            order_id: len(client.sequences) for order_id, client in orders.items() if not client.has_seen_the_end
        }:
            await _watch_many(tradewind, orders, after, leaves_after=self._random.choice((3, 12, 1_000)))

    async def _submit(self, tradewind: Tradewind, client: Client) -> None:
        for _ in range(2 if self._random.random() < 0.1 else 1):
            client.order_ids.add((await tradewind.submit(ORDER, idempotency_key=client.key)).order_id)


async def _watch(tradewind: Tradewind, order_id: str, client: Client) -> None:
    async for event in tradewind.watch(order_id):
        client.see(event.sequence, event.status)


async def _watch_many(
    tradewind: Tradewind, orders: dict[str, Client], after: dict[str, int], *, leaves_after: int
) -> None:
    """Follow what is left of a group, perhaps not to the end."""
    async with aclosing(tradewind.watch_many(after)) as events:
        async for event in events:
            orders[event.order_id].see(event.sequence, event.status)
            leaves_after -= 1
            if not leaves_after:
                return


class Observer:
    """One `watch_all` from before the first order to after the last."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.lives: dict[str, list[int]] = {}
        self.ended: set[str] = set()
        self._news = asyncio.Event()

    async def watch(self) -> None:
        """Note every event, until cancelled."""
        async with Tradewind(self._url, retry=PATIENT) as tradewind, aclosing(tradewind.watch_all()) as events:
            async for event in events:
                self._note(event)

    async def has_seen_the_end_of(self, count: int, *, within_seconds: float) -> None:
        """Return once so many orders have ended here, or when the time is up: the verdict says which are missing."""
        loop = asyncio.get_running_loop()
        until = loop.time() + within_seconds
        while len(self.ended) < count and loop.time() < until:
            self._news.clear()
            try:
                async with asyncio.timeout(until - loop.time()):
                    await self._news.wait()
            except TimeoutError:
                return

    def _note(self, event: OrderEvent) -> None:
        self.lives.setdefault(event.order_id, []).append(event.sequence)
        if event.is_terminal:
            self.ended.add(event.order_id)
            self._news.set()
