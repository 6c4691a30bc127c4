"""The client of RouterService."""

from collections.abc import AsyncGenerator

import grpc

from gateway.edge.rpc import answer_of, meaning_of
from gateway.orders.codec import NewOrder
from gateway.orders.tokens import Token
from servicekit.keepers import Keepers
from tradewind.router.v1 import router_pb2 as pb
from tradewind.router.v1 import router_pb2_grpc as rpc


class RouterClient:
    """Calls the router. Every method raises DomainError."""

    def __init__(self, channel: grpc.aio.Channel, *, target: str, deadline_seconds: float) -> None:
        self._stub = rpc.RouterServiceStub(channel)
        self._keepers = Keepers(target, rpc.RouterServiceStub, missing="QUOTE_EXPIRED")
        self._deadline = deadline_seconds

    async def tokens(self) -> list[Token]:
        """Return what can be traded."""
        answer = await answer_of(self._stub.ListTokens(pb.ListTokensRequest(), timeout=self._deadline))
        return [Token(token.mint, token.symbol, token.name, token.decimals) for token in answer.tokens]

    async def pools(self, mint: str = "") -> pb.ListPoolsResponse:
        """Return the pools, or those that trade one mint."""
        return await answer_of(self._stub.ListPools(pb.ListPoolsRequest(mint=mint), timeout=self._deadline))

    async def route(self, order: NewOrder) -> pb.GetRouteResponse:
        """Return the best route for an order, with all quotes and refusals."""
        request = pb.GetRouteRequest(
            mint_in=order.token_in.mint,
            mint_out=order.token_out.mint,
            amount_in=order.amount_in,
            max_legs=order.max_legs,
            venues=order.venues,
            exclude_pools=order.exclude_pools,
            quote_id=order.quote_id,
            max_price_impact_bps=order.max_price_impact_bps,
            scenario=order.scenario,
            attempt=1,
        )
        if not order.quote_id:
            return await self._route(self._stub, request)
        # A quote's id begins with the id of the router process that keeps it.
        keeper = order.quote_id.partition("-")[0]
        return await self._keepers.ask(keeper, lambda stub: self._route(stub, request))

    async def _route(self, stub: "rpc.RouterServiceAsyncStub", request: pb.GetRouteRequest) -> pb.GetRouteResponse:
        return await answer_of(stub.GetRoute(request, timeout=self._deadline))

    async def close(self) -> None:
        """Close the channels to single routers."""
        await self._keepers.close()

    async def prices(self, mint: str = "") -> AsyncGenerator[pb.WatchPricesResponse, None]:
        """Yield the mid prices of all pools, or of those that trade one mint; then the changed ones.

        Raises DomainError when the stream breaks.
        """
        call = self._stub.WatchPrices(pb.WatchPricesRequest(mints=[mint] if mint else []))
        try:
            async for message in call:
                yield message
        except grpc.RpcError as error:
            raise meaning_of(error) from error
        finally:
            call.cancel()
