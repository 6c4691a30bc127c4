"""A stream that breaks in every way: each event once, in order, none left out, or an error that says so."""

import asyncio
import random
from collections.abc import Callable
from typing import Any

import psutil
import pytest

from tradewind_client import Problem, RetryPolicy, StreamGap, Tradewind, Unreachable

ALL = [1, 2, 3, 4, 5, 6]


async def seen(gateway: Any, policy: RetryPolicy, after: int = 0) -> list[int]:
    async with Tradewind(gateway.url, retry=policy) as tradewind:
        return [event.sequence async for event in tradewind.watch("o-1", after=after)]


async def test_a_whole_life_needs_one_connection(gateway: Any, hasty: RetryPolicy, episode: Any) -> None:
    gateway.plays(episode(tells=tuple(ALL), close=1000))
    assert await seen(gateway, hasty) == ALL
    assert gateway.asked == [0]


@pytest.mark.parametrize("code", [None, 1001, 1011, 1012, 1013, 4408, 4409, 4429])
async def test_a_broken_stream_is_taken_up_where_it_was(
    gateway: Any, hasty: RetryPolicy, episode: Any, code: int | None
) -> None:
    gateway.plays(episode(tells=(1, 2), close=code), episode(close=code), episode(tells=(3, 4, 5, 6), close=1000))
    assert await seen(gateway, hasty) == ALL
    assert gateway.asked == [0, 2, 2]


async def test_what_was_seen_is_not_seen_again(gateway: Any, hasty: RetryPolicy, episode: Any) -> None:
    gateway.plays(episode(tells=(1, 2, 2, 1, 3), close=1012), episode(tells=(1, 2, 3, 4, 5, 5, 6), close=1000))
    assert await seen(gateway, hasty) == ALL


async def test_watching_begins_after_what_the_caller_has(gateway: Any, hasty: RetryPolicy, episode: Any) -> None:
    gateway.plays(episode(tells=(4, 5, 6), close=1000))
    assert await seen(gateway, hasty, after=3) == [4, 5, 6]
    assert gateway.asked == [3]


async def test_a_gap_is_asked_for_again(gateway: Any, hasty: RetryPolicy, episode: Any) -> None:
    gateway.plays(episode(tells=(1, 2, 4), close=1000), episode(tells=(3, 4, 5, 6), close=1000))
    assert await seen(gateway, hasty) == ALL
    assert gateway.asked == [0, 2]


async def test_a_gap_that_stays_is_an_error(gateway: Any, hasty: RetryPolicy, episode: Any) -> None:
    gateway.plays(episode(tells=(1, 2, 4), close=1000), episode(tells=(4, 5, 6), close=1000))
    with pytest.raises(StreamGap) as caught:
        await seen(gateway, hasty)
    assert (caught.value.last, caught.value.found) == (2, 4)
    assert gateway.asked == [0, 2, 2]


async def test_a_refused_upgrade_is_repeated_when_it_may_pass(gateway: Any, hasty: RetryPolicy, episode: Any) -> None:
    gateway.plays(episode(refused=503), episode(refused=429), episode(tells=tuple(ALL), close=1000))
    assert await seen(gateway, hasty) == ALL
    assert gateway.asked == [0, 0, 0]


async def test_an_order_that_is_not_there_is_a_problem_at_once(gateway: Any, hasty: RetryPolicy, episode: Any) -> None:
    gateway.plays(episode(refused=404))
    with pytest.raises(Problem) as caught:
        await seen(gateway, hasty)
    assert (caught.value.status, caught.value.code, gateway.asked) == (404, "order_not_found", [0])


@pytest.mark.parametrize(("code", "name"), [(4401, "unauthenticated"), (4403, "forbidden"), (4404, "order_not_found")])
async def test_a_final_close_is_a_problem(gateway: Any, hasty: RetryPolicy, episode: Any, code: int, name: str) -> None:
    gateway.plays(episode(tells=(1,), close=code))
    with pytest.raises(Problem) as caught:
        await seen(gateway, hasty)
    assert (caught.value.code, gateway.asked) == (name, [0])


async def test_finished_without_an_end_is_not_believed(
    gateway: Any, hasty: RetryPolicy, episode: Any, snapshot: Callable[[str, int], dict[str, Any]]
) -> None:
    gateway.order = snapshot("submitted", 5)
    gateway.plays(episode(tells=(1, 2, 3), close=1000), episode(tells=(4, 5, 6), close=1000))
    assert await seen(gateway, hasty) == ALL


async def test_nothing_after_the_end_is_an_empty_stream(
    gateway: Any, hasty: RetryPolicy, episode: Any, snapshot: Callable[[str, int], dict[str, Any]]
) -> None:
    gateway.order = snapshot("confirmed", 6)
    gateway.plays(episode(close=1000))
    assert await seen(gateway, hasty, after=6) == []
    assert gateway.asked == [6]


async def test_a_stream_that_stays_away_is_given_up(gateway: Any, hasty: RetryPolicy, episode: Any) -> None:
    gateway.plays(episode(tells=(1, 2), close=1012), episode(close=1012))
    with pytest.raises(Unreachable, match="closed with 1012"):
        await seen(gateway, hasty)
    assert set(gateway.asked) == {0, 2}


async def test_a_retry_after_beyond_all_patience_is_not_waited_for(
    gateway: Any, hasty: RetryPolicy, episode: Any
) -> None:
    gateway.plays(episode(refused=503, retry_after="3600"))
    with pytest.raises(Unreachable, match="HTTP 503"):
        await seen(gateway, hasty)
    assert gateway.asked == [0]


@pytest.mark.parametrize("seed", range(10))
async def test_whatever_the_cuts_each_event_comes_once(
    gateway: Any, hasty: RetryPolicy, episode: Any, seed: int
) -> None:
    chance = random.Random(seed)
    told, cuts = 0, []
    while told < 6:
        first = chance.randint(max(1, told - 1), told + 1)
        last = chance.randint(first, 6)
        cuts.append(episode(tells=tuple(range(first, last + 1)), close=chance.choice([None, 1012, 4409])))
        told = max(told, last)
    gateway.plays(*cuts)
    assert await seen(gateway, hasty) == ALL


async def test_who_leaves_during_the_closing_handshake_leaves_no_line_open(
    gateway: Any, hasty: RetryPolicy, episode: Any
) -> None:
    gateway.plays(episode(tells=tuple(ALL), deaf=True))
    told = asyncio.Event()
    async with Tradewind(gateway.url, retry=hasty) as tradewind:

        async def read() -> None:
            async for event in tradewind.watch("o-1"):
                if event.is_terminal:
                    told.set()

        reading = asyncio.create_task(read())
        await told.wait()
        # The stream says goodbye now, and nobody answers.
        await asyncio.sleep(0.05)
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
    await asyncio.sleep(0)
    lines = psutil.Process().net_connections("tcp")
    gateway.listens.set()
    assert [line for line in lines if line.raddr and line.raddr.port == gateway.port] == []
