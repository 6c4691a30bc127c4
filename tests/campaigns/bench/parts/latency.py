"""One order at a time, no simulated latency: from the POST to the last event on its socket."""

from typing import Final

from tests.campaigns.bench.bench import Bench
from tests.campaigns.bench.results import percentile

ORDERS: Final = 200


def run(bench: Bench) -> None:
    """Note the latency of a whole life, connections included."""
    for _ in range(bench.options.repeats):
        with bench.cpu_of("one at a time") as spending:
            load = bench.load(mode="watch", count=bench.options.sized(ORDERS), in_flight=1)
            spending.orders, spending.load_seconds = len(load.lives), load.cpu_seconds
        told = [(life.frames[-1][2] - life.began) * 1000 for life in load.lives if life.is_over]
        for percent in (50, 90, 99):
            value = percentile(told, percent)
            bench.results.note("latency", f"one order at a time: p{percent}", value, unit="ms", better="less")
