"""A client as users write them: posts orders, watches sockets, keeps what it saw."""

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

import httpx
from websockets.asyncio.client import connect

ORDER = {"type": "market", "tokenIn": "SOL", "tokenOut": "USDC", "amountIn": "1.5", "slippageBps": 100}


@dataclass
class Watched:
    """One order's life as one socket saw it."""

    order_id: str
    frames: list[dict[str, Any]] = field(default_factory=list)
    close_code: int | None = None

    @property
    def statuses(self) -> list[str]:
        return [str(frame["status"]) for frame in self.frames]

    @property
    def sequences(self) -> list[int]:
        return [int(frame["sequence"]) for frame in self.frames]


async def submit(http: httpx.AsyncClient, **changes: Any) -> str:
    """Post an order and return its id."""
    response = await http.post("/api/orders/execute", json={**ORDER, **changes})
    assert response.status_code == 202, response.text
    return str(response.json()["orderId"])


async def watch(ws_url: str, order_id: str, path: str = "/api/orders/{id}/events", after: int = 0) -> Watched:
    """Watch an order until the server closes the socket."""
    seen = Watched(order_id)
    query = f"?after={after}" if after else ""
    async with connect(ws_url + path.replace("{id}", order_id) + query, open_timeout=20) as socket:
        async for message in socket:
            seen.frames.append(json.loads(message))
        seen.close_code = socket.close_code
    return seen


async def submit_and_watch(http: httpx.AsyncClient, ws_url: str, **changes: Any) -> Watched:
    """Post an order and watch it to its end on the native stream."""
    return await watch(ws_url, await submit(http, **changes))


async def all_within(seconds: float, *work: Any) -> list[Any]:
    """Await everything, within a bound."""
    async with asyncio.timeout(seconds):
        return list(await asyncio.gather(*work))
