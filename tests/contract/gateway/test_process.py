"""`python -m gateway` as a process."""

import asyncio
import json
import os
import signal
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
import websockets

from tests.contract.gateway.fake_market import FakeMarket
from tests.contract.gateway.fake_orders import LIFE, FakeOrders
from tests.contract.gateway.fake_router import FakeRouter

ROOT = Path(__file__).parents[3]


@asynccontextmanager
async def gateway(**environment: str) -> AsyncIterator[Process]:
    """Run the process with nothing of our own environment but the path."""
    env = {"PATH": os.environ["PATH"], **environment}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "gateway", cwd=ROOT, env=env, stdout=PIPE, stderr=PIPE
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def started(process: Process) -> None:
    """Wait for the line that says so."""
    assert process.stderr is not None
    async with asyncio.timeout(30):
        while json.loads(await process.stderr.readline())["event"] != "gateway.started":
            pass


async def test_sigterm_closes_the_sockets_finishes_requests_and_exits_0(free_port: Callable[[], int]) -> None:
    orders, router, market, port = FakeOrders(), FakeRouter(), FakeMarket(), free_port()
    services = (orders, router, market)
    for service in services:
        await service.start()
    order_id = orders.add(*LIFE[:2])
    environment = {
        "PORT": str(port),
        "EXECUTOR_ADDRESS": f"127.0.0.1:{orders.port}",
        "ROUTER_ADDRESS": f"127.0.0.1:{router.port}",
        "MARKET_ADDRESS": f"127.0.0.1:{market.port}",
    }
    async with gateway(**environment) as process:
        await started(process)
        async with (
            httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http,
            websockets.connect(f"ws://127.0.0.1:{port}/ws/orders/{order_id}") as older,
        ):
            async with asyncio.timeout(30):
                while (await http.get("/readyz")).status_code != 200:
                    await asyncio.sleep(0.02)
            await older.recv()
            await older.recv()
            orders.submit_seconds = 0.4
            body = {"tokenIn": "SOL", "tokenOut": "USDC", "amountIn": 1}
            pending = asyncio.create_task(http.post("/api/orders/execute", json=body))
            while not orders.batches:
                await asyncio.sleep(0.005)
            asked_at = time.monotonic()
            process.send_signal(signal.SIGTERM)
            with pytest.raises(websockets.ConnectionClosed):
                await older.recv()
            assert (older.close_code, older.close_reason) == (1012, "resume=2")
            assert (await pending).status_code == 202
            assert await process.wait() == 0
            # Uvicorn alone would wait for the open socket.
            assert time.monotonic() - asked_at < 20
    for service in services:
        await service.stop()


async def test_an_environment_that_cannot_be_right_ends_the_start() -> None:
    async with gateway(HOST="0.0.0.0", PORT="many") as process:
        _, said = await process.communicate()

    assert process.returncode == 2
    assert said.decode().startswith("PORT=many: ")


async def test_a_taken_port_is_said_in_one_line(free_port: Callable[[], int]) -> None:
    port = free_port()
    taken = await asyncio.start_server(lambda *_: None, "127.0.0.1", port)
    async with taken, gateway(PORT=str(port)) as process:
        _, said = await process.communicate()

    assert process.returncode == 1
    assert str(port) in said.decode()
    assert "Traceback" not in said.decode()
