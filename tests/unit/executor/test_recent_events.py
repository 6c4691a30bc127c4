"""The newest orders' events in memory: beginnings without a gap, and no more than there is room for."""

from uuid import UUID

from executor_service.application.ports import StoredEvent
from executor_service.application.recent_events import RecentEvents, head_of
from executor_service.domain.lifecycle import OrderStatus
from tests.builders import an_id


def _event(order_id: UUID, sequence: int, status: OrderStatus = OrderStatus.ROUTING) -> StoredEvent:
    return StoredEvent(order_id, sequence, status, "{}", "local")


def _kept(recent: RecentEvents, order_id: UUID) -> list[int]:
    return [event.sequence for event in recent.behind(0, order_id)]


def test_a_life_is_kept_from_its_first_event_and_no_event_twice() -> None:
    recent = RecentEvents()
    for sequence in (1, 2, 2, 1, 3):
        recent.note(_event(an_id(1), sequence))
    assert _kept(recent, an_id(1)) == [1, 2, 3]


def test_a_life_without_its_beginning_is_not_kept() -> None:
    recent = RecentEvents()
    recent.note(_event(an_id(1), 2))
    assert _kept(recent, an_id(1)) == []


def test_a_life_with_a_gap_is_forgotten() -> None:
    recent = RecentEvents()
    for sequence in (1, 3, 4):
        recent.note(_event(an_id(1), sequence))
    assert _kept(recent, an_id(1)) == []


def test_the_oldest_order_makes_room() -> None:
    recent = RecentEvents(orders_max=2)
    for number in (1, 2, 3):
        recent.note(_event(an_id(number), 1))
    assert [_kept(recent, an_id(number)) for number in (1, 2, 3)] == [[], [1], [1]]


def test_who_has_all_that_is_kept_learns_nothing_from_it() -> None:
    recent = RecentEvents()
    for sequence in (1, 2):
        recent.note(_event(an_id(1), sequence))
    assert [len(recent.behind(after, an_id(1))) for after in (0, 1, 2, 3)] == [2, 2, 0, 0]
    recent.note(_event(an_id(1), 3, OrderStatus.FAILED))
    assert [len(recent.behind(after, an_id(1))) for after in (2, 3)] == [3, 3]


def test_the_head_follows_from_the_events() -> None:
    head = head_of([_event(an_id(1), 1, OrderStatus.PENDING), _event(an_id(1), 2, OrderStatus.FAILED)])
    assert head is not None
    assert (head.order_id, head.account_id, head.version, head.is_terminal) == (an_id(1), "local", 2, True)


def test_without_an_account_there_is_no_head() -> None:
    assert head_of([]) is None
    assert head_of([StoredEvent(an_id(1), 1, OrderStatus.PENDING, "{}")]) is None
