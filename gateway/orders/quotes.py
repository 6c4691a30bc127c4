"""Quotes without an order: what the pools would pay now, and the route an order would take."""

from typing import Any, Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from gateway.edge.body import BodyLimits, read_json_body
from gateway.edge.json_out import instant, json_response
from gateway.edge.query import invalid_parameter, known_parameters
from gateway.edge.strict_json import JsonNumber, JsonValue, parse_json_object
from gateway.orders.codec import QUOTE_PARAMETERS, NewOrder, Rules, read_order, read_pair
from gateway.orders.router_client import RouterClient
from gateway.orders.scenario_names import ScenarioNames
from gateway.orders.snapshots import token_pair
from gateway.orders.tokens import TokenDirectory
from pools.basis_points import min_amount_out
from pools.plain_numbers import amount, price
from servicekit.errors import DomainError, FieldViolation
from tradewind.router.v1 import router_pb2 as pb

_LISTS: Final = frozenset({"venues", "excludePools"})
_NUMBERS: Final = frozenset({"maxLegs", "maxPriceImpactBps", "slippageBps"})
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
        return await self._quoted(await self._body(request))

    async def read(self, request: Request) -> Response:
        """GET /api/quotes: the same, with the fields as parameters; a list is repeated, or joined by commas."""
        try:
            return await self._quoted(_fields(known_parameters(request.scope, QUOTE_PARAMETERS)))
        except DomainError as error:
            error.violations = tuple(
                FieldViolation(f"?{v.field[1:]}", v.detail, v.code) if v.field.startswith("/") else v
                for v in error.violations
            )
            raise

    async def preview(self, request: Request) -> Response:
        """POST /api/orders/preview: the order as it would be stored and the route it would take now."""
        body = await self._body(request)
        scenarios = await self._scenarios.needed_by(body)
        order = read_order(body, self._tokens.current(), self._rules, scenarios)
        answer = await self._router.route(order)
        return json_response({"order": _understood(order, answer), **_routed(order, answer)})

    async def _quoted(self, body: dict[str, JsonValue]) -> Response:
        scenarios = await self._scenarios.needed_by(body)
        wanted = read_pair(body, self._tokens.current(), self._rules, scenarios)
        answer = await self._router.route(wanted)
        return json_response({**_routed(wanted, answer), **_protection(wanted, answer)})

    async def _body(self, request: Request) -> dict[str, JsonValue]:
        return parse_json_object(await read_json_body(request.scope, request.receive, self._limits))


def _fields(query: dict[str, list[str]]) -> dict[str, JsonValue]:
    """Return the body that parameters stand for. Raises Rejected("INVALID_REQUEST") for a value given twice."""
    body: dict[str, JsonValue] = {}
    for name, values in query.items():
        if name in _LISTS:
            body[name] = [word for value in values for word in value.split(",")]
        elif len(values) > 1:
            raise invalid_parameter(name, f"{name} is given {len(values)} times: give it once.")
        else:
            # In a query a number is a text; the readers tell by the type what the client meant.
            body[name] = JsonNumber(values[0]) if name in _NUMBERS else values[0]
    return body


def _understood(order: NewOrder, answer: pb.GetRouteResponse) -> dict[str, Any]:
    return {
        "type": "market",
        **_tokens(order),
        **amount("amountIn", order.amount_in, order.token_in.decimals),
        **_protection(order, answer),
        "clientOrderId": order.client_order_id or None,
    }


def _protection(order: NewOrder, answer: pb.GetRouteResponse) -> dict[str, Any]:
    """Return the tolerance, and the least that it lets an order buy by this route."""
    least = min_amount_out(answer.route.amount_out, order.slippage_bps)
    return {"slippageBps": order.slippage_bps, **amount("minAmountOut", least, order.token_out.decimals)}


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
