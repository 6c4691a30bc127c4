"""Postgres goes away under a market that has swaps in flight, and comes back."""

import asyncio
import os
import signal
import sys
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import grpc

from deploy.local.servers.postgres import EmbeddedPostgres
from deploy.local.servers.server import running
from market_service.genesis.definition import read_definition
from market_service.genesis.genesis import pool_infos
from market_service.ledger.check import check_ledger
from market_service.migrations.apply import migrate
from market_service.settings import DEFAULT_MARKET_FILE
from servicekit.grpc_client import open_channel
from tradewind.market.v1 import market_pb2 as pb
from tradewind.market.v1 import market_pb2_grpc as rpc


def a_sale() -> pb.Swap:
    """Return a sale of one SOL."""
    pool = next(iter(pool_infos(read_definition(DEFAULT_MARKET_FILE), 1).values()))
    return pb.Swap(
        swap_id=str(uuid.uuid4()),
        account_id="alice",
        mint_in=pool.mint_0,
        mint_out=pool.mint_1,
        amount_in=10**9,
        legs=[pb.SwapLeg(pool_id=pool.pool_id, mint_in=pool.mint_0, amount_in=10**9)],
    )


@asynccontextmanager
async def a_market_process(url: str, port: int) -> AsyncIterator[asyncio.subprocess.Process]:
    """Start a market process; it is gone at the end."""
    environment = {**os.environ, "DATABASE_URL": url, "MARKET_PORT": str(port)}
    market = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "market_service", env=environment, stderr=asyncio.subprocess.DEVNULL
    )
    yield market
    if market.returncode is None:
        market.kill()
        await market.wait()


async def test_swaps_in_flight_wait_for_postgres_and_land_when_it_is_back(
    server_folder: Path, free_port: Callable[[], int]
) -> None:
    server = EmbeddedPostgres(server_folder / "outage", durable=False)
    log, port = server_folder / "outage.log", free_port()
    async with AsyncExitStack() as stack:
        with running(server, log=log):
            migrate(server.url)
            market = await stack.enter_async_context(a_market_process(server.url, port))
            channel = await stack.enter_async_context(open_channel(f"127.0.0.1:{port}"))
            stub: Any = rpc.MarketServiceStub(channel)
            sent = [a_sale() for _ in range(10)]
            await stub.SendSwaps(pb.SendSwapsRequest(swaps=sent), timeout=10, wait_for_ready=True)
            news = stub.WatchSwaps(pb.WatchSwapsRequest())
            await news.read()
        call = stub.SendSwaps(pb.SendSwapsRequest(swaps=[a_sale()]), timeout=5)
        assert await code_of(call) is grpc.StatusCode.UNAVAILABLE
        with running(server, log=log):
            told: dict[str, int] = {}
            while len(told) < len(sent):
                message = await asyncio.wait_for(news.read(), 20)
                told.update((result.swap_id, result.state) for result in message.results)
            assert told == {swap.swap_id: pb.SWAP_STATE_LANDED for swap in sent}
            assert await code_of(stub.SendSwaps(pb.SendSwapsRequest(swaps=[a_sale()]), timeout=5)) is None
            market.send_signal(signal.SIGTERM)
            assert await market.wait() == 0
            assert check_ledger(server.url).is_sound


async def code_of(call: Any) -> grpc.StatusCode | None:
    """Return the code a call is refused with; None when it is answered."""
    try:
        await call
    except grpc.aio.AioRpcError as refused:
        return refused.code()
    return None
