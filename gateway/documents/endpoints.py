"""Every endpoint of the gateway, each said once: where it is, what it needs, what it is for.

`app.py` makes the routes from this table, OpenAPI and AsyncAPI describe its rows, metrics and traces carry their paths,
and docs/api.md lists them. What stands first is matched first, so the busiest come first.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from gateway.access.identity import Right
from gateway.access.rate_limits import Budget
from gateway.orders.codec import QUOTE_PARAMETERS
from gateway.orders.listing import LIST_PARAMETERS

Method = Literal["GET", "POST", "PATCH", "DELETE", "WEBSOCKET"]
Tag = Literal["orders", "websockets", "market", "wallet", "accounts", "tables", "health", "documents"]
TAGS: Final[Mapping[Tag, str]] = {
    "orders": "Submit, follow, cancel and explain orders.",
    "websockets": "WebSocket alone: plain HTTP is answered with 426. What is spoken there is in /asyncapi.json.",
    "market": "Quotes, tokens, pools and prices.",
    "wallet": "The account's simulated balances.",
    "accounts": "Limits, switches and tickets.",
    "tables": "The tables that the server runs on.",
    "health": "Alive, and ready.",
    "documents": "These documents, the page that shows them, and metrics.",
}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One row.

    `right` is what a key needs to come in; None where no key is asked for. One request counts once in `budget`; with
    None the endpoint counts by itself. `query` names the parameters that a request may have; None passes over all that
    it does not know, because probes and clients of earlier engines add their own. A row of `WEBSOCKET` also answers a
    plain GET, with 426, unless a row of GET has the same path.
    """

    method: Method
    path: str
    name: str
    summary: str
    right: Right | None = "read"
    budget: Budget | None = "reads"
    tag: Tag = "orders"
    query: Sequence[str] | None = ()


def _open(path: str, name: str, summary: str, tag: Tag) -> Endpoint:
    return Endpoint("GET", path, name, summary, None, None, tag, None)


def _table(path: str, name: str, summary: str) -> Endpoint:
    return replace(_open(path, name, summary, "tables"), query=())


