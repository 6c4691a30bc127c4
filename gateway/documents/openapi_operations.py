"""Every operation of the gateway as data: its parameters, its answers, and the errors it may be refused with."""

from collections.abc import Sequence
from typing import Any, Final

from gateway.documents.openapi_parts import BEHIND, BODY, RISK, ROUTING, Answer, Operation, Parameter, as_json
from gateway.documents.openapi_schemas import MOMENT, ORDER_ID, STATUS, Schema
from gateway.edge.query import SEQUENCE_MAX
from gateway.market.account_fields import ACCOUNT_ID
from gateway.orders.listing import PAGE_SIZE_MAX
from gateway.orders.order_fields import visible_text


def _or_nothing(schema: Schema) -> Schema:
    """Return the schema of a filter, which counts as left out when it is empty."""
    return {"anyOf": [schema, {"const": ""}]}


_ORDER: Final = Parameter("order_id", "path", ORDER_ID, "The order's id, in any case.")


def _words(name: str, known: Sequence[str]) -> Parameter:
    """Return a filter by words in any case, repeated or joined by commas."""
    schema = {"type": "string", "pattern": "^[A-Za-z_,\\s]*$", "examples": [known[0]]}
    about = f"Of {', '.join(known)}; in any case, repeated, or joined by commas."
    return Parameter(name, "query", {"type": "array", "items": schema}, about)


# Plain HTTP is refused there before anyone looks at the order; what the sockets take is in the AsyncAPI document.
_ANY_ORDER: Final = Parameter("order_id", "path", {"type": "string"}, "The order's id.")
_ACCOUNT: Final = Parameter("account", "path", {"type": "string", "pattern": f"^{ACCOUNT_ID.pattern}$"})
_AFTER: Final = Parameter(
    "after", "query", {"type": "integer", "minimum": 0, "maximum": SEQUENCE_MAX}, "Last sequence."
)
_TOKEN: Final = Parameter("token", "query", {"type": "string"}, "Symbol or mint address.")
_KEY: Final = Parameter("Idempotency-Key", "header", dict(visible_text.schema), "Quoted or bare.")
_NONE_MATCH: Final = Parameter("If-None-Match", "header", {"type": "string"}, "Versions you have.")
_LAST_EVENT: Final = Parameter("Last-Event-ID", "header", {"type": "string"}, "A sequence; for server-sent events.")
_PAGE_SIZE: Final = {"type": "integer", "minimum": 1, "maximum": PAGE_SIZE_MAX}
_FILTERS: Final = (
    _words("status", STATUS["enum"]),
    _words("type", ["market"]),
    _TOKEN,
    Parameter("clientOrderId", "query", _or_nothing(dict(visible_text.schema))),
    Parameter("since", "query", _or_nothing(MOMENT), "Accepted at or after."),
    Parameter("until", "query", _or_nothing(MOMENT), "Accepted before."),
    Parameter("pageSize", "query", _or_nothing(_PAGE_SIZE), "Default 50."),
    Parameter("pageToken", "query", {"type": "string"}, "The nextPageToken of an earlier answer."),
)


def _follow(*operations: str, place: str = "$response.body#/orderId") -> dict[str, Any]:
    return {name: {"operationId": name, "parameters": {"order_id": place}} for name in operations}


