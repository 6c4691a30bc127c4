"""What OpenAPI says of each endpoint beyond its row: parameters, answers, and the errors it may be refused with."""

from collections.abc import Sequence
from typing import Any, Final

from gateway.documents.endpoints import BY_NAME
from gateway.documents.openapi_parts import (
    BEHIND,
    BODY,
    DOCUMENT,
    EVENT_STREAM,
    PAGE,
    RISK,
    ROUTING,
    Answer,
    Operation,
    Parameter,
    as_json,
)
from gateway.documents.request_schemas import request_schemas
from gateway.documents.schema_parts import MOMENT, ORDER_ID, STATUSES, TYPES, Schema
from gateway.edge.query import SEQUENCE_MAX
from gateway.market.account_fields import ACCOUNT_ID
from gateway.orders.codec import QUOTE_PARAMETERS
from gateway.orders.listing import PAGE_SIZE, PAGE_SIZE_MAX
from gateway.orders.order_fields import PAIR_FIELDS, visible_text
from gateway.status import NEEDED


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
_SWITCHED: Final = Answer(101, "The WebSocket is open", headers=("Upgrade",))
_ACCOUNT: Final = Parameter("account", "path", {"type": "string", "pattern": f"^{ACCOUNT_ID.pattern}$"}, "The account.")
_AFTER: Final = Parameter(
    "after", "query", {"type": "integer", "minimum": 0, "maximum": SEQUENCE_MAX}, "Last sequence."
)
_TOKEN: Final = Parameter("token", "query", {"type": "string"}, "Symbol or mint address.")
_KEY: Final = Parameter("Idempotency-Key", "header", dict(visible_text.schema), "Quoted or bare.")
_NONE_MATCH: Final = Parameter("If-None-Match", "header", {"type": "string"}, "Versions you have.")
_LAST_EVENT: Final = Parameter("Last-Event-ID", "header", {"type": "string"}, "A sequence; for server-sent events.")
_PAGE_SIZE: Final = {"type": "integer", "minimum": 1}
_PARTS: Final = {"type": "array", "items": {"type": "string", "enum": list(NEEDED)}}
_FILTERS: Final = (
    _words("status", STATUSES),
    _words("type", TYPES),
    _TOKEN,
    Parameter("clientOrderId", "query", _or_nothing(dict(visible_text.schema)), "Your identity of the order."),
    Parameter("since", "query", _or_nothing(MOMENT), "Accepted at this time or later."),
    Parameter("until", "query", _or_nothing(MOMENT), "Accepted before this time, which is not included."),
    Parameter(
        "pageSize", "query", _or_nothing(_PAGE_SIZE), f"Left out: {PAGE_SIZE}. Above {PAGE_SIZE_MAX}: {PAGE_SIZE_MAX}."
    ),
    Parameter("pageToken", "query", {"type": "string"}, "The nextPageToken of an earlier answer."),
)


def _quote_parameters() -> tuple[Parameter, ...]:
    """Return the fields of a request for quotes as parameters, as our own words describe them."""
    described = request_schemas(aliases=False)["QuoteRequest"]["properties"]
    return tuple(
        Parameter(
            name,
            "query",
            {key: value for key, value in described[name].items() if key != "description"},
            described[name]["description"],
            required=PAIR_FIELDS[name].required,
        )
        for name in QUOTE_PARAMETERS
    )


def _follow(*operations: str, place: str = "$response.body#/orderId") -> dict[str, Any]:
    return {name: {"operationId": name, "parameters": {"order_id": place}} for name in operations}


