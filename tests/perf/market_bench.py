"""How fast the market is: swaps a second, CPU a swap, and how long a slot with 300 swaps takes.

    python -m tests.perf.market_bench [--seconds 5] [--url postgresql://...]

Runs the real market on a real Postgres (an embedded one unless --url names another): in this process without gRPC,
then as a process of its own over gRPC. The database must be empty.
"""

import argparse
import asyncio
import contextlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from typing import Any

import psutil
import uvloop

from deploy.local.ports import free_port
from deploy.local.servers.postgres import EmbeddedPostgres
from deploy.local.servers.server import running
from market_service.chain.chain import Chain
from market_service.chain.clock import Clock, ManualClock, RealClock
from market_service.chain.pools import PoolInfo
from market_service.chain.swap_intake import SwapIntake
from market_service.chain.swaps import Swap, SwapLeg, SwapState
from market_service.genesis.definition import MarketDefinition, read_definition
from market_service.genesis.genesis import pool_infos
from market_service.ledger.ledger import Ledger
from market_service.ledger.ledger_reads import LedgerReader
from market_service.migrations.apply import migrate
from market_service.outside.profiles import PROFILES
from market_service.settings import DEFAULT_MARKET_FILE
from servicekit.grpc_client import open_channel
from servicekit.telemetry import configure_logging
from tradewind.market.v1 import market_pb2 as pb
from tradewind.market.v1 import market_pb2_grpc as rpc

_AMOUNT = 1_500_000_000
_BATCH = 64
_CALLERS = 4


def sol_pools(definition: MarketDefinition) -> list[PoolInfo]:
    """Return the pools that trade SOL for USDC."""
    return [info for info in pool_infos(definition, 1).values() if info.symbols == ("SOL", "USDC")]


def a_swap(pool: PoolInfo) -> Swap:
    """Return a sale of 1.5 SOL."""
    return Swap(
        str(uuid.uuid4()), "bench", pool.mint_0, pool.mint_1, _AMOUNT, 1, (SwapLeg(pool.pool_id, pool.mint_0, _AMOUNT),)
    )


@contextlib.asynccontextmanager
async def an_intake(url: str, profile: str, clock: Clock) -> AsyncIterator[SwapIntake]:
    """Start a market on the ledger, and stop it."""
    definition = read_definition(DEFAULT_MARKET_FILE)
    chain = Chain(ledger=Ledger(url), clock=clock, definition=definition, profile=PROFILES[profile], seed=1)
    reader = LedgerReader(url)
    await chain.start()
    await reader.open()
    yield SwapIntake(chain, reader, scenarios_on=False)
    await chain.stop()
    await reader.close()


async def bench_in_process(url: str, seconds: float) -> dict[str, float]:
    """Send batches of 64 from 4 callers to an instant market, without gRPC."""
    async with an_intake(url, "instant", RealClock()) as intake:
        slots = asyncio.create_task(intake.chain.run())
        pools = sol_pools(intake.chain.definition)
        done = 0
        started, cpu = time.perf_counter(), time.process_time()

        async def caller(number: int) -> None:
            nonlocal done
            while time.perf_counter() - started < seconds:
                answers = await intake.send([a_swap(pools[(number + i) % len(pools)]) for i in range(_BATCH)])
                done += sum(1 for a in answers if getattr(a, "state", None) is SwapState.LANDED)

        await asyncio.gather(*(caller(number) for number in range(_CALLERS)))
        took, used = time.perf_counter() - started, time.process_time() - cpu
        slots.cancel()
    return {"swaps_per_second": done / took, "cpu_ms_per_swap": used / done * 1000}


