"""From the first POST until every order has ended in the database, no simulated latency, nobody watching."""

from typing import Final

from tests.campaigns.bench.bench import Bench
from tests.campaigns.bench.limits.measure import GROUP_COMMIT

ORDERS: Final = 5_000
TARGET: Final = 1_000.0


def run(bench: Bench) -> None:
    """Note orders a second and what each process spends on one."""
    for _ in range(bench.options.repeats):
        once(bench, "pipeline", "orders executed", target=TARGET)


def once(bench: Bench, part: str, name: str, *, target: float | None = None) -> None:
    """Submit from 64 connections and wait for the last end."""
    count = bench.options.sized(ORDERS)
    with bench.cpu_of(part) as spending:
        load = bench.load(mode="post", connections=64, count=count)
        ended = bench.database.wait_until_all_ended()
        spending.orders, spending.load_seconds = count, load.cpu_seconds
    rate = count / (ended - load.began)
    bench.results.note(part, name, rate, unit="orders/s", better="more", target=target, limit=GROUP_COMMIT)
    bench.results.note(part, f"{name}: submit phase", load.seconds, unit="s", better="less")
    statuses = bench.database.ended_since(load.began)
    bench.results.note(part, f"{name}: confirmed", statuses.get("confirmed", 0) / count * 100, unit="%", better="more")
