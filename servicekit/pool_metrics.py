"""Metrics of the database pool, read at every scrape."""

from typing import Final

from prometheus_client import Gauge
from psycopg_pool import AsyncConnectionPool

_CONNECTIONS: Final = Gauge("tradewind_database_connections", "Connections of the database pool.", ["state"])
_WAITING: Final = Gauge("tradewind_database_waiting", "Requests that wait for a connection of the pool.")


def watch_pool(pool: AsyncConnectionPool) -> None:
    """Report the connections of this pool."""

    def idle() -> float:
        return pool.get_stats()["pool_available"]

    def open_now() -> float:
        return pool.get_stats()["pool_size"]

    _CONNECTIONS.labels(state="idle").set_function(idle)
    _CONNECTIONS.labels(state="open").set_function(open_now)
    _CONNECTIONS.labels(state="max").set(pool.max_size)
    _WAITING.set_function(lambda: pool.get_stats().get("requests_waiting", 0))