ENDPOINTS: Final = (
    Endpoint(
        "POST", "/api/orders/execute", "submitOrder", "Submit an order; it is stored and executed", "trade", "submits"
    ),
    Endpoint(
        "WEBSOCKET",
        "/api/orders/execute",
        "executeSocket",
        "The life of ?orderId= in the words of an earlier engine",
        tag="websockets",
        query=None,
    ),
    Endpoint(
        "WEBSOCKET",
        "/api/orders/status/{order_id}",
        "statusSocket",
        "The life of an order in the words of an earlier engine",
        tag="websockets",
        query=None,
    ),
    Endpoint(
        "WEBSOCKET",
        "/ws/orders/{order_id}",
        "ordersSocket",
        "The life of an order in the words of an earlier engine",
        tag="websockets",
        query=None,
    ),
    # A batch counts its orders by itself.
    Endpoint(
        "POST",
        "/api/orders/batch",
        "submitBatch",
        "Submit up to 500 orders; a result for each, in order",
        "trade",
        None,
    ),
    Endpoint(
        "POST",
        "/api/orders/preview",
        "previewOrder",
        "The order as understood and the route it would take now; nothing is stored",
    ),
    Endpoint("POST", "/api/orders", "createOrder", "The same as POST /api/orders/execute", "trade", "submits"),
    Endpoint("GET", "/api/orders", "listOrders", "A page of orders, newest first", query=LIST_PARAMETERS),
    Endpoint("GET", "/api/orders/{order_id}", "getOrder", "The order as it stands; its `ETag` is its version"),
    Endpoint(
        "DELETE",
        "/api/orders/{order_id}",
        "cancelOrder",
        "Cancel an order that has not been submitted to the market; 409 when it is too late",
        "trade",
    ),
    Endpoint(
        "GET",
        "/api/orders/{order_id}/explain",
        "explainOrder",
        "Why an order went as it did, attempt by attempt: quotes, refusals, the route and what it beat, times",
    ),
    Endpoint(
        "GET",
        "/api/orders/{order_id}/events",
        "getEvents",
        "The order's events: JSON history, or server-sent events, replay first, then live",
        query=("after",),
    ),
    Endpoint(
        "WEBSOCKET",
        "/api/orders/{order_id}/events",
        "orderEvents",
        "The order's events, one a frame: replay first, then live",
        tag="websockets",
        query=("after",),
    ),
    Endpoint("WEBSOCKET", "/api/stream", "streamSocket", "Many orders, or all, on one socket", tag="websockets"),
    Endpoint(
        "POST",
        "/api/ws-ticket",
        "getTicket",
        "A one-time ticket that opens one WebSocket, for pages in browsers",
        tag="accounts",
    ),
    Endpoint(
        "POST", "/api/quotes", "getQuotes", "Quotes of every pool and the best route, without an order", tag="market"
    ),
    Endpoint(
        "GET",
        "/api/quotes",
        "readQuotes",
        "The same as POST /api/quotes, with the fields as parameters",
        tag="market",
        query=QUOTE_PARAMETERS,
    ),
    Endpoint("GET", "/api/tokens", "listTokens", "What can be traded", tag="market"),
    Endpoint("GET", "/api/pools", "listPools", "The pools and what they hold", tag="market", query=("token",)),
    Endpoint(
        "GET",
        "/api/prices",
        "getPrices",
        "Mid prices now, or as server-sent events slot by slot",
        tag="market",
        query=("token",),
    ),
    Endpoint("GET", "/api/balances", "getBalances", "What the account's simulated wallet holds", tag="wallet"),
    Endpoint(
        "POST",
        "/api/airdrop",
        "airdrop",
        "Tokens for nothing, once for an Idempotency-Key",
        "trade",
        "submits",
        "wallet",
    ),
    Endpoint("GET", "/api/account", "getOwnAccount", "The account of the key, and what the key may do", tag="accounts"),
    Endpoint(
        "GET",
        "/api/accounts/{account}",
        "getAccount",
        "Any account: its switch, its limits, and how much of them is used",
        "admin",
        tag="accounts",
    ),
    Endpoint(
        "PATCH",
        "/api/accounts/{account}",
        "changeAccount",
        "Set the switch, or the limits that are named; null takes a limit away",
        "admin",
        tag="accounts",
    ),
    _table("/api/meta/errors", "getErrorTable", "The error table, and the codes of bad fields"),
    _table("/api/meta/lifecycle", "getLifecycle", "What leads from which status to which"),
    _table("/api/meta/scenarios", "getScenarios", "What each scripted behaviour does"),
    _open("/problems/{code}", "getProblem", "What a code means and what to do, for people or as JSON", "tables"),
    replace(_open("/openapi.json", "getOpenApi", "This interface as OpenAPI 3.1", "documents"), query=("aliases",)),
    _open("/asyncapi.json", "getAsyncApi", "The streams as AsyncAPI 3", "documents"),
    _open("/docs", "getDocs", "The interface as a page to read and try", "documents"),
    _open("/docs/{asset}", "getDocsAsset", "A file of the page", "documents"),
    _open("/metrics", "getMetrics", "What the gateway counts, for Prometheus", "documents"),
    _open("/health", "aliveHealth", "The process answers", "health"),
    _open("/healthz", "aliveHealthz", "The process answers", "health"),
    _open("/livez", "aliveLivez", "The process answers", "health"),
    replace(
        _open("/readyz", "ready", "A new order would be executed, or which part is missing", "health"),
        query=("exclude",),
    ),
    Endpoint("GET", "/api/status", "getStatus", "Every part: its state, release, and what it knows", tag="health"),
)

BY_NAME: Final[Mapping[str, Endpoint]] = {endpoint.name: endpoint for endpoint in ENDPOINTS}


def sockets_without_get() -> Iterator[Endpoint]:
    """Yield the WebSocket rows whose plain GET no other row serves: it is answered with 426."""
    read = {endpoint.path for endpoint in ENDPOINTS if endpoint.method == "GET"}
    return (endpoint for endpoint in ENDPOINTS if endpoint.method == "WEBSOCKET" and endpoint.path not in read)


def page_table() -> str:
    """Return the table of docs/api.md."""
    rows = (
        f"| {endpoint.method.replace('WEBSOCKET', 'WebSocket')} | `{endpoint.path}` | {endpoint.right or ''} "
        f"| {endpoint.summary} |"
        for endpoint in ENDPOINTS
    )
    return "\n".join(("| method | path | scope | does |", "| --- | --- | --- | --- |", *rows))
