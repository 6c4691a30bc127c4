"""The schemas of GET /api/status. What a part cannot tell while it is away is left out."""

from typing import Final

from gateway.documents.schema_parts import COUNT, FLAG, MOMENT, TEXT, Schema, many, record, ref, word
from gateway.status import NEEDED

_UUID: Final[Schema] = {**TEXT, "format": "uuid"}
_PROCESS: Final = ("release", "startedAt", "uptimeSeconds")
_SERVING: Final = "`not_serving`, `unavailable`, `deadline_exceeded`"

STATUS_WORDS: Final[dict[str, Schema]] = {
    "time": word("The gateway's time.", MOMENT, "2026-01-31T12:00:00.000Z"),
    "parts": word("Each part as the gateway found it, a second ago at most.", ref("StatusParts")),
    "gateway": word("The gateway itself.", ref("GatewayPart")),
    "executor": word("The service that owns the orders.", ref("ExecutorPart")),
    "workers": word("The processes that drive orders to their end.", ref("WorkersPart")),
    "router": word("The service that finds routes.", ref("RouterPart")),
    "market": word("The simulated market.", ref("MarketPart")),
    "postgres": word("The store of orders and of the market.", ref("StorePart")),
    "redis": word("The queue's store.", ref("StorePart")),
    "state": word("`ok`, or what is wrong.", TEXT, "ok"),
    "release": word("Release that runs.", TEXT, "1.0.0"),
    "uptimeSeconds": word("Seconds since then.", COUNT, 86_400),
    "keysRequired": word("True when calls need a key.", FLAG, False),
    "openOrders": word("Orders that have not ended, 100,000 at most.", COUNT, 12),
    "live": word("Workers whose lease holds, by name.", many(ref("Worker"))),
    "workerId": word("Identity of the worker's lease.", _UUID, "0199f3a0-0000-7000-8000-000000000001"),
    "leaseLeftMs": word("Milliseconds until its lease ends, unless it is renewed before.", COUNT, 2_400),
    "claimedOrders": word("Open orders that it has claimed.", COUNT, 12),
    "stateAgeMs": word("Age of the router's newest state in milliseconds.", COUNT, 120),
    "knownPools": word("Pools that the router can quote.", COUNT, 34),
    "knownTokens": word("Tokens that the router knows.", COUNT, 8),
    "profile": word("How long swaps take and how prices move.", TEXT, "realistic"),
    "seed": word("Seed of everything random.", {**TEXT, "pattern": "^[0-9]+$"}, "1"),
    "swapsInFlight": word("Swaps on their way.", COUNT, 3),
    "scenariosAllowed": word("True when orders may script their own fate.", FLAG, False),
    "roundTripMicros": word("Microseconds from a question of the executor to the store's answer.", COUNT, 400),
}


def status_schemas(words: dict[str, Schema]) -> dict[str, Schema]:
    """Return the schemas of the document and of its parts, made of these words."""
    ready = word("Whether a new order would be executed.", {**TEXT, "enum": ["ready", "not_ready"]}, "ready")
    missing = {"items": {**TEXT, "enum": list(NEEDED)}}
    parts = ("gateway", "executor", "workers", "router", "market", "postgres", "redis")
    return {
        "Status": record(words, "status", "notReady", "time", "parts", status=ready, notReady=missing),
        "StatusParts": record(words, *parts),
        "GatewayPart": record(words, "state", *_PROCESS, "keysRequired"),
        "ExecutorPart": _part(words, _SERVING, "state", optional=(*_PROCESS, "openOrders")),
        "WorkersPart": _part(words, "`none`, `unknown`", "state", "live"),
        "Worker": record(words, "workerId", "name", "startedAt", "leaseLeftMs", "claimedOrders"),
        "RouterPart": _part(
            words,
            f"{_SERVING}, `stale_state`",
            "state",
            optional=(*_PROCESS, "slot", "stateAgeMs", "knownPools", "knownTokens"),
        ),
        "MarketPart": _part(
            words,
            f"{_SERVING}, `stalled`",
            "state",
            optional=(*_PROCESS, "profile", "seed", "slot", "swapsInFlight", "scenariosAllowed"),
        ),
        "StorePart": _part(
            words, "`unavailable`, `unknown`", "state", optional=("release", "roundTripMicros"), release=_STORES_OWN
        ),
    }


_STORES_OWN: Final[Schema] = {"examples": ["18.4"]}


def _part(
    words: dict[str, Schema], states: str, *members: str, optional: tuple[str, ...] = (), **special: Schema
) -> Schema:
    described = record(words, *members, optional=optional, **special)
    return {**described, "description": f"What is wrong, when it is not `ok`: {states}."}
