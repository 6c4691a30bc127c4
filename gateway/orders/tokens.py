"""The tokens that can be traded: the router's list, kept here and refreshed in the background."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Final

from gateway import telemetry
from servicekit.errors import DomainError, Unavailable

RETRY_SECONDS: Final = 0.5


@dataclass(frozen=True, slots=True)
class Token:
    """An SPL token: one whole token is 10**decimals base units."""

    mint: str
    symbol: str
    name: str
    decimals: int


class Tokens:
    """A set of tokens, found by mint address or by symbol in any case."""

    def __init__(self, tokens: Iterable[Token]) -> None:
        self.all = tuple(tokens)
        self._by_symbol = {token.symbol.upper(): token for token in self.all}
        self._by_mint = {token.mint: token for token in self.all}

    def find(self, name: str) -> Token | None:
        """Return the token called `name`, or None.

        Only ASCII letters match in any case: two other letters may share a capital, so a name could match another.
        """
        return self._by_mint.get(name) or (self._by_symbol.get(name.upper()) if name.isascii() else None)

    def symbol_of(self, mint: str) -> str:
        """Return the symbol of a mint, or the mint itself when it is not listed."""
        token = self._by_mint.get(mint)
        return token.symbol if token else mint


class TokenDirectory:
    """Holds the router's newest list. While the router does not answer, the last list stays."""

    def __init__(self, fetch: Callable[[], Awaitable[Iterable[Token]]], *, refresh_seconds: float) -> None:
        self._fetch = fetch
        self._refresh_seconds = refresh_seconds
        self._tokens: Tokens | None = None

    @property
    def known(self) -> bool:
        """True once the router has answered."""
        return self._tokens is not None

    def current(self) -> Tokens:
        """Return the newest list. Raises Unavailable until the first one has arrived."""
        if self._tokens is None:
            raise Unavailable("UNAVAILABLE", "The list of tokens has not been loaded yet.")
        return self._tokens

    def symbol_of(self, mint: str) -> str:
        """Return the symbol of a mint, or the mint itself while it is not known."""
        return self._tokens.symbol_of(mint) if self._tokens else mint

    async def keep_fresh(self) -> None:
        """Load the list and load it again from time to time, until cancelled."""
        while True:
            pause = self._refresh_seconds if await self._refresh() else RETRY_SECONDS
            await asyncio.sleep(pause)

    async def _refresh(self) -> bool:
        try:
            self._tokens = Tokens(await self._fetch())
        except DomainError as error:
            telemetry.tokens_not_loaded(error.reason)
            return False
        return True
