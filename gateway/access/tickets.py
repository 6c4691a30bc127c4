"""One-time tickets, for pages that open WebSockets: a browser sends no key there, and URLs land in logs."""

import asyncio
import hashlib
import secrets
from typing import Final

import msgspec
from redis.asyncio import ConnectionPool, Redis
from redis.exceptions import RedisError
from starlette.requests import Request
from starlette.responses import Response

from gateway.access.client_address import ClientAddresses
from gateway.access.credentials import Ticket
from gateway.access.identity import Identity, identity_of
from gateway.edge.json_out import json_response
from servicekit.errors import Rejected, Unavailable

TICKET_SECONDS: Final = 30
REDIS_SECONDS_MAX: Final = 2.0


class _Holder(msgspec.Struct, frozen=True):
    """What a ticket stands for, as Redis keeps it."""

    account_id: str
    scopes: list[str]
    key_id: str
    address: str


_DECODER: Final = msgspec.json.Decoder(_Holder)


class Tickets:
    """Issues tickets and takes them back. Redis holds a digest of each, never the ticket."""

    def __init__(self, pool: ConnectionPool) -> None:
        self._redis = Redis(connection_pool=pool)

    async def issue(self, identity: Identity, address: str) -> str:
        """Return a ticket that lets its bearer act as `identity` once, from this address, within TICKET_SECONDS.

        Raises Unavailable while Redis is away.
        """
        ticket = new_ticket()
        holder = _Holder(identity.account_id, sorted(identity.scopes), identity.key_id, address)
        try:
            async with asyncio.timeout(REDIS_SECONDS_MAX):
                await self._redis.set(_place(ticket), msgspec.json.encode(holder), ex=TICKET_SECONDS)
        except (RedisError, OSError) as error:
            raise _away() from error
        return ticket

    async def redeem(self, ticket: Ticket, address: str) -> Identity:
        """Return the identity that the ticket stands for, and use the ticket up.

        Raises Rejected("UNAUTHENTICATED") for one that is unknown, used, late, or shown from another address, and
        Unavailable while Redis is away.
        """
        try:
            async with asyncio.timeout(REDIS_SECONDS_MAX):
                stored = await self._redis.getdel(_place(ticket.secret))
        except (RedisError, OSError) as error:
            raise _away() from error
        holder = _DECODER.decode(stored) if stored is not None else None
        if holder is None or holder.address != address:
            raise Rejected("UNAUTHENTICATED", "The ticket does not hold: it is used once, within 30 s, by who asked.")
        return Identity(holder.account_id, frozenset(holder.scopes), holder.key_id)


class TicketEndpoint:
    """POST /api/ws-ticket. With `AUTH=off` it has no `tickets` and gives a random one: pages need no second way."""

    def __init__(self, tickets: Tickets | None, addresses: ClientAddresses) -> None:
        self._tickets = tickets
        self._addresses = addresses

    async def issue(self, request: Request) -> Response:
        """POST: a ticket for the account and the rights of the key."""
        if self._tickets is None:
            ticket = new_ticket()
        else:
            ticket = await self._tickets.issue(identity_of(request.scope), self._addresses.of(request.scope))
        return json_response({"ticket": ticket, "expiresInSeconds": TICKET_SECONDS})


def new_ticket() -> str:
    """Return 256 random bits in characters that a subprotocol may have."""
    return secrets.token_urlsafe(32)


def _place(ticket: str) -> str:
    return f"tradewind:ticket:{hashlib.sha256(ticket.encode()).hexdigest()}"


def _away() -> Unavailable:
    return Unavailable("UNAVAILABLE", "Tickets cannot be had or used at the moment.")
