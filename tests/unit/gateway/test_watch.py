import asyncio

import pytest

from gateway.streams.watch import Event, Watch


@pytest.fixture
async def watch() -> Watch:
    return a_watch()


def a_watch(after: int = 0, events_max: int = 3) -> Watch:
    return Watch("default", "o", after, events_max=events_max, on_end=lambda _: None)


def event(sequence: int) -> Event:
    return Event(sequence, f"frame {sequence}")


async def test_events_are_taken_in_order_as_many_as_wait(watch: Watch) -> None:
    assert watch.put(event(1))
    assert watch.put(event(2))

    assert await watch.take() == [event(1), event(2)]
    assert (watch.last_sequence, watch.taken_sequence) == (2, 2)


async def test_taking_waits_for_the_next_event(watch: Watch) -> None:
    taking = asyncio.create_task(watch.take())
    await asyncio.sleep(0)
    assert not taking.done()
    watch.put(event(1))

    assert await taking == [event(1)]


async def test_an_event_seen_before_is_dropped() -> None:
    watch = a_watch(after=5)
    assert watch.put(event(5))
    assert watch.put(event(6))
    assert watch.put(event(6))

    assert await watch.take() == [event(6)]


async def test_a_gap_is_reported_and_nothing_is_taken_in(watch: Watch) -> None:
    assert watch.put(event(1))
    assert not watch.put(event(3))

    assert await watch.take() == [event(1)]
    assert watch.last_sequence == 1


async def test_what_was_received_before_the_end_is_still_taken(watch: Watch) -> None:
    watch.put(event(1))
    watch.end("finished")

    assert await watch.take() == [event(1)]
    assert await watch.take() == []


async def test_a_reader_that_falls_behind_loses_the_watch(watch: Watch) -> None:
    for sequence in range(1, 5):
        assert watch.put(event(sequence))

    assert watch.ended == "slow"
    assert await watch.take() == []
    assert watch.taken_sequence == 0


async def test_the_first_end_stands_and_is_told_once() -> None:
    told: list[Watch] = []
    watch = Watch("default", "o", 0, events_max=3, on_end=told.append)
    watch.end("draining")
    watch.end("away")

    assert (watch.ended, told) == ("draining", [watch])


async def test_a_reader_that_waits_is_woken_by_the_end(watch: Watch) -> None:
    taking = asyncio.create_task(watch.take())
    await asyncio.sleep(0)
    watch.end("draining")

    assert await taking == []


async def test_a_cancelled_reader_loses_nothing(watch: Watch) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await watch.take()
    watch.put(event(1))

    assert await watch.take() == [event(1)]
