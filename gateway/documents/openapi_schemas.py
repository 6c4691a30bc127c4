"""JSON schemas of what goes in and out. Requests are written from the tables that parse them."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from gateway.market.account_fields import LIMIT_FIELDS, STATE, STATES
from gateway.orders.order_fields import ORDER_FIELDS, PAIR_FIELDS, Field, number_text, token_name
from tradewind.orders.v1 import orders_pb2

Schema = dict[str, Any]

TEXT: Final[Schema] = {"type": "string"}
COUNT: Final[Schema] = {"type": "integer", "minimum": 0}
NUMBER: Final[Schema] = {"type": "number"}
UNITS: Final[Schema] = {"type": "string", "pattern": "^[0-9]+$", "description": "Base units."}
MOMENT: Final[Schema] = {"type": "string", "format": "date-time"}
ORDER_ID: Final[Schema] = {"type": "string", "format": "uuid"}
STATUS: Final[Schema] = {
    "type": "string",
    "enum": [name.removeprefix("ORDER_STATUS_").lower() for name, number in orders_pb2.OrderStatus.items() if number],
}


def ref(name: str) -> Schema:
    """Return the reference to a named schema."""
    return {"$ref": f"#/components/schemas/{name}"}


def maybe(schema: Schema) -> Schema:
    """Return the schema of a value that is null while it is not known."""
    return {"anyOf": [schema, {"type": "null"}]}


def many(schema: Schema) -> Schema:
    """Return the schema of a list."""
    return {"type": "array", "items": schema}


def exactly(**properties: Schema) -> Schema:
    """Return the schema of an object that has these members, all of them, and no other."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def body_of(fields: Mapping[str, Field]) -> Schema:
    """Return the schema of a request body, from the table that reads it."""
    return {
        "type": "object",
        "properties": {name: dict(reader.schema) for field in fields.values() for name, reader in field.names.items()},
        "allOf": list(_choices(fields)),
        "additionalProperties": False,
        "examples": [{"tokenIn": "SOL", "tokenOut": "USDC", "amountIn": "1.5"}],
    }


def _choices(fields: Mapping[str, Field]) -> Iterator[Schema]:
    """Yield what the names of one meaning demand: one of them, or at most one."""
    for field in fields.values():
        one_of = [{"required": [name]} for name in field.names]
        if field.required:
            yield {"oneOf": one_of}
        elif len(one_of) > 1:
            yield {"oneOf": [*one_of, {"not": {"anyOf": one_of}}]}


