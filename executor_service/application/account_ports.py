"""What accounts and keys need of the world. Each port has one real adapter, one fake, and one test suite for both."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from executor_service.domain.keys import ApiKey
from executor_service.domain.risk import AccountUse, TradingAccount


class KeyStore(Protocol):
    """The keys at rest. Every method raises Unavailable when the store is away."""

    async def add(self, key: ApiKey) -> None:
        """Store a key of a new identity."""
        ...

    async def find(self, key_id: str) -> ApiKey | None:
        """Return the key, whether it holds or not; None when there never was one."""
        ...

    async def list_keys(self, account_id: str | None) -> Sequence[ApiKey]:
        """Return the account's keys, oldest first; None: those of all accounts."""
        ...

    async def revoke(self, key_id: str, at: datetime) -> ApiKey | None:
        """End the key at once and return it; one that was revoked before stays as it is. None: there is none."""
        ...

    async def replace(self, key_id: str, successor: ApiKey, old_ends_at: datetime) -> bool:
        """Store the successor and let the key end then, if not before: both or neither.

        Returns False, and stores nothing, when the key does not hold any more as the successor begins.
        """
        ...

    async def holding(self, key_ids: Sequence[str], at: datetime) -> frozenset[str]:
        """Return those of the keys that exist and hold."""
        ...


class AccountStore(Protocol):
    """The switches and limits of accounts. Every method raises Unavailable when the store is away."""

    async def get(self, account_id: str) -> TradingAccount:
        """Return the account; one that nobody has set up is active, without limits of its own."""
        ...

    async def change(self, account_id: str, change: Callable[[TradingAccount], TradingAccount]) -> TradingAccount:
        """Store what `change` makes of the account and return it. Concurrent changes happen one after the other.

        Orders that are being measured are accepted or refused before it, all later ones by what it returns.
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

        None when no price is known that is young enough.
        """
        ...
