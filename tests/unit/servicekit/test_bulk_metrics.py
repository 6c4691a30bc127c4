"""What waits for the page is on it, once, whoever reads it and when."""

import threading

import pytest
from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest

from servicekit.bulk_metrics import VALUES_WAITING_MAX, counted_in_bulk, in_bulk


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
    """Return the lines that somebody reads, after the process's own page was made."""
    generate_latest(REGISTRY)
    return generate_latest(registry).decode().splitlines()


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
            generate_latest(REGISTRY)
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
