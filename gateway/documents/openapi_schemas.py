"""Schemas of what comes out, put together from words. What goes in, and the events, have files of their own."""

from typing import Final

from gateway.documents.event_schemas import event_schemas
from gateway.documents.request_schemas import request_schemas
from gateway.documents.schema_parts import STATUSES, TEXT, TYPES, Schema, both, example_of, many, record, ref, word
from gateway.documents.status_schemas import status_schemas
from gateway.documents.words import WORDS
from gateway.market.account_fields import STATES
from pools.kinds import VENUES

_TOKENS: Final = ("tokenIn", "tokenInMint", "tokenOut", "tokenOutMint")
_FEE: Final = (*both("fee"), "feeToken", "feeTokenMint")
_ATTEMPT: Final = ("attempt", "swapId?", "result?", "error?", "txHash?", "dex?", "startedAt", "endedAt?")
_ORDER: Final = (
    *("orderId", "clientOrderId?", "type", "status", "version", *_TOKENS, *both("amountIn"), "slippageBps"),
    *("dex?", "route?", "quotes?"),
    *("quotedAmountOut?", "quotedAmountOutBaseUnits?", "minAmountOut?", "minAmountOutBaseUnits?"),
    *("executedAmountOut?", "executedAmountOutBaseUnits?", "quotedPrice?", "executedPrice?"),
    *("txHash?", "swapId?", "failureReason?", "attempts", "nextAttemptAt?", "createdAt", "updatedAt"),
)
_ROUTED: Final = (
    *("quoteId?", "expiresAt", "dex", *_TOKENS, *both("amountIn"), *both("amountOut"), "price", *_FEE),
    *("priceImpactBps", "slot", "route", "quotes", "refused", "runnerUp?"),
)
_DECISION: Final = (
    *("amountOut?", "amountOutBaseUnits?", "price?", "fee?", "feeBaseUnits?", "feeToken?", "feeTokenMint?"),
    *("priceImpactBps?", "route?", "quotes?", "refused?", "runnerUp?"),
)
_PRICE: Final = ("pool", "venue", "base", "baseMint", "quote", "quoteMint", "price?", "slot")
_ACCOUNT: Final = ("accountId", "tradingState", "limits", "use", "updatedAt?")
# A confirmed order has not failed, and nothing of it is to come.
_NULL: Final[Schema] = {"examples": [None]}
_PENDING: Final = word(WORDS["status"]["description"], {**TEXT, "const": "pending"}, "pending")
_OK: Final = word("`ok`: it answers.", {**TEXT, "const": "ok"}, "ok")
# RFC 9457 gives these two names to what they are in an error.
_PROBLEM_TYPE: Final = word(
    "Address of the page about this error.", {**TEXT, "pattern": "/problems/[a-z_]+$"}, "/problems/no_route"
)
_HTTP_STATUS: Final = word("HTTP status.", {"type": "integer", "minimum": 400, "maximum": 599}, 422)


def schemas(*, aliases: bool = False) -> dict[str, Schema]:
    """Return every named schema, each with an example of the whole; `aliases` is about request bodies."""
    named = {
        **request_schemas(aliases=aliases),
        **event_schemas(),
        **_enumerations(),
        **_orders(),
        **_market(),
        **_accounts(),
        **_tables(),
        **_errors(),
        **status_schemas(WORDS),
    }
    for schema in named.values():
        schema.setdefault("examples", [example_of(schema, named)])
    return named


def _enumerations() -> dict[str, Schema]:
    """Return what is one of some words: a schema of its own, so that generators make one type of it."""
    return {
        "OrderStatus": {**TEXT, "enum": STATUSES, "description": "Where an order stands."},
        "OrderType": {**TEXT, "enum": list(TYPES), "description": "What an order wants."},
        "Venue": {**TEXT, "enum": sorted(VENUES), "description": "An exchange on the chain."},
        "TradingState": {**TEXT, "enum": list(STATES), "description": "An account's switch."},
        "Scope": {**TEXT, "enum": ["admin", "read", "trade"], "description": "What a key may do."},
        "Retry": {**TEXT, "enum": ["safe", "with_key", "never"], "description": "What may be done with a request."},
    }