OPERATIONS: Final[Sequence[Operation]] = (
    *(
        Operation(
            name,
            [
                as_json(
                    "Receipt",
                    status=202,
                    headers=("Location", "Idempotent-Replayed"),
                    links=_follow("getOrder", "getEvents", "cancelOrder"),
                )
            ],
            parameters=[_KEY],
            schema="OrderRequest",
            reasons=(
                *(*BODY, "INVALID_ORDER", "INVALID_REQUEST", "SCENARIOS_OFF", "IDEMPOTENCY_KEY_REUSED"),
                *(*RISK, *BEHIND),
            ),
        )
        for name in ("submitOrder", "createOrder")
    ),
    Operation("executeSocket", [_SWITCHED], reasons=("UPGRADE_REQUIRED",)),
    Operation(
        "statusSocket",
        [_SWITCHED],
        parameters=[_ANY_ORDER],
        reasons=("UPGRADE_REQUIRED",),
    ),
    Operation(
        "ordersSocket",
        [_SWITCHED],
        parameters=[_ANY_ORDER],
        reasons=("UPGRADE_REQUIRED",),
    ),
    Operation("streamSocket", [_SWITCHED], reasons=("UPGRADE_REQUIRED",)),
    Operation(
        "explainOrder",
        [as_json("Explanation")],
        parameters=[_ORDER],
        reasons=("ORDER_NOT_FOUND", "INVALID_REQUEST", *BEHIND),
    ),
    Operation(
        "submitBatch",
        [as_json("BatchResults")],
        parameters=[_KEY],
        schema="BatchRequest",
        reasons=(*BODY, "INVALID_REQUEST", *BEHIND),
    ),
    Operation(
        "previewOrder",
        [as_json("Preview")],
        schema="OrderRequest",
        reasons=(*BODY, "INVALID_ORDER", "INVALID_REQUEST", *ROUTING, *BEHIND),
    ),
    Operation(
        "listOrders",
        [as_json("OrderPage", headers=("Link",))],
        parameters=_FILTERS,
        reasons=("INVALID_REQUEST", *BEHIND),
    ),
    Operation(
        "getOrder",
        [
            as_json("Order", headers=("ETag",), links=_follow("getEvents", "explainOrder", "cancelOrder")),
            Answer(304, "Not changed"),
        ],
        parameters=[_ORDER, _NONE_MATCH],
        reasons=("ORDER_NOT_FOUND", *BEHIND),
    ),
    Operation(
        "cancelOrder",
        [as_json("Order", status=202)],
        parameters=[_ORDER],
        reasons=("ORDER_NOT_FOUND", "TOO_LATE_TO_CANCEL", *BEHIND),
    ),
    Operation(
        "getEvents",
        [
            Answer(200, "The events", {"application/json": "History", "text/event-stream": EVENT_STREAM}),
            Answer(204, "The order has ended and nothing follows (server-sent events)"),
        ],
        parameters=[_ORDER, _AFTER, _LAST_EVENT],
        reasons=("ORDER_NOT_FOUND", "INVALID_REQUEST", "SHUTTING_DOWN", *BEHIND),
    ),
    Operation(
        "getQuotes",
        [as_json("QuoteAnswer")],
        schema="QuoteRequest",
        reasons=(*BODY, "INVALID_REQUEST", *ROUTING, *BEHIND),
    ),
    Operation(
        "readQuotes",
        [as_json("QuoteAnswer")],
        parameters=_quote_parameters(),
        reasons=("INVALID_REQUEST", *ROUTING, *BEHIND),
    ),
    Operation(
        "listTokens",
        [as_json("TokenList")],
        reasons=("INVALID_REQUEST", *BEHIND),
    ),
    Operation(
        "listPools",
        [as_json("PoolList")],
        parameters=[_TOKEN],
        reasons=("INVALID_REQUEST", *BEHIND, "STALE_STATE"),
    ),
    Operation(
        "getPrices",
        [Answer(200, "The prices", {"application/json": "PriceList", "text/event-stream": EVENT_STREAM})],
        parameters=[_TOKEN],
        reasons=("INVALID_REQUEST", *BEHIND, "STALE_STATE"),
    ),
    Operation(
        "getBalances",
        [as_json("BalanceList")],
        reasons=("INVALID_REQUEST", *BEHIND),
    ),
    Operation(
        "airdrop",
        [as_json("Airdrop", headers=("Idempotent-Replayed",))],
        parameters=[_KEY],
        schema="AirdropRequest",
        reasons=(*BODY, "INVALID_REQUEST", "UNKNOWN_MINT", "IDEMPOTENCY_KEY_REUSED", *BEHIND),
    ),
    Operation(
        "getTicket",
        [as_json("Ticket")],
        reasons=("INVALID_REQUEST", *BEHIND),
    ),
    Operation(
        "getOwnAccount",
        [as_json("OwnAccount")],
        reasons=("INVALID_REQUEST", *BEHIND),
    ),
    Operation(
        "getAccount",
        [as_json("Account")],
        parameters=[_ACCOUNT],
        reasons=("INVALID_REQUEST", "NOT_FOUND", *BEHIND),
    ),
    Operation(
        "changeAccount",
        [as_json("Account")],
        parameters=[_ACCOUNT],
        schema="AccountChange",
        reasons=(*BODY, "INVALID_REQUEST", "NOT_FOUND", *BEHIND),
    ),
    Operation("getErrorTable", [as_json("ErrorTable")]),
    Operation("getLifecycle", [as_json("Lifecycle")], reasons=("INVALID_REQUEST", *BEHIND)),
    Operation("getScenarios", [as_json("ScenarioList")], reasons=("INVALID_REQUEST", *BEHIND)),
    Operation(
        "getProblem",
        [Answer(200, "The row of the table", {"application/json": "Error", "text/html": PAGE})],
        parameters=[
            Parameter("code", "path", {"type": "string", "examples": ["invalid_order"]}, "The code, in lower case.")
        ],
        reasons=("NOT_FOUND",),
    ),
    *(Operation(name, [as_json("Alive")]) for name in ("aliveHealth", "aliveHealthz", "aliveLivez")),
    Operation(
        "ready",
        [as_json("Ready")],
        parameters=[Parameter("exclude", "query", _PARTS, f"Parts to leave out: {', '.join(NEEDED)}.")],
        reasons=("INVALID_REQUEST", "UNAVAILABLE"),
    ),
    Operation("getStatus", [as_json("Status")], reasons=("INVALID_REQUEST",)),
    Operation("getAsyncApi", [Answer(200, BY_NAME["getAsyncApi"].summary, {"application/json": DOCUMENT})]),
    Operation(
        "getOpenApi",
        [Answer(200, BY_NAME["getOpenApi"].summary, {"application/json": DOCUMENT})],
        parameters=[Parameter("aliases", "query", {"type": "boolean"}, "Describe every name that a body may have.")],
        reasons=("INVALID_REQUEST",),
    ),
    *(
        Operation(name, [Answer(200, BY_NAME[name].summary, {media: PAGE})])
        for name, media in (
            ("getDocs", "text/html"),
            ("getMetrics", "text/plain"),
        )
    ),
    Operation(
        "getDocsAsset",
        [
            Answer(200, "The file", dict.fromkeys(("text/css", "text/javascript", "image/png"), PAGE)),
            Answer(304, "Not changed"),
        ],
        parameters=[
            Parameter("asset", "path", {"type": "string", "examples": ["swagger-ui.css"]}, "Its name."),
            _NONE_MATCH,
        ],
        reasons=("NOT_FOUND",),
    ),
)
