"""How long a route takes over gRPC, and what it costs the router."""

import asyncio
import time
from typing import Final

from servicekit.grpc_client import open_channel
from tests.campaigns.bench.bench import Bench
from tests.campaigns.bench.limits.measure import GRPC_ECHO
from tests.campaigns.bench.results import percentile
from tests.pools import SOL, USDC
from tradewind.router.v1 import router_pb2 as pb
from tradewind.router.v1 import router_pb2_grpc as rpc

ONE_BY_ONE: Final = 300
IN_FLIGHT: Final = 16
BATCH: Final = 64
TARGET_CPU_MS: Final = 0.3


def run(bench: Bench) -> None:
    """Note single routes, routes side by side, and batches, each route with an amount of its own."""
    for repeat in range(bench.options.repeats):
        asyncio.run(_measure(bench, repeat * 10_000_019))


async def _measure(bench: Bench, offset: int) -> None:
    count = bench.options.sized(ONE_BY_ONE)
    async with open_channel(bench.stack.env()["ROUTER_ADDRESS"]) as channel:
        router = rpc.RouterServiceStub(channel)
        await router.GetRoute(_request(offset), timeout=5, wait_for_ready=True)
        latencies = [await _timed(router, offset + number) for number in range(count)]
        note = bench.results.note
        for percent in (50, 90, 99):
            value = percentile(latencies, percent)
            note("routes", f"GetRoute, one at a time: p{percent}", value, unit="ms", better="less")
        rate = await _side_by_side(router, offset + 100_003, count * 4)
        note("routes", "GetRoute, 16 in flight", rate, unit="/s", better="more", limit=GRPC_ECHO)
        before = bench.meter.cpu_seconds()["router"]
        rate = await _in_batches(router, offset + 200_003, count * 10)
        spent = (bench.meter.cpu_seconds()["router"] - before) * 1000 / (count * 10)
        note("routes", "GetRoutes, batches of 64", rate, unit="routes/s", better="more")
        note("routes", "CPU of the router for a route", spent, unit="ms", better="less", target=TARGET_CPU_MS)


async def _timed(router: "rpc.RouterServiceAsyncStub", number: int) -> float:
    began = time.perf_counter()
    await router.GetRoute(_request(number), timeout=5)
    return (time.perf_counter() - began) * 1000


async def _side_by_side(router: "rpc.RouterServiceAsyncStub", offset: int, count: int) -> float:
    numbers = iter(range(count))

    async def keep_asking() -> None:
        for number in numbers:
            await router.GetRoute(_request(offset + number), timeout=10)

    began = time.perf_counter()
    await asyncio.gather(*(keep_asking() for _ in range(IN_FLIGHT)))
    return count / (time.perf_counter() - began)


async def _in_batches(router: "rpc.RouterServiceAsyncStub", offset: int, count: int) -> float:
    began = time.perf_counter()
    for done in range(0, count, BATCH):
        requests = [_request(offset + number) for number in range(done, min(count, done + BATCH))]
        answers = (await router.GetRoutes(pb.GetRoutesRequest(requests=requests), timeout=10)).answers
        assert all(answer.HasField("response") for answer in answers)
    return count / (time.perf_counter() - began)


def _request(number: int) -> pb.GetRouteRequest:
    """Sell between 1 and 2 SOL, an amount not asked for before."""
    return pb.GetRouteRequest(mint_in=SOL, mint_out=USDC, amount_in=1_000_000_000 + number * 7_919 % 1_000_000_000)
