"""Quotes without an order: what the pools would pay now, and the route an order would take."""

from typing import Any, Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from gateway.edge.body import BodyLimits, read_json_body
from gateway.edge.json_out import instant, json_response
from gateway.edge.strict_json import JsonValue, parse_json_object
from gateway.orders.codec import NewOrder, Rules, read_order, read_pair
from gateway.orders.router_client import RouterClient
from gateway.orders.scenario_names import ScenarioNames
from gateway.orders.snapshots import token_pair
from gateway.orders.tokens import TokenDirectory
from pools.basis_points import min_amount_out
from pools.plain_numbers import amount, price
from tradewind.router.v1 import router_pb2 as pb

_PRESENTED: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])


class Quotes:
    """Asks the router; stores nothing."""

    def __init__(
        self, router: RouterClient, tokens: TokenDirectory, rules: Rules, scenarios: ScenarioNames, limits: BodyLimits
    ) -> None:
        self._router = router
        self._tokens = tokens
        self._rules = rules
        self._scenarios = scenarios
        self._limits = limits

    async def quote(self, request: Request) -> Response:
        """POST /api/quotes: every pool's quote and the best route, under a `quoteId` that an order may name."""
        body = await self._body(request)
        scenarios = await self._scenarios.needed_by(body)
        wanted = read_pair(body, self._tokens.current(), self._rules, scenarios)
        return json_response(_routed(wanted, await self._router.route(wanted)))

    async def preview(self, request: Request) -> Response:
        """POST /api/orders/preview: the order as it would be stored and the route it would take now."""
        body = await self._body(request)
        scenarios = await self._scenarios.needed_by(body)
        order = read_order(body, self._tokens.current(), self._rules, scenarios)
        answer = await self._router.route(order)
        return json_response({"order": _understood(order, answer), **_routed(order, answer)})

    async def _body(self, request: Request) -> dict[str, JsonValue]:
        return parse_json_object(await read_json_body(request.scope, request.receive, self._limits))


def _understood(order: NewOrder, answer: pb.GetRouteResponse) -> dict[str, Any]:
    least = min_amount_out(answer.route.amount_out, order.slippage_bps)
    return {
        "type": "market",
        **_tokens(order),
        **amount("amountIn", order.amount_in, order.token_in.decimals),
        "slippageBps": order.slippage_bps,
        **amount("minAmountOut", least, order.token_out.decimals),
        "clientOrderId": order.client_order_id or None,
    }


def _routed(order: NewOrder, answer: pb.GetRouteResponse) -> dict[str, Any]:
    route, sold, bought = answer.route, order.token_in.decimals, order.token_out.decimals
    return {
        "quoteId": answer.quote_id or None,
        "expiresAt": instant(answer.expires_at),
        "dex": route.venue,
        **_tokens(order),
        **amount("amountIn", route.amount_in, sold),
        **amount("amountOut", route.amount_out, bought),
        "price": price(route.amount_out, bought, route.amount_in, sold),
        "priceImpactBps": route.price_impact_bps,
        "slot": route.slot,
        **_PRESENTED.decode(answer.presented_json),
    }


def _tokens(order: NewOrder) -> dict[str, str]:
    symbols = {token.mint: token.symbol for token in (order.token_in, order.token_out)}
    return token_pair(order.token_in.mint, order.token_out.mint, symbols.__getitem__)
