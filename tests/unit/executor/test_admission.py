"""No more open orders than the engine takes on."""

import asyncio

import pytest

from executor_service.application import admission
from executor_service.application.admission import Admission
from servicekit.errors import Unavailable
from tests.builders import a_new_order
from tests.fakes import MemoryFeed, MemoryOrderStore, MemoryQueue
from tests.memory_tables import MemoryTables


@pytest.fixture
def store() -> MemoryOrderStore:
    return MemoryOrderStore(MemoryTables(), MemoryFeed(), MemoryQueue())


def test_what_was_admitted_counts_before_the_next_count(store: MemoryOrderStore) -> None:
    door = Admission(store=store, open_orders_max=2)
    door.admit()
    door.admit()
    with pytest.raises(Unavailable, match="OVERLOADED"):
        door.admit()


async def test_room_comes_back_as_orders_end(store: MemoryOrderStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admission, "COUNT_EVERY_SECONDS", 0)
    door = Admission(store=store, open_orders_max=2)
    await store.add(a_new_order())
    counting = asyncio.create_task(door.run())
    await asyncio.sleep(0.01)
    door.admit()
    with pytest.raises(Unavailable):
        door.admit()
    # The order admitted was never stored: the next count says so.
    await asyncio.sleep(0.01)
    door.admit()
    counting.cancel()


async def test_whether_the_database_answers_is_told_when_it_changes(
    store: MemoryOrderStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admission, "COUNT_EVERY_SECONDS", 0)
    told: list[bool] = []
    door = Admission(store=store, open_orders_max=2)

    async def note(answers: bool) -> None:
        told.append(answers)

    async def away(limit: int) -> int:
        raise Unavailable

    door.tell = note
    counting = asyncio.create_task(door.run())
    await asyncio.sleep(0.01)
    present, store.count_open = store.count_open, away  # type: ignore[method-assign]
    await asyncio.sleep(0.01)
    store.count_open = present  # type: ignore[method-assign]
    await asyncio.sleep(0.01)
    counting.cancel()
    assert told == [False, True]
