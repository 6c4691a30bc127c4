"""Prometheus metrics: one page for each process, and the metrics that several kinds of processes have."""

import platform
from collections.abc import Callable, Iterable
from importlib.metadata import PackageNotFoundError, version
from typing import Final

from prometheus_client import (
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Metric,
    disable_created_metrics,
    start_http_server,
)
from prometheus_client.registry import Collector

from servicekit.bulk_metrics import hand_over_everything, in_bulk

SECONDS_BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)

# Each counter would come with a second series that holds the moment it was made.
disable_created_metrics()  # type: ignore[no-untyped-call]  # untyped there

_BUILD: Final = Gauge("tradewind_build_info", "1, with the version that runs as a label.", ["version", "python"])
_STAGE_SECONDS: Final = Histogram(
    "tradewind_stage_seconds",
    "Time that a stage of an order's way took, real time.",
    ["stage"],
    buckets=(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 10, 30),
)
_SLOW_READERS: Final = Counter("tradewind_slow_readers_dropped", "Streams ended because they were read too slowly.")


def release() -> str:
    """Return the version of the installed package; "0" when it runs without being installed."""
    try:
        return version("tradewind")
    except PackageNotFoundError:
        return "0"


_BUILD.labels(version=release(), python=platform.python_version()).set(1)


class Page:
    """A registry that hands all waiting values over before it is read, whole or by names (`?name[]=`).

    A collector among the metrics cannot do this: a page by names calls only the collectors of those names.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry

    def collect(self) -> Iterable[Metric]:
        """Return all metrics."""
        hand_over_everything()
        return self._registry.collect()

    def restricted_registry(self, names: Iterable[str]) -> Collector:
        """Return a collector of the samples with these names."""
        hand_over_everything()
        return self._registry.restricted_registry(names)


PAGE: Final = Page(REGISTRY)


def serve_metrics(port: int, host: str = "127.0.0.1") -> None:
    """Serve /metrics on a thread of its own until the process ends; port 0 serves nothing. Raises OSError."""
    if port:
        start_http_server(port, addr=host, registry=PAGE)


def stage_timer(stage: str) -> Callable[[float], None]:
    """Return a function that records the seconds of a stage. Keep the function: this lookup costs more than a call."""
    return in_bulk(_STAGE_SECONDS.labels(stage=stage).observe)


def slow_reader_dropped() -> None:
    """A stream ended because its reader was too slow."""
    _SLOW_READERS.inc()
