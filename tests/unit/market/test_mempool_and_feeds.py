"""Swaps that wait, and news that is handed on."""

import asyncio
import uuid

import pytest

from market_service.chain.fate import Fate
from market_service.chain.feeds import Feed
from market_service.chain.mempool import InFlight, Mempool
from market_service.chain.swaps import SwapLeg, SwapResult, SwapState
from servicekit.errors import Unavailable
from tests.unit.market.builders import SOL, a_swap


def take(mempool: Mempool, ends_in_slot: int) -> InFlight:
    swap = a_swap(SwapLeg("p", SOL, 1))
    entry = InFlight(swap, Fate(ends_in_slot), "signature", mempool.next_arrival(), received_ms=0)
    mempool.take(entry)
    return entry


def landed(entry: InFlight, slot: int) -> SwapResult:
    return SwapResult(entry.swap.swap_id, SwapState.LANDED, slot=slot)


def test_what_is_due_comes_in_the_order_of_arrival_and_stays_until_it_has_ended() -> None:
    mempool = Mempool()
    late, first, second = take(mempool, 9), take(mempool, 5), take(mempool, 3)
    assert mempool.due(2) == []
    assert mempool.due(5) == [first, second]
    assert mempool.due(5) == [first, second], "a failed commit leaves them due"
    mempool.end(landed(first, 5), told_in_slot=5)
    assert mempool.due(10) == [late, second]


def test_a_result_that_is_told_late_looks_in_flight_until_then() -> None:
    mempool = Mempool()
    entry = take(mempool, 5)
    mempool.end(landed(entry, 5), told_in_slot=8)
    assert not mempool.is_in_flight(entry.swap.swap_id)
    told = mempool.result_of(entry.swap.swap_id)
    assert told is not None
    assert told.state is SwapState.IN_FLIGHT
    assert mempool.tell(7) == []
    assert mempool.tell(8) == [(entry, landed(entry, 5))]
    assert mempool.result_of(entry.swap.swap_id) == landed(entry, 5)


def test_the_oldest_results_are_forgotten_first() -> None:
    mempool = Mempool(recent_max=2)
    ids = [str(uuid.uuid4()) for _ in range(3)]
    for swap_id in ids:
        mempool.remember(SwapResult(swap_id, SwapState.LANDED))
    assert [mempool.result_of(swap_id) is not None for swap_id in ids] == [False, True, True]


async def test_a_feed_hands_everything_on_in_order() -> None:
    feed: Feed[int] = Feed()
    subscription = feed.subscribe()
    for number in range(3):
        feed.publish(number)
    items = subscription.items()
    assert [await anext(items) for _ in range(3)] == [0, 1, 2]
    waiting = asyncio.ensure_future(anext(items))
    await asyncio.sleep(0)
    feed.publish(3)
    assert await waiting == 3


async def test_a_reader_that_lags_is_ended_and_others_are_not() -> None:
    feed: Feed[int] = Feed(queue_max=2)
    slow, quick = feed.subscribe(), feed.subscribe()
    reader = quick.items()
    for number in range(3):
        feed.publish(number)
        assert await anext(reader) == number
    with pytest.raises(Unavailable) as ended:
        await anext(slow.items())
    assert ended.value.reason == "SLOW_READER"


async def test_ending_a_feed_wakes_who_waits() -> None:
    feed: Feed[int] = Feed()
    waiting = asyncio.ensure_future(anext(feed.subscribe().items()))
    await asyncio.sleep(0)
    feed.end(Unavailable("SHUTTING_DOWN"))
    with pytest.raises(Unavailable, match="SHUTTING_DOWN"):
        await waiting