_RECEIPT: Final = exactly(
    orderId=ORDER_ID,
    status={"const": "pending"},
    wsUpgrade={"type": "string", "format": "uri"},
    links=exactly(self=TEXT, events=TEXT, stream={"type": "string", "format": "uri"}),
)
_VIOLATION: Final = exactly(
    pointer={"type": "string", "description": "JSON pointer of the field by your name of it, or ?name in the query."},
    code=TEXT,
    detail=TEXT,
)
_PROBLEM: Final[Schema] = {
    "type": "object",
    "properties": {
        "type": {"type": "string", "pattern": "/problems/[a-z_]+$"},
        "title": TEXT,
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": TEXT,
        "instance": TEXT,
        "code": TEXT,
        "errors": many(ref("Violation")),
        "retry": {
            "enum": ["safe", "with_key", "never"],
            "description": "What may be done: send it again; send it again with the same Idempotency-Key; nothing.",
        },
        "retryable": {"type": "boolean"},
        "outcome": {"const": "unknown", "description": "It is not known whether the request was carried out."},
        "idempotencyKey": {"type": "string", "description": "The key with which repeating is safe."},
        "orderId": {"type": "string", "description": "The order that may have been stored."},
        "traceId": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
    },
    "required": ["type", "title", "status", "detail", "code", "retry", "retryable"],
}
_LEG: Final = exactly(
    venue=TEXT,
    pool=TEXT,
    kind=TEXT,
    share=NUMBER,
    tokenIn=TEXT,
    tokenOut=TEXT,
    amountIn=UNITS,
    amountOut=UNITS,
    fee=UNITS,
    feeToken=TEXT,
)
_QUOTE: Final = exactly(
    venue=TEXT,
    pool=TEXT,
    kind=TEXT,
    amountOut=UNITS,
    fee=UNITS,
    feeToken=TEXT,
    priceImpactBps=COUNT,
    slot=COUNT,
)
_REFUSED_VENUE: Final = exactly(venue=TEXT, pool=maybe(TEXT), reason=TEXT, detail=TEXT)
_RUNNER_UP: Final = exactly(pool=TEXT, amountOut=UNITS, differenceBps=COUNT)
_ATTEMPT: Final = exactly(
    attempt=COUNT,
    swapId=maybe(TEXT),
    result=maybe(TEXT),
    error=maybe(TEXT),
    txHash=maybe(TEXT),
    dex=maybe(TEXT),
    startedAt=MOMENT,
    endedAt=maybe(MOMENT),
)
_ORDER: Final = exactly(
    orderId=ORDER_ID,
    clientOrderId=maybe(TEXT),
    type=TEXT,
    status=STATUS,
    version={"type": "integer", "minimum": 1},
    tokenIn=TEXT,
    tokenOut=TEXT,
    mintIn=TEXT,
    mintOut=TEXT,
    amountIn=NUMBER,
    amountInBaseUnits=UNITS,
    slippageBps=COUNT,
    dex=maybe(TEXT),
    route=maybe(many(ref("Leg"))),
    quotes=maybe(many(ref("Quote"))),
    quotedAmountOut=maybe(NUMBER),
    minAmountOut=maybe(NUMBER),
    executedAmountOut=maybe(NUMBER),
    quotedPrice=maybe(NUMBER),
    executedPrice=maybe(NUMBER),
    txHash=maybe(TEXT),
    swapId=maybe(TEXT),
    failureReason=maybe(TEXT),
    attempts=COUNT,
    attemptHistory=many(ref("Attempt")),
    nextAttemptAt=maybe(MOMENT),
    createdAt=MOMENT,
    updatedAt=MOMENT,
)
_EVENT: Final = exactly(
    orderId=ORDER_ID,
    sequence={"type": "integer", "minimum": 1},
    status=STATUS,
    details={"type": "object"},
    timestamp=MOMENT,
)
_ROUTED: Final[dict[str, Schema]] = {
    "quoteId": maybe(TEXT),
    "expiresAt": MOMENT,
    "dex": TEXT,
    "amountIn": NUMBER,
    "amountOut": NUMBER,
    "amountOutBaseUnits": UNITS,
    "price": maybe(NUMBER),
    "fee": NUMBER,
    "priceImpactBps": COUNT,
    "slot": COUNT,
    "route": many(ref("Leg")),
    "quotes": many(ref("Quote")),
    "refused": many(ref("RefusedVenue")),
    "runnerUp": maybe(ref("RunnerUp")),
}
_UNDERSTOOD: Final = exactly(
    type=TEXT,
    tokenIn=TEXT,
    tokenOut=TEXT,
    amountIn=NUMBER,
    amountInBaseUnits=UNITS,
    slippageBps=COUNT,
    minAmountOut=NUMBER,
    clientOrderId=maybe(TEXT),
)
_STAGE: Final = exactly(sequence=COUNT, status=STATUS, at=MOMENT, ms=maybe(COUNT))
_DECISION: Final[dict[str, Schema]] = {
    "amountOut": maybe(NUMBER),
    "price": maybe(NUMBER),
    "fee": maybe(NUMBER),
    "priceImpactBps": maybe(COUNT),
    "route": maybe(many(ref("Leg"))),
    "quotes": maybe(many(ref("Quote"))),
    "refused": maybe(many(ref("RefusedVenue"))),
    "runnerUp": maybe(ref("RunnerUp")),
}
_EXPLANATION: Final = exactly(
    orderId=ORDER_ID,
    status=STATUS,
    version=COUNT,
    tokenIn=TEXT,
    tokenOut=TEXT,
    amountIn=NUMBER,
    slippageBps=COUNT,
    failureReason=maybe(TEXT),
    totalMs=maybe(COUNT),
    beforeFirstAttempt=many(_STAGE),
    attempts=many(exactly(**_ATTEMPT["properties"], stages=many(_STAGE), **_DECISION)),
    fill=maybe(exactly(amountOut=NUMBER, quotedAmountOut=NUMBER, minAmountOut=NUMBER, shortfallBps=NUMBER)),
)
_PRICE: Final[dict[str, Schema]] = {
    "pool": TEXT,
    "venue": TEXT,
    "base": TEXT,
    "quote": TEXT,
    "price": maybe(NUMBER),
    "slot": COUNT,
}
_BALANCE: Final = exactly(token=TEXT, mint=TEXT, amount=NUMBER, amountBaseUnits=UNITS)
_ERROR: Final = exactly(
    code=TEXT,
    type=TEXT,
    status=maybe({"type": "integer"}),
    grpcCode=TEXT,
    retry={"enum": ["safe", "with_key", "never"]},
    retryable={"type": "boolean"},
    title=TEXT,
    advice=TEXT,
)
_SCENARIO: Final = exactly(
    name=TEXT,
    failsWith=maybe(TEXT),
    neverLands={"type": "boolean"},
    acknowledgementLost={"type": "boolean"},
    toldLateMs=COUNT,
    venueDown=maybe(TEXT),
    firstAttemptOnly={"type": "boolean"},
)


