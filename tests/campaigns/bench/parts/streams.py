"""One socket against a thousand: the same orders watched over a socket each, one socket with ids, one with `all`."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import psutil

from tests.campaigns.bench.bench import Bench
from tests.campaigns.bench.meter import MIB
from tests.campaigns.bench.parts.sockets import note_lives

ORDERS: Final = 1_000
WAYS: Final = {"each": "a socket each", "ids": "one socket, ids", "all": "one socket, all"}
LOOK_SECONDS: Final = 0.02


def run(bench: Bench) -> None:
    """Note for each way what the gateway spends and how long the last event takes."""
    count = bench.options.sized(ORDERS)
    for _ in range(bench.options.repeats):
        for way, name in WAYS.items():
            part = f"streams, {name}"
            with bench.cpu_of(part) as spending, _growth(bench, part):
                load = bench.load(mode="streams", count=count, watched=way)
                spending.orders, spending.load_seconds = count, load.cpu_seconds
            note_lives(bench, part, load, count)
            bench.database.wait_until_all_ended()


@contextmanager
def _growth(bench: Bench, part: str) -> Iterator[None]:
    """Note by how much the gateway's memory rises at most while the body runs."""
    gateway = psutil.Process(bench.stack.pid("gateway"))
    before = peak = gateway.memory_info().rss
    over = threading.Event()

    def look() -> None:
        nonlocal peak
        while not over.wait(LOOK_SECONDS):
            peak = max(peak, gateway.memory_info().rss)

    looking = threading.Thread(target=look)
    looking.start()
    try:
        yield
    finally:
        over.set()
        looking.join()
    bench.results.note(part, "gateway memory above the start", (peak - before) / MIB, unit="MiB", better="less")
