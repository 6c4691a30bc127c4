"""The market process is killed again and again while swaps are sent: each swap ends once, and money stays.

FAULT_SWAPS=2000 makes it the long campaign; without it the run is short.
"""

import asyncio
import contextlib
import os
import random
import signal
import sys
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import grpc
import psycopg
import pytest

from market_service.genesis.definition import read_definition
from market_service.genesis.genesis import pool_infos
from market_service.ledger.check import check_ledger
from market_service.migrations.apply import migrate
from market_service.settings import DEFAULT_MARKET_FILE
from servicekit.grpc_client import open_channel
from tradewind.market.v1 import market_pb2 as pb
from tradewind.market.v1 import market_pb2_grpc as rpc

SWAPS = int(os.environ.get("FAULT_SWAPS", "240"))
KILLS = 3
FINAL = (pb.SWAP_STATE_LANDED, pb.SWAP_STATE_FAILED, pb.SWAP_STATE_EXPIRED)


@dataclass
class MarketProcess:
    """A real market process that can be killed and started again on its port."""

    environment: dict[str, str]
    process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "market_service", env=self.environment, stderr=asyncio.subprocess.DEVNULL
        )

    async def end(self, number: signal.Signals) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        return await self.process.wait()


@dataclass
class Campaign:
    """Swaps to be sent, and what was heard of each."""

    stub: "rpc.MarketServiceAsyncStub"
    swaps: Sequence[pb.Swap]
    heard: dict[str, pb.SwapResult] = field(default_factory=dict)
    contradictions: list[str] = field(default_factory=list)

    async def drive(self, swap: pb.Swap) -> None:
        """Send a swap, with the same id, until the market says how it ended."""
        while swap.swap_id not in self.heard:
            with contextlib.suppress(grpc.aio.AioRpcError):
                response = await self.stub.SendSwap(pb.SendSwapRequest(swap=swap), timeout=2)
                self.hear(response.result)
                await asyncio.sleep(0.05)
                await self.ask([swap.swap_id])
            await asyncio.sleep(0.02)

    async def ask(self, swap_ids: Sequence[str]) -> None:
        response = await self.stub.GetSwaps(pb.GetSwapsRequest(swap_ids=swap_ids), timeout=2)
        for result in response.results:
            self.hear(result)

    def hear(self, result: pb.SwapResult) -> None:
        """Note a final result; a second one that differs is a broken promise."""
        if result.state not in FINAL:
            return
        first = self.heard.setdefault(result.swap_id, result)
        if first != result:
            self.contradictions.append(f"{result.swap_id} ended as {first.state} and as {result.state}")


@pytest.fixture
async def market(database_url: str, free_port: Callable[[], int], profile: str) -> AsyncIterator[MarketProcess]:
    migrate(database_url)
    environment = {
        **os.environ,
        "DATABASE_URL": database_url,
        "MARKET_PORT": str(free_port()),
        "MARKET_PROFILE": profile,
        "MOCK_FAIL_RATE": "0.1",
        "SCENARIOS": "on",
    }
    process = MarketProcess(environment)
    await process.start()
    yield process
    if process.process is not None and process.process.returncode is None:
        await process.end(signal.SIGKILL)


def random_swaps(count: int, chance: random.Random) -> list[pb.Swap]:
    """Return sales of SOL to one or two random pools, some of them scripted to go wrong."""
    definition = read_definition(DEFAULT_MARKET_FILE)
    pools = [info for info in pool_infos(definition, 1).values() if info.symbols == ("SOL", "USDC")]
    swaps = []
    for number in range(count):
        legs = [
            pb.SwapLeg(pool_id=pool.pool_id, mint_in=pool.mint_0, amount_in=chance.randint(1, 10**10))
            for pool in chance.sample(pools, chance.randint(1, 2))
        ]
        swaps.append(
            pb.Swap(
                swap_id=str(uuid.uuid4()),
                account_id=f"account-{number % 7}",
                mint_in=pools[0].mint_0,
                mint_out=pools[0].mint_1,
                amount_in=sum(leg.amount_in for leg in legs),
                min_amount_out=chance.choice([0, 0, 0, 10**12]),
                legs=legs,
                scenario=chance.choice([""] * 8 + ["ack_lost", "venue_down:meteora"]),
                attempt=1,
            )
        )
    return swaps


async def kill_and_restart(market: MarketProcess, campaign: Campaign) -> None:
    """Kill the market whenever another part of the swaps has ended, and start it again at once."""
    for kill in range(1, KILLS + 1):
        while len(campaign.heard) < len(campaign.swaps) * kill // (KILLS + 1):
            await asyncio.sleep(0.01)
        await market.end(signal.SIGKILL)
        await market.start()


@pytest.mark.parametrize("profile", ["instant", "s3"])
async def test_kill_nine_loses_nothing_and_repeats_nothing(market: MarketProcess, database_url: str) -> None:
    chance = random.Random(3)
    channel = open_channel(f"127.0.0.1:{market.environment['MARKET_PORT']}")
    campaign = Campaign(rpc.MarketServiceStub(channel), random_swaps(SWAPS, chance))
    waiting = asyncio.Semaphore(80)

    async def drive(swap: pb.Swap) -> None:
        async with waiting:
            await campaign.drive(swap)

    await asyncio.gather(kill_and_restart(market, campaign), *(drive(swap) for swap in campaign.swaps))
    for at in range(0, SWAPS, 500):
        await campaign.ask([swap.swap_id for swap in campaign.swaps[at : at + 500]])
    await channel.close()
    assert await market.end(signal.SIGTERM) == 0
    assert not campaign.contradictions
    assert_whole_or_absent(database_url, campaign)


def assert_whole_or_absent(database_url: str, campaign: Campaign) -> None:
    """Every swap is in the ledger once, as it was told, with exactly its own transfers; and the money adds up."""
    report = check_ledger(database_url)
    assert report.is_sound, report
    with psycopg.connect(database_url) as connection:
        states: dict[str, str] = dict(connection.execute("SELECT swap_id::text, state FROM market.swaps").fetchall())
        moved: Counter[str] = Counter()
        for swap_id, count in connection.execute(
            "SELECT swap_id::text, count(*) FROM market.transfers WHERE swap_id IS NOT NULL GROUP BY swap_id"
        ):
            moved[swap_id] = count
    assert states.keys() == {swap.swap_id for swap in campaign.swaps}
    for swap in campaign.swaps:
        told = pb.SwapState.Name(campaign.heard[swap.swap_id].state).removeprefix("SWAP_STATE_").lower()
        assert states[swap.swap_id] == told
        assert moved[swap.swap_id] == (2 * len(swap.legs) if told == "landed" else 0)
    assert len(set(states.values())) > 1, "the campaign must see landings and failures"


@pytest.mark.parametrize("profile", ["realistic"])
async def test_a_second_process_gives_up_and_the_first_goes_on(market: MarketProcess, free_port: Any) -> None:
    channel = open_channel(f"127.0.0.1:{market.environment['MARKET_PORT']}")
    stub = rpc.MarketServiceStub(channel)
    await stub.GetBalances(pb.GetBalancesRequest(account_id="a"), timeout=10, wait_for_ready=True)
    second = MarketProcess({**market.environment, "MARKET_PORT": str(free_port())})
    await second.start()
    assert second.process is not None
    assert await asyncio.wait_for(second.process.wait(), 60) == 1
    await stub.GetBalances(pb.GetBalancesRequest(account_id="a"), timeout=5)
    await channel.close()