async def bench_slot(url: str, swaps: int) -> dict[str, float]:
    """Let one slot execute many swaps, several times, on a clock moved by hand."""
    clock = ManualClock(time.time_ns() // 1_000_000)
    times = []
    async with an_intake(url, "realistic", clock) as intake:
        pools = sol_pools(intake.chain.definition)
        for _ in range(9):
            await intake.send([a_swap(pools[i % len(pools)]) for i in range(swaps)])
            clock.advance(4_000)
            started = time.perf_counter()
            await intake.chain.run_slot(intake.chain.slot + 10)
            times.append((time.perf_counter() - started) * 1000)
    return {"slot_ms_median": sorted(times)[4], "slot_ms_max": max(times)}


async def bench_grpc(port: int, process: int, seconds: float) -> dict[str, float]:
    """Send batches over gRPC to a market process, and read its CPU from the system."""
    channel = open_channel(f"127.0.0.1:{port}")
    market = rpc.MarketServiceStub(channel)
    pools = sol_pools(read_definition(DEFAULT_MARKET_FILE))
    for _ in range(100):
        with contextlib.suppress(Exception):
            await market.GetBalances(pb.GetBalancesRequest(account_id="bench"), timeout=1)
            break
        await asyncio.sleep(0.1)
    done = 0
    started, cpu = time.perf_counter(), cpu_seconds(process)

    async def caller(number: int) -> None:
        nonlocal done
        while time.perf_counter() - started < seconds:
            swaps = [message_of(a_swap(pools[(number + i) % len(pools)])) for i in range(_BATCH)]
            answer = await market.SendSwaps(pb.SendSwapsRequest(swaps=swaps), timeout=10)
            done += sum(1 for a in answer.answers if a.result.state == pb.SWAP_STATE_LANDED)

    await asyncio.gather(*(caller(number) for number in range(_CALLERS)))
    took, used = time.perf_counter() - started, cpu_seconds(process) - cpu
    await channel.close()
    return {"swaps_per_second": done / took, "cpu_ms_per_swap": used / done * 1000}


def message_of(swap: Swap) -> pb.Swap:
    """Return the message of a swap."""
    return pb.Swap(
        swap_id=swap.swap_id,
        account_id=swap.account_id,
        mint_in=swap.mint_in,
        mint_out=swap.mint_out,
        amount_in=swap.amount_in,
        min_amount_out=swap.min_amount_out,
        legs=[pb.SwapLeg(pool_id=leg.pool_id, mint_in=leg.mint_in, amount_in=leg.amount_in) for leg in swap.legs],
    )


def cpu_seconds(process: int) -> float:
    """Return the CPU time a process has used."""
    times = psutil.Process(process).cpu_times()
    return float(times.user + times.system)


@contextlib.contextmanager
def a_database(url: str | None) -> Iterator[str]:
    """Return an empty database: the given one, or one on an embedded Postgres that syncs to disk."""
    if url:
        yield url
        return
    folder = Path(tempfile.mkdtemp(prefix="tradewind-bench-"))
    folder.chmod(0o711)
    server = EmbeddedPostgres(folder / "postgres", durable=True)
    with running(server, log=folder / "postgres.log"):
        yield server.url


def main(arguments: Sequence[str]) -> None:
    """Run the three benches and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--url")
    options = parser.parse_args(arguments)
    configure_logging("bench", level="WARNING")
    results: dict[str, Any] = {}
    with a_database(options.url) as url:
        migrate(url)
        results["in_process"] = uvloop.run(bench_in_process(url, options.seconds))
        results["slot_of_300"] = uvloop.run(bench_slot(url, 300))
        port = free_port()
        environment = {**os.environ, "DATABASE_URL": url, "MARKET_PORT": str(port), "MARKET_PROFILE": "instant"}
        with subprocess.Popen([sys.executable, "-m", "market_service"], env=environment) as market:
            try:
                results["grpc"] = uvloop.run(bench_grpc(port, market.pid, options.seconds))
            finally:
                market.terminate()
        check = [sys.executable, "-m", "market_service", "check"]
        results["ledger_sound"] = (
            subprocess.run(check, env=environment, check=False, capture_output=True).returncode == 0
        )
    # Linux counts in KiB, macOS in bytes.
    unit = 2**20 if sys.platform == "darwin" else 2**10
    results["peak_rss_mb"] = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / unit
    print(json.dumps(results, indent=2))


if __name__ == "__main__":
    main(sys.argv[1:])
