"""What the market promises about a swap, on a real ledger."""

import asyncio
import random
import uuid
from dataclasses import replace

import pytest

from market_service.chain.swaps import Failure, Swap, SwapLeg, SwapRefusal, SwapState
from market_service.outside.profiles import PROFILES
from servicekit.errors import Unavailable
from servicekit.postgres import connect
from tests.contract.market.conftest import OpenMarket, RunningMarket
from tests.unit.market.builders import SOL, USDC, a_swap


async def test_a_swap_lands_two_to_three_seconds_after_it_was_sent(open_market: OpenMarket) -> None:
    async with open_market() as market:
        await market.slots(3)
        swap = market.sale()
        sent = await market.send(swap)
        assert sent.state is SwapState.IN_FLIGHT
        assert sent.signature
        await market.slots(4)
        assert (await market.result(swap)).state is SwapState.IN_FLIGHT
        await market.slots(4)
        landed = await market.result(swap)
        assert landed.state is SwapState.LANDED
        assert landed.signature == sent.signature
        assert 3 + 5 <= landed.slot <= 3 + 8
        balances = await market.intake.balances("alice")
        assert balances[SOL] == 10**15 - 10**9
        assert balances[USDC] == 10**12 + landed.amount_out
        market.assert_sound()


async def test_the_same_id_executes_once_and_the_first_content_wins(open_market: OpenMarket) -> None:
    async with open_market("instant") as market:
        swap = market.sale()
        first = await market.send(swap)
        other = replace(market.sale(5 * 10**9), swap_id=swap.swap_id)
        assert await market.send(swap) == first
        assert await market.send(other) == first
        both = await market.intake.send([market.sale(swap_id=(twin := str(uuid.uuid4()))), market.sale(swap_id=twin)])
        assert both[0] == both[1]
        assert (await market.intake.balances("alice"))[SOL] == 10**15 - 2 * 10**9


async def test_a_swap_of_an_earlier_run_is_answered_not_executed(open_market: OpenMarket) -> None:
    async with open_market("instant", crash=True) as market:
        swap = market.sale()
        landed = await market.send(swap)
        failed_swap = market.sale(min_amount_out=10**12)
        failed = await market.send(failed_swap)
        assert failed.failure is Failure.SLIPPAGE_EXCEEDED
    async with open_market("instant", clock=market.clock) as market:
        assert await market.send(swap) == landed
        assert await market.send(failed_swap) == failed
        assert await market.result(swap) == landed
        assert (await market.intake.balances("alice"))[SOL] == 10**15 - 10**9
        market.assert_sound()


async def test_a_crash_forgets_what_was_in_flight_and_the_id_can_be_sent_again(open_market: OpenMarket) -> None:
    async with open_market(crash=True) as market:
        swap = market.sale()
        await market.send(swap)
    async with open_market(clock=market.clock) as market:
        assert (await market.result(swap)).state is SwapState.UNKNOWN
        await market.send(swap)
        await market.slots(8)
        assert (await market.result(swap)).state is SwapState.LANDED


async def test_a_dropped_swap_expires_and_never_lands_after_that(open_market: OpenMarket) -> None:
    async with open_market() as market:
        swap = market.sale(scenario="dropped")
        await market.send(swap)
        await market.slots(10)
        assert (await market.result(swap)).state is SwapState.IN_FLIGHT
        await market.slots(1)
        expired = await market.result(swap)
        assert (expired.state, expired.failure) == (SwapState.EXPIRED, Failure.DROPPED)
        assert await market.send(swap) == expired
        await market.slots(20)
        assert await market.result(swap) == expired
        assert (await market.intake.balances("alice"))[SOL] == 10**15
        second = market.sale(scenario="dropped", attempt=2)
        await market.send(second)
        await market.slots(8)
        assert (await market.result(second)).state is SwapState.LANDED


@pytest.mark.parametrize(
    ("scenario", "failure"),
    [
        ("fail_once", Failure.TRANSIENT),
        ("fail_always", Failure.TRANSIENT),
        ("slippage", Failure.SLIPPAGE_EXCEEDED),
        ("venue_down:raydium", Failure.VENUE_UNAVAILABLE),
        ("venue_down:meteora", None),
        ("slow_quotes", None),
    ],
)
async def test_scenarios_end_as_the_table_says(open_market: OpenMarket, scenario: str, failure: Failure | None) -> None:
    async with open_market("instant") as market:
        result = await market.send(market.sale(scenario=scenario))
        assert result.failure is failure
        assert result.state is (SwapState.FAILED if failure else SwapState.LANDED)


async def test_a_lost_acknowledgement_hides_a_swap_that_was_taken(open_market: OpenMarket) -> None:
    async with open_market("instant") as market:
        swap = market.sale(scenario="ack_lost")
        with pytest.raises(Unavailable):
            await market.send(swap)
        landed = await market.result(swap)
        assert landed.state is SwapState.LANDED
        assert await market.send(swap) == landed
        assert (await market.intake.balances("alice"))[SOL] == 10**15 - 10**9


