"""Limits counted in a real Redis, few calls for many checks; and what happens while Redis is away or frozen."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio
import redis
import structlog
from redis.asyncio import BlockingConnectionPool, ConnectionPool

from gateway.access import wiring as access
from gateway.access.rate_limiter import REDIS_PAUSE_SECONDS, RateLimited, RateLimiter
from gateway.access.rate_policies import Policy, limits_in
from gateway.access.wiring import redis_pool

# Longer than any machine may be busy with something else; the frozen Redis is given less.
PATIENCE = 10.0
TEN = Policy("submits", limits_in("10/minute"))
MANY = Policy("reads", limits_in("100000/minute"))


@pytest_asyncio.fixture
async def pool(redis_url: str) -> AsyncIterator[ConnectionPool]:
    async with redis_pool(redis_url) as pool:
        yield pool


@pytest.fixture
def limiter(pool: ConnectionPool) -> RateLimiter:
    return RateLimiter(pool, deadline_seconds=PATIENCE)


async def admitted(limiter: RateLimiter, policy: Policy, times: int, *, cost: int = 1, strict: bool = True) -> int:
    """Charge so many times at once; return how many were let through."""
    charges = (limiter.charge(policy, "key-a", cost=cost, strict=strict) for _ in range(times))
    outcomes = await asyncio.gather(*charges, return_exceptions=True)
    assert all(isinstance(outcome, list | RateLimited) for outcome in outcomes)
    return sum(isinstance(outcome, list) for outcome in outcomes)


async def test_exactly_as_many_pass_as_are_allowed_one_by_one(limiter: RateLimiter) -> None:
    assert [await admitted(limiter, TEN, 1) for _ in range(12)] == [1] * 10 + [0] * 2


@pytest.mark.parametrize("times", [10, 11, 300])
async def test_exactly_as_many_pass_as_are_allowed_at_once(limiter: RateLimiter, times: int) -> None:
    assert await admitted(limiter, TEN, times) == 10


async def test_what_costs_more_counts_more(limiter: RateLimiter) -> None:
    assert await admitted(limiter, TEN, 5, cost=4) == 2
    assert await admitted(limiter, TEN, 5) == 2


async def test_who_is_too_dear_does_not_hold_up_who_is_not(limiter: RateLimiter) -> None:
    dear, cheap = await asyncio.gather(
        limiter.charge(TEN, "key-a", cost=11, strict=True),
        limiter.charge(TEN, "key-a", cost=1, strict=True),
        return_exceptions=True,
    )
    assert isinstance(dear, RateLimited)
    assert isinstance(cheap, list)


async def test_gateways_count_together_and_callers_and_policies_apart(
    limiter: RateLimiter, pool: ConnectionPool
) -> None:
    another = RateLimiter(pool, deadline_seconds=PATIENCE)
    passed = await asyncio.gather(admitted(limiter, TEN, 8), admitted(another, TEN, 8))
    assert sum(passed) == 10
    assert await limiter.charge(TEN, "key-b", strict=True)
    assert await limiter.charge(Policy("airdrops", TEN.limits), "key-a", strict=True)


async def test_none_is_refused_that_would_fit_however_many_gateways_ask_at_once(pool: ConnectionPool) -> None:
    gateways = [RateLimiter(pool, deadline_seconds=PATIENCE) for _ in range(2)]
    dice = random.Random(7)

    async def ask(policy: Policy, times: int, turns: int) -> int:
        for _ in range(turns):
            await asyncio.sleep(0)
        return await admitted(dice.choice(gateways), policy, times)

    for number in range(200):
        policy = Policy(f"submits-{number}", TEN.limits)
        wanted = [dice.randint(1, 4) for _ in range(5)]
        passed = await asyncio.gather(*(ask(policy, times, dice.randrange(8)) for times in wanted))
        assert sum(passed) == min(10, sum(wanted))


async def test_the_caller_is_told_where_it_stands(limiter: RateLimiter) -> None:
    (standing,) = await limiter.charge(TEN, "key-a", cost=3, strict=True)
    assert (standing.remaining, standing.limit.amount) == (7, 10)
    assert 0 < standing.reset_seconds <= 60

    with pytest.raises(RateLimited) as refused:
        await limiter.charge(TEN, "key-a", cost=8, strict=True)
    assert refused.value.standings[0].remaining == 7
    assert refused.value.retry_after_ms <= 60_000


async def test_of_several_limits_the_tightest_refuses(limiter: RateLimiter) -> None:
    both = Policy("submits", limits_in("1000/minute;5/hour"))
    assert await admitted(limiter, both, 9) == 5
    with pytest.raises(RateLimited) as refused:
        await limiter.charge(both, "key-a", strict=True)
    assert [standing.name for standing in refused.value.standings] == ["submits-60s", "submits-3600s"]


async def test_looking_for_room_takes_none(limiter: RateLimiter) -> None:
    for _ in range(20):
        await limiter.check_room(TEN, "key-a")
    assert await admitted(limiter, TEN, 10) == 10
    with pytest.raises(RateLimited):
        await limiter.check_room(TEN, "key-a")


async def test_the_window_moves_on(limiter: RateLimiter) -> None:
    brief = Policy("submits", limits_in("2/second"))
    assert await admitted(limiter, brief, 3) == 2
    async with asyncio.timeout(30):
        while not await admitted(limiter, brief, 1):
            await asyncio.sleep(0.05)


async def test_many_checks_are_few_calls(limiter: RateLimiter, redis_url: str) -> None:
    await limiter.charge(MANY, "key-a", strict=False)
    with redis.Redis.from_url(redis_url) as client:
        client.config_resetstat()
        assert await admitted(limiter, MANY, 3_000) == 3_000
        calls = client.info("commandstats")["cmdstat_evalsha"]["calls"]
    assert calls <= 3_000 / 512 * 2 + 2


async def test_redis_keeps_what_it_needs_for_two_windows_and_no_more(limiter: RateLimiter, redis_url: str) -> None:
    await limiter.charge(TEN, "key-a", strict=True)
    with redis.Redis.from_url(redis_url) as client:
        (key,) = client.keys("*")
        assert 0 < client.ttl(key) <= 120


@pytest_asyncio.fixture
async def away(free_port: Callable[[], int]) -> AsyncIterator[RateLimiter]:
    async with redis_pool(f"redis://127.0.0.1:{free_port()}/0") as pool:
        yield RateLimiter(pool, deadline_seconds=PATIENCE)


async def test_while_redis_is_away_submits_are_counted_here(away: RateLimiter) -> None:
    assert await admitted(away, TEN, 20, strict=True) == 10
    with pytest.raises(RateLimited):
        await away.check_room(TEN, "key-a")


async def test_while_redis_is_away_reads_pass(away: RateLimiter) -> None:
    assert await admitted(away, TEN, 20, strict=False) == 20


async def test_one_outage_is_told_once(away: RateLimiter) -> None:
    with structlog.testing.capture_logs() as lines:
        await asyncio.gather(*(away.charge(MANY, f"key-{number}", strict=False) for number in range(1_000)))
    assert [line["event"] for line in lines] == ["limits.unreachable"]


async def test_while_redis_is_frozen_nobody_waits_for_long_and_the_next_do_not_wait(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(access, "REDIS_SECONDS_MAX", 120)
    connections: list[asyncio.StreamWriter] = []
    server = await asyncio.start_server(lambda _, writer: connections.append(writer), "127.0.0.1", 0)
    async with server, redis_pool(f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}/0") as pool:
        limiter = RateLimiter(pool, deadline_seconds=0.1)
        began = time.monotonic()
        assert await admitted(limiter, TEN, 20, strict=True) == 10
        # The pool itself would wait for two minutes.
        assert time.monotonic() - began < 60
        tried = len(connections)
        assert await admitted(limiter, TEN, 5, strict=False) == 5
        assert len(connections) == tried
        for writer in connections:
            writer.close()


async def test_redis_that_comes_back_counts_again(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with redis_pool(redis_url) as pool:
        limiter = RateLimiter(pool, deadline_seconds=PATIENCE)
        with monkeypatch.context() as broken:
            broken.setattr(BlockingConnectionPool, "get_connection", _refused)
            assert await admitted(limiter, TEN, 3, strict=False) == 3
        assert await limiter.charge(TEN, "key-a", strict=False) == []
        limiter._shared_from -= REDIS_PAUSE_SECONDS
        (standing,) = await limiter.charge(TEN, "key-a", strict=False)
        assert standing.remaining == 9


async def _refused(*_: object, **__: object) -> None:
    raise redis.ConnectionError
