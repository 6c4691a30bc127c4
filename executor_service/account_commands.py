"""`python -m executor_service accounts ...`: the switch and the limits of an account."""

import sys
from argparse import Namespace
from dataclasses import fields, replace

from executor_service.admin import AdminParts
from executor_service.domain.risk import RiskLimits, TradingAccount, TradingState, dollars
from servicekit.errors import Rejected


async def show(parts: AdminParts, asked: Namespace) -> None:
    """Print the account as it is."""
    await _print(parts, await parts.accounts.get(asked.account_id))


async def halt(parts: AdminParts, asked: Namespace) -> None:
    """Halt the account: its new orders are refused."""
    await _switch(parts, asked.account_id, TradingState.HALTED)


async def activate(parts: AdminParts, asked: Namespace) -> None:
    """Accept orders of the account again."""
    await _switch(parts, asked.account_id, TradingState.ACTIVE)


async def limit(parts: AdminParts, asked: Namespace) -> None:
    """Set the named limits and keep the others. An account without limits of its own starts from the server's."""
    named = {field.name: getattr(asked, field.name) for field in fields(RiskLimits) if hasattr(asked, field.name)}
    if not named:
        raise Rejected("INVALID_REQUEST", "name a limit to set: `accounts limit --help` lists them")
    now = parts.clock.now()

    def limited(account: TradingAccount) -> TradingAccount:
        return replace(account, limits=replace(account.limits_in_force(parts.defaults), **named), updated_at=now)

    await _print(parts, await parts.accounts.change(asked.account_id, limited))


async def _switch(parts: AdminParts, account_id: str, state: TradingState) -> None:
    now = parts.clock.now()

    def switched(account: TradingAccount) -> TradingAccount:
        return replace(account, trading_state=state, updated_at=now)

    await _print(parts, await parts.accounts.change(account_id, switched))


async def _print(parts: AdminParts, account: TradingAccount) -> None:
    limits, use = account.limits_in_force(parts.defaults), await parts.accounts.use(account.account_id)
    usd_max, mints = limits.order_usd_micros_max, limits.mints_allowed
    lines = {
        "account": account.account_id,
        "trading": account.trading_state.value,
        "limits": "the server's" if account.limits is None else "its own",
        "order, USD": "no limit" if usd_max is None else f"at most {dollars(usd_max)}",
        "in flight": f"{use.in_flight} of {_or_no_limit(limits.orders_in_flight_max)}",
        "last minute": f"{use.last_minute} of {_or_no_limit(limits.orders_per_minute_max)}",
        "slippage, bps": "no limit" if limits.slippage_bps_max is None else f"at most {limits.slippage_bps_max}",
        "tokens": ", ".join(mints) if mints else "all",
    }
    for name, value in lines.items():
        sys.stdout.write(f"{name:<14} {value}\n")


def _or_no_limit(value: int | None) -> str:
    return "no limit" if value is None else str(value)
