"""What waits for the page is on it, once, whoever reads it and when."""

import threading
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest, start_http_server

from servicekit.bulk_metrics import VALUES_WAITING_MAX, counted_in_bulk, in_bulk
from servicekit.metrics import Page, serve_metrics, stage_timer


@pytest.fixture
def registry() -> CollectorRegistry:
    """Holds a test's own metrics: they are nobody else's business."""
    return CollectorRegistry()


@pytest.fixture
def histogram(registry: CollectorRegistry) -> Histogram:
    return Histogram("seconds", "Of this test.", buckets=(1, 2), registry=registry)


@pytest.fixture
def counter(registry: CollectorRegistry) -> Counter:
    return Counter("counted", "Of this test.", registry=registry)


def page(registry: CollectorRegistry) -> list[str]:
    """Return the lines that somebody reads."""
    return generate_latest(Page(registry)).decode().splitlines()


@pytest.fixture
def served(free_port: Callable[[], int], monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Serves the process's own page until the test ends; the address of it."""
    servers = []

    def start(*arguments: Any, **named: Any) -> None:
        servers.append(start_http_server(*arguments, **named))

    monkeypatch.setattr("servicekit.metrics.start_http_server", start)
    port = free_port()
    serve_metrics(port)
    yield f"http://127.0.0.1:{port}/metrics"
    for server, thread in servers:
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_page_shows_everything_that_was_noted_before_it(
    registry: CollectorRegistry, histogram: Histogram, counter: Counter
) -> None:
    note, count = in_bulk(histogram.observe), counted_in_bulk(counter.inc)
    for value in (0.5, 1.5, 1.5, 9.0):
        note(value)
        count(2)
    lines = page(registry)
    assert {
        'seconds_bucket{le="1.0"} 1.0',
        'seconds_bucket{le="2.0"} 3.0',
        "seconds_count 4.0",
        "seconds_sum 12.5",
        "counted_total 8.0",
    } <= set(lines)
    assert page(registry) == lines


def test_a_page_of_a_few_names_shows_everything_that_was_noted_before_it(
    registry: CollectorRegistry, histogram: Histogram, counter: Counter
) -> None:
    note, count = in_bulk(histogram.observe), counted_in_bulk(counter.inc)
    for names in (["counted_total"], ["seconds_count", "counted_total"]):
        note(0.5)
        count(2)
        few = generate_latest(Page(registry).restricted_registry(names)).decode()
    assert {line for line in few.splitlines() if not line.startswith("#")} == {"seconds_count 2.0", "counted_total 4.0"}


def test_a_filter_in_the_address_sees_what_waits(served: str) -> None:
    stage_timer("of this test")(0.5)
    with urllib.request.urlopen(f"{served}?name[]=tradewind_stage_seconds_count", timeout=30) as page:
        lines = page.read().decode().splitlines()
    assert 'tradewind_stage_seconds_count{stage="of this test"} 1.0' in lines


def test_values_wait_only_until_there_are_many() -> None:
    handed_over: list[float] = []
    note = in_bulk(handed_over.append)
    for value in range(VALUES_WAITING_MAX - 1):
        note(value)
    assert handed_over == []
    note(-1)
    assert len(handed_over) == VALUES_WAITING_MAX


def test_nothing_is_lost_or_counted_twice_while_pages_are_read(
    registry: CollectorRegistry, histogram: Histogram, counter: Counter
) -> None:
    note, count = in_bulk(histogram.observe), counted_in_bulk(counter.inc)
    enough = threading.Event()
    pages = 0

    def read() -> None:
        nonlocal pages
        while not enough.is_set():
            generate_latest(Page(registry))
            pages += 1

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    noted = 0
    while pages < 20:
        note(0.5)
        count(1)
        noted += 1
    enough.set()
    for reader in readers:
        reader.join()
    assert {f"seconds_count {noted:.1f}", f"seconds_sum {noted / 2}", f"counted_total {noted:.1f}"} <= set(
        page(registry)
    )
