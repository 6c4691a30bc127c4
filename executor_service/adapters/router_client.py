"""The router over gRPC: routes in batches."""

from collections.abc import Sequence
from typing import Any, Final

import grpc

from executor_service.application.ports import OutOfReach
from executor_service.domain.order import Order
from executor_service.domain.route import Route, RouteLeg
from servicekit.batching import Batcher
from servicekit.errors import DomainError, error_of
from servicekit.grpc_errors import error_from
from tradewind.router.v1 import router_pb2 as pb
from tradewind.router.v1 import router_pb2_grpc as rpc

# Longer than the slowest venue a market profile simulates.
DEADLINE_SECONDS: Final = 8.0


class GrpcRouter:
    """Implements Router. The router waits for venues, so several batches are under way at once."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._stub = rpc.RouterServiceStub(channel)
        self._routes: Batcher[Order, Route] = Batcher(self._get_routes, batch_max=128, in_flight_max=4)

    async def route(self, order: Order) -> Route:
        """Return the best route now."""
        # A scripted order may be slow on purpose and must not hold up a batch.
        if order.scenario:
            result = (await self._get_routes([order]))[0]
            if isinstance(result, BaseException):
                raise result
            return result
        return await self._routes.submit(order)

    async def _get_routes(self, orders: Sequence[Order]) -> Sequence[Route | BaseException]:
        request = pb.GetRoutesRequest(requests=[_request(order) for order in orders])
        try:
            response = await self._stub.GetRoutes(request, timeout=DEADLINE_SECONDS)
        except grpc.aio.AioRpcError as error:
            meaning = error_from(error)
            raise (OutOfReach() if meaning.retryable else meaning) from error
        return [_answer(answer) for answer in response.answers]


def _request(order: Order) -> pb.GetRouteRequest:
    wanted = order.constraints
    # A quote is used once: later attempts start after it has expired.
    quote_id = wanted.quote_id if order.attempt == 1 else ""
    return pb.GetRouteRequest(
        mint_in=order.mint_in,
        mint_out=order.mint_out,
        amount_in=order.amount_in,
        max_legs=wanted.max_legs,
        venues=wanted.venues,
        exclude_pools=wanted.exclude_pools,
        quote_id=quote_id,
        max_price_impact_bps=wanted.max_price_impact_bps,
        scenario=order.scenario,
        attempt=order.attempt,
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
        considered=_considered(response),
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


def _considered(response: pb.GetRouteResponse) -> dict[str, Any]:
    """Return what was weighed, as clients see it. Amounts are base units as strings."""
    return {
        "quotes": [
            {
                "venue": quote.venue,
                "pool": quote.pool_id,
                "kind": quote.pool_kind,
                "amountOut": str(quote.amount_out),
                "fee": str(quote.fee),
                "priceImpactBps": quote.price_impact_bps,
                "slot": quote.slot,
            }
            for quote in response.quotes
        ],
        "refused": [
            {
                "venue": refused.venue,
                "pool": refused.pool_id,
                "reason": refused.reason.lower(),
                "detail": refused.detail,
            }
            for refused in response.refused
        ],
        "runnerUp": _runner_up(response),
    }


def _runner_up(response: pb.GetRouteResponse) -> dict[str, Any] | None:
    if not response.runner_up_amount_out:
        return None
    return {
        "pool": response.runner_up_pool_id,
        "amountOut": str(response.runner_up_amount_out),
        "differenceBps": response.runner_up_difference_bps,
    }
