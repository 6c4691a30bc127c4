"""The router over gRPC: routes in batches."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import grpc

from executor_service.application.ports import OutOfReach
from executor_service.domain.order import Order
from executor_service.domain.route import Route, RouteLeg, presented_parts
from executor_service.order_trace import attempt_traceparent
from servicekit.batching import Batcher, QueueFull
from servicekit.errors import DomainError, Rejected, error_of
from servicekit.grpc_errors import error_from
from servicekit.keepers import Keepers
from tradewind.router.v1 import router_pb2 as pb
from tradewind.router.v1 import router_pb2_grpc as rpc

# Longer than the slowest venue a market profile simulates.
DEADLINE_SECONDS: Final = 8.0


class GrpcRouter:
    """Implements Router, on all routers behind a target. A quote is looked up at the router that gave it.

    The process drives up to `orders_max` orders at once.
    """

    def __init__(self, channel: grpc.aio.Channel, *, target: str, orders_max: int) -> None:
        self._any = _Routes(channel, orders_max=orders_max)
        self._keepers = Keepers(target, partial(_Routes, orders_max=orders_max), missing="QUOTE_EXPIRED")

    async def route(self, order: Order) -> Route:
        """Return the best route now."""
        quote_id = _quote_of(order)
        if quote_id:
            wish = _Wish(order, quote_id)
            try:
                # A quote's id begins with the id of the router process that keeps it.
                return await self._keepers.ask(quote_id.partition("-")[0], lambda routes: routes.find(wish))
            except Rejected as error:
                if error.reason != "QUOTE_EXPIRED" or order.constraints.quote_stale_reject:
                    raise
        return await self._any.find(_Wish(order, ""))

    async def close(self) -> None:
        """Close the channels to single routers."""
        await self._keepers.close()


class _Routes:
    """Routes over one channel. The router waits for venues, so several batches are in flight at once."""

    def __init__(self, channel: grpc.aio.Channel, *, orders_max: int) -> None:
        self._stub = rpc.RouterServiceStub(channel)
        self._batches: Batcher[_Wish, Route] = Batcher(
            self._get_routes, batch_max=128, in_flight_max=16, queue_max=orders_max, name="route"
        )

    async def find(self, wish: "_Wish") -> Route:
        """Return the requested route."""
        if wish.order.scenario:
            # A scripted order can be slow on purpose and must not delay a batch.
            return await self._alone(wish)
        try:
            return await self._batches.submit(wish)
        except QueueFull as error:
            # Our own queue was full: no router was asked.
            raise OutOfReach from error

    async def _alone(self, wish: "_Wish") -> Route:
        result = (await self._get_routes([wish]))[0]
        if isinstance(result, BaseException):
            raise result
        return result

    async def _get_routes(self, wishes: "Sequence[_Wish]") -> Sequence[Route | BaseException]:
        request = pb.GetRoutesRequest(requests=[_request(wish) for wish in wishes])
        try:
            response = await self._stub.GetRoutes(request, timeout=DEADLINE_SECONDS)
        except grpc.aio.AioRpcError as error:
            meaning = error_from(error)
            raise (OutOfReach() if meaning.retryable else meaning) from error
        return [_answer(answer) for answer in response.answers]


@dataclass(frozen=True, slots=True)
class _Wish:
    """A request for a route: of the quote with this id, or, when it is empty, the best route."""

    order: Order
    quote_id: str


def _quote_of(order: Order) -> str:
    """Return the quote that the order names, for the first attempt only: before a later one the quote has expired."""
    return order.constraints.quote_id if order.attempt == 1 else ""


def _request(wish: _Wish) -> pb.GetRouteRequest:
    order, wanted = wish.order, wish.order.constraints
    return pb.GetRouteRequest(
        mint_in=order.mint_in,
        mint_out=order.mint_out,
        amount_in=order.amount_in,
        max_legs=wanted.max_legs,
        venues=wanted.venues,
        exclude_pools=wanted.exclude_pools,
        quote_id=wish.quote_id,
        quote_slippage_bps=order.slippage_bps if wish.quote_id else None,
        max_price_impact_bps=wanted.max_price_impact_bps,
        scenario=order.scenario,
        attempt=order.attempt,
        traceparent=attempt_traceparent(order),
    )


def _answer(answer: pb.RouteAnswer) -> Route | DomainError:
    if answer.WhichOneof("answer") == "refusal":
        return error_of(answer.refusal.reason, answer.refusal.detail)
    return _route(answer.response)


def _route(response: pb.GetRouteResponse) -> Route:
    route = response.route
    return Route(
        venue=route.venue,
        amount_in=route.amount_in,
        amount_out=route.amount_out,
        fee=route.fee_in_mint_out,
        price_impact_bps=route.price_impact_bps,
        slot=route.slot,
        legs=tuple(_leg(leg) for leg in route.legs),
        presented=presented_parts(response.presented_json),
    )


def _leg(leg: pb.Leg) -> RouteLeg:
    return RouteLeg(
        venue=leg.venue,
        pool_id=leg.pool_id,
        pool_kind=leg.pool_kind,
        mint_in=leg.mint_in,
        mint_out=leg.mint_out,
        amount_in=leg.amount_in,
        amount_out=leg.amount_out,
        fee=leg.fee,
        fee_mint=leg.fee_mint,
        share_bps=leg.share_bps,
    )
