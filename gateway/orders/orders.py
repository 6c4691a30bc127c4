"""Orders over HTTP: submit, read, history, cancel."""

import re
from typing import Final
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from gateway.access.identity import account_of
from gateway.access.origin import Origins
from gateway.edge.body import BodyLimits, read_json_body
from gateway.edge.json_out import encode, json_response
from gateway.edge.problems import TAKES_KEY, pointer_to, problem_response
from gateway.edge.public_path import public_path
from gateway.edge.query import sequence_after
from gateway.edge.strict_json import JsonValue, parse_json_object
from gateway.edge.trace import trace_of
from gateway.orders.codec import NewOrder, Rules, read_order
from gateway.orders.order_fields import OWN_IDENTITY_PREFIX, VISIBLE
from gateway.orders.orders_client import Accepted, OrdersClient
from gateway.orders.scenario_names import ScenarioNames
from gateway.orders.snapshots import snapshot, status_name
from gateway.orders.tokens import TokenDirectory
from servicekit.errors import DomainError, FieldViolation, Rejected, error_of

_ORDER_ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_DASHLESS: Final = re.compile(r"[0-9a-f]{32}")

# What the executor calls the fields of an order.
_MEANINGS: Final = {
    "client_order_id": "clientOrderId",
    "order_type": "type",
    "mint_in": "tokenIn",
    "mint_out": "tokenOut",
    "decimals_in": "tokenIn",
    "decimals_out": "tokenOut",
    "amount_in": "amountIn",
    "slippage_bps": "slippageBps",
    "scenario": "scenario",
    "max_legs": "maxLegs",
    "venues": "venues",
    "exclude_pools": "excludePools",
    "quote_id": "quoteId",
    "on_stale": "onStale",
    "max_price_impact_bps": "maxPriceImpactBps",
}


def order_id_of(text: str) -> str:
    """Return the identity in its one spelling. Raises Rejected("ORDER_NOT_FOUND") for what can be none."""
    order_id = text.lower()
    if not _ORDER_ID.fullmatch(order_id):
        if _DASHLESS.fullmatch(order_id):
            raise Rejected("ORDER_NOT_FOUND", f"Ids of orders have dashes: ask for {UUID(order_id)}.")
        raise Rejected("ORDER_NOT_FOUND")
    return order_id


class Intake:
    """Takes in orders, for the single endpoint and for the batch, by the same rules."""

    def __init__(
        self, client: OrdersClient, tokens: TokenDirectory, rules: Rules, scenarios: ScenarioNames, origins: Origins
    ) -> None:
        self._client = client
        self._tokens = tokens
        self._rules = rules
        self._scenarios = scenarios
        self._origins = origins

    async def read(self, body: dict[str, JsonValue]) -> NewOrder:
        """Return the order a body describes. Raises Rejected("INVALID_ORDER") with all its violations."""
        scenarios = await self._scenarios.needed_by(body)
        return read_order(body, self._tokens.current(), self._rules, scenarios)

    async def submit(self, order: NewOrder, scope: Scope) -> Accepted:
        """Store an order. Raises DomainError in the client's own words."""
        try:
            return await self._client.submit(account_of(scope), order, traceparent=trace_of(scope).traceparent)
        except DomainError as error:
            raise _in_clients_words(error, order) from error

    def receipt(self, order_id: str, scope: Scope) -> dict[str, object]:
        """Return the answer for an accepted order; a repeated request gets the same answer."""
        path = f"/api/orders/{order_id}"
        return {
            "orderId": order_id,
            "status": "pending",
            "wsUpgrade": self._origins.socket_url(scope, f"/api/orders/status/{order_id}"),
            "links": {
                "self": public_path(scope, path),
                "events": public_path(scope, f"{path}/events"),
                "stream": self._origins.socket_url(scope, f"{path}/events"),
            },
        }


