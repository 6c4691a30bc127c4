"""The client of OrderService: concurrent submits share one call."""

from collections.abc import Sequence
from typing import Final, NamedTuple
from urllib.parse import quote

import grpc
from uuid_utils.compat import uuid7

from gateway.edge.rpc import answer_of
from gateway.orders.codec import NewOrder
from gateway.orders.order_fields import OWN_IDENTITY_PREFIX
from servicekit.batching import Batcher
from servicekit.errors import DomainError, FieldViolation, Unavailable, error_of
from tradewind.orders.v1 import orders_pb2 as pb
from tradewind.orders.v1 import orders_pb2_grpc as rpc

BATCH_MAX: Final = 64
IN_FLIGHT_MAX: Final = 2

_ON_STALE: Final = {
    "": pb.ON_STALE_UNSPECIFIED,
    "reject": pb.ON_STALE_REJECT,
    "requote": pb.ON_STALE_REQUOTE,
}


class Accepted(NamedTuple):
    """An order that is stored. `replayed` when it had been stored before."""

    order_id: str
    replayed: bool


class OrdersClient:
    """Calls the executor. Every method raises DomainError."""

    def __init__(self, channel: grpc.aio.Channel, *, deadline_seconds: float, submits_waiting_max: int) -> None:
        self._stub = rpc.OrderServiceStub(channel)
        self._deadline = deadline_seconds
        self._submits_waiting_max = submits_waiting_max
        self._submits: Batcher[pb.SubmitOrderRequest, Accepted] = Batcher(
            self._submit_batch,
            batch_max=BATCH_MAX,
            in_flight_max=IN_FLIGHT_MAX,
            queue_max=submits_waiting_max,
            name="submit",
        )

    async def submit(self, account_id: str, order: NewOrder, *, traceparent: str) -> Accepted:
        """Store an order and return its identity, once the executor has committed it.

        After some errors the order may be stored nevertheless: such an error names the order and a key with which a
        repeat is safe.
        """
        if self._submits.waiting >= self._submits_waiting_max:
            refusal = Unavailable("UNAVAILABLE", "Too many orders are waiting to be stored; this one was not.")
            refusal.retry = "safe"
            raise refusal
        request = _request(account_id, order, traceparent)
        try:
            return await self._submits.submit(request)
        except DomainError as error:
            if error.retry != "with_key":
                raise
            # One call carries many orders: each needs an error of its own.
            raise _in_doubt(error, request) from error

    async def order(self, account_id: str, order_id: str) -> pb.Order:
        """Return the snapshot of an order."""
        request = pb.GetOrderRequest(account_id=account_id, order_id=order_id)
        return (await answer_of(self._stub.GetOrder(request, timeout=self._deadline))).order

    async def events(self, account_id: str, order_id: str, after_sequence: int) -> list[str]:
        """Return the stored frames of an order's events in order of sequence."""
        request = pb.ListOrderEventsRequest(account_id=account_id, order_id=order_id, after_sequence=after_sequence)
        answer = await answer_of(self._stub.ListOrderEvents(request, timeout=self._deadline))
        return [event.payload_json for event in answer.events]

    async def cancel(self, account_id: str, order_id: str) -> pb.Order:
        """Cancel an order and return it after that."""
        request = pb.CancelOrderRequest(account_id=account_id, order_id=order_id)
        return (await answer_of(self._stub.CancelOrder(request, timeout=self._deadline))).order

    async def page(self, request: pb.ListOrdersRequest) -> pb.ListOrdersResponse:
        """Return one page of an account's orders."""
        return await answer_of(self._stub.ListOrders(request, timeout=self._deadline))

    async def lifecycle(self) -> pb.GetLifecycleResponse:
        """Return the lifecycle: every status, event and transition."""
        return await answer_of(self._stub.GetLifecycle(pb.GetLifecycleRequest(), timeout=self._deadline))

    async def _submit_batch(self, orders: Sequence[pb.SubmitOrderRequest]) -> list[Accepted | BaseException]:
        call = self._stub.SubmitOrders(pb.SubmitOrdersRequest(orders=orders), timeout=self._deadline)
        return [_outcome(answer) for answer in (await answer_of(call)).answers]

    async def has(self, account_id: str, client_order_id: str) -> bool:
        """Return whether the account has an order under this identity; none without one."""
        if not client_order_id:
            return False
        wanted = pb.ListOrdersRequest(account_id=account_id, client_order_id=client_order_id, page_size=1)
        return bool((await self.page(wanted)).orders)

    async def close(self) -> None:
        """Wait until the submits in flight have ended."""
        await self._submits.close()


def is_own_identity(order: pb.Order) -> bool:
    """True for an order whose client order id the gateway made, because its client gave none.

    Such an id equals the order's id. An earlier release made ids that begin with OWN_IDENTITY_PREFIX.
    """
    return order.client_order_id == order.order_id or order.client_order_id.startswith(OWN_IDENTITY_PREFIX)


def _in_doubt(error: DomainError, request: pb.SubmitOrderRequest) -> DomainError:
    """Return the error of a submission that may have been stored."""
    key, own = request.client_order_id, request.client_order_id == request.order_id
    look = f"/api/orders/{request.order_id}" if own else f"/api/orders?clientOrderId={quote(key, safe='')}"
    detail = (
        f"{error.detail.rstrip('.')}. It is not known whether the order was stored: GET {look} tells. "
        f"Sending it again is safe with the header Idempotency-Key: {key}"
    )
    told = error_of(error.reason, detail, retry_after_ms=getattr(error, "retry_after_ms", 1000))
    told.idempotency_key, told.order_id = key, request.order_id
    return told


def _request(account_id: str, order: NewOrder, traceparent: str) -> pb.SubmitOrderRequest:
    # Every order gets an id here: a call repeated after a broken connection then stores nothing twice, and the error to
    # a client that got no answer can name the key for a repeat.
    order_id = str(uuid7())
    return pb.SubmitOrderRequest(
        account_id=account_id,
        order_id=order_id,
        client_order_id=order.client_order_id or order_id,
        body_hash=order.body_hash(),
        order_type=pb.ORDER_TYPE_MARKET,
        mint_in=order.token_in.mint,
        mint_out=order.token_out.mint,
        decimals_in=order.token_in.decimals,
        decimals_out=order.token_out.decimals,
        amount_in=order.amount_in,
        slippage_bps=order.slippage_bps,
        scenario=order.scenario,
        max_legs=order.max_legs,
        venues=order.venues,
        exclude_pools=order.exclude_pools,
        quote_id=order.quote_id,
        on_stale=_ON_STALE[order.on_stale],
        max_price_impact_bps=order.max_price_impact_bps,
        traceparent=traceparent,
        symbol_in=order.token_in.symbol,
        symbol_out=order.token_out.symbol,
    )


def _outcome(answer: pb.SubmitAnswer) -> Accepted | DomainError:
    if answer.HasField("response"):
        return Accepted(answer.response.order_id, answer.response.replayed)
    refusal = answer.refusal
    error = error_of(refusal.reason, refusal.detail, retry_after_ms=refusal.retry_after_ms or 1000)
    error.violations = tuple(FieldViolation.heard(v.field, v.detail, v.code) for v in refusal.violations)
    return error
