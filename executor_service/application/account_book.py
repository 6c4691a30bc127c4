"""Which accounts are measured before their orders are accepted; all others take the short way."""

import asyncio
from dataclasses import replace
from typing import Final

from executor_service import telemetry
from executor_service.application.account_ports import AccountStore
from executor_service.application.ports import Clock
from executor_service.domain.risk import NO_LIMITS, AccountUse, RiskLimits, TradingAccount, TradingState
from servicekit.errors import Unavailable

REFRESH_EVERY_SECONDS: Final = 1.0


class AccountBook:
    """The accounts that are halted or have limits, as last read. Every order of theirs is measured by the row itself.

    Until the first reading all accounts are measured; while the store is away the last reading stands.
    """

    def __init__(self, *, accounts: AccountStore, clock: Clock, defaults: RiskLimits) -> None:
        self.defaults = defaults
        self._accounts = accounts
        self._clock = clock
        # By account that somebody has set up; None before the first reading.
        self._measured: dict[str, bool] | None = None
        self._changes = 0

    def is_measured(self, account_id: str) -> bool:
        """Tell whether the account's orders have to be measured."""
        return self._measured is None or self._measured.get(account_id, self.defaults != NO_LIMITS)

    async def run(self) -> None:
        """Read the accounts again and again, until cancelled."""
        while True:
            await self.refresh()
            await asyncio.sleep(REFRESH_EVERY_SECONDS)

    async def refresh(self) -> None:
        """Read the accounts. A change made here meanwhile is newer than what was read."""
        changes = self._changes
        try:
            accounts = await self._accounts.set_up()
        except Unavailable:
            return
        if changes == self._changes:
            self._measured = {account.account_id: account.is_measured(self.defaults) for account in accounts}

    async def look_up(self, account_id: str) -> tuple[TradingAccount, AccountUse]:
        """Return the account and its use. Raises Unavailable."""
        return await self._accounts.get(account_id), await self._accounts.use(account_id)

    async def update(
        self, account_id: str, *, state: TradingState | None, limits: RiskLimits | None
    ) -> tuple[TradingAccount, AccountUse]:
        """Set the switch, the limits or both; None leaves as it is. Holds here from now on. Raises Unavailable."""
        now = self._clock.now()

        def changed(account: TradingAccount) -> TradingAccount:
            return replace(
                account,
                trading_state=state or account.trading_state,
                limits=account.limits if limits is None else limits,
                updated_at=now,
            )

        account = await self._accounts.change(account_id, changed)
        self._changes += 1
        if self._measured is not None:
            self._measured[account_id] = account.is_measured(self.defaults)
        telemetry.account_updated(account_id, account.trading_state)
        return account, await self._accounts.use(account_id)