OPERATIONS: Final[Sequence[Operation]] = (
    Operation(
        "post",
        "/api/orders/execute",
        "submitOrder",
        "Submit an order: it is stored and will be executed",
        [
            as_json(
                "Receipt",
                status=202,
                headers=("Location", "Idempotent-Replayed"),
                links=_follow("getOrder", "getEvents", "cancelOrder"),
            )
        ],
        parameters=[_KEY],
        schema="NewOrder",
        reasons=(*BODY, "INVALID_ORDER", "INVALID_REQUEST", "SCENARIOS_OFF", "IDEMPOTENCY_KEY_REUSED", *RISK, *BEHIND),
        right="trade",
    ),
    Operation(
        "get",
        "/api/orders/execute",
        "executeSocket",
        "WebSocket only: the life of ?orderId= in the words of an earlier engine",
        [],
        reasons=("UPGRADE_REQUIRED",),
    ),
    Operation(
        "get",
        "/api/orders/status/{order_id}",
        "statusSocket",
        "WebSocket only: the life of an order in the words of an earlier engine",
        [],
        parameters=[_ANY_ORDER],
        reasons=("UPGRADE_REQUIRED",),
    ),
    Operation(
        "get",
        "/ws/orders/{order_id}",
        "ordersSocket",
        "WebSocket only: the life of an order in the words of an earlier engine",
        [],
        parameters=[_ANY_ORDER],
        reasons=("UPGRADE_REQUIRED",),
    ),
    Operation(
        "get",
        "/api/stream",
        "streamSocket",
        "WebSocket only: many orders on one socket",
        [],
        reasons=("UPGRADE_REQUIRED",),
    ),
    Operation(
        "get",
        "/api/orders/{order_id}/explain",
        "explainOrder",
        "Why an order went as it did, attempt by attempt",
        [as_json("Explanation")],
        parameters=[_ORDER],
        reasons=("ORDER_NOT_FOUND", "INVALID_REQUEST", *BEHIND),
    ),
    Operation(
        "post",
        "/api/orders/batch",
        "submitBatch",
        "Submit up to 500 orders: a result for each, in order",
        [as_json("BatchResults")],
        schema="Batch",
        reasons=(*BODY, "INVALID_REQUEST", *BEHIND),
        right="trade",
    ),
    Operation(
        "post",
        "/api/orders/preview",
        "previewOrder",
        "The order as understood and the route it would take now; nothing is stored",
        [as_json("Preview")],
        schema="NewOrder",
        reasons=(*BODY, "INVALID_ORDER", "INVALID_REQUEST", *ROUTING, *BEHIND),
    ),
    Operation(
        "get",
        "/api/orders",
        "listOrders",
        "A page of orders, newest first",
        [as_json("OrderPage", headers=("Link",))],
        parameters=_FILTERS,
        reasons=("INVALID_REQUEST", *BEHIND),
    ),
    Operation(
        "get",
        "/api/orders/{order_id}",
        "getOrder",
        "The order as it stands",
        [
            as_json("Order", headers=("ETag",), links=_follow("getEvents", "explainOrder", "cancelOrder")),
            Answer(304, "Not changed"),
        ],
        parameters=[_ORDER, _NONE_MATCH],
        reasons=("ORDER_NOT_FOUND", *BEHIND),
    ),
    Operation(
        "delete",
        "/api/orders/{order_id}",
        "cancelOrder",
        "Cancel an order that has not been submitted to the market",
        [as_json("Order", status=202)],
        parameters=[_ORDER],
        reasons=("ORDER_NOT_FOUND", "TOO_LATE_TO_CANCEL", *BEHIND),
        right="trade",
    ),
    Operation(
        "get",
        "/api/orders/{order_id}/events",
        "getEvents",
        "The order's events: JSON history, or server-sent events, replay first, then live",
        [
            Answer(200, "The events", {"application/json": "History", "text/event-stream": ""}),
            Answer(204, "The order has ended and nothing follows (server-sent events)"),
        ],
        parameters=[_ORDER, _AFTER, _LAST_EVENT],
        reasons=("ORDER_NOT_FOUND", "INVALID_REQUEST", "SHUTTING_DOWN", *BEHIND),
    ),
    Operation(
        "post",
        "/api/quotes",
        "getQuotes",
        "Quotes of every pool and the best route, without an order",
        [as_json("Quotes")],
        tag="market",
        schema="Pair",
        reasons=(*BODY, "INVALID_REQUEST", *ROUTING, *BEHIND),
    ),
    Operation(
        "get",
        "/api/tokens",
        "listTokens",
        "What can be traded",
        [as_json("Tokens")],
        tag="market",
        reasons=("INVALID_REQUEST", *BEHIND),
    ),
    Operation(
        "get",
        "/api/pools",
        "listPools",
        "The pools and what they hold",
        [as_json("Pools")],
        tag="market",
        parameters=[_TOKEN],
        reasons=("INVALID_REQUEST", *BEHIND, "STALE_STATE"),
    ),
    Operation(
        "get",
        "/api/prices",
        "getPrices",
        "Mid prices now, or as server-sent events slot by slot",
        [Answer(200, "The prices", {"application/json": "Prices", "text/event-stream": ""})],
        tag="market",
        parameters=[_TOKEN],
        reasons=("INVALID_REQUEST", *BEHIND, "STALE_STATE"),
    ),
    Operation(
        "get",
        "/api/balances",
        "getBalances",
        "The account's simulated wallet",
        [as_json("Balances")],
        tag="wallet",
        reasons=("INVALID_REQUEST", *BEHIND),
    ),
    Operation(
        "post",
        "/api/airdrop",
        "airdrop",
        "Tokens for nothing, once for an Idempotency-Key",
        [as_json("Airdrop", headers=("Idempotent-Replayed",))],
        tag="wallet",
        parameters=[_KEY],
        schema="AirdropRequest",
        reasons=(*BODY, "INVALID_REQUEST", "UNKNOWN_MINT", "IDEMPOTENCY_KEY_REUSED", *BEHIND),
        right="trade",
    ),
    Operation(
        "post",
        "/api/ws-ticket",
        "getTicket",
        "A one-time ticket that opens one WebSocket, for pages in browsers",
        [as_json("Ticket")],
        tag="accounts",
        reasons=("INVALID_REQUEST", *BEHIND),
    ),
    Operation(
        "get",
        "/api/account",
        "getOwnAccount",
        "The account of the key, and what the key may do",
        [as_json("OwnAccount")],
        tag="accounts",
        reasons=("INVALID_REQUEST", *BEHIND),
    ),
    Operation(
        "get",
        "/api/accounts/{account}",
        "getAccount",
        "Any account: its switch, its limits, and how much of them is used",
        [as_json("Account")],
        tag="accounts",
        parameters=[_ACCOUNT],
        reasons=("INVALID_REQUEST", "NOT_FOUND", *BEHIND),
        right="admin",
    ),
    Operation(
        "patch",
        "/api/accounts/{account}",
        "changeAccount",
        "Set the switch, or the limits that are named; null takes a limit away",
        [as_json("Account")],
        tag="accounts",
        parameters=[_ACCOUNT],
        schema="AccountChange",
        reasons=(*BODY, "INVALID_REQUEST", "NOT_FOUND", *BEHIND),
        right="admin",
    ),
    *(
        Operation(
            "get",
            f"/api/meta/{name}",
            f"get{schema}",
            summary,
            [as_json(schema)],
            tag="tables",
            reasons=reasons,
            right=None,
        )
        for name, schema, summary, reasons in (
            ("errors", "ErrorTable", "The error table", ()),
            ("lifecycle", "Lifecycle", "What leads from which status to which", ("INVALID_REQUEST", *BEHIND)),
            ("scenarios", "Scenarios", "What each scripted behaviour does", ("INVALID_REQUEST", *BEHIND)),
        )
    ),
    Operation(
        "get",
        "/problems/{code}",
        "getProblem",
        "What a code means and what to do, for people or as JSON",
        [Answer(200, "The row of the table", {"application/json": "Error", "text/html": ""})],
        tag="tables",
        parameters=[Parameter("code", "path", {"type": "string", "examples": ["invalid_order"]})],
        reasons=("NOT_FOUND",),
        right=None,
    ),
    *(
        Operation(
            "get",
            path,
            f"alive{path[1:].capitalize()}",
            "The process answers",
            [as_json("Alive")],
            tag="health",
            right=None,
        )
        for path in ("/health", "/healthz", "/livez")
    ),
    Operation(
        "get",
        "/readyz",
        "ready",
        "Ready, or which service behind is not",
        [as_json("Ready")],
        tag="health",
        reasons=("UNAVAILABLE",),
        right=None,
    ),
    *(
        Operation("get", path, name, summary, [Answer(200, summary, {media: ""})], tag="documents", right=None)
        for path, name, summary, media in (
            ("/openapi.json", "getOpenApi", "This document", "application/json"),
            ("/asyncapi.json", "getAsyncApi", "The streams, as AsyncAPI 3", "application/json"),
            ("/docs", "getDocs", "This document as a page", "text/html"),
            ("/metrics", "getMetrics", "What the gateway counts, for Prometheus", "text/plain"),
        )
    ),
    Operation(
        "get",
        "/docs/{asset}",
        "getDocsAsset",
        "A file of the page",
        [Answer(200, "The file", {"text/css": "", "text/javascript": "", "image/png": ""}), Answer(304, "Not changed")],
        tag="documents",
        parameters=[Parameter("asset", "path", {"type": "string", "examples": ["swagger-ui.css"]}), _NONE_MATCH],
        reasons=("NOT_FOUND",),
        right=None,
    ),
)
