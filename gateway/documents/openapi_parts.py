"""What the document of an operation is made of."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from gateway.documents.endpoints import BY_NAME, Endpoint
from gateway.documents.schema_parts import Schema

# What is text, and no JSON.
PAGE: Final[Schema] = {"type": "string", "description": "A page, a picture or lines of text."}
EVENT_STREAM: Final[Schema] = {"type": "string", "description": "Server-sent events: see /asyncapi.json."}
DOCUMENT: Final[Schema] = {"type": "object", "additionalProperties": True, "description": "The document."}
# Every header that an answer may have.
HEADERS: Final[dict[str, dict[str, Any]]] = {
    "Location": {"description": "Where the order is.", "schema": {"type": "string", "examples": ["/api/orders/0199"]}},
    "ETag": {"description": "The order's version.", "schema": {"type": "string", "examples": ['"6"']}},
    "Link": {
        "description": 'The next page, as `rel="next"`; none on the last.',
        "schema": {"type": "string", "examples": ['</api/orders?pageToken=0199>; rel="next"']},
    },
    "Idempotent-Replayed": {
        "description": "`true` when the same was done before under the same key.",
        "schema": {"type": "string", "enum": ["true"]},
    },
    "RateLimit-Policy": {
        "description": "What the limit is.",
        "schema": {"type": "string", "examples": ['"submits";q=100;w=1']},
    },
    "RateLimit": {
        "description": "What is left of it.",
        "schema": {"type": "string", "examples": ['"submits";r=99;t=1']},
    },
    "Retry-After": {
        "description": "Seconds to wait before you try again.",
        "schema": {"type": "integer", "minimum": 1, "examples": [1]},
    },
    "WWW-Authenticate": {"description": "How to show a key.", "schema": {"type": "string", "examples": ["Bearer"]}},
    "Upgrade": {"description": "What to ask for.", "schema": {"type": "string", "examples": ["websocket"]}},
}

Place = Literal["path", "query", "header"]

# What any request may meet: bytes that are no HTTP, a host that is not ours, a defect.
ALWAYS: Final = ("MALFORMED_REQUEST", "HOST_REFUSED", "INTERNAL")
# What a page of another origin may not send: what changes something, and the upgrade to a socket.
CHANGING: Final = frozenset({"POST", "PATCH", "DELETE", "WEBSOCKET"})
BEHIND: Final = ("UNAVAILABLE", "DEADLINE", "OVERLOADED")
# What a door may say, of those who come and of those who come too often.
DOOR: Final = ("UNAUTHENTICATED", "FORBIDDEN", "RATE_LIMITED", "UNAVAILABLE")
# What an account may not do, or not now.
RISK: Final = ("ACCOUNT_HALTED", "RISK_LIMIT_EXCEEDED", "TOO_MANY_ORDERS")
BODY: Final = ("MALFORMED_REQUEST", "UNSUPPORTED_MEDIA_TYPE", "BODY_TOO_LARGE")
ROUTING: Final = (
    *("UNKNOWN_MINT", "NO_ROUTE", "INSUFFICIENT_LIQUIDITY", "AMOUNT_TOO_SMALL", "PRICE_IMPACT_TOO_HIGH"),
    *("QUOTE_EXPIRED", "EXCLUDED", "SCENARIOS_OFF", "QUOTES_UNAVAILABLE", "VENUE_UNAVAILABLE", "STALE_STATE"),
    "CIRCUIT_OPEN",
)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter. Path parameters are always required."""

    name: str
    place: Place
    schema: Schema
    description: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """A good answer: its status, what it holds by media type (a named schema, or a schema), and its headers."""

    status: int
    description: str
    content: dict[str, str | Schema] = field(default_factory=dict)
    headers: tuple[str, ...] = ()
    links: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Operation:
    """What a caller needs to know of an endpoint. `schema` names the body, `reasons` are rows of the error table."""

    name: str
    answers: Sequence[Answer]
    parameters: Sequence[Parameter] = ()
    schema: str = ""
    reasons: Sequence[str] = ()

    @property
    def endpoint(self) -> Endpoint:
        """The row that this describes."""
        return BY_NAME[self.name]

    @property
    def method(self) -> str:
        """The method in lower case; a WebSocket is asked for with GET."""
        method = self.endpoint.method
        return "get" if method == "WEBSOCKET" else method.lower()

    @property
    def summary(self) -> str:
        """The row's summary; of a WebSocket it says that nothing else is spoken there."""
        only = "WebSocket only: " if self.endpoint.method == "WEBSOCKET" else ""
        return only + self.endpoint.summary


def as_json(schema: str, *, status: int = 200, **more: Any) -> Answer:
    """Return the answer that a named schema describes."""
    return Answer(status, schema, {"application/json": schema}, **more)