class SubmitOrder:
    """POST /api/orders/execute, as a bare ASGI app: this is the hot path."""

    def __init__(self, intake: Intake, limits: BodyLimits) -> None:
        self._intake = intake
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 202 after the order is stored, or raise DomainError."""
        scope[TAKES_KEY] = True
        body = await read_json_body(scope, receive, self._limits)
        order = with_header_key(await self._intake.read(parse_json_object(body)), scope)
        accepted = await self._intake.submit(order, scope)
        answer = encode(self._intake.receipt(accepted.order_id, scope))
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", b"%d" % len(answer)),
            (b"location", public_path(scope, f"/api/orders/{accepted.order_id}").encode()),
            (b"cache-control", b"no-store"),
        ]
        if accepted.replayed:
            headers.append((b"idempotent-replayed", b"true"))
        await send({"type": "http.response.start", "status": 202, "headers": headers})
        await send({"type": "http.response.body", "body": answer})


class Orders:
    """The resources under /api/orders/{id}."""

    def __init__(self, client: OrdersClient, tokens: TokenDirectory) -> None:
        self._client = client
        self._tokens = tokens

    async def show(self, request: Request) -> Response:
        """GET: the snapshot. Its ETag is the order's version."""
        order_id = order_id_of(request.path_params["order_id"])
        order = await self._client.order(account_of(request.scope), order_id)
        headers = {"etag": f'"{order.version}"', "cache-control": "no-cache"}
        if _knows(request.headers.get("if-none-match", ""), order.version):
            return Response(status_code=304, headers=headers)
        return json_response(snapshot(order, self._tokens.symbol_of), headers=headers)

    async def history(self, request: Request) -> Response:
        """GET events: the whole history, or what follows `after`, each event as it was stored."""
        order_id = order_id_of(request.path_params["order_id"])
        after = sequence_after(request.scope)
        frames = await self._client.events(account_of(request.scope), order_id, after)
        body = f'{{"orderId":"{order_id}","events":[{",".join(frames)}]}}'
        return Response(body, 200, {"cache-control": "no-store"}, "application/json")

    async def cancel(self, request: Request) -> Response:
        """DELETE: 202 with the order as it is now; 409 with the status when it is too late."""
        refuse_key(request.scope, "cancelling twice does nothing more than once.")
        order_id = order_id_of(request.path_params["order_id"])
        account_id = account_of(request.scope)
        try:
            order = await self._client.cancel(account_id, order_id)
        except DomainError as error:
            if error.reason != "TOO_LATE_TO_CANCEL":
                raise
            order = await self._client.order(account_id, order_id)
            return problem_response(error, request.scope, extra={"orderStatus": status_name(order.status)})
        return json_response(snapshot(order, self._tokens.symbol_of), 202)


def with_header_key(order: NewOrder, scope: Scope) -> NewOrder:
    """Return the order with the identity that the Idempotency-Key header gives, if it gives one."""
    key = header_key(scope)
    return order if key is None else _keyed(order, key)


def header_key(scope: Scope) -> str | None:
    """Return the Idempotency-Key, quoted or bare; None without one. Raises Rejected for one that cannot be, or two."""
    given = [value for name, value in scope["headers"] if name == b"idempotency-key"]
    if not given:
        return None
    if len(given) > 1:
        raise Rejected("INVALID_REQUEST", "Idempotency-Key is given twice: send it once.")
    key: str = given[0].decode("latin-1").strip()
    if len(key) >= 2 and key[0] == key[-1] == '"':
        key = key[1:-1]
    if VISIBLE.fullmatch(key) and not key.startswith(OWN_IDENTITY_PREFIX):
        return key
    raise Rejected("INVALID_REQUEST", "Idempotency-Key must be 1 to 255 visible ASCII characters, quoted or bare.")


def refuse_key(scope: Scope, why: str) -> None:
    """Raise Rejected for an Idempotency-Key where none is taken."""
    if header_key(scope) is not None:
        raise Rejected("INVALID_REQUEST", f"Idempotency-Key is not taken here: {why} Leave it out.")


def _keyed(order: NewOrder, key: str) -> NewOrder:
    if order.client_order_id not in ("", key):
        detail = "clientOrderId and the header Idempotency-Key differ: send one of them, or the same in both."
        raise Rejected(
            "INVALID_ORDER",
            detail,
            violations=[FieldViolation(pointer_to("clientOrderId"), detail, "alias_conflict")],
        )
    return order.identified_by(key)


def _in_clients_words(error: DomainError, order: NewOrder) -> DomainError:
    """Return the executor's refusal with its fields named as the client named them."""
    if not error.violations:
        return error
    told = error_of(error.reason, error.detail)
    told.violations = tuple(_translated(violation, order) for violation in error.violations)
    return told


def _translated(violation: FieldViolation, order: NewOrder) -> FieldViolation:
    meaning = _MEANINGS.get(violation.field, violation.field)
    return FieldViolation(pointer_to(order.names.get(meaning, meaning)), violation.detail, violation.code)


def _knows(if_none_match: str, version: int) -> bool:
    tags = [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
    return f'"{version}"' in tags or "*" in tags
