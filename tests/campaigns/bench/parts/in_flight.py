"""Five thousand orders in flight at the default profile: how many at once, and how long until all have ended."""

import threading
import time
from typing import Final

from tests.campaigns.bench.bench import Bench
from tests.campaigns.bench.database import Database

ORDERS: Final = 5_000
LOOK_EVERY_SECONDS: Final = 0.1


def run(bench: Bench) -> None:
    """Note the peak of open orders and the time until the last has ended."""
    count = bench.options.sized(ORDERS)
    for _ in range(bench.options.repeats):
        watcher = _Watcher(bench.stack.env()["DATABASE_URL"])
        with bench.cpu_of("in flight") as spending:
            with watcher:
                load = bench.load(mode="post", connections=64, count=count)
                ended = bench.database.wait_until_all_ended()
            spending.orders, spending.load_seconds = count, load.cpu_seconds
        statuses = bench.database.ended_since(load.began)
        note = bench.results.note
        target = float(count)
        note("in flight", "open at once", watcher.most_open, unit="orders", better="more", target=target)
        note("in flight", "waiting for the market at once", watcher.most_submitted, unit="orders", better="more")
        note("in flight", "submit phase", load.seconds, unit="s", better="less")
        note("in flight", "first POST to last end", ended - load.began, unit="s", better="less")
        note("in flight", "confirmed", statuses.get("confirmed", 0) / count * 100, unit="%", better="more")


class _Watcher:
    """Counts open orders now and then, on a session of its own."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self.most_open = 0
        self.most_submitted = 0

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        database = Database(self._url)
        while not self._over.is_set():
            self.most_open = max(self.most_open, database.open_orders())
            self.most_submitted = max(self.most_submitted, database.open_orders(["submitted"]))
            time.sleep(LOOK_EVERY_SECONDS)
        database.close()
