"""Many orders at once on one socket, /api/stream."""

from tests.campaigns.bench.bench import Bench
from tests.campaigns.bench.parts.sockets import ORDERS, note_lives


def run(bench: Bench) -> None:
    """Note the same as with a socket each; a remark instead where the gateway has no such socket."""
    count = bench.options.sized(ORDERS)
    for _ in range(bench.options.repeats):
        with bench.cpu_of("multiplex") as spending:
            load = bench.load(mode="multiplex", count=count)
            spending.orders, spending.load_seconds = count, load.cpu_seconds
        if load.refused:
            bench.results.drop("cpu multiplex")
            bench.results.remark(f"multiplex: not available, /api/stream answers {load.refused}")
            return
        note_lives(bench, "multiplex", load, count)
        bench.database.wait_until_all_ended()
