"""All watches of this process on one WatchOrders stream, which is opened again whenever it ends.

When the executor does not answer, the watches stay. The next stream resumes each of them after its last event, so its
reader sees no gap and no event twice.
"""

import asyncio
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Final, TypeAlias

import grpc

from gateway import telemetry
from gateway.edge.rpc import meaning_of
from gateway.streams.account_watch import AccountWatch
from gateway.streams.watch import Event, Watch
from servicekit.errors import DomainError, Unavailable, error_of
from tradewind.orders.v1 import orders_pb2 as pb
from tradewind.orders.v1 import orders_pb2_grpc as rpc

COMMANDS_MAX: Final = 1_000
RESUME_SECONDS: Final = 0.1
# A watch that is refused again and again pauses longer each time, up to this.
RESUME_SECONDS_MAX: Final = 2.0

TERMINAL: Final = frozenset({pb.ORDER_STATUS_CONFIRMED, pb.ORDER_STATUS_FAILED, pb.ORDER_STATUS_CANCELLED})

AnyWatch: TypeAlias = Watch | AccountWatch


class OrderWatches:
    """Opens watches and passes events to them. Events arrive only while `run` runs."""

    def __init__(self, channel: grpc.aio.Channel, *, deadline_seconds: float, events_max: int) -> None:
        self._stub = rpc.OrderServiceStub(channel)
        self._deadline = deadline_seconds
        self._events_max = events_max
        self._watches: dict[int, AnyWatch] = {}
        # Watches that the executor refused for now, until they are resumed.
        self._resting: set[AnyWatch] = set()
        self._newest_id = 0
        # Watches that the executor does not know yet, and the numbers of those that it can remove.
        self._unsent: dict[int, AnyWatch] = {}
        self._removes: list[int] = []
        self._commands = asyncio.Event()
        self._draining = False

    def __len__(self) -> int:
        return len(self._watches) + len(self._resting)

    async def open(self, account_id: str, order_id: str, after_sequence: int) -> Watch:
        """Return a watch that the executor has accepted. Raises Rejected("ORDER_NOT_FOUND"), or Unavailable.

        The caller must end the watch: with `end("away")` when nothing else has ended it.
        """
        watch = Watch(account_id, order_id, after_sequence, events_max=self._events_max, on_end=self.remove)
        await self.stand(watch)
        return watch

    async def stand(self, watch: AnyWatch) -> None:
        """Begin a watch and return once the executor has accepted it. Raises as `open`, and ends the watch then."""
        if self._draining:
            watch.end("draining")
            raise Unavailable("SHUTTING_DOWN")
        self._add(watch)
        try:
            async with asyncio.timeout(self._deadline):
                await watch.standing
        except TimeoutError:
            raise Unavailable("UNAVAILABLE", "The order's events cannot be had at the moment.") from None
        finally:
            if not watch.standing.done() or watch.standing.cancelled() or watch.standing.exception():
                watch.end("away")

    def drain(self) -> None:
        """End every watch and open no new one."""
        self._draining = True
        for watch in [*self._watches.values(), *self._resting]:
            watch.end("draining")

    async def run(self) -> None:
        """Keep the stream open until cancelled."""
        while True:
            try:
                await self._stream()
                telemetry.watches_stream_ended("ended", len(self))
            except DomainError as error:
                telemetry.watches_stream_ended(error.reason, len(self))
            await asyncio.sleep(RESUME_SECONDS)

    async def _stream(self) -> None:
        # The call waits for the channel, so that this loop does not spin while the executor is away.
        call = self._stub.WatchOrders(wait_for_ready=True)
        self._unsent = dict(self._watches)
        self._removes = []
        self._commands.set()
        writer = asyncio.create_task(self._write(call))
        try:
            async for message in call:
                self._deliver(message)
        except grpc.RpcError as error:
            raise meaning_of(error) from error
        finally:
            call.cancel()
            writer.cancel()
            # The reading side has raised the error, so drop the writer's.
            await asyncio.gather(writer, return_exceptions=True)

    async def _write(self, call: "grpc.aio.StreamStreamCall[pb.WatchOrdersRequest, pb.WatchOrdersResponse]") -> None:
        while True:
            await self._commands.wait()
            self._commands.clear()
            while self._unsent or self._removes:
                adds = [_command(self._unsent.pop(number)) for number in list(islice(self._unsent, COMMANDS_MAX))]
                removes, self._removes = self._removes[:COMMANDS_MAX], self._removes[COMMANDS_MAX:]
                await call.write(_commands(adds, removes))

    def begin(self, watch: Watch) -> None:
        """Begin a watch without waiting for its first answer."""
        if self._draining:
            watch.end("draining")
            return
        # An error ends the watch by another way. Read it here, so that asyncio does not report it as unread.
        watch.standing.add_done_callback(lambda standing: standing.cancelled() or standing.exception())
        self._add(watch)

    def _add(self, watch: AnyWatch) -> None:
        self._newest_id += 1
        watch.watch_id = self._newest_id
        self._watches[watch.watch_id] = watch
        self._unsent[watch.watch_id] = watch
        self._commands.set()

    def remove(self, watch: AnyWatch) -> None:
        """Forget a watch that has ended."""
        self._resting.discard(watch)
        if self._watches.pop(watch.watch_id, None) is None:
            return
        # A watch that was not sent yet is withdrawn here: its removal could arrive before it, and it would never end.
        if self._unsent.pop(watch.watch_id, None) is None:
            self._removes.append(watch.watch_id)
            self._commands.set()

    def _again(self, watch: AnyWatch) -> None:
        """Resume a watch after its last event, under a new number."""
        self._resting.discard(watch)
        if self._draining:
            watch.end("draining")
        elif watch.ended is None:
            self.remove(watch)
            self._add(watch)

    def _deliver(self, message: pb.WatchOrdersResponse) -> None:
        for added in message.added:
            watch = self._watches.get(added.watch_id)
            if watch is not None:
                _stands(watch, added)
        for arrived in message.events:
            watch = self._watches.get(arrived.watch_id)
            if isinstance(watch, AccountWatch):
                _deliver_all(watch, arrived.events)
            elif watch is not None and not all(watch.put(Event(e.sequence, e.payload_json)) for e in arrived.events):
                telemetry.gap_seen(watch.order_id, watch.last_sequence)
                self._again(watch)
        for ended in message.ended:
            watch = self._watches.get(ended.watch_id)
            if watch is not None:
                self._ended(watch, ended.reason)

    def _ended(self, watch: AnyWatch, reason: str) -> None:
        # The executor has forgotten this number already.
        del self._watches[watch.watch_id]
        self._unsent.pop(watch.watch_id, None)
        if not reason and isinstance(watch, Watch):
            if not watch.standing.done():
                watch.standing.set_result(watch.last_sequence)
            watch.end("finished")
            return
        error = error_of(reason)
        if error.retryable:
            self._rest(watch)
            return
        watch.refuse(error)

    def _rest(self, watch: AnyWatch) -> None:
        """Resume a watch after a pause, which doubles as long as the executor refuses."""
        watch.pause_seconds = min(max(2 * watch.pause_seconds, RESUME_SECONDS), RESUME_SECONDS_MAX)
        self._resting.add(watch)
        asyncio.get_running_loop().call_later(watch.pause_seconds, self._again, watch)


