"""One order, many watchers: how long after the event the last of them has it."""

from typing import Final

from tests.campaigns.bench.bench import Bench
from tests.campaigns.bench.load.lives import LoadReport
from tests.campaigns.bench.results import percentile

WATCHERS: Final = 500
STREAMS: Final = {"socket": "WebSocket", "events": "SSE"}


def run(bench: Bench) -> None:
    """Note the spread of the last event over all watchers, and how many saw everything."""
    count = bench.options.sized(WATCHERS)
    for _ in range(bench.options.repeats):
        for stream, name in STREAMS.items():
            with bench.cpu_of(f"fan-out {name}") as spending:
                load = bench.load(mode="fan_out", count=count, stream=stream)
                spending.orders, spending.load_seconds = count, load.cpu_seconds
            _note(bench, load, f"{count} x {name}", count)
            bench.database.wait_until_all_ended()


def _note(bench: Bench, load: LoadReport, name: str, count: int) -> None:
    arrivals = [life.frames[-1][2] for life in load.lives if life.is_over]
    whole = sum(life.is_whole for life in load.lives) / count * 100
    landing = bench.database.landings([load.lives[0].order_id]).get(load.lives[0].order_id)
    note = bench.results.note
    note("fan-out", f"{name}: whole life", whole, unit="%", better="more", target=100.0)
    if landing is None:
        bench.results.remark(f"fan-out: the order was not confirmed at the first attempt; {name} has no spread")
        return
    delays = [(arrival - landing.events["confirmed"]) * 1000 for arrival in arrivals]
    for percent in (50, 99, 100):
        value = percentile(delays, percent)
        note("fan-out", f"{name}: last event p{percent}", value, unit="ms", better="less")
