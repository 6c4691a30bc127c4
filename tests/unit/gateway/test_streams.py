"""What the executor is told of watches, and when: by an executor that takes one message at a time."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from gateway.streams import order_watches as streams
from gateway.streams.order_watches import OrderWatches
from gateway.streams.watch import Watch
from servicekit.errors import Unavailable
from tradewind.orders.v1 import orders_pb2 as pb

# Only a watch that hangs waits for so long.
PATIENCE = 30.0


class ScriptedCall:
    """One WatchOrders call. It takes messages as long as there is room, and says what the test says."""

    def __init__(self) -> None:
        self.messages: list[pb.WatchOrdersRequest] = []
        self.room = asyncio.Event()
        self._offered = asyncio.Event()
        self._said: asyncio.Queue[pb.WatchOrdersResponse | None] = asyncio.Queue()

    async def write(self, message: pb.WatchOrdersRequest) -> None:
        self.messages.append(message)
        self._offered.set()
        await self.room.wait()

    async def __aiter__(self) -> AsyncIterator[pb.WatchOrdersResponse]:
        while (message := await self._said.get()) is not None:
            yield message

    def cancel(self) -> None:
        """Nothing is left to be done."""

    def say(self, **fields: Any) -> None:
        self._said.put_nowait(pb.WatchOrdersResponse(**fields))

    def end(self) -> None:
        self._said.put_nowait(None)

    @property
    def added(self) -> list[int]:
        return [add.watch_id for message in self.messages for add in message.add_orders]

    @property
    def removed(self) -> list[int]:
        return [watch_id for message in self.messages for watch_id in message.remove_watches]

    @property
    def standing(self) -> set[int]:
        """What stands when adds come before removals, message by message, and unknown numbers mean nothing."""
        standing: set[int] = set()
        for message in self.messages:
            standing |= {add.watch_id for add in message.add_orders}
            standing -= set(message.remove_watches)
        return standing

    async def told_of(self, watch_id: int) -> None:
        """Return once a watch has been added."""
        async with asyncio.timeout(PATIENCE):
            while watch_id not in self.added:
                self._offered.clear()
                await self._offered.wait()


class ScriptedExecutor:
    """Stands for the channel: each call is the next of `calls`."""

    def __init__(self) -> None:
        self.calls = [ScriptedCall(), ScriptedCall()]
        self._rest = iter(self.calls)

    def stream_stream(self, *_: object, **__: object) -> Any:
        return lambda **_: next(self._rest)

    def unary_unary(self, *_: object, **__: object) -> None:
        """Nobody asks."""

    unary_stream = unary_unary


@pytest.fixture
def executor() -> ScriptedExecutor:
    return ScriptedExecutor()


@pytest_asyncio.fixture
async def watches(executor: ScriptedExecutor) -> AsyncIterator[OrderWatches]:
    channel: Any = executor
    watches = OrderWatches(channel, deadline_seconds=PATIENCE, events_max=8)
    running = asyncio.create_task(watches.run())
    yield watches
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


def begun(watches: OrderWatches) -> Watch:
    """Begin a watch."""
    watch = Watch("account", "order", 0, events_max=8, on_end=watches.remove)
    watches.begin(watch)
    return watch


async def test_what_ends_before_it_was_told_is_never_told(watches: OrderWatches, executor: ScriptedExecutor) -> None:
    (call, _), first = executor.calls, begun(watches)
    await call.told_of(first.watch_id)
    for _ in range(3_000):
        begun(watches).end("away")
    last = begun(watches)
    call.room.set()
    await call.told_of(last.watch_id)

    assert call.added == [first.watch_id, last.watch_id]
    assert call.removed == []


async def test_a_removal_never_overtakes_its_watch(watches: OrderWatches, executor: ScriptedExecutor) -> None:
    (call, _), many = executor.calls, [begun(watches) for _ in range(3_500)]
    await call.told_of(many[0].watch_id)
    for watch in many[::2]:
        watch.end("away")
    last = begun(watches)
    call.room.set()
    await call.told_of(last.watch_id)

    assert call.standing == {watch.watch_id for watch in [*many[1::2], last]}
    assert set(call.removed) <= set(call.added)
    assert max(len(message.add_orders) for message in call.messages) <= streams.COMMANDS_MAX


async def test_the_next_stream_is_told_of_what_still_stands(watches: OrderWatches, executor: ScriptedExecutor) -> None:
    first, second = executor.calls
    first.room.set()
    second.room.set()
    stays, leaves = begun(watches), begun(watches)
    await first.told_of(leaves.watch_id)
    first.end()
    leaves.end("away")
    await second.told_of(stays.watch_id)

    assert (second.added, second.removed) == ([stays.watch_id], [])


@pytest_asyncio.fixture
async def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long each watch rests; the pauses themselves are over at once."""
    pauses: list[float] = []
    loop = asyncio.get_running_loop()
    call_later = loop.call_later

    def at_once(seconds: float, callback: Any, *arguments: Any) -> asyncio.TimerHandle:
        pauses.append(seconds)
        return call_later(0, callback, *arguments)

    monkeypatch.setattr(loop, "call_later", at_once)
    return pauses


async def refuse(call: ScriptedCall, watch: Watch, reason: str) -> None:
    """Refuse a watch as soon as it is asked for; return when it is asked for again."""
    await call.told_of(watch.watch_id)
    refused = watch.watch_id
    call.say(ended=[pb.WatchEnded(watch_id=refused, reason=reason)])
    await call.told_of(refused + 1)


async def test_who_is_refused_again_and_again_rests_longer_up_to_a_bound(
    watches: OrderWatches, executor: ScriptedExecutor, pauses: list[float]
) -> None:
    call, watch = executor.calls[0], begun(watches)
    call.room.set()
    for _ in range(8):
        await refuse(call, watch, "OVERLOADED")
    assert pauses == [0.1, 0.2, 0.4, 0.8, 1.6, 2.0, 2.0, 2.0]

    call.say(added=[pb.WatchAdded(watch_id=watch.watch_id, version=1)])
    await watch.standing
    await refuse(call, watch, "SLOW_READER")
    assert pauses[8:] == [0.1]


async def test_who_rests_is_drained_too(
    watches: OrderWatches, executor: ScriptedExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "RESUME_SECONDS", PATIENCE)
    monkeypatch.setattr(streams, "RESUME_SECONDS_MAX", PATIENCE)
    call, watch, other = executor.calls[0], begun(watches), begun(watches)
    call.room.set()
    await call.told_of(watch.watch_id)
    call.say(ended=[pb.WatchEnded(watch_id=watch.watch_id, reason="OVERLOADED")])
    call.say(added=[pb.WatchAdded(watch_id=other.watch_id, version=1)])
    await other.standing
    assert len(watches) == 2

    watches.drain()
    assert (watch.ended, other.ended, len(watches)) == ("draining", "draining", 0)


async def test_who_comes_while_draining_has_ended(watches: OrderWatches) -> None:
    watches.drain()
    watch = Watch("account", "order", 0, events_max=8, on_end=watches.remove)
    with pytest.raises(Unavailable):
        await watches.stand(watch)
    assert watch.ended == "draining"
