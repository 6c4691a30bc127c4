"""Words of GET /api/status: each part of the engine, and the facts that it reports."""

from typing import Any, Final

from gateway.documents.schema_parts import COUNT, FLAG, MOMENT, TEXT, Schema, many, ref, word
from gateway.status import NEEDED

_STATES: Final = (
    *("ok", "not_serving", "unavailable", "deadline_exceeded", "unknown"),
    *("none", "stale_state", "stalled", "not_loaded"),
)
_NEEDED: Final[Schema] = {**TEXT, "enum": list(NEEDED)}
_CHECKS: Final[dict[str, Any]] = {"type": "object", "additionalProperties": TEXT}

STATUS_WORDS: Final[dict[str, Schema]] = {
    "ready": word("True when a new order would be executed.", FLAG, example=True),
    "notReady": word("Parts that a new order needs and lacks.", many(_NEEDED), ["workers"]),
    "checks": word("Each part that a new order needs, and its state.", _CHECKS, {"router": "ok"}),
    "asOf": word("When the gateway answered.", MOMENT, "2026-01-31T12:00:00.000Z"),
    "parts": word("Every part as the gateway found it, a second ago at most.", ref("StatusParts")),
    "gateway": word("The gateway that answers.", ref("GatewayPart")),
    "executor": word("The executor.", ref("ExecutorPart")),
    "workers": word("The worker processes.", ref("WorkersPart")),
    "router": word("The router.", ref("RouterPart")),
    "market": word("The market.", ref("MarketPart")),
    "postgres": word("The database, as the executor finds it.", ref("StorePart")),
    "redis": word("Redis, as the executor finds it.", ref("StorePart")),
    "state": word("`ok`, or what is wrong with the part.", {**TEXT, "enum": list(_STATES)}, "ok"),
    "release": word("Release that runs.", TEXT, "1.0.0"),
    "uptimeSeconds": word("Seconds since it began to serve.", COUNT, 86_400),
    "keysRequired": word("True when calls need a key.", FLAG, example=True),
    "openOrders": word("Orders that have not ended, 100,000 at most.", COUNT, 12),
    "live": word("Workers whose lease holds, by name.", many(ref("Worker"))),
    "workerId": word("Id of the worker's lease.", {**TEXT, "format": "uuid"}, "0199f3a0-0000-7000-8000-000000000001"),
    "leaseLeftMs": word("Milliseconds until the lease ends, unless it is renewed before.", COUNT, 2_400),
    "claimedOrders": word("Open orders that the worker has claimed.", COUNT, 12),
    "stateAgeMs": word("Age in milliseconds of the market's state that the router has.", COUNT, 120),
    "poolsKnown": word("Pools that the router can quote.", COUNT, 34),
    "tokensKnown": word("Tokens that the router knows.", COUNT, 8),
    "profile": word("How long swaps take in this market and how prices move.", TEXT, "realistic"),
    "seed": word("Seed of everything random in this market.", {**TEXT, "pattern": "^[0-9]+$"}, "1"),
    "swapsInFlight": word("Swaps on their way.", COUNT, 3),
    "scenariosOn": word("True when orders may script their own fate.", FLAG, example=False),
    "roundTripMicros": word("Microseconds from a question to the store's answer.", COUNT, 400),
}
