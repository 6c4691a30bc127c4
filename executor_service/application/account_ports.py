"""The ports of accounts and keys. Each port has one real adapter, one fake, and one test suite for both."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from executor_service.domain.keys import ApiKey
from executor_service.domain.risk import AccountUse, TradingAccount


class KeyStore(Protocol):
    """The stored keys. Every method raises Unavailable when the store does not answer."""

    async def add(self, key: ApiKey) -> None:
        """Store a key with a new identity."""
        ...

    async def find(self, key_id: str) -> ApiKey | None:
        """Return the key, valid or not; None when it does not exist."""
        ...

    async def list_keys(self, account_id: str | None) -> Sequence[ApiKey]:
        """Return the account's keys, oldest first; None: those of all accounts."""
        ...

    async def revoke(self, key_id: str, at: datetime) -> ApiKey | None:
        """Revoke the key now and return it; a key that is revoked already stays as it is. None: it does not exist."""
        ...

    async def replace(self, key_id: str, successor: ApiKey, old_ends_at: datetime) -> bool:
        """Store the successor and set the old key's end, unless it ends earlier: both or neither.

        Returns False and stores nothing when the old key is no longer valid at the successor's creation.
        """
        ...

    async def holding(self, key_ids: Sequence[str], at: datetime) -> frozenset[str]:
        """Return those of the keys that exist and are valid."""
        ...


class AccountStore(Protocol):
    """The switches and limits of accounts. Every method raises Unavailable when the store does not answer."""

    async def get(self, account_id: str) -> TradingAccount:
        """Return the account; an unknown one is active and has no limits of its own."""
        ...

    async def change(self, account_id: str, change: Callable[[TradingAccount], TradingAccount]) -> TradingAccount:
        """Store what `change` makes of the account and return it. Concurrent changes happen one after the other.

        The change waits for the orders that are being measured; all later orders meet the changed account.
        """
        ...

    async def set_up(self) -> Sequence[TradingAccount]:
        """Return the accounts that are halted or have limits of their own."""
        ...

    async def use(self, account_id: str) -> AccountUse:
        """Return how many orders the account has in flight, and had accepted in the last 60 seconds."""
        ...


class Prices(Protocol):
    """What tokens are worth."""

    def usd_micros(self, mint: str, amount: int, decimals: int) -> int | None:
        """Return the value of `amount` base units in millionths of a dollar, rounded up.

        None when no known price is young enough.
        """
        ...