def _orders() -> dict[str, Schema]:
    return {
        "Receipt": record(WORDS, *("orderId", "status", "wsUpgrade", "links"), status=_PENDING),
        "Links": record(
            WORDS,
            *("self", "events", "stream"),
            events=word("The order's events.", TEXT, f"{WORDS['self']['examples'][0]}/events"),
        ),
        "BatchResults": record(WORDS, "results"),
        "BatchResult": {
            "description": "What became of one order of a batch.",
            "oneOf": [ref("BatchAccepted"), ref("BatchRefused")],
        },
        "BatchAccepted": record(
            WORDS,
            *("status", "replayed", "order"),
            status=word("HTTP status.", {"type": "integer", "const": 202}, 202),
        ),
        "BatchRefused": record(WORDS, "status", "problem", status=_HTTP_STATUS),
        "Order": record(WORDS, *_ORDER, "attemptHistory", failureReason=_NULL, nextAttemptAt=_NULL),
        "OrderSummary": record(WORDS, *_ORDER, failureReason=_NULL, nextAttemptAt=_NULL),
        "OrderPage": record(WORDS, "orders", "pageSize", "nextPageToken?"),
        "Attempt": record(WORDS, *_ATTEMPT),
        "History": record(WORDS, "orderId", "events"),
        "Explanation": record(
            WORDS,
            *("orderId", "status", "version", *_TOKENS, *both("amountIn"), "slippageBps", "failureReason?", "totalMs?"),
            *("beforeFirstAttempt", "attempts", "attemptHistory", "fill?"),
            failureReason=_NULL,
            attemptHistory={"items": ref("ExplainedAttempt")},
        ),
        "ExplainedAttempt": record(WORDS, *_ATTEMPT, "stages", *_DECISION),
        "Stage": record(WORDS, "sequence", "status", "at", "ms?"),
        "Fill": record(WORDS, *both("amountOut"), *both("quotedAmountOut"), *both("minAmountOut"), "shortfallBps"),
    }


def _market() -> dict[str, Schema]:
    return {
        "Leg": record(
            WORDS,
            *("venue", "pool", "kind", "share", *_TOKENS, *both("amountIn"), *both("amountOut"), *_FEE),
        ),
        "Quote": record(WORDS, "venue", "pool", "kind", *both("amountOut"), *_FEE, "priceImpactBps", "slot"),
        "RefusedVenue": record(WORDS, "venue", "pool?", "reason", "detail"),
        "RunnerUp": record(WORDS, "pool", *both("amountOut"), "differenceBps"),
        "QuoteAnswer": record(WORDS, *_ROUTED, "slippageBps", *both("minAmountOut")),
        "Preview": record(WORDS, "order", *_ROUTED, order=ref("UnderstoodOrder")),
        "UnderstoodOrder": record(
            WORDS, "type", *_TOKENS, *both("amountIn"), "slippageBps", *both("minAmountOut"), "clientOrderId?"
        ),
        "Token": record(WORDS, "symbol", "mint", "name", "decimals"),
        "TokenList": record(WORDS, "tokens"),
        "Pool": record(
            WORDS,
            *(*_PRICE, "kind", "baseReserve?", "baseReserveBaseUnits", "quoteReserve?", "quoteReserveBaseUnits"),
            "feePpm",
        ),
        "PoolList": record(WORDS, "slot", "pools"),
        "PoolPrice": record(WORDS, *_PRICE),
        "PriceList": record(WORDS, "slot", "prices"),
    }


def _accounts() -> dict[str, Schema]:
    limits = ("orderUsdMax?", "ordersInFlightMax?", "ordersPerMinuteMax?", "slippageBpsMax?", "tokensAllowed?")
    return {
        "Balance": record(WORDS, "token", "tokenMint", *both("amount")),
        "BalanceList": record(WORDS, "slot", "balances"),
        "Airdrop": record(WORDS, "balance"),
        "Ticket": record(WORDS, "ticket", "expiresInSeconds"),
        "Limits": record(WORDS, *limits),
        "Use": record(WORDS, "ordersInFlight", "ordersLastMinute"),
        "Account": record(WORDS, *_ACCOUNT),
        "OwnAccount": record(WORDS, *_ACCOUNT, "scopes"),
    }


def _tables() -> dict[str, Schema]:
    scripted = ("neverLands", "acknowledgementLost", "toldLateMs", "venueDown?", "firstAttemptOnly")
    return {
        "Lifecycle": record(WORDS, "transitions", "terminal"),
        "Transition": record(WORDS, "from?", "event", "to"),
        "ScenarioList": record(WORDS, "scenarios"),
        "Scenario": record(WORDS, "name", "failsWith?", *scripted),
        "Alive": record(WORDS, "status", status=_OK),
        "Ready": record(WORDS, "status", "checks", status=_OK),
    }


def _errors() -> dict[str, Schema]:
    problem = record(
        WORDS,
        *("type", "title", "status", "detail", "instance", "code", "retry", "retryable", "traceId"),
        optional=("errors", "outcome", "idempotencyKey", "orderId", "orderStatus", "checks", "notReady"),
        type=_PROBLEM_TYPE,
        status=_HTTP_STATUS,
    )
    # An error of a later release may say more.
    problem["additionalProperties"] = True
    return {
        "ErrorTable": record(WORDS, "errors", "fieldCodes", errors=word("The table.", many(ref("Error")))),
        "FieldCode": record(WORDS, "code", "title", "advice"),
        "Error": record(
            WORDS,
            *("code", "type", "status?", "grpcCode", "retry", "retryable", "title", "advice"),
            type=_PROBLEM_TYPE,
            status=_HTTP_STATUS | {"description": "HTTP status; null: it never answers a request."},
        ),
        "Violation": record(WORDS, "pointer", "code", "detail"),
        "Problem": problem,
    }
