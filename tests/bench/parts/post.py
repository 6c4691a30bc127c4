"""How fast orders are accepted, while the workers execute them, over how many connections."""

from typing import Final

from tests.bench.bench import Bench
from tests.bench.limits.measure import HTTP_ECHO
from tests.bench.results import percentile

CONNECTIONS: Final = (1, 16, 64, 256)
TARGET_PER_SECOND: Final = {64: 3_000.0}
TARGET_P99_MS: Final = {64: 60.0}


def run(bench: Bench) -> None:
    """Note the rate and the latency for each number of connections."""
    seconds = 1.0 if bench.options.quick else 3.0
    for _ in range(bench.options.repeats):
        for connections in CONNECTIONS:
            _once(bench, connections, seconds)


def _once(bench: Bench, connections: int, seconds: float) -> None:
    with bench.cpu_of(f"post@{connections}") as spending:
        load = bench.load(mode="post", connections=connections, seconds=seconds)
        spending.orders, spending.load_seconds = max(1, load.accepted), load.cpu_seconds
    refused = {code: count for code, count in load.codes.items() if code != "202"}
    if refused:
        bench.results.remark(f"post@{connections}: answers other than 202: {refused}")
    name = f"{connections} connections"
    target, p99_target = TARGET_PER_SECOND.get(connections), TARGET_P99_MS.get(connections)
    note = bench.results.note
    rate = load.accepted / load.seconds
    note("post", f"{name}: accepted", rate, unit="/s", better="more", target=target, limit=HTTP_ECHO)
    note("post", f"{name}: p50", percentile(load.latencies_ms, 50), unit="ms", better="less")
    note("post", f"{name}: p90", percentile(load.latencies_ms, 90), unit="ms", better="less")
    note("post", f"{name}: p99", percentile(load.latencies_ms, 99), unit="ms", better="less", target=p99_target)
    bench.database.wait_until_all_ended()
