"""A watch of an account: what it passes on, what it drops, what it has read again."""

from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from gateway.streams import account_watch
from gateway.streams.account_watch import AccountWatch
from gateway.streams.mailbox import Mailbox
from gateway.streams.watch import Event
from servicekit.errors import Rejected


@dataclass
class Reader:
    """What a watch passed on, which orders it had read again, and which of these it stopped."""

    frames: list[str] = field(default_factory=list)
    healed: list[tuple[str, int]] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)
    ended: int = 0

    def watch(self) -> AccountWatch:
        return AccountWatch("a", forward=self.forward, heal=self.heal, on_end=self.on_end)

    def forward(self, order_id: str, frame: str) -> None:
        assert frame.startswith(f"{order_id}:")
        self.frames.append(frame)

    def heal(self, watch: AccountWatch, order_id: str, after_sequence: int) -> Callable[[], None]:
        self.healed.append((order_id, after_sequence))
        return lambda: self.stopped.append(order_id)

    def on_end(self, watch: AccountWatch) -> None:
        self.ended += 1


def put(watch: AccountWatch, order_id: str, *sequences: int, last: int = 0) -> None:
    for sequence in sequences:
        watch.put(order_id, Event(sequence, f"{order_id}:{sequence}"), is_last=sequence == last)


async def test_orders_go_on_from_where_they_stand_and_new_ones_begin_at_one() -> None:
    reader = Reader()
    watch = reader.watch()
    watch.stands({"old": 3})
    put(watch, "old", 4)
    put(watch, "new", 1, 2)
    assert reader.frames == ["old:4", "new:1", "new:2"]
    assert watch.positions == {"old": 4, "new": 2}
    assert reader.healed == []


async def test_an_event_is_passed_on_once_also_after_the_last() -> None:
    reader = Reader()
    watch = reader.watch()
    watch.stands({})
    put(watch, "o", 1, 1, 2, last=2)
    put(watch, "o", 1, 2, 2)
    assert reader.frames == ["o:1", "o:2"]
    assert watch.positions == {}


async def test_a_gap_is_read_again_once_and_in_order() -> None:
    reader = Reader()
    watch = reader.watch()
    watch.stands({"o": 1})
    put(watch, "o", 3, 4)
    assert (reader.frames, reader.healed) == ([], [("o", 1)])
    put(watch, "o", 2, 3, 4, 5, last=5)
    assert reader.frames == ["o:2", "o:3", "o:4", "o:5"]
    assert reader.stopped == ["o"]


async def test_a_stream_that_comes_back_has_read_what_was_missed() -> None:
    reader = Reader()
    watch = reader.watch()
    watch.stands({"moved": 2, "ended": 3, "still": 4})
    watch.stands({"moved": 5, "still": 4, "born": 0})
    assert sorted(reader.healed) == [("ended", 3), ("moved", 2)]
    put(watch, "born", 1)
    put(watch, "still", 5)
    assert reader.frames == ["born:1", "still:5"]


async def test_an_order_told_to_its_end_is_not_taken_up_again() -> None:
    reader = Reader()
    watch = reader.watch()
    watch.stands({})
    put(watch, "o", 1, last=1)
    watch.stands({"o": 0})
    put(watch, "o", 1)
    assert reader.frames == ["o:1"]


async def test_old_orders_are_forgotten_and_young_ones_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(account_watch, "_OVER_MIN", 3)
    reader = Reader()
    watch = reader.watch()
    watch._over_max = 3
    young = [str(uuid7()) for _ in range(2)]
    old = [str(UUID(int=number)) for number in range(2)]
    for order_id in (*old, *young):
        watch.told_all(order_id)
    assert watch._over == set(young)


async def test_it_asks_to_reach_back_only_when_it_comes_again() -> None:
    watch = Reader().watch()
    assert watch.since_ms is None
    watch.stands({})
    assert watch.since_ms == watch._started_ms


async def test_ending_stops_what_is_being_read_again() -> None:
    reader = Reader()
    watch = reader.watch()
    watch.stands({"o": 1})
    put(watch, "o", 3)
    watch.end("away")
    watch.end("slow")
    put(watch, "o", 2)
    assert (reader.stopped, reader.ended, watch.ended, reader.frames) == (["o"], 1, "away", [])


async def test_a_refusal_reaches_who_waits() -> None:
    watch = Reader().watch()
    watch.refuse(Rejected("INTERNAL"))
    with pytest.raises(Rejected):
        await watch.standing
    assert watch.ended == "broken"


async def test_a_mailbox_gives_frames_in_order_and_its_end_last() -> None:
    mailbox = Mailbox(frames_max=3)
    for frame in ("1", "2", "3"):
        mailbox.put(frame)
    assert await mailbox.take() == ["1", "2", "3"]
    mailbox.end("draining")
    mailbox.put("4")
    assert await mailbox.take() == []
    assert mailbox.ended == "draining"


async def test_a_mailbox_that_is_full_ends_as_slow() -> None:
    mailbox = Mailbox(frames_max=1)
    mailbox.put("1")
    mailbox.put("2")
    assert mailbox.ended == "slow"
    assert await mailbox.take() == []
