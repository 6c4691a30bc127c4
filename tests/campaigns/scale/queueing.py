"""A model of one process that batches: whatever waits when it comes free is served together."""

import bisect
import random
import statistics
from typing import NamedTuple

ARRIVALS = 20_000


class Wait(NamedTuple):
    """What the model says of a process under a load."""

    busy: float
    batch: float
    p50_ms: float
    p99_ms: float


def wait_of(rate: float, *, fixed_ms: float, each_ms: float, batch_max: int, seed: int = 1) -> Wait:
    """Return how long orders are in a process that takes `fixed_ms` for a batch and `each_ms` for an order in it.

    `rate` orders a second arrive at random (Poisson). Times are CPU alone: no network, no disk, nobody else on the
    core.
    """
    draw = random.Random(seed)
    arrivals, now = [], 0.0
    for _ in range(ARRIVALS):
        now += draw.expovariate(rate / 1000)
        arrivals.append(now)
    times, batches, worked, free = [], 0, 0.0, 0.0
    first = 0
    while first < ARRIVALS:
        start = max(free, arrivals[first])
        behind = min(bisect.bisect_right(arrivals, start), first + batch_max)
        free = start + fixed_ms + each_ms * (behind - first)
        times += [free - arrival for arrival in arrivals[first:behind]]
        batches, worked, first = batches + 1, worked + free - start, behind
    cuts = statistics.quantiles(times, n=100)
    return Wait(worked / free, ARRIVALS / batches, cuts[49], cuts[98])
