"""What can be traded, the pools, and their prices: read from the router, shown with symbols."""

from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from gateway.edge.json_out import json_response
from gateway.edge.query import invalid_parameter, known_parameters
from gateway.orders.router_client import RouterClient
from gateway.orders.tokens import TokenDirectory
from pools.plain_numbers import amount
from tradewind.router.v1 import router_pb2 as pb


class MarketData:
    """The read-only resources of the market."""

    def __init__(self, router: RouterClient, tokens: TokenDirectory) -> None:
        self._router = router
        self._tokens = tokens

    async def tokens(self, request: Request) -> Response:
        """GET /api/tokens: every token that can be traded."""
        return json_response(
            {
                "tokens": [
                    {"symbol": token.symbol, "mint": token.mint, "name": token.name, "decimals": token.decimals}
                    for token in self._tokens.current().all
                ]
            }
        )

    async def pools(self, request: Request) -> Response:
        """GET /api/pools?token=: the pools with what they hold."""
        answer = await self._router.pools(self.mint_asked(request))
        return json_response({"slot": answer.slot, "pools": [self._pool(pool) for pool in answer.pools]})

    async def prices(self, request: Request) -> Response:
        """GET /api/prices?token=: the mid price of each pool."""
        answer = await self._router.pools(self.mint_asked(request))
        return json_response({"slot": answer.slot, "prices": [self.price(_price_of(pool)) for pool in answer.pools]})

    def mint_asked(self, request: Request) -> str:
        """Return the mint that `?token=` names; empty when it names none."""
        named = known_parameters(request.scope, ("token",)).get("token", [""])[-1]
        if not named:
            return ""
        token = self._tokens.current().find(named)
        if token is None:
            raise invalid_parameter("token", "token is not traded here; see /api/tokens.", "unknown_token")
        return token.mint

    def price(self, price: pb.Price) -> dict[str, Any]:
        """Return a price as clients read it: whole quote tokens for one whole base token."""
        return {
            "pool": price.pool_id,
            "venue": price.venue,
            "base": self._tokens.symbol_of(price.mint_base),
            "baseMint": price.mint_base,
            "quote": self._tokens.symbol_of(price.mint_quote),
            "quoteMint": price.mint_quote,
            # The router writes it as a plain decimal.
            "price": msgspec.Raw(price.mid_price.encode()) if price.mid_price else None,
            "slot": price.slot,
        }

    def _pool(self, pool: pb.PoolSummary) -> dict[str, Any]:
        return {
            **self.price(_price_of(pool)),
            "kind": pool.pool_kind,
            **self._reserve("baseReserve", pool.mint_0, pool.reserve_0),
            **self._reserve("quoteReserve", pool.mint_1, pool.reserve_1),
            "feePpm": pool.fee_ppm,
        }

    def _reserve(self, name: str, mint: str, units: int) -> dict[str, Any]:
        token = self._tokens.current().find(mint)
        # A pool may come up a moment before the list of tokens that names its mint.
        return amount(name, units, token.decimals) if token else {name: None, f"{name}BaseUnits": str(units)}


def _price_of(pool: pb.PoolSummary) -> pb.Price:
    return pb.Price(
        pool_id=pool.pool_id,
        venue=pool.venue,
        mint_base=pool.mint_0,
        mint_quote=pool.mint_1,
        mid_price=pool.mid_price,
        slot=pool.slot,
    )
