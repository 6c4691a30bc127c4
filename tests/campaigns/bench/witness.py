"""A second load generator that shares no line with the first: aiohttp's client, one task a connection.

It measures the same two things, so that a mistake in one generator shows as a difference. It prints one JSON object:

    python -m tests.campaigns.bench.witness posts URL --connections 64 --seconds 3
    python -m tests.campaigns.bench.witness lives URL --orders 400
"""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Sequence
from typing import Any, Final

import aiohttp

_ENDS: Final = frozenset({"confirmed", "failed", "cancelled", "expired"})
_BODY: Final = {"type": "market", "tokenIn": "SOL", "tokenOut": "USDC", "amountIn": "0.1", "slippageBps": 500}
_LIMIT: Final = aiohttp.ClientTimeout(total=60)


async def posts(url: str, connections: int, seconds: float) -> dict[str, Any]:
    """Submit orders over so many connections for so long, each as soon as the one before was answered."""
    latencies: list[float] = []
    began = time.perf_counter()

    async def keep_posting(session: aiohttp.ClientSession) -> None:
        while time.perf_counter() - began < seconds:
            asked = time.perf_counter()
            await _submit(session, url)
            latencies.append(time.perf_counter() - asked)

    async with _session(connections) as session, asyncio.TaskGroup() as tasks:
        for _ in range(connections):
            tasks.create_task(keep_posting(session))
    lasted = time.perf_counter() - began
    return {"orders": len(latencies), "per_second": len(latencies) / lasted, "p50_ms": _median_ms(latencies)}


async def lives(url: str, orders: int) -> dict[str, Any]:
    """Submit all orders at once and follow each on a WebSocket to its end."""
    ended: list[float] = []

    async def live(session: aiohttp.ClientSession) -> None:
        asked = time.perf_counter()
        order_id = await _submit(session, url)
        async with session.ws_connect(f"{url}/api/orders/{order_id}/events") as socket:
            async for message in socket:
                if json.loads(message.data)["status"] in _ENDS:
                    ended.append(time.perf_counter() - asked)
                    return

    began = time.perf_counter()
    async with _session(orders * 2) as session, asyncio.TaskGroup() as tasks:
        for _ in range(orders):
            tasks.create_task(live(session))
    lasted = time.perf_counter() - began
    return {"orders": len(ended), "per_second": len(ended) / lasted, "p50_ms": _median_ms(ended)}


def _session(connections: int) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=connections), timeout=_LIMIT)


async def _submit(session: aiohttp.ClientSession, url: str) -> str:
    async with session.post(f"{url}/api/orders/execute", json=_BODY) as answer:
        answer.raise_for_status()
        return str((await answer.json())["orderId"])


def _median_ms(seconds: Sequence[float]) -> float:
    return sorted(seconds)[len(seconds) // 2] * 1000 if seconds else 0.0


def main(arguments: Sequence[str]) -> None:
    """Measure what was asked for and print it."""
    parser = argparse.ArgumentParser(prog="tests.campaigns.bench.witness", description=__doc__)
    parser.add_argument("what", choices=("posts", "lives"))
    parser.add_argument("url")
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--orders", type=int, default=400)
    wanted = parser.parse_args(arguments)
    if wanted.what == "posts":
        measured = asyncio.run(posts(wanted.url, wanted.connections, wanted.seconds))
    else:
        measured = asyncio.run(lives(wanted.url, wanted.orders))
    print(json.dumps(measured))


if __name__ == "__main__":
    main(sys.argv[1:])
