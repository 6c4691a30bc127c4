"""The schema of GET /api/status. What a part cannot tell while it is away is left out."""

from typing import Any, Final

from gateway.status import NEEDED

Schema = dict[str, Any]


def _is(kind: str, about: str, example: Any, **more: Any) -> Schema:
    return {"type": kind, "description": about, "examples": [example], **more}


def _state(*words: str) -> Schema:
    return _is("string", f"`ok`, or what is wrong: {', '.join(f'`{word}`' for word in words)}.", "ok")


def _part(state: Schema, *required: str, **facts: Schema) -> Schema:
    properties = {"state": state, **facts}
    return {
        "type": "object",
        "properties": properties,
        "required": ["state", *required],
        "additionalProperties": False,
    }


def _count(about: str, example: int) -> Schema:
    return _is("integer", about, example, minimum=0)


def _moment(about: str) -> Schema:
    return _is("string", about, "2026-01-31T12:00:00.000Z", format="date-time")


_PROCESS: Final[dict[str, Schema]] = {
    "version": _is("string", "Release that runs.", "1.0.0"),
    "startedAt": _moment("When this process began to serve."),
    "uptimeSeconds": _count("Seconds since then.", 86_400),
}
_SERVICE: Final = _state("not_serving", "unavailable", "deadline_exceeded")
_STORE: Final = _part(
    _state("unavailable", "unknown"),
    version=_is("string", "The store's own version.", "18.4"),
    roundTripMicros=_count("Microseconds from a question of the executor to its answer.", 400),
)
_WORKER: Final[Schema] = {
    "type": "object",
    "properties": {
        "id": _is("string", "Id of its lease.", "0199f3a0-0000-7000-8000-000000000001", format="uuid"),
        "name": _is("string", "Name of its process.", "worker-1"),
        "startedAt": _moment("When its lease began."),
        "leaseLeftMs": _count("Milliseconds until its lease ends, unless it is renewed before.", 2_400),
        "orders": _count("Open orders that it has claimed.", 12),
    },
    "required": ["id", "name", "startedAt", "leaseLeftMs", "orders"],
    "additionalProperties": False,
}
_PARTS: Final[dict[str, Schema]] = {
    "gateway": _part(
        _state(),
        *_PROCESS,
        "keysRequired",
        **_PROCESS,
        keysRequired=_is("boolean", "True when calls need a key.", False),
    ),
    "executor": _part(_SERVICE, **_PROCESS, openOrders=_count("Orders that have not ended, 100,000 at most.", 12)),
    "workers": _part(
        _state("none", "unknown"),
        "live",
        live={"type": "array", "items": _WORKER, "description": "Workers whose lease holds, by name."},
    ),
    "router": _part(
        _state("not_serving", "unavailable", "deadline_exceeded", "stale_state"),
        **_PROCESS,
        slot=_count("Slot of the newest state of the market that it has.", 1_000),
        stateAgeMs=_count("Age of that state in milliseconds.", 120),
        pools=_count("Pools that it can quote.", 34),
        tokens=_count("Tokens that it knows.", 8),
    ),
    "market": _part(
        _state("not_serving", "unavailable", "deadline_exceeded", "stalled"),
        **_PROCESS,
        profile=_is("string", "How long swaps take and how prices move.", "realistic"),
        seed=_is("string", "Seed of everything random.", "1", pattern="^[0-9]+$"),
        slot=_count("Slot that runs now.", 1_000),
        swapsInFlight=_count("Swaps on their way.", 3),
        scenarios=_is("boolean", "True when orders may script their own fate.", False),
    ),
    "postgres": _STORE,
    "redis": _STORE,
}
STATUS_DOCUMENT: Final[Schema] = {
    "type": "object",
    "properties": {
        "status": _is("string", "Whether a new order would be executed.", "ready", enum=["ready", "not_ready"]),
        "notReady": {
            "type": "array",
            "items": {"type": "string", "enum": list(NEEDED)},
            "description": "What a new order needs and lacks.",
        },
        "time": _moment("The gateway's time."),
        "parts": {
            "type": "object",
            "description": "Each part as the gateway found it, a second ago at most.",
            "properties": _PARTS,
            "required": list(_PARTS),
            "additionalProperties": False,
        },
    },
    "required": ["status", "notReady", "time", "parts"],
    "additionalProperties": False,
}
