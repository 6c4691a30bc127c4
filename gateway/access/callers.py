"""The caller of a request while AUTH=on, found by its key or ticket. The number of wrong keys is limited."""

from collections.abc import Sequence
from typing import Protocol

from starlette.types import Scope

from gateway.access.authenticator import Authenticator
from gateway.access.client_address import ClientAddresses
from gateway.access.credentials import Key, Ticket, shown_by
from gateway.access.identity import Identity
from gateway.access.rate_limits import RateLimits
from gateway.access.tickets import Tickets
from servicekit.errors import Rejected


class KeyRegister(Protocol):
    """The service that knows the keys."""

    async def invalid_keys(self, key_ids: Sequence[str]) -> set[str]:
        """Return those of the keys that are no longer valid. Raises Unavailable."""
        ...


class Callers:
    """Identifies callers. While the executor or Redis is away it lets no caller in: it raises Unavailable."""

    def __init__(
        self,
        authenticator: Authenticator,
        register: KeyRegister,
        tickets: Tickets,
        limits: RateLimits,
        addresses: ClientAddresses,
    ) -> None:
        self._authenticator = authenticator
        self._register = register
        self._tickets = tickets
        self._limits = limits
        self._addresses = addresses

    async def identify(self, scope: Scope) -> Identity:
        """Return the caller. Raises Rejected("UNAUTHENTICATED"), RateLimited after many wrong keys, or Unavailable."""
        shown = shown_by(scope)
        if not (isinstance(shown, Key) and self._authenticator.knows(shown)):
            await self._limits.check_guesses(scope)
        try:
            return await self._holder(shown, scope)
        except Rejected:
            await self._limits.count_guess(scope)
            raise

    async def _holder(self, shown: Key | Ticket, scope: Scope) -> Identity:
        if isinstance(shown, Key):
            return await self._authenticator.identify(shown)
        identity = await self._tickets.redeem(shown, self._addresses.of(scope))
        # The key may have been revoked since the ticket was given.
        if await self._register.invalid_keys([identity.key_id]):
            raise Rejected("UNAUTHENTICATED")
        return identity
