"""Clients that never give up: each repeats its submission until it is answered, and its stream until it has ended."""

import asyncio
import json
import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

import aiohttp

from tradewind_client.orders import TERMINAL

ORDER: Final = {"type": "market", "tokenIn": "SOL", "tokenOut": "USDC", "amountIn": "0.5", "slippageBps": 100}
REPEAT_SECONDS: Final = 0.25
REQUEST_SECONDS: Final = 5.0
TROUBLE: Final = (aiohttp.ClientError, TimeoutError, OSError)


@dataclass
class Client:
    """One order as its client knows it: every answer it got, every frame it saw."""

    key: str
    order_ids: set[str] = field(default_factory=set)
    sequences: list[int] = field(default_factory=list)
    last_status: str = ""
    cancel_won: bool | None = None

    @property
    def has_seen_the_end(self) -> bool:
        """True once its stream told the order's last event."""
        return self.last_status in TERMINAL

    def see(self, sequence: int, status: str) -> None:
        """Note an event as it was told."""
        self.sequences.append(sequence)
        self.last_status = status


class Crowd:
    """All clients of a run."""

    def __init__(self, url: str, seed: int, *, watched_share: float, cancelled_share: float) -> None:
        self._url = url
        self._random = random.Random(seed)
        self._watched_share = watched_share
        self._cancelled_share = cancelled_share
        self.clients: list[Client] = []
        self.accepted: list[UUID] = []
        self.counts: Counter[str] = Counter()

    async def arrive(self, http: aiohttp.ClientSession, *, rate: float, seconds: float) -> None:
        """Submit at a steady rate, whatever happens to the stack, and see every order through."""
        began = asyncio.get_running_loop().time()
        async with asyncio.TaskGroup() as tasks:
            for number in range(int(rate * seconds)):
                await asyncio.sleep(max(0.0, began + number / rate - asyncio.get_running_loop().time()))
                client = Client(key=f"chaos-{number}")
                self.clients.append(client)
                tasks.create_task(self._live(http, client))

    async def _live(self, http: aiohttp.ClientSession, client: Client) -> None:
        watches = self._random.random() < self._watched_share
        cancels = self._random.random() < self._cancelled_share
        repeats = self._random.random() < 0.1
        order_id = await self._submit(http, client)
        self.accepted.append(UUID(order_id))
        async with asyncio.TaskGroup() as tasks:
            if repeats:
                tasks.create_task(self._submit(http, client))
            if cancels:
                tasks.create_task(self._cancel(http, client, order_id))
            if watches:
                tasks.create_task(self._watch(http, client, order_id))

    async def _submit(self, http: aiohttp.ClientSession, client: Client) -> str:
        while True:
            try:
                async with http.post(
                    f"{self._url}/api/orders/execute", json=ORDER, headers={"Idempotency-Key": client.key}
                ) as response:
                    if response.status == 202:
                        order_id = str((await response.json())["orderId"])
                        client.order_ids.add(order_id)
                        self.counts["submissions accepted"] += 1
                        return order_id
                    assert response.status in (429, 503, 504), f"{response.status}: {await response.text()}"
                    self.counts[f"submissions answered {response.status}"] += 1
            except TROUBLE:
                self.counts["submissions without an answer"] += 1
            await asyncio.sleep(REPEAT_SECONDS)

    async def _cancel(self, http: aiohttp.ClientSession, client: Client, order_id: str) -> None:
        await asyncio.sleep(self._random.choice((0.0, 0.0, 0.02, 0.3)))
        while True:
            try:
                async with http.delete(f"{self._url}/api/orders/{order_id}") as response:
                    if response.status in (202, 409):
                        client.cancel_won = response.status == 202
                        self.counts["cancels won" if client.cancel_won else "cancels too late"] += 1
                        return
                    assert response.status in (429, 503, 504), f"{response.status}: {await response.text()}"
            except TROUBLE:
                pass
            await asyncio.sleep(REPEAT_SECONDS)

    async def _watch(self, http: aiohttp.ClientSession, client: Client, order_id: str) -> None:
        while not client.has_seen_the_end:
            after = client.sequences[-1] if client.sequences else 0
            leaves_after = self._random.choice((1, 2, 100))
            try:
                url = f"{self._url}/api/orders/{order_id}/events?after={after}"
                async with http.ws_connect(url, timeout=aiohttp.ClientWSTimeout(ws_close=2)) as socket:
                    await self._read(socket, client, leaves_after)
            except TROUBLE:
                self.counts["streams broken"] += 1
            self.counts["streams opened"] += 1
            await asyncio.sleep(self._random.uniform(0, REPEAT_SECONDS))

    async def _read(self, socket: aiohttp.ClientWebSocketResponse, client: Client, leaves_after: int) -> None:
        for _ in range(leaves_after):
            message = await socket.receive(timeout=30)
            if message.type is not aiohttp.WSMsgType.TEXT:
                return
            frame: dict[str, Any] = json.loads(message.data)
            client.see(frame["sequence"], frame["status"])
            self.counts["frames"] += 1