async def test_a_late_confirmation_is_in_the_ledger_before_it_is_told(open_market: OpenMarket) -> None:
    async with open_market() as market:
        news = market.chain.swap_news.subscribe().items()
        swap = market.sale(scenario="late_confirm")
        await market.send(swap)
        await market.slots(8)
        assert (await market.result(swap)).state is SwapState.IN_FLIGHT
        assert (await market.intake.balances("alice"))[SOL] == 10**15 - 10**9
        await market.slots(15)
        told = await market.result(swap)
        assert told.state is SwapState.LANDED
        assert (await asyncio.wait_for(anext(news), 30)).results == [("", told)]
        assert told.slot <= 8


async def test_swaps_of_one_slot_execute_in_the_order_of_arrival(open_market: OpenMarket) -> None:
    async with open_market(replace(PROFILES["realistic"], landing_ms=(0, 0))) as market:
        swaps = [market.sale(10**11) for _ in range(5)]
        for swap in swaps:
            await market.send(swap)
        await market.slots(1)
        results = await market.intake.results([swap.swap_id for swap in swaps])
        assert {result.slot for result in results} == {1}
        outs = [result.amount_out for result in results]
        assert outs == sorted(outs, reverse=True)
        assert len(set(outs)) == 5
        rows = await market.intake.list_swaps(account_id="alice", order_tag="", after=0, limit=10)
        assert [row.swap.swap_id for row in rows] == [swap.swap_id for swap in swaps]
        assert [row.swap for row in rows] == swaps


async def test_a_second_wallet_cannot_spend_what_the_first_has_spent(open_market: OpenMarket) -> None:
    async with open_market("instant") as market:
        answers = await market.intake.send([market.sale(6 * 10**14), market.sale(6 * 10**14)])
        states = [answer.failure for answer in answers if not isinstance(answer, SwapRefusal)]
        assert states == [None, Failure.INSUFFICIENT_FUNDS]
        market.assert_sound()


async def test_refused_swaps_leave_no_trace_and_others_of_the_batch_go_on(open_market: OpenMarket) -> None:
    async with open_market("instant") as market:
        bad = market.sale(account_id="")
        answers = await market.intake.send([bad, market.sale()])
        assert isinstance(answers[0], SwapRefusal)
        assert not isinstance(answers[1], SwapRefusal)
        assert (await market.result(bad)).state is SwapState.UNKNOWN


async def test_an_airdrop_mints_once_an_id(open_market: OpenMarket) -> None:
    drop_id = str(uuid.uuid4())
    async with open_market("instant") as market:
        for replayed in (False, True):
            drop = await market.intake.airdrop(airdrop_id=drop_id, account_id="bob", mint=SOL, amount=7)
            assert drop == (10**15 + 7, replayed)
        market.assert_sound()


async def test_random_swaps_conserve_every_base_unit(open_market: OpenMarket) -> None:
    chance = random.Random(5)
    async with open_market(replace(PROFILES["s5"], dropped_ppm=50_000)) as market:
        for _ in range(25):
            await market.intake.send([a_random_swap(market, chance) for _ in range(chance.randrange(12))])
            await market.slots(1)
        await market.slots(12)
        market.assert_sound()
        rows = await market.intake.list_swaps(account_id="", order_tag="", after=0, limit=1_000)
        states = {row.result.state for row in rows}
        assert states == {SwapState.LANDED, SwapState.FAILED, SwapState.EXPIRED}


def a_random_swap(market: RunningMarket, chance: random.Random) -> Swap:
    """Return a sale of SOL or USDC to one or two random pools of the pair."""
    pools = [pool for pool in market.chain.state.pools.values() if pool.info.symbols == ("SOL", "USDC")]
    mint_in, mint_out, most = chance.choice([(SOL, USDC, 10**13), (USDC, SOL, 10**12)])
    legs = [
        SwapLeg(pool.info.pool_id, mint_in, chance.randint(1, most))
        for pool in chance.sample(pools, chance.randint(1, 2))
    ]
    account = chance.choice(["alice", "bob", "carol"])
    swap_id = str(uuid.UUID(int=chance.getrandbits(128)))
    return a_swap(*legs, mint_in=mint_in, mint_out=mint_out, account_id=account, swap_id=swap_id)


async def test_an_idle_market_writes_next_to_nothing_and_loses_nothing_at_its_end(open_market: OpenMarket) -> None:
    async with open_market() as market:
        with connect(market.url, autocommit=True) as watcher:
            before = watcher.execute("SELECT count(*) FROM market.transfers").fetchone()
            await market.slots(100)
            assert watcher.execute("SELECT count(*) FROM market.transfers").fetchone() == before
            await market.slots(60)
            assert watcher.execute("SELECT count(*) FROM market.transfers").fetchone() != before
        moved = {pool_id: pool.vault_0 for pool_id, pool in market.chain.state.pools.items()}
    async with open_market(clock=market.clock) as again:
        assert {pool_id: pool.vault_0 for pool_id, pool in again.chain.state.pools.items()} == moved
        again.assert_sound()
