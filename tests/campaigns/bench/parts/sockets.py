"""Many orders at once, a WebSocket each, until the last has heard the end."""

from typing import Final

from tests.campaigns.bench.bench import Bench
from tests.campaigns.bench.limits.measure import SOCKET_ECHO
from tests.campaigns.bench.load.lives import LoadReport
from tests.campaigns.bench.results import percentile

ORDERS: Final = 400
TARGET: Final = 500.0


def run(bench: Bench) -> None:
    """Note orders a second, latency to the last event, and whether each socket heard everything."""
    count = bench.options.sized(ORDERS)
    for _ in range(bench.options.repeats):
        with bench.cpu_of("sockets") as spending:
            load = bench.load(mode="watch", count=count)
            spending.orders, spending.load_seconds = count, load.cpu_seconds
        note_lives(bench, "sockets", load, count, target=TARGET, limit=SOCKET_ECHO)
        bench.database.wait_until_all_ended()


def note_lives(
    bench: Bench, part: str, load: LoadReport, count: int, *, target: float | None = None, limit: str | None = None
) -> None:
    """Note what the watchers of a run saw."""
    note = bench.results.note
    told = [(life.frames[-1][2] - life.began) * 1000 for life in load.lives if life.is_over]
    whole = sum(life.is_whole for life in load.lives)
    rate = len(told) / load.seconds if load.seconds else 0.0
    note(part, "orders told to their end", rate, unit="orders/s", better="more", target=target, limit=limit)
    note(part, "streams that saw the whole life", whole / count * 100, unit="%", better="more", target=100.0)
    note(part, "POST to last event: p50", percentile(told, 50), unit="ms", better="less")
    note(part, "POST to last event: p99", percentile(told, 99), unit="ms", better="less")
