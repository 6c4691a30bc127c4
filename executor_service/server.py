"""gRPC in: OrderService, which turns the contract's messages into use cases. AccountService runs in the same server."""

import asyncio
import time
from collections.abc import AsyncIterator, Coroutine, Sequence
from typing import Final, TypeAlias

import grpc

from executor_service import messages, telemetry
from executor_service.account_server import AccountServicer
from executor_service.adapters.dramatiq_queue import make_broker
from executor_service.application.outbox import Outbox
from executor_service.application.ports import Accepted, NewOrder
from executor_service.application.watch import Watch
from executor_service.application.watch_accounts import AccountWatch
from executor_service.bootstrap import ServerParts, server_parts
from executor_service.settings import ExecutorSettings
from servicekit.cancelling import cancel_all
from servicekit.errors import DomainError, FieldViolation, Rejected
from servicekit.grpc_server import RunningServer, Service, serve_until_signal, start_server
from servicekit.metrics import serve_metrics
from servicekit.status.status_server import with_status
from tradewind.accounts.v1 import accounts_pb2
from tradewind.accounts.v1.accounts_pb2_grpc import add_AccountServiceServicer_to_server
from tradewind.orders.v1 import orders_pb2 as pb
from tradewind.orders.v1 import orders_pb2_grpc as rpc

BATCH_MAX: Final = 512
WATCHES_A_STREAM_MAX: Final = 20_000
ADDS_A_MESSAGE_MAX: Final = 1_000

Context: TypeAlias = grpc.aio.ServicerContext[object, object]


async def run_server(settings: ExecutorSettings) -> None:
    """Serve until SIGTERM or SIGINT."""
    broker = make_broker(settings.queue_url, _refuse_hints)
    serve_metrics(settings.metrics_port, settings.metrics_host)
    async with server_parts(settings, broker) as parts, asyncio.TaskGroup() as tasks:
        background = [tasks.create_task(work) for work in _background(parts)]
        telemetry.watch_watches(lambda: parts.hub.standing)
        running = await start_services(parts, settings)
        parts.admission.tell = running.set_serving
        await serve_until_signal(running)
        await cancel_all(background)


async def start_services(parts: ServerParts, settings: ExecutorSettings) -> RunningServer:
    """Start the server on the settings' port."""
    orders = OrderServicer(parts, scenarios=settings.scenarios)
    accounts = AccountServicer(keys=parts.keys, accounts=parts.accounts)

    def add(server: grpc.aio.Server) -> None:
        rpc.add_OrderServiceServicer_to_server(orders, server)
        add_AccountServiceServicer_to_server(accounts, server)

    async def drain() -> None:
        parts.hub.drain()

    names = [service.full_name for file in (pb, accounts_pb2) for service in file.DESCRIPTOR.services_by_name.values()]
    service = Service(names=names, add=add, on_drain=drain)
    return await start_server(
        with_status(service, "executor", parts.status.collect),
        host=settings.grpc_host,
        port=settings.executor_port,
        reflection_enabled=settings.grpc_reflection,
        connection_age_max_ms=settings.grpc_connection_age_max_ms,
    )


def _background(parts: ServerParts) -> Sequence[Coroutine[None, None, None]]:
    return (
        parts.feed.run(),
        parts.queue.run(),
        parts.hub.run(),
        parts.admission.run(),
        parts.gauges.run(),
        parts.accounts.run(),
        parts.prices.run(),
    )


def _refuse_hints(order_ids: list[str]) -> None:
    raise AssertionError("the server only sends")


