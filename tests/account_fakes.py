"""In-memory keys, accounts and prices. Each passes the contract suite that the real adapter passes."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from executor_service.domain.keys import ApiKey
from executor_service.domain.risk import AccountUse, TradingAccount, TradingState


class MemoryKeys:
    """Implements KeyStore."""

    def __init__(self) -> None:
        self.kept: dict[str, ApiKey] = {}

    async def add(self, key: ApiKey) -> None:
        self.kept[key.key_id] = key

    async def find(self, key_id: str) -> ApiKey | None:
        return self.kept.get(key_id)

    async def list_keys(self, account_id: str | None) -> Sequence[ApiKey]:
        found = [key for key in self.kept.values() if account_id in (None, key.account_id)]
        return sorted(found, key=lambda key: (key.created_at, key.key_id))

    async def revoke(self, key_id: str, at: datetime) -> ApiKey | None:
        key = self.kept.get(key_id)
        if key is not None:
            self.kept[key_id] = key = replace(key, revoked_at=key.revoked_at or at)
        return key

    async def replace(self, key_id: str, successor: ApiKey, old_ends_at: datetime) -> bool:
        old = self.kept.get(key_id)
        if old is None or not old.holds(successor.created_at):
            return False
        ends_at = old_ends_at if old.expires_at is None else min(old.expires_at, old_ends_at)
        self.kept[key_id] = replace(old, expires_at=ends_at)
        await self.add(successor)
        return True

    async def holding(self, key_ids: Sequence[str], at: datetime) -> frozenset[str]:
        return frozenset(key_id for key_id in key_ids if key_id in self.kept and self.kept[key_id].holds(at))


class MemoryAccounts:
    """Implements AccountStore. `usage` returns how much of its limits an account uses; a MemoryOrderStore sets it."""

    def __init__(self) -> None:
        self.kept: dict[str, TradingAccount] = {}
        self.usage: Callable[[str], AccountUse] = lambda _: AccountUse()

    async def get(self, account_id: str) -> TradingAccount:
        return self.kept.get(account_id) or TradingAccount(account_id=account_id)

    async def change(self, account_id: str, change: Callable[[TradingAccount], TradingAccount]) -> TradingAccount:
        self.kept[account_id] = after = change(await self.get(account_id))
        return after

    async def set_up(self) -> Sequence[TradingAccount]:
        return [
            account
            for account in self.kept.values()
            if account.limits is not None or account.trading_state is not TradingState.ACTIVE
        ]

    async def use(self, account_id: str) -> AccountUse:
        return self.usage(account_id)


class FixedPrices:
    """Implements Prices: millionths of a dollar for one whole token, by mint. A missing mint has no price."""

    def __init__(self, micros_by_mint: dict[str, int]) -> None:
        self.micros_by_mint = micros_by_mint

    def usd_micros(self, mint: str, amount: int, decimals: int) -> int | None:
        price = self.micros_by_mint.get(mint)
        return None if price is None else -(-price * amount // 10**decimals)
