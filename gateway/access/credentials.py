"""The credentials of a request: a key in a header, or a ticket among a WebSocket's subprotocols."""

import re
from typing import Final, NamedTuple

from starlette.types import Message, Scope

from servicekit.errors import Rejected

SUBPROTOCOL: Final = "tradewind.v1"
TICKET_PREFIX: Final = "tradewind.ticket."

_KEY: Final = re.compile(r"tw_([A-Za-z0-9]{1,64})_([A-Za-z0-9_-]{1,256})")


class Key(NamedTuple):
    """An API key, in its two halves. Never log it, never show it."""

    key_id: str
    secret: str


class Ticket(NamedTuple):
    """A one-time ticket. Never log it, never show it."""

    secret: str


def shown_by(scope: Scope) -> Key | Ticket:
    """Return the one key or ticket that a request shows.

    Raises Rejected("UNAUTHENTICATED") for none, for a malformed one, and for several that differ.
    """
    shown: set[Key | Ticket] = {_key_in(text) for text in _header_texts(scope)}
    shown |= {Ticket(offer.removeprefix(TICKET_PREFIX)) for offer in _offers(scope) if offer.startswith(TICKET_PREFIX)}
    match list(shown):
        case []:
            raise Rejected("UNAUTHENTICATED")
        case [only]:
            return only
    raise Rejected("UNAUTHENTICATED", "Several keys or tickets were given that differ: send one of them.")


def acceptance(scope: Scope) -> Message:
    """Return the message that accepts a WebSocket: in our subprotocol when the client offers it, else in none."""
    chosen = SUBPROTOCOL if SUBPROTOCOL in _offers(scope) else None
    return {"type": "websocket.accept", "subprotocol": chosen, "headers": []}


def _header_texts(scope: Scope) -> list[str]:
    texts = []
    for name, value in scope["headers"]:
        if name == b"x-api-key":
            texts.append(value.decode("latin-1").strip())
        elif name == b"authorization":
            texts.append(_bearer(value.decode("latin-1")))
    return texts


def _bearer(value: str) -> str:
    scheme, _, token = value.strip().partition(" ")
    if scheme.lower() != "bearer":
        raise Rejected("UNAUTHENTICATED", "The Authorization header must be: Bearer <key>.")
    return token.strip()


def _key_in(text: str) -> Key:
    match = _KEY.fullmatch(text)
    if match is None:
        raise Rejected("UNAUTHENTICATED", "What was given is not a key: keys read tw_<id>_<secret>.")
    return Key(match[1], match[2])


def _offers(scope: Scope) -> list[str]:
    return scope.get("subprotocols") or []