class OrderServicer(rpc.OrderServiceServicer):
    """Implements tradewind.orders.v1.OrderService."""

    def __init__(self, parts: ServerParts, *, scenarios: bool) -> None:
        self._parts = parts
        self._scenarios = scenarios

    async def SubmitOrder(self, request: pb.SubmitOrderRequest, context: Context) -> pb.SubmitOrderResponse:
        """Store one order."""
        return messages.submit_response(await self._accepted(request))

    async def SubmitOrders(self, request: pb.SubmitOrdersRequest, context: Context) -> pb.SubmitOrdersResponse:
        """Store a batch and answer each order by itself."""
        if not 1 <= len(request.orders) <= BATCH_MAX:
            raise Rejected("INVALID_REQUEST", violations=[FieldViolation("orders", f"send 1 to {BATCH_MAX} orders")])
        answers = await asyncio.gather(*map(self._submit_answer, request.orders))
        return pb.SubmitOrdersResponse(answers=answers)

    async def GetOrder(self, request: pb.GetOrderRequest, context: Context) -> pb.GetOrderResponse:
        """Return one order with its attempts."""
        order_id = messages.order_id_of(request.order_id)
        order = await self._parts.store.get(order_id)
        if order is None or request.account_id not in ("", order.account_id):
            raise Rejected("ORDER_NOT_FOUND")
        return pb.GetOrderResponse(order=messages.order_message(order, await self._parts.store.attempts(order_id)))

    async def ListOrders(self, request: pb.ListOrdersRequest, context: Context) -> pb.ListOrdersResponse:
        """Return one page."""
        wanted = messages.filter_of(request)
        orders = await self._parts.store.find(wanted)
        token = str(orders[-1].order_id) if len(orders) == wanted.limit else ""
        return pb.ListOrdersResponse(
            orders=[messages.order_message(order, ()) for order in orders], next_page_token=token
        )

    async def ListOrderEvents(self, request: pb.ListOrderEventsRequest, context: Context) -> pb.ListOrderEventsResponse:
        """Return the history."""
        order_id, after = messages.order_id_of(request.order_id), messages.sequence_of(request.after_sequence)
        heads = await self._parts.store.heads([order_id])
        if not heads or request.account_id not in ("", heads[0].account_id):
            raise Rejected("ORDER_NOT_FOUND")
        events = await self._parts.store.events_after([(order_id, after)])
        return pb.ListOrderEventsResponse(events=map(messages.event_message, events))

    async def CancelOrder(self, request: pb.CancelOrderRequest, context: Context) -> pb.CancelOrderResponse:
        """Cancel one order."""
        order_id = messages.order_id_of(request.order_id)
        order = await self._parts.cancel.cancel(order_id, request.account_id)
        attempts = await self._parts.store.attempts(order_id)
        return pb.CancelOrderResponse(order=messages.order_message(order, attempts))

    async def GetLifecycle(self, request: pb.GetLifecycleRequest, context: Context) -> pb.GetLifecycleResponse:
        """Return the lifecycle: every status, event and transition."""
        return messages.lifecycle_response()

    async def WatchOrder(self, request: pb.WatchOrderRequest, context: Context) -> AsyncIterator[pb.WatchOrderResponse]:
        """Stream one order's events until its end."""
        hub = self._parts.hub
        order_id, after = messages.order_id_of(request.order_id), messages.sequence_of(request.after_sequence)
        outbox = hub.open_outbox()
        watches: list[Watch] = []
        try:
            watch = await hub.add(outbox, 1, request.account_id, order_id, after)
            watches += [watch] if watch is not None else []
            async for delivery in outbox.deliveries():
                for events in delivery.events.values():
                    yield pb.WatchOrderResponse(events=map(messages.event_message, events))
                if delivery.ended:
                    return
        finally:
            hub.close_outbox(outbox, watches)

    async def WatchOrders(
        self, request_iterator: AsyncIterator[pb.WatchOrdersRequest], context: Context
    ) -> AsyncIterator[pb.WatchOrdersResponse]:
        """Stream many orders' events; the caller's messages add and remove watches."""
        outbox = self._parts.hub.open_outbox()
        watches: dict[int, Watch | AccountWatch] = {}
        commands = asyncio.create_task(self._obey(request_iterator, outbox, watches))
        try:
            async for delivery in outbox.deliveries():
                for watch_id, _ in delivery.ended:
                    watches.pop(watch_id, None)
                yield messages.watch_response(delivery)
        finally:
            await cancel_all([commands])
            self._parts.hub.close_outbox(outbox, list(watches.values()))

    async def _obey(
        self, requests: AsyncIterator[pb.WatchOrdersRequest], outbox: Outbox, watches: dict[int, Watch | AccountWatch]
    ) -> None:
        try:
            async for request in requests:
                if len(request.add_orders) > ADDS_A_MESSAGE_MAX:
                    detail = f"send at most {ADDS_A_MESSAGE_MAX} in one message"
                    raise Rejected("INVALID_REQUEST", violations=[FieldViolation("add_orders", detail)])
                await asyncio.gather(*(self._add(add, outbox, watches) for add in request.add_orders))
                for account in request.add_accounts:
                    await self._add_account(account, outbox, watches)
                for watch_id in request.remove_watches:
                    watch = watches.pop(watch_id, None)
                    if watch is not None:
                        self._parts.hub.remove(watch)
        except DomainError as error:
            outbox.close(error)
        except Exception as error:
            # Without this the stream would stay open and obey no further command.
            telemetry.stream_crashed(error)
            outbox.close(Rejected("INTERNAL"))

    async def _add(self, add: pb.AddOrder, outbox: Outbox, watches: dict[int, Watch | AccountWatch]) -> None:
        if len(watches) >= WATCHES_A_STREAM_MAX:
            outbox.end_watch(add.watch_id, "OVERLOADED")
            return
        try:
            order_id, after = messages.order_id_of(add.order_id), messages.sequence_of(add.after_sequence)
            watch = await self._parts.hub.add(outbox, add.watch_id, add.account_id, order_id, after)
        except DomainError as error:
            outbox.end_watch(add.watch_id, error.reason)
            return
        if watch is not None:
            watches[add.watch_id] = watch

    async def _add_account(self, add: pb.AddAccount, outbox: Outbox, watches: dict[int, Watch | AccountWatch]) -> None:
        since_ms = add.since.ToMilliseconds() if add.HasField("since") else None
        try:
            if add.account_id and not messages.is_account(add.account_id):
                raise Rejected("INVALID_REQUEST")
            watch = await self._parts.hub.add_account(outbox, add.watch_id, add.account_id, since_ms)
        except DomainError as error:
            outbox.end_watch(add.watch_id, error.reason)
            return
        if watch is not None:
            watches[add.watch_id] = watch

    async def _submit_answer(self, request: pb.SubmitOrderRequest) -> pb.SubmitAnswer:
        try:
            return pb.SubmitAnswer(response=messages.submit_response(await self._accepted(request)))
        except DomainError as error:
            return pb.SubmitAnswer(refusal=messages.refusal(error))

    async def _accepted(self, request: pb.SubmitOrderRequest) -> Accepted:
        began_ns = time.time_ns()
        try:
            new = self._new_order(request)
            accepted = await self._parts.store.add(new)
        except DomainError as error:
            telemetry.order_refused(error.reason, request.traceparent)
            raise
        telemetry.order_accepted(new.order, began_ns, first_id=accepted.order_id)
        return accepted

    def _new_order(self, request: pb.SubmitOrderRequest) -> NewOrder:
        violations: Sequence[FieldViolation] = messages.violations_of(request)
        if violations:
            raise Rejected("INVALID_ORDER", violations=violations)
        if request.scenario and not self._scenarios:
            raise Rejected("SCENARIOS_OFF", violations=[FieldViolation("scenario", "scenarios are switched off")])
        self._parts.admission.admit()
        return messages.new_order(request, self._parts.clock.now())
