"""Which accounts have their orders measured against limits; the others' orders are stored at once."""

import asyncio
from dataclasses import replace
from typing import Final

from executor_service import telemetry
from executor_service.application.account_ports import AccountStore
from executor_service.application.ports import Clock
from executor_service.domain.risk import NO_LIMITS, AccountUse, RiskLimits, TradingAccount, TradingState
from servicekit.errors import Unavailable

REFRESH_EVERY_SECONDS: Final = 1.0


class AccountLimits:
    """The accounts that are halted or have limits, as last read. This decides only whether an order is measured: the
    measuring itself reads the account's row.

    Before the first reading every account is measured. While the store does not answer, the last reading holds.
    """

    def __init__(self, *, accounts: AccountStore, clock: Clock, defaults: RiskLimits) -> None:
        self.defaults = defaults
        self._accounts = accounts
        self._clock = clock
        # One entry for each account with a row of its own; None before the first reading.
        self._measured: dict[str, bool] | None = None
        self._changes = 0

    def is_measured(self, account_id: str) -> bool:
        """Return whether the account's orders must be measured."""
        return self._measured is None or self._measured.get(account_id, self.defaults != NO_LIMITS)

    async def run(self) -> None:
        """Read the accounts every second, until cancelled."""
        while True:
            await self.refresh()
            await asyncio.sleep(REFRESH_EVERY_SECONDS)

    async def refresh(self) -> None:
        """Read the accounts. Drop the reading if this process changed an account meanwhile: the change is newer."""
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
        """Set the switch, the limits or both; None changes nothing. It holds here at once. Raises Unavailable."""
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
