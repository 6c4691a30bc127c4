# ruff: noqa: N802
"""An OrderService in memory that keeps the contract of orders.proto, driven by the tests event by event."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import uuid_utils
from google.protobuf.timestamp_pb2 import Timestamp

from servicekit.errors import DomainError, FieldViolation, Rejected
from servicekit.grpc_server import RunningServer, Service, start_server
from servicekit.status.status_server import with_status
from tests.contract.gateway.fake_accounts import FakeAccounts
from tradewind.accounts.v1.accounts_pb2_grpc import add_AccountServiceServicer_to_server
from tradewind.orders.v1 import orders_pb2 as pb
from tradewind.orders.v1 import orders_pb2_grpc as rpc
from tradewind.status.v1 import status_pb2
from tradewind_client.orders import TERMINAL

SERVICE = "tradewind.orders.v1.OrderService"
ACCOUNTS = "tradewind.accounts.v1.AccountService"
TIMESTAMP = "2026-03-04T05:06:07.089Z"
WORKER = status_pb2.Worker(
    worker_id="0199f3a0-0000-7000-8000-000000000001",
    name="worker-1",
    started_at=Timestamp(seconds=1_772_600_767),
    lease_left_ms=2_400,
    orders=2,
)

SIGNATURE = "5VERv8NMvzbJMEkV8xnrLkEaWRtSz9CosKDYjCJjBRnbJLgp8uirBgmQpjKhoR4tjF3ZpRzrFmBV6UjKdiSZkQUW"
SWAP_ID = "6f6b1d0e-51a5-5c3f-9a52-7a3a5f1c9d10"
_BOUGHT = '"amountOut":123456789012.123456789,"amountOutBaseUnits":"123456789012123456789"'
_FEE = '"fee":0.300000000000000000001,"feeBaseUnits":"300000000","feeToken":"USDC","feeTokenMint":"mint-usdc"'
_LEG = (
    '{"venue":"raydium","pool":"P1","kind":"raydium_cpmm","share":1,"tokenIn":"SOL","tokenInMint":"mint-sol",'
    '"tokenOut":"USDC","tokenOutMint":"mint-usdc","amountIn":1,"amountInBaseUnits":"1000000000",'
    f"{_BOUGHT},{_FEE}}}"
)
# The life of an order that goes well, with details that hold digits no float could carry.
LIFE: list[tuple[str, str]] = [
    (
        "pending",
        '{"type":"market","tokenIn":"SOL","tokenInMint":"mint-sol","tokenOut":"USDC","tokenOutMint":"mint-usdc",'
        '"amountIn":1,"amountInBaseUnits":"1000000000","slippageBps":50}',
    ),
    ("routing", '{"attempt":1}'),
    (
        "routing_complete",
        f'{{"dex":"raydium",{_BOUGHT},{_FEE},"priceImpactBps":3,"attempt":1,"slot":76,"route":[{_LEG}],"quotes":[],'
        '"refused":[],"runnerUp":null}',
    ),
    (
        "building",
        '{"dex":"raydium","minAmountOut":123456789012.000000001,"minAmountOutBaseUnits":"123456789012000000001",'
        f'"swapId":"{SWAP_ID}","attempt":1}}',
    ),
    ("submitted", f'{{"dex":"raydium","attempt":1,"swapId":"{SWAP_ID}"}}'),
    (
        "confirmed",
        f'{{"dex":"raydium","txHash":"{SIGNATURE}",{_BOUGHT},"executedPrice":150.5,"slot":77,"shortfallBps":0,'
        '"attempt":1}',
    ),
]


def frame(order_id: str, sequence: int, status: str, details: str = "{}") -> str:
    """Return an event as it is stored."""
    return (
        f'{{"orderId":"{order_id}","sequence":{sequence},"status":"{status}","details":{details},'
        f'"timestamp":"{TIMESTAMP}"}}'
    )


class FakeOrders(rpc.OrderServiceServicer):
    """The service and its store; the store outlives restarts of the server."""

    def __init__(self) -> None:
        self.accounts = FakeAccounts()
        self.streams: set[_Stream] = set()
        self.port = 0
        self._server: RunningServer | None = None
        self.forget()

    def forget(self) -> None:
        """Know nothing and want nothing special, as at first."""
        self.accounts.forget()
        self.orders: dict[str, pb.Order] = {}
        self.requests: dict[str, pb.SubmitOrderRequest] = {}
        self.events: dict[str, list[pb.OrderEvent]] = {}
        self.batches: list[int] = []
        self.listed = pb.ListOrdersRequest()
        self.refuse: DomainError | None = None
        self.refusal: pb.OrderRefusal | None = None
        self.submit_seconds = 0.0
        self.submits_open = asyncio.Event()
        self.submits_open.set()
        self.repeat_events = False
        self.account_adds: list[pb.AddAccount] = []
        self.redis = status_pb2.Store(name="redis", answers=True, version="9.1.2", round_trip_us=200)
        self.facts = status_pb2.ExecutorFacts(workers=[WORKER], open_orders=3, workers_known=True)

    async def start(self) -> None:
        service = with_status(Service([SERVICE, ACCOUNTS], self._add_to), "executor", self._collect)
        self._server = await start_server(service, host="127.0.0.1", port=self.port)
        self.port = self._server.port

    async def _collect(self) -> status_pb2.GetStatusResponse:
        stores = [status_pb2.Store(name="postgres", answers=True, version="18.4", round_trip_us=400), self.redis]
        return status_pb2.GetStatusResponse(stores=stores, executor=self.facts)

    def _add_to(self, server: Any) -> None:
        rpc.add_OrderServiceServicer_to_server(self, server)
        add_AccountServiceServicer_to_server(self.accounts, server)

    async def stop(self) -> None:
        assert self._server is not None
        await self._server.stop(grace_seconds=0)

    def add(self, *life: tuple[str, str], account_id: str = "default") -> str:
        """Store an order of an account with the given events and return its identity."""
        order_id = str(uuid_utils.uuid7())
        self._store(
            order_id, pb.SubmitOrderRequest(account_id=account_id, amount_in=10**9, decimals_in=9, decimals_out=6)
        )
        for status, details in life:
            self.happen(order_id, status, details)
        return order_id

    def happen(self, order_id: str, status: str, details: str | dict[str, Any] = "{}") -> None:
        """Append an event and tell the watchers."""
        text = details if isinstance(details, str) else json.dumps(details)
        events = self.events[order_id]
        sequence = len(events) + 1
        number = pb.OrderStatus.Value(f"ORDER_STATUS_{status.upper()}")
        payload = frame(order_id, sequence, status, text)
        events.append(pb.OrderEvent(order_id=order_id, sequence=sequence, status=number, payload_json=payload))
        order = self.orders[order_id]
        order.status, order.version = number, sequence
        for stream in self.streams:
            stream.advance(order_id)

    @property
    def watches(self) -> int:
        """How many watches stand on all streams."""
        return sum(len(stream.watches) + len(stream.accounts) for stream in self.streams)

    def end_watches(self, reason: str) -> None:
        """End every watch with a reason of the error table."""
        for stream in self.streams:
            for watch_id in list(stream.watches):
                stream.end(watch_id, reason)

    def lose_next_event(self) -> None:
        """Have the next event reach no watch that stands now, as from a broken server."""
        for stream in self.streams:
            stream.loses_next = True

    async def SubmitOrder(self, request: Any, context: Any) -> pb.SubmitOrderResponse:
        raise Rejected("NOT_IMPLEMENTED")

    async def WatchOrder(self, request: Any, context: Any) -> AsyncIterator[pb.WatchOrderResponse]:
        if request:
            raise Rejected("NOT_IMPLEMENTED")
        yield pb.WatchOrderResponse()

    async def SubmitOrders(self, request: Any, context: Any) -> pb.SubmitOrdersResponse:
        self.batches.append(len(request.orders))
        await asyncio.sleep(self.submit_seconds)
        await self.submits_open.wait()
        if self.refuse is not None:
            raise self.refuse
        return pb.SubmitOrdersResponse(answers=[self._answer(order) for order in request.orders])

    async def GetOrder(self, request: Any, context: Any) -> pb.GetOrderResponse:
        return pb.GetOrderResponse(order=self._find(request))

    async def ListOrderEvents(self, request: Any, context: Any) -> pb.ListOrderEventsResponse:
        self._find(request)
        events = [e for e in self.events[request.order_id] if e.sequence > request.after_sequence]
        return pb.ListOrderEventsResponse(events=events)

    async def ListOrders(self, request: Any, context: Any) -> pb.ListOrdersResponse:
        self.listed = request
        if request.page_token and not request.page_token.isdigit():
            raise Rejected("INVALID_REQUEST", violations=[FieldViolation("page_token", "bad")])
        start = int(request.page_token or 0)
        size = request.page_size or 50
        newest_first = [o for o in self.orders.values() if o.account_id == request.account_id][::-1]
        rest = newest_first[start : start + size]
        token = str(start + size) if start + size < len(newest_first) else ""
        return pb.ListOrdersResponse(orders=rest, next_page_token=token)

    async def CancelOrder(self, request: Any, context: Any) -> pb.CancelOrderResponse:
        order = self._find(request)
        if order.status in (pb.ORDER_STATUS_SUBMITTED, pb.ORDER_STATUS_CONFIRMED, pb.ORDER_STATUS_FAILED):
            raise Rejected("TOO_LATE_TO_CANCEL", "The order is submitted.")
        if order.status != pb.ORDER_STATUS_CANCELLED:
            self.happen(order.order_id, "cancelled")
        return pb.CancelOrderResponse(order=order)

    async def GetLifecycle(self, request: Any, context: Any) -> pb.GetLifecycleResponse:
        if self.refuse is not None:
            raise self.refuse
        accepted = pb.LifecycleStep(event="OrderAccepted", to_status=pb.ORDER_STATUS_PENDING)
        started = pb.LifecycleStep(
            from_status=pb.ORDER_STATUS_PENDING, event="RoutingStarted", to_status=pb.ORDER_STATUS_ROUTING
        )
        return pb.GetLifecycleResponse(steps=[accepted, started], terminal=[pb.ORDER_STATUS_CONFIRMED])

    async def WatchOrders(self, request_iterator: Any, context: Any) -> AsyncIterator[pb.WatchOrdersResponse]:
        stream = _Stream(self)
        self.streams.add(stream)
        reader = asyncio.create_task(stream.read(request_iterator))
        try:
            while True:
                yield await stream.outbox.get()
        finally:
            self.streams.discard(stream)
            reader.cancel()
            await asyncio.gather(reader, return_exceptions=True)

    def _find(self, request: Any) -> pb.Order:
        if self.refuse is not None:
            raise self.refuse
        if not self.owns(request.account_id, request.order_id):
            raise Rejected("ORDER_NOT_FOUND")
        return self.orders[request.order_id]

    def owns(self, account_id: str, order_id: str) -> bool:
        """True for an order of this account: nobody else is told that there is one."""
        return order_id in self.requests and self.requests[order_id].account_id == account_id

    def _answer(self, request: pb.SubmitOrderRequest) -> pb.SubmitAnswer:
        if self.refusal is not None:
            return pb.SubmitAnswer(refusal=self.refusal)
        for order_id, known in self.requests.items():
            same_name = request.client_order_id and known.client_order_id == request.client_order_id
            if same_name and known.account_id == request.account_id:
                if known.body_hash != request.body_hash:
                    return pb.SubmitAnswer(refusal=pb.OrderRefusal(reason="IDEMPOTENCY_KEY_REUSED"))
                status = self.orders[order_id].status
                return pb.SubmitAnswer(response=pb.SubmitOrderResponse(order_id=order_id, status=status, replayed=True))
        order_id = request.order_id or str(uuid_utils.uuid7())
        self._store(order_id, request)
        self.happen(order_id, *LIFE[0])
        return pb.SubmitAnswer(response=pb.SubmitOrderResponse(order_id=order_id, status=pb.ORDER_STATUS_PENDING))

    def _store(self, order_id: str, request: pb.SubmitOrderRequest) -> None:
        now = Timestamp(seconds=1_772_600_767, nanos=89_000_000)
        self.requests[order_id] = request
        self.events[order_id] = []
        self.orders[order_id] = pb.Order(
            order_id=order_id,
            account_id=request.account_id,
            client_order_id=request.client_order_id,
            order_type=pb.ORDER_TYPE_MARKET,
            mint_in=request.mint_in,
            mint_out=request.mint_out,
            decimals_in=request.decimals_in,
            decimals_out=request.decimals_out,
            amount_in=request.amount_in,
            slippage_bps=request.slippage_bps,
            created_at=now,
            updated_at=now,
        )


def _word(status: "pb.OrderStatus.ValueType") -> str:
    return pb.OrderStatus.Name(status).removeprefix("ORDER_STATUS_").lower()


class _Stream:
    """One WatchOrders call: the sequence each of its watches has reached."""

    def __init__(self, service: FakeOrders) -> None:
        self.service = service
        self.watches: dict[int, tuple[str, int]] = {}
        # For each account watch, how far each of its orders has been told.
        self.accounts: dict[int, dict[str, int]] = {}
        self.account_of: dict[int, str] = {}
        self.outbox: asyncio.Queue[pb.WatchOrdersResponse] = asyncio.Queue()
        self.loses_next = False

    async def read(self, requests: Any) -> None:
        async for request in requests:
            for add in request.add_orders:
                self._add(add)
            for account in request.add_accounts:
                self._add_account(account)
            for watch_id in request.remove_watches:
                self.watches.pop(watch_id, None)
                self.accounts.pop(watch_id, None)

    def _add(self, add: pb.AddOrder) -> None:
        if not self.service.owns(add.account_id, add.order_id):
            self._say(ended=[pb.WatchEnded(watch_id=add.watch_id, reason="ORDER_NOT_FOUND")])
            return
        self.watches[add.watch_id] = (add.order_id, add.after_sequence)
        version = self.service.orders[add.order_id].version
        self._say(added=[pb.WatchAdded(watch_id=add.watch_id, version=version)])
        self.advance(add.order_id)

    def _add_account(self, add: pb.AddAccount) -> None:
        if self.service.refuse is not None:
            self._say(ended=[pb.WatchEnded(watch_id=add.watch_id, reason=self.service.refuse.reason)])
            return
        since_ms = add.since.ToMilliseconds() if add.HasField("since") else None
        told: dict[str, int] = {}
        self.account_of[add.watch_id] = add.account_id
        for order_id, order in self.service.orders.items():
            if order.account_id != add.account_id:
                continue
            is_new = since_ms is not None and UUID(order_id).int >> 80 >= since_ms
            told[order_id] = 0 if is_new else order.version
        self.accounts[add.watch_id] = told
        self.service.account_adds.append(add)
        positions = [
            pb.OrderPosition(order_id=order_id, sequence=sequence)
            for order_id, sequence in told.items()
            if _word(self.service.orders[order_id].status) not in TERMINAL
        ]
        self._say(added=[pb.WatchAdded(watch_id=add.watch_id, positions=positions)])
        for order_id in told:
            self._advance_account(add.watch_id, order_id)

    def _advance_account(self, watch_id: int, order_id: str) -> None:
        if not self.service.owns(self.account_of[watch_id], order_id):
            return
        told = self.accounts[watch_id]
        events = [event for event in self.service.events[order_id] if event.sequence > told.get(order_id, 0)]
        if events:
            told[order_id] = events[-1].sequence
            for _ in range(2 if self.service.repeat_events else 1):
                self._say(events=[pb.WatchEvents(watch_id=watch_id, events=events)])

    def advance(self, order_id: str) -> None:
        for watch_id in list(self.accounts):
            self._advance_account(watch_id, order_id)
        for watch_id, (watched, after) in list(self.watches.items()):
            if watched == order_id:
                self._send(watch_id, order_id, after)

    def _send(self, watch_id: int, order_id: str, after: int) -> None:
        events = [event for event in self.service.events[order_id] if event.sequence > after]
        if events and self.loses_next:
            self.loses_next = False
            self.watches[watch_id] = (order_id, events[-1].sequence)
            return
        if events:
            self.watches[watch_id] = (order_id, events[-1].sequence)
            copies = 2 if self.service.repeat_events else 1
            for _ in range(copies):
                self._say(events=[pb.WatchEvents(watch_id=watch_id, events=events)])
        last = self.service.events[order_id][-1:]
        if last and _word(last[0].status) in TERMINAL:
            self.end(watch_id, "")

    def end(self, watch_id: int, reason: str) -> None:
        self.watches.pop(watch_id, None)
        self._say(ended=[pb.WatchEnded(watch_id=watch_id, reason=reason)])

    def _say(self, **fields: Any) -> None:
        self.outbox.put_nowait(pb.WatchOrdersResponse(**fields))
