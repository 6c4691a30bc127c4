"""A steady stream of orders at the default profile, a socket each: what goes in must come out, at the same rate."""

from typing import Final

from tests.campaigns.bench.bench import Bench
from tests.campaigns.bench.load.lives import LoadReport
from tests.campaigns.bench.results import percentile

RATES: Final = (100, 200, 400)
SECONDS: Final = 10.0
TARGET_RATE: Final = 400
# Confirmations come two to three seconds after their POST; before that the stream is filling up.
FILLING_SECONDS: Final = 4.0


def run(bench: Bench) -> None:
    """Note confirmations a second in the steady part, and latencies, by rate."""
    seconds = 6.0 if bench.options.quick else SECONDS
    for _ in range(bench.options.repeats):
        for rate in RATES:
            count = int(rate * seconds)
            with bench.cpu_of(f"sustained@{rate}") as spending:
                load = bench.load(mode="watch", count=count, rate=rate)
                spending.orders, spending.load_seconds = count, load.cpu_seconds
            _note(bench, load, rate, seconds)
            bench.database.wait_until_all_ended()


def _note(bench: Bench, load: LoadReport, rate: int, seconds: float) -> None:
    begins, ends = load.began + FILLING_SECONDS, load.began + seconds
    told = [life for life in load.lives if life.is_over]
    steady = [life for life in told if begins <= life.frames[-1][2] < ends]
    whole = sum(life.is_whole for life in load.lives) / len(load.lives) * 100
    target = TARGET_RATE * 0.95 if rate == TARGET_RATE else None
    note, name = bench.results.note, f"{rate}/s offered"
    done = len(steady) / (ends - begins)
    note("sustained", f"{name}: told to their end", done, unit="orders/s", better="more", target=target)
    note("sustained", f"{name}: whole life", whole, unit="%", better="more", target=100.0)
    note("sustained", f"{name}: POST p50", percentile(load.latencies_ms, 50), unit="ms", better="less")
    note("sustained", f"{name}: POST p99", percentile(load.latencies_ms, 99), unit="ms", better="less")
    landings = bench.database.landings([life.order_id for life in told])
    overheads = [
        (life.frames[-1][2] - life.began - (landing.landed - landing.received)) * 1000
        for life in told
        if (landing := landings.get(life.order_id)) is not None
    ]
    for percent in (50, 99):
        value = percentile(overheads, percent)
        note("sustained", f"{name}: over the landing p{percent}", value, unit="ms", better="less")
