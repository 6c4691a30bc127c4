"""Clients of several gateways: each says everything twice, to two of them, and follows its order through the other."""

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import aiohttp

from tradewind_client.orders import TERMINAL

ORDER: Final = {"type": "market", "tokenIn": "SOL", "tokenOut": "USDC", "amountIn": "0.5", "slippageBps": 200}
REPEAT_SECONDS: Final = 0.2
TROUBLE: Final = (aiohttp.ClientError, TimeoutError, OSError)
WAYS: Final = ("websocket", "sse", "none")


@dataclass
class Life:
    """One order as its client knows it."""

    key: str
    way: str
    order_ids: set[str] = field(default_factory=set)
    accepted_by: str = ""
    sequences: list[int] = field(default_factory=list)
    last_status: str = ""
    cancel_won: bool | None = None


class Crowd:
    """All clients of a run, on the gateways' addresses."""

    def __init__(self, http: aiohttp.ClientSession, gateways: tuple[str, str]) -> None:
        self._http = http
        self._gateways = gateways
        self.lives: list[Life] = []

    async def arrive(self, *, rate: float, least: int, enough: asyncio.Event) -> None:
        """Submit at a steady rate until told that it is enough, and see every order through."""
        began = asyncio.get_running_loop().time()
        async with asyncio.TaskGroup() as tasks:
            while not enough.is_set() or len(self.lives) < least:
                due = began + len(self.lives) / rate
                await asyncio.sleep(max(0.0, due - asyncio.get_running_loop().time()))
                life = Life(key=f"scale-{len(self.lives)}", way=WAYS[len(self.lives) % len(WAYS)])
                self.lives.append(life)
                tasks.create_task(self._live(life, cancels=len(self.lives) % 8 == 0))

    async def post(self, gateway: str, life: Life, **changes: Any) -> str:
        """Submit until it is answered and return the order's id."""
        headers = {"Idempotency-Key": life.key}
        while True:
            try:
                url = f"{gateway}/api/orders/execute"
                async with self._http.post(url, json={**ORDER, **changes}, headers=headers) as response:
                    if response.status == 202:
                        order_id = str((await response.json())["orderId"])
                        life.order_ids.add(order_id)
                        if "Idempotent-Replayed" not in response.headers:
                            life.accepted_by = gateway
                        return order_id
                    assert response.status in (429, 503, 504), f"{response.status}: {await response.text()}"
            except TROUBLE:
                pass
            await asyncio.sleep(REPEAT_SECONDS)

    async def get(self, gateway: str, path: str) -> Any:
        """Read until it is answered and return the body."""
        while True:
            try:
                async with self._http.get(gateway + path) as response:
                    if response.status == 200:
                        return await response.json()
                    assert response.status in (503, 504), f"{path}: {response.status}: {await response.text()}"
            except TROUBLE:
                pass
            await asyncio.sleep(REPEAT_SECONDS)

    async def quote(self, gateway: str, pair: dict[str, str]) -> Any:
        """Return a quote for the pair."""
        async with self._http.post(f"{gateway}/api/quotes", json=pair) as response:
            assert response.status == 200, await response.text()
            return await response.json()

    async def events_of(self, gateway: str, order_id: str) -> list[dict[str, Any]]:
        """Return an order's events once it has ended."""
        async with _websocket(self._http, f"{gateway}/api/orders/{order_id}/events", 0) as told:
            return [frame async for frame in told]

    async def _live(self, life: Life, *, cancels: bool) -> None:
        order_id, _ = await asyncio.gather(*(self.post(gateway, life) for gateway in self._gateways))
        other = self._other(life.accepted_by)
        # Stored by one, known to the other at once.
        assert (await self.get(other, f"/api/orders/{order_id}"))["orderId"] == order_id
        async with asyncio.TaskGroup() as tasks:
            if cancels:
                tasks.create_task(self._cancel(other, life, order_id))
            if life.way != "none":
                tasks.create_task(self._watch(other, life, order_id))

    async def _cancel(self, gateway: str, life: Life, order_id: str) -> None:
        while life.cancel_won is None:
            try:
                async with self._http.delete(f"{gateway}/api/orders/{order_id}") as response:
                    if response.status in (202, 409):
                        life.cancel_won = response.status == 202
                        return
                    assert response.status in (429, 503, 504), f"{response.status}: {await response.text()}"
            except TROUBLE:
                pass
            await asyncio.sleep(REPEAT_SECONDS)

    async def _watch(self, gateway: str, life: Life, order_id: str) -> None:
        """Follow the order to its end; a broken stream goes on at the other gateway, behind what is known."""
        frames = _websocket if life.way == "websocket" else _sse
        while life.last_status not in TERMINAL:
            after = life.sequences[-1] if life.sequences else 0
            try:
                async with frames(self._http, f"{gateway}/api/orders/{order_id}/events", after) as told:
                    async for frame in told:
                        life.sequences.append(frame["sequence"])
                        life.last_status = frame["status"]
            except TROUBLE:
                pass
            gateway = self._other(gateway)
            await asyncio.sleep(REPEAT_SECONDS)

    def _other(self, gateway: str) -> str:
        first, second = self._gateways
        return second if gateway == first else first


class Everything:
    """One socket that is told all orders of the account, from the beginning."""

    def __init__(self, http: aiohttp.ClientSession, gateway: str) -> None:
        self._http = http
        self._gateway = gateway
        self.sequences: dict[str, list[int]] = defaultdict(list)
        self.ended: set[str] = set()
        self.subscribed = asyncio.Event()
        self.times_opened = 0

    async def run(self) -> None:
        """Listen until cancelled; after a break name what had not ended, behind what is known of it."""
        while True:
            try:
                async with self._http.ws_connect(f"{self._gateway}/api/stream", max_msg_size=0) as socket:
                    open_orders = {key: told[-1] for key, told in self.sequences.items() if key not in self.ended}
                    await socket.send_json({"op": "subscribe", "all": True, "after": open_orders})
                    self.times_opened += 1
                    async for message in socket:
                        self._take(json.loads(message.data))
            except TROUBLE:
                pass
            await asyncio.sleep(REPEAT_SECONDS)

    def _take(self, frame: dict[str, Any]) -> None:
        if "op" in frame:
            assert frame["op"] == "subscribed", frame
            self.subscribed.set()
            return
        self.sequences[frame["orderId"]].append(frame["sequence"])
        if frame["status"] in TERMINAL:
            self.ended.add(frame["orderId"])


@asynccontextmanager
async def _websocket(http: aiohttp.ClientSession, url: str, after: int) -> AsyncIterator[AsyncIterator[dict[str, Any]]]:
    async with http.ws_connect(f"{url}?after={after}", timeout=aiohttp.ClientWSTimeout(ws_close=2)) as socket:

        async def frames() -> AsyncIterator[dict[str, Any]]:
            async for message in socket:
                yield json.loads(message.data)

        yield frames()


@asynccontextmanager
async def _sse(http: aiohttp.ClientSession, url: str, after: int) -> AsyncIterator[AsyncIterator[dict[str, Any]]]:
    headers = {"Accept": "text/event-stream", **({"Last-Event-ID": str(after)} if after else {})}
    async with http.get(url, headers=headers) as response:
        if response.status != 200:
            raise aiohttp.ClientError(f"{response.status}")

        async def frames() -> AsyncIterator[dict[str, Any]]:
            async for line in response.content:
                if line.startswith(b"data:"):
                    yield json.loads(line.removeprefix(b"data:"))

        yield frames()
