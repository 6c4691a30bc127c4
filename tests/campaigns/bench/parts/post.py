"""How fast orders are accepted, while the workers execute them, over how many connections.

At the profile without simulated latency every accepted order is also routed, swapped and confirmed within the
measured seconds. At the default profile its swap is on its way for 2 to 3 s meanwhile, as it would be for a user.
"""

from typing import Final

from tests.campaigns.bench.bench import Bench
from tests.campaigns.bench.limits.measure import HTTP_ECHO
from tests.campaigns.bench.results import percentile

CONNECTIONS: Final = (1, 16, 64, 256)
DEFAULT_CONNECTIONS: Final = 64
TARGET_PER_SECOND: Final = {64: 3_000.0}
TARGET_P99_MS: Final = {64: 60.0}


def run(bench: Bench) -> None:
    """Note the rate and the latency for each number of connections, without simulated latency."""
    for _ in range(bench.options.repeats):
        for connections in CONNECTIONS:
            _once(bench, "post", connections)


def run_at_default_latency(bench: Bench) -> None:
    """Note the rate and the latency for 64 connections at the default profile."""
    for _ in range(bench.options.repeats):
        _once(bench, "post, default latency", DEFAULT_CONNECTIONS)


def _once(bench: Bench, part: str, connections: int) -> None:
    seconds = 1.0 if bench.options.quick else 3.0
    with bench.cpu_of(f"{part}@{connections}") as spending:
        load = bench.load(mode="post", connections=connections, seconds=seconds)
        spending.orders, spending.load_seconds = max(1, load.accepted), load.cpu_seconds
    refused = {code: count for code, count in load.codes.items() if code != "202"}
    if refused:
        bench.results.remark(f"{part}@{connections}: answers other than 202: {refused}")
    name = f"{connections} connections"
    target, p99_target = TARGET_PER_SECOND.get(connections), TARGET_P99_MS.get(connections)
    note = bench.results.note
    rate = load.accepted / load.seconds
    note(part, f"{name}: accepted", rate, unit="/s", better="more", target=target, limit=HTTP_ECHO)
    note(part, f"{name}: p50", percentile(load.latencies_ms, 50), unit="ms", better="less")
    note(part, f"{name}: p90", percentile(load.latencies_ms, 90), unit="ms", better="less")
    note(part, f"{name}: p99", percentile(load.latencies_ms, 99), unit="ms", better="less", target=p99_target)
    bench.database.wait_until_all_ended()