def schemas() -> dict[str, Schema]:
    """Return every named schema."""
    return {
        "NewOrder": body_of(ORDER_FIELDS),
        "Pair": body_of(PAIR_FIELDS),
        "Batch": {
            # Each order is judged by itself: a bad one does not make a bad batch.
            "anyOf": [exactly(orders=_ORDERS), _ORDERS],
            "examples": [{"orders": [{"tokenIn": "SOL", "tokenOut": "USDC", "amountIn": "1.5"}]}],
        },
        "AirdropRequest": exactly(token=dict(token_name.schema), amount=_AIRDROP_AMOUNT),
        "Receipt": _RECEIPT,
        "BatchResults": exactly(results=many({"anyOf": [_ACCEPTED, _REFUSED]})),
        "Order": _ORDER,
        "OrderPage": exactly(orders=many(ref("Order")), nextPageToken=maybe(TEXT)),
        "Explanation": _EXPLANATION,
        "Leg": _LEG,
        "Attempt": _ATTEMPT,
        "Event": _EVENT,
        "History": exactly(orderId=ORDER_ID, events=many(ref("Event"))),
        "Quote": _QUOTE,
        "RefusedVenue": _REFUSED_VENUE,
        "RunnerUp": _RUNNER_UP,
        "Quotes": exactly(**_ROUTED),
        "Preview": exactly(order=_UNDERSTOOD, **_ROUTED),
        "Tokens": exactly(tokens=many(exactly(symbol=TEXT, mint=TEXT, name=TEXT, decimals=COUNT))),
        "Pools": exactly(slot=COUNT, pools=many(_POOL)),
        "Prices": exactly(slot=COUNT, prices=many(exactly(**_PRICE))),
        "Balances": exactly(slot=COUNT, balances=many(_BALANCE)),
        "Airdrop": exactly(balance=_BALANCE),
        "Ticket": exactly(ticket=TEXT, expiresInSeconds={"type": "integer", "minimum": 1}),
        "Account": exactly(**_ACCOUNT),
        "OwnAccount": exactly(**_ACCOUNT, scopes=many({"enum": ["admin", "read", "trade"]})),
        "AccountChange": {
            "type": "object",
            "properties": {"tradingState": dict(STATE.schema), "limits": _LIMITS_TO_SET},
            "minProperties": 1,
            "additionalProperties": False,
            "examples": [{"tradingState": "halted"}, {"limits": {"orderUsdMax": "2500"}}],
        },
        "Lifecycle": exactly(
            transitions=many(exactly(**{"from": maybe(STATUS), "event": TEXT, "to": STATUS})), terminal=many(STATUS)
        ),
        "Scenarios": exactly(scenarios=many(_SCENARIO)),
        "ErrorTable": exactly(errors=many(ref("Error"))),
        "Error": _ERROR,
        "Alive": exactly(status={"const": "ok"}),
        "Ready": exactly(status={"const": "ok"}, checks={"type": "object", "additionalProperties": TEXT}),
        "Violation": _VIOLATION,
        "Problem": _PROBLEM,
    }


_ACCOUNT: Final[dict[str, Schema]] = {
    "accountId": TEXT,
    "tradingState": {"enum": list(STATES)},
    "limits": exactly(
        orderUsdMax=maybe(NUMBER),
        ordersInFlightMax=maybe(COUNT),
        ordersPerMinuteMax=maybe(COUNT),
        slippageBpsMax=maybe(COUNT),
        tokensAllowed=maybe(many(TEXT)),
    ),
    "use": exactly(ordersInFlight=COUNT, ordersLastMinute=COUNT),
    "updatedAt": maybe(MOMENT),
}
_LIMITS_TO_SET: Final[Schema] = {
    "type": "object",
    "properties": {name: maybe(dict(reader.schema)) for name, reader in LIMIT_FIELDS.items()},
    "additionalProperties": False,
}
_ORDERS: Final[Schema] = {"type": "array", "minItems": 1, "maxItems": 500}
_AIRDROP_AMOUNT: Final[Schema] = dict(number_text.schema)
_ACCEPTED: Final = exactly(status={"const": 202}, replayed={"type": "boolean"}, order=ref("Receipt"))
_REFUSED: Final = exactly(status={"type": "integer", "minimum": 400}, problem=ref("Problem"))
_POOL: Final = exactly(
    **_PRICE, kind=TEXT, baseMint=TEXT, quoteMint=TEXT, baseReserve=UNITS, quoteReserve=UNITS, feePpm=COUNT
)
