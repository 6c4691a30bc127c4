"""Schemas of GET /api/status. The facts of a part are left out while the part does not answer."""

from collections.abc import Mapping
from typing import Final

from gateway.documents.schema_parts import Schema, record

_PROCESS: Final = ("release", "startedAt", "uptimeSeconds")


def status_schemas(words: Mapping[str, Schema]) -> dict[str, Schema]:
    """Return the document and its parts by name."""
    return {
        "Status": record(words, "ready", "notReady", "asOf", "parts"),
        "StatusParts": record(words, "gateway", "executor", "workers", "router", "market", "postgres", "redis"),
        "GatewayPart": record(words, "state", *_PROCESS, "keysRequired"),
        "ExecutorPart": record(words, "state", optional=(*_PROCESS, "openOrders")),
        "WorkersPart": record(words, "state", "live"),
        "Worker": record(words, "workerId", "name", "startedAt", "leaseLeftMs", "claimedOrders"),
        "RouterPart": record(words, "state", optional=(*_PROCESS, "slot", "stateAgeMs", "poolsKnown", "tokensKnown")),
        "MarketPart": record(
            words, "state", optional=(*_PROCESS, "profile", "seed", "slot", "swapsInFlight", "scenariosOn")
        ),
        "StorePart": record(words, "state", optional=("release", "roundTripMicros")),
    }