def _stands(watch: AnyWatch, added: pb.WatchAdded) -> None:
    watch.pause_seconds = 0.0
    if isinstance(watch, AccountWatch):
        watch.stands({position.order_id: position.sequence for position in added.positions})
    elif not watch.standing.done():
        watch.standing.set_result(added.version)


def _commands(adds: Sequence[pb.AddOrder | pb.AddAccount], removes: Sequence[int]) -> pb.WatchOrdersRequest:
    return pb.WatchOrdersRequest(
        add_orders=[add for add in adds if isinstance(add, pb.AddOrder)],
        add_accounts=[add for add in adds if isinstance(add, pb.AddAccount)],
        remove_watches=removes,
    )


def _command(watch: AnyWatch) -> pb.AddOrder | pb.AddAccount:
    return _add_order(watch) if isinstance(watch, Watch) else _add_account(watch)


def _add_order(watch: Watch) -> pb.AddOrder:
    return pb.AddOrder(
        watch_id=watch.watch_id,
        account_id=watch.account_id,
        order_id=watch.order_id,
        after_sequence=watch.last_sequence,
    )


def _add_account(watch: AccountWatch) -> pb.AddAccount:
    add = pb.AddAccount(watch_id=watch.watch_id, account_id=watch.account_id)
    if watch.since_ms is not None:
        add.since.FromMilliseconds(watch.since_ms)
    return add


def _deliver_all(watch: AccountWatch, events: Iterable[pb.OrderEvent]) -> None:
    for event in events:
        watch.put(event.order_id, Event(event.sequence, event.payload_json), is_last=event.status in TERMINAL)
