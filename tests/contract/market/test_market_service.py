"""MarketService over real gRPC: what callers see, and what they are refused."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass
from typing import Any

import grpc
import pytest

from market_service.chain.scenarios import SCENARIOS
from market_service.server import market_service
from pools.kinds import VENUES, PoolKind
from pools.pool_json import state_from_json
from servicekit.grpc_client import open_channel
from servicekit.grpc_errors import error_from
from servicekit.grpc_server import RunningServer, start_server
from tests.contract.market.conftest import OpenMarket, RunningMarket
from tests.unit.market.builders import SOL, USDC
from tradewind.market.v1 import market_pb2 as pb
from tradewind.market.v1 import market_pb2_grpc as rpc


@dataclass
class Served:
    """A market that is being served, and a stub to call it with."""

    market: RunningMarket
    server: RunningServer
    stub: "rpc.MarketServiceAsyncStub"


@pytest.fixture
async def served(open_market: OpenMarket) -> AsyncIterator[Served]:
    async with open_market("instant") as market:
        server = await start_server(market_service(market.intake), host="127.0.0.1", port=0)
        channel = open_channel(f"127.0.0.1:{server.port}")
        yield Served(market, server, rpc.MarketServiceStub(channel))
        await channel.close()
        await server.stop(0.1)


async def read(stream: Any) -> Any:
    """Return the next message of a stream, which must come soon."""
    return await asyncio.wait_for(stream.read(), 30)


async def read_all(stream: Any) -> None:
    """Read a stream to its end."""
    while await read(stream) is not grpc.aio.EOF:
        pass


def message(served: Served, **more: object) -> pb.Swap:
    pool = served.market.pool("SOL-USDC CPMM").info.pool_id
    swap = pb.Swap(
        swap_id=str(uuid.uuid4()),
        account_id="alice",
        mint_in=SOL,
        mint_out=USDC,
        amount_in=10**9,
        min_amount_out=1,
        legs=[pb.SwapLeg(pool_id=pool, mint_in=SOL, amount_in=10**9)],
        order_tag="order-1",
        submitter="worker-1",
        attempt=1,
    )
    swap.MergeFrom(pb.Swap(**more))  # type: ignore[arg-type]
    return swap


async def test_a_swap_s_whole_answer(served: Served) -> None:
    swap = message(served)
    response = await served.stub.SendSwap(pb.SendSwapRequest(swap=swap), timeout=30)
    result = response.result
    assert result.state == pb.SWAP_STATE_LANDED
    assert result.swap_id == swap.swap_id
    (fill,) = result.fills
    assert (fill.pool_id, fill.amount_in, fill.amount_out) == (swap.legs[0].pool_id, 10**9, result.amount_out)
    assert (fill.fee, fill.fee_mint) == (2_500_000, SOL)
    assert result.ended_at.ToMilliseconds() == served.market.clock.now_ms()
    got = await served.stub.GetSwaps(pb.GetSwapsRequest(swap_ids=[swap.swap_id, str(uuid.uuid4())]), timeout=30)
    assert got.results[0] == result
    assert got.results[1].state == pb.SWAP_STATE_UNKNOWN
    assert got.market_time.ToMilliseconds() == served.market.clock.now_ms()


async def test_a_batch_answers_each_swap_in_order(served: Served) -> None:
    good, bad = message(served), message(served, order_tag="x" * 65)
    response = await served.stub.SendSwaps(pb.SendSwapsRequest(swaps=[bad, good, good]), timeout=30)
    first, second, third = response.answers
    assert first.refusal.reason == "INVALID_SWAP"
    assert "order_tag" in first.refusal.detail
    assert not first.refusal.retryable
    assert second.result.state == pb.SWAP_STATE_LANDED
    assert third == second


async def test_pools_come_as_a_snapshot_and_then_slot_by_slot(served: Served) -> None:
    stream = served.stub.WatchPools(pb.WatchPoolsRequest())
    snapshot = await read(stream)
    assert snapshot.snapshot
    kinds = {pb.PoolKind.Value(f"POOL_KIND_{kind.name}"): kind for kind in PoolKind}
    assert {kinds[pool.kind] for pool in snapshot.pools} == set(PoolKind)
    assert len(snapshot.pools) == len(PoolKind)
    assert [token.symbol for token in snapshot.tokens] == ["SOL", "USDC", "RAY"]
    assert {venue.venue for venue in snapshot.venues} == set(VENUES)
    for pool in snapshot.pools:
        state = state_from_json(kinds[pool.kind], json.loads(pool.state_json))
        assert state == served.market.chain.state.pools[pool.pool_id].state
    swap = message(served)
    await served.stub.SendSwap(pb.SendSwapRequest(swap=swap), timeout=30)
    early = await read(stream)
    assert [pool.pool_id for pool in early.pools] == [swap.legs[0].pool_id]
    assert not early.snapshot
    await served.market.slots(3)
    updates = [await read(stream) for _ in range(3)]
    assert [update.slot for update in updates] == [1, 2, 3]
    assert all(not update.tokens for update in updates)
    assert updates[0].slot_time.ToMilliseconds() == snapshot.slot_time.ToMilliseconds() + 400
    stream.cancel()


async def test_a_watcher_hears_of_its_own_swaps_only(served: Served) -> None:
    mine = served.stub.WatchSwaps(pb.WatchSwapsRequest(submitter="worker-1"))
    everyone = served.stub.WatchSwaps(pb.WatchSwapsRequest())
    assert not (await read(mine)).results, "the first message says that the stream is live"
    assert not (await read(everyone)).results
    others, own = message(served, submitter="worker-2"), message(served)
    others.submitter = "worker-2"
    await served.stub.SendSwaps(pb.SendSwapsRequest(swaps=[others, own]), timeout=30)
    assert [r.swap_id for r in (await read(mine)).results] == [own.swap_id]
    assert [r.swap_id for r in (await read(everyone)).results] == [others.swap_id, own.swap_id]
    mine.cancel()
    everyone.cancel()


async def test_the_ledger_is_paged_oldest_first(served: Served) -> None:
    swaps = [message(served, order_tag=f"tag-{n % 2}") for n in range(5)]
    await served.stub.SendSwaps(pb.SendSwapsRequest(swaps=swaps), timeout=30)
    seen: list[str] = []
    token = ""
    while True:
        request = pb.ListSwapsRequest(account_id="alice", page_size=2, page_token=token)
        page = await served.stub.ListSwaps(request, timeout=30)
        seen += [row.swap.swap_id for row in page.swaps]
        token = page.next_page_token
        if not token:
            break
    assert seen == [swap.swap_id for swap in swaps]
    tagged = await served.stub.ListSwaps(pb.ListSwapsRequest(order_tag="tag-1"), timeout=30)
    assert [row.swap for row in tagged.swaps] == [swaps[1], swaps[3]]
    assert not tagged.next_page_token


async def test_wallets_and_airdrops(served: Served) -> None:
    balances = await served.stub.GetBalances(pb.GetBalancesRequest(account_id="new"), timeout=30)
    assert {b.mint: b.amount for b in balances.balances}[SOL] == 10**15
    request = pb.AirdropRequest(account_id="new", mint=SOL, amount=5, airdrop_id=str(uuid.uuid4()))
    first = await served.stub.Airdrop(request, timeout=30)
    again = await served.stub.Airdrop(request, timeout=30)
    assert (first.balance.amount, first.replayed) == (10**15 + 5, False)
    assert (again.balance.amount, again.replayed) == (10**15 + 5, True)


async def refusal_of(call: Awaitable[object]) -> tuple[grpc.StatusCode, str, list[str]]:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await call
    error = error_from(refused.value)
    return refused.value.code(), error.reason, [violation.field for violation in error.violations]


async def test_malformed_requests_are_refused_naming_the_field(served: Served) -> None:
    stub, invalid = served.stub, grpc.StatusCode.INVALID_ARGUMENT
    many = pb.SendSwapsRequest(swaps=[pb.Swap()] * 513)
    some_id, strange = str(uuid.uuid4()), message(served, mint_out="x")

    def drop(**fields: object) -> pb.AirdropRequest:
        usual = {"account_id": "a", "mint": SOL, "amount": 1, "airdrop_id": some_id}
        return pb.AirdropRequest(**{**usual, **fields})  # type: ignore[arg-type]

    cases: list[tuple[Awaitable[object], str, str]] = [
        (stub.SendSwap(pb.SendSwapRequest(), timeout=30), "INVALID_SWAP", "swap.swap_id"),
        (
            stub.SendSwap(pb.SendSwapRequest(swap=strange), timeout=30),
            "UNKNOWN_MINT",
            "swap.mint_out",
        ),
        (stub.SendSwaps(pb.SendSwapsRequest(), timeout=30), "INVALID_REQUEST", "swaps"),
        (stub.SendSwaps(many, timeout=30), "INVALID_REQUEST", "swaps"),
        (stub.GetSwaps(pb.GetSwapsRequest(), timeout=30), "INVALID_REQUEST", "swap_ids"),
        (stub.GetSwaps(pb.GetSwapsRequest(swap_ids=[some_id, "x"]), timeout=30), "INVALID_REQUEST", "swap_ids[1]"),
        (stub.ListSwaps(pb.ListSwapsRequest(page_size=1_001), timeout=30), "INVALID_REQUEST", "page_size"),
        (stub.ListSwaps(pb.ListSwapsRequest(page_token="-1"), timeout=30), "INVALID_REQUEST", "page_token"),
        (stub.ListSwaps(pb.ListSwapsRequest(account_id="a\0"), timeout=30), "INVALID_REQUEST", "account_id"),
        (stub.GetBalances(pb.GetBalancesRequest(), timeout=30), "INVALID_REQUEST", "account_id"),
        (stub.Airdrop(drop(amount=0), timeout=30), "INVALID_REQUEST", "amount"),
        (stub.Airdrop(drop(amount=2**64 - 1), timeout=30), "INVALID_REQUEST", "amount"),
        (stub.Airdrop(drop(airdrop_id="x"), timeout=30), "INVALID_REQUEST", "airdrop_id"),
        (stub.Airdrop(drop(mint="x"), timeout=30), "UNKNOWN_MINT", "mint"),
    ]
    for call, reason, field in cases:
        assert await refusal_of(call) == (invalid, reason, [field])
    watch = stub.WatchSwaps(pb.WatchSwapsRequest(submitter="s" * 65))
    assert await refusal_of(read(watch)) == (invalid, "INVALID_REQUEST", ["submitter"])


async def test_an_outage_is_unavailable_and_passes(served: Served) -> None:
    await served.market.chain.ledger.close()
    code, reason, _ = await refusal_of(served.stub.SendSwap(pb.SendSwapRequest(swap=message(served)), timeout=30))
    assert (code, reason) == (grpc.StatusCode.UNAVAILABLE, "UNAVAILABLE")
    await served.market.slots(1)
    response = await served.stub.SendSwap(pb.SendSwapRequest(swap=message(served)), timeout=30)
    assert response.result.state == pb.SWAP_STATE_LANDED


async def test_streams_end_when_the_server_drains(served: Served) -> None:
    stream = served.stub.WatchSwaps(pb.WatchSwapsRequest())
    await read(stream)
    waiting = asyncio.ensure_future(read(stream))
    await asyncio.sleep(0)
    started = asyncio.get_running_loop().time()
    await served.server.stop(60)
    assert asyncio.get_running_loop().time() - started < 30
    code, reason, _ = await refusal_of(waiting)
    assert (code, reason) == (grpc.StatusCode.UNAVAILABLE, "SHUTTING_DOWN")


async def test_a_watcher_that_does_not_read_is_ended_and_may_come_back(served: Served) -> None:
    stream = served.stub.WatchPools(pb.WatchPoolsRequest())
    await read(stream)
    everything = served.market.chain.pools_now()
    async with asyncio.timeout(20):
        while len(served.market.chain.pool_news):
            served.market.chain.pool_news.publish(everything)
            await asyncio.sleep(0)
    assert await refusal_of(read_all(stream)) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "SLOW_READER", [])
    again = served.stub.WatchPools(pb.WatchPoolsRequest())
    assert (await read(again)).snapshot
    again.cancel()


async def test_a_cancelled_watcher_is_forgotten(served: Served) -> None:
    stream = served.stub.WatchPools(pb.WatchPoolsRequest())
    await read(stream)
    assert len(served.market.chain.pool_news) == 1
    stream.cancel()
    async with asyncio.timeout(30):
        while len(served.market.chain.pool_news):
            await asyncio.sleep(0.01)


async def test_the_scenarios_are_told_as_the_table_has_them(served: Served) -> None:
    answer = await served.stub.ListScenarios(pb.ListScenariosRequest())
    told = {scenario.name: scenario for scenario in answer.scenarios}
    assert list(told) == list(SCENARIOS)
    assert (told["fail_once"].fails_with, told["fail_once"].first_attempt_only) == (pb.SWAP_FAILURE_TRANSIENT, True)
    assert told["late_confirm"].told_late_ms == 6_000
    assert told["venue_down:meteora"].venue_down == "meteora"
