"""The campaign: load through two gateways while one process of each kind dies and workers are added."""

import asyncio
from dataclasses import dataclass, field
from typing import Any, Final

import aiohttp

from tests.campaigns.scale.crowd import ORDER, Crowd, Everything, Life
from tests.campaigns.scale.topology import Topology
from tests.ledger_check import all_ended

NAMES: Final = (
    *("market", "router-1", "router-2", "executor-1", "executor-2"),
    *("worker-1", "worker-2", "worker-3", "worker-4", "gateway-1", "gateway-2"),
)
KILLED: Final = ("executor-1", "worker-1", "gateway-2", "router-1")
ORDERS_MIN: Final = 200
RATE: Final = 25.0
QUOTES: Final = 12
REQUEST_SECONDS: Final = 10.0
SETTLE_SECONDS: Final = 30.0


@dataclass
class Quoted:
    """An order that named a quote: what it was quoted, and the events it had."""

    amount_out: str
    events: list[dict[str, Any]]


@dataclass
class Seen:
    """What all clients of the campaign saw."""

    lives: list[Life] = field(default_factory=list)
    quoted: list[Quoted] = field(default_factory=list)
    everything: list[Everything] = field(default_factory=list)
    # Every order and how it ended, as the lists say.
    ends: list[tuple[str, str]] = field(default_factory=list)


async def run_campaign(topology: Topology, database_url: str) -> Seen:
    """Start the topology, load it, hurt it, let it settle, and return what was seen."""
    await topology.start("market")
    await topology.start("router", "executor")
    await topology.start_named("worker-1", "worker-2", "gateway-1", "gateway-2")
    gateways = topology.url("gateway-1"), topology.url("gateway-2")
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=REQUEST_SECONDS, sock_read=REQUEST_SECONDS)
    async with aiohttp.ClientSession(timeout=timeout, connector=aiohttp.TCPConnector(limit=0)) as http:
        crowd, seen = Crowd(http, gateways), Seen(everything=[Everything(http, gateway) for gateway in gateways])
        listening = [asyncio.create_task(socket.run()) for socket in seen.everything]
        await asyncio.gather(*(socket.subscribed.wait() for socket in seen.everything))
        try:
            seen.quoted = await asyncio.gather(*(_quote_then_order(crowd, gateways, n) for n in range(QUOTES)))
            await _load_and_hurt(crowd, topology)
            await _settle(database_url)
            seen.lives = crowd.lives
            await _until_told(seen)
            seen.ends = await _list_all(crowd, gateways)
        finally:
            for task in listening:
                task.cancel()
            await asyncio.gather(*listening, return_exceptions=True)
    topology.count_all()
    return seen


async def _load_and_hurt(crowd: Crowd, topology: Topology) -> None:
    enough = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(crowd.arrive(rate=RATE, least=ORDERS_MIN, enough=enough))
        await topology.kill(KILLED[0])
        await topology.start_named("worker-3", "worker-4")
        for name in KILLED[1:]:
            await topology.kill(name)
        enough.set()


async def _quote_then_order(crowd: Crowd, gateways: tuple[str, str], number: int) -> Quoted:
    """Ask one gateway for a quote and order it at the other, at once and at no other price."""
    asked, ordered = gateways if number % 2 else gateways[::-1]
    pair = {name: str(ORDER[name]) for name in ("tokenIn", "tokenOut", "amountIn")}
    quote = await crowd.quote(asked, pair)
    life = Life(key=f"quoted-{number}", way="none")
    order_id = await crowd.post(ordered, life, quoteId=quote["quoteId"], onStale="reject", slippageBps=1_000)
    return Quoted(quote["amountOutBaseUnits"], await crowd.events_of(ordered, order_id))


async def _settle(database_url: str) -> None:
    async with asyncio.timeout(SETTLE_SECONDS):
        while not await asyncio.to_thread(all_ended, database_url):
            await asyncio.sleep(0.1)


async def _until_told(seen: Seen) -> None:
    """Wait until the first gateway's socket, which was never broken, knows the end of every order."""
    order_ids = {order_id for life in seen.lives for order_id in life.order_ids}
    async with asyncio.timeout(SETTLE_SECONDS):
        while not order_ids <= seen.everything[0].ended:
            await asyncio.sleep(0.05)


async def _list_all(crowd: Crowd, gateways: tuple[str, str]) -> list[tuple[str, str]]:
    """Page through all orders, each page from the other gateway."""
    listed: list[tuple[str, str]] = []
    token, turn = "", 0
    while token or not turn:
        query = f"pageSize=50{f'&pageToken={token}' if token else ''}"
        page = await crowd.get(gateways[turn % 2], f"/api/orders?{query}")
        listed += [(order["orderId"], order["status"]) for order in page["orders"]]
        token, turn = page["nextPageToken"] or "", turn + 1
    return listed
