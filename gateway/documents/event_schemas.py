"""Schemas of an order's events: one for each status, told apart by `status`."""

from collections.abc import Mapping
from typing import Final

from gateway.documents.schema_parts import STATUSES, TEXT, Schema, both, record, ref, word
from gateway.documents.words import WORDS

_TOKENS: Final = ("tokenIn", "tokenInMint", "tokenOut", "tokenOutMint")
_FEE: Final = (*both("fee"), "feeToken", "feeTokenMint")
# The members of `details`, by status.
_DETAILS: Final[Mapping[str, tuple[str, ...]]] = {
    "pending": ("type", *_TOKENS, *both("amountIn"), "slippageBps"),
    "routing": ("attempt",),
    "routing_complete": (
        *("dex", *both("amountOut"), *_FEE, "priceImpactBps", "attempt", "slot"),
        *("route", "quotes", "refused", "runnerUp?"),
    ),
    "building": ("dex", *both("minAmountOut"), "swapId", "attempt"),
    "submitted": ("dex", "attempt", "swapId"),
    "retrying": ("reason", "detail", "attempt", "retryInMs"),
    "confirmed": ("dex", "txHash", *both("amountOut"), "executedPrice", "slot", "shortfallBps", "attempt"),
    "failed": ("reason", "detail", "attempts"),
    "cancelled": ("attempts",),
}
assert [*_DETAILS] == STATUSES, "each status has its details"


def event_schemas() -> dict[str, Schema]:
    """Return the schemas: `Event` is one of those of each status, `PendingEvent` to `CancelledEvent`."""
    named: dict[str, Schema] = {}
    for status, members in _DETAILS.items():
        named[f"{_title(status)}Details"] = record(WORDS, *members)
        named[f"{_title(status)}Event"] = record(
            WORDS,
            *("orderId", "sequence", "status", "details", "timestamp"),
            status=word(WORDS["status"]["description"], {**TEXT, "const": status}, status),
            details=ref(f"{_title(status)}Details"),
        )
    names = {status: f"{_title(status)}Event" for status in _DETAILS}
    mapping = {status: ref(name)["$ref"] for status, name in names.items()}
    event = {
        "description": "One step of an order's life.",
        "oneOf": [ref(name) for name in names.values()],
        "discriminator": {"propertyName": "status", "mapping": mapping},
    }
    return {"Event": event, **named}


def _title(status: str) -> str:
    return status.title().replace("_", "")
