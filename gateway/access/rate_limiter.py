"""Counts requests against the limits of their callers, in Redis for all gateways together.

Checks that come together share the round trips: those of one caller become one hit of their summed cost. While Redis
is away or slow no request waits for it: strict limits are counted in this process alone, the other requests pass.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple, TypeVar

from limits import RateLimitItem
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import RateLimiter as Strategy
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from redis.asyncio import ConnectionPool
from redis.exceptions import RedisError

from gateway import telemetry
from gateway.access.rate_policies import Policy, Standing
from servicekit.batching import Batcher
from servicekit.cancelling import within
from servicekit.errors import Unavailable

# After a failure no request tries Redis for this long.
REDIS_PAUSE_SECONDS: Final = 1.0
BATCH_MAX: Final = 512

Found = TypeVar("Found")


class RateLimited(Unavailable):
    """A caller has used up a limit. `standings` hold the remaining allowance of each limit that was checked."""

    def __init__(self, standings: Sequence[Standing]) -> None:
        self.standings = tuple(standings)
        refusing = standings[-1]
        detail = f"{refusing.policy.name}: at most {refusing.limit.amount} in {refusing.limit.get_expiry()} s."
        super().__init__("RATE_LIMITED", detail, retry_after_ms=int(refusing.reset_seconds * 1000))


class _Check(NamedTuple):
    policy: Policy
    limit: RateLimitItem
    subject: str
    strict: bool
    cost: int

    @property
    def counter(self) -> tuple[object, ...]:
        """The counter it counts on: checks of one counter are taken together."""
        return self.policy.name, self.limit, self.subject, self.strict


class _Verdict(NamedTuple):
    """`standing` is None for a request that passed without being counted."""

    admitted: bool
    standing: Standing | None = None


class RateLimiter:
    """Charges callers. A check that is `strict` is counted here while Redis is away; another one passes then."""

    def __init__(self, pool: ConnectionPool, *, deadline_seconds: float) -> None:
        self._deadline = deadline_seconds
        # The library hands its options on to redis-py, a pool among them.
        storage = RedisStorage("async+redis://", implementation="redispy", connection_pool=pool)  # type: ignore[arg-type]  # its annotation knows plain values only
        self._shared: Strategy = SlidingWindowCounterRateLimiter(storage)
        self._local: Strategy = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._shared_from = 0.0
        self._checks: Batcher[_Check, _Verdict] = Batcher(self._settle, batch_max=BATCH_MAX, name="charge")

    async def charge(self, policy: Policy, subject: str, *, cost: int = 1, strict: bool) -> list[Standing]:
        """Take `cost` from the subject's remaining allowance and return its standing after that.

        Raises RateLimited when the remaining allowance is smaller.
        """
        standings = []
        for limit in policy.limits:
            verdict = await self._checks.submit(_Check(policy, limit, subject, strict, cost))
            if verdict.standing is not None:
                standings.append(verdict.standing)
            if not verdict.admitted:
                raise RateLimited(standings)
        return standings

    async def check_room(self, policy: Policy, subject: str) -> None:
        """Raise RateLimited when the subject has nothing left; take nothing."""
        for limit in policy.limits:

            async def look(strategy: Strategy, limit: RateLimitItem = limit) -> Standing:
                return await _standing(strategy, policy, limit, subject)

            standing = await self._counted(look, strict=True)
            if standing is not None and standing.remaining < 1:
                raise RateLimited([standing])

    async def close(self) -> None:
        """Let the checks in flight end."""
        await self._checks.close()

    async def _settle(self, checks: Sequence[_Check]) -> list[_Verdict]:
        together: dict[tuple[object, ...], list[_Check]] = defaultdict(list)
        for check in checks:
            together[check.counter].append(check)
        settled = await asyncio.gather(*map(self._settle_one, together.values()))
        verdicts = {counter: iter(found) for counter, found in zip(together, settled, strict=True)}
        return [next(verdicts[check.counter]) for check in checks]

    async def _settle_one(self, checks: Sequence[_Check]) -> list[_Verdict]:
        """Settle the checks of one counter."""

        async def hit(strategy: Strategy) -> list[_Verdict]:
            return await _hit(strategy, checks)

        verdicts = await self._counted(hit, strict=checks[0].strict)
        return verdicts if verdicts is not None else [_Verdict(True)] * len(checks)

    async def _counted(self, work: Callable[[Strategy], Coroutine[Any, Any, Found]], *, strict: bool) -> Found | None:
        """Return the result of the work, in Redis or in this process; None when neither counts."""
        shared_from = self._shared_from
        if time.monotonic() >= shared_from:
            try:
                return await within(self._deadline, work(self._shared))
            except (RedisError, OSError) as error:
                # Calls in flight fail together: that is one outage, and the first failure reports it.
                if self._shared_from == shared_from:
                    self._shared_from = time.monotonic() + REDIS_PAUSE_SECONDS
                    telemetry.limits_unreachable(error)
        return await work(self._local) if strict else None


async def _hit(strategy: Strategy, checks: Sequence[_Check]) -> list[_Verdict]:
    first = checks[0]
    counter = (first.policy.name, first.subject)
    costs = [check.cost for check in checks]
    admitted, cost = set(range(len(checks))), sum(costs)
    refused_at: Standing | None = None
    while admitted and not await strategy.hit(first.limit, *counter, cost=cost):
        refused_at = await _standing(strategy, first.policy, first.limit, first.subject)
        # Other gateways take from the same limit, so a sum that fits now may not fit at the next hit.
        admitted = _fitting(costs, min(refused_at.remaining, cost - 1))
        cost = sum(costs[place] for place in admitted)
    after = refused_at
    if after is None or admitted:
        after = await _standing(strategy, first.policy, first.limit, first.subject)
    if after.remaining + cost == first.limit.amount:
        # The window has just begun, and the library then returns a reset time of now. The whole window is right.
        after = replace(after, reset_seconds=first.limit.get_expiry())
    return [_Verdict(place in admitted, after) for place in range(len(checks))]


def _fitting(costs: Sequence[int], remaining: int) -> set[int]:
    """Return the positions of the costs that the remaining allowance covers, first come first served."""
    fitting = set()
    for place, cost in enumerate(costs):
        if cost <= remaining:
            remaining -= cost
            fitting.add(place)
    return fitting


async def _standing(strategy: Strategy, policy: Policy, limit: RateLimitItem, subject: str) -> Standing:
    reset_at, remaining = await strategy.get_window_stats(limit, policy.name, subject)
    return Standing(policy, limit, max(0, remaining), max(0.0, reset_at - time.time()))
