"""What the engine adds to the simulated latency, ten orders in flight at the default profile, a socket each.

The simulated latency of an order is the market's own: from the arrival of its swap to the slot it landed in, both read
from the ledger, and the venues' quoting. Each venue takes 10 to 30 ms to quote, drawn anew and told to nobody, and a
route waits for the slower of the two: 23.3 ms on average, which is what is taken off.
"""

from collections.abc import Callable, Mapping
from typing import Final

from tests.campaigns.bench.bench import Bench
from tests.campaigns.bench.database import Landing
from tests.campaigns.bench.load.lives import Life
from tests.campaigns.bench.results import percentile

ORDERS: Final = 100
IN_FLIGHT: Final = 10
QUOTING_MS: Final = 10 + (30 - 10) * 2 / 3
TARGET_P50_MS: Final = 17.0
TARGET_P99_MS: Final = 40.0

Stage = Callable[[Life, Landing], float]

_STAGES: Final[Mapping[str, Stage]] = {
    "POST answered": lambda life, landing: life.answered - life.began,
    "POST to pending": lambda life, landing: landing.events["pending"] - life.began,
    "pending to routing": lambda life, landing: landing.events["routing"] - landing.events["pending"],
    "routing to submitted, with quoting": lambda life, landing: landing.events["submitted"] - landing.events["routing"],
    "submitted to the market": lambda life, landing: landing.received - landing.events["submitted"],
    "landed to confirmed": lambda life, landing: landing.events["confirmed"] - landing.landed,
    "confirmed to the socket": lambda life, landing: life.frames[-1][2] - landing.events["confirmed"],
}


def run(bench: Bench) -> None:
    """Note the overhead and its stages."""
    for _ in range(bench.options.repeats):
        with bench.cpu_of("overhead") as spending:
            load = bench.load(mode="watch", count=bench.options.sized(ORDERS), in_flight=IN_FLIGHT)
            spending.orders, spending.load_seconds = len(load.lives), load.cpu_seconds
        landings = bench.database.landings([life.order_id for life in load.lives if life.is_over])
        _note(bench, [(life, landings[life.order_id]) for life in load.lives if life.order_id in landings])


def _note(bench: Bench, orders: list[tuple[Life, Landing]]) -> None:
    note = bench.results.note
    overheads = [
        (life.frames[-1][2] - life.began - (landing.landed - landing.received)) * 1000 - QUOTING_MS
        for life, landing in orders
    ]
    targets = {50: TARGET_P50_MS, 90: None, 99: TARGET_P99_MS}
    for percent, target in targets.items():
        value = percentile(overheads, percent)
        note("overhead", f"over the simulated latency: p{percent}", value, unit="ms", better="less", target=target)
    for name, stage in _STAGES.items():
        value = percentile([stage(life, landing) * 1000 for life, landing in orders], 50)
        note("overhead", f"stage, p50: {name}", value, unit="ms", better="less")
