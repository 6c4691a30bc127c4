"""What an account may submit: its switch, its limits, and the reasons for which an order is refused."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from executor_service.domain.order import Order
from servicekit.errors import DomainError, FieldViolation, Rejected, Unavailable

MINUTE_MS: Final = 60_000
MINTS_MAX: Final = 256
IN_FLIGHT_RETRY_MS: Final = 1_000
PRICES_RETRY_MS: Final = 2_000
_MICROS: Final = 1_000_000


class TradingState(StrEnum):
    """The switch of an account."""

    ACTIVE = "active"
    HALTED = "halted"


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskLimits:
    """Bounds of an account; None and the empty list mean no bound. Dollars are millionths."""

    order_usd_micros_max: int | None = None
    orders_in_flight_max: int | None = None
    orders_per_minute_max: int | None = None
    slippage_bps_max: int | None = None
    mints_allowed: tuple[str, ...] = ()


NO_LIMITS: Final = RiskLimits()


@dataclass(frozen=True, slots=True, kw_only=True)
class TradingAccount:
    """An account's switch and limits. `limits` None means the limits from the server's settings."""

    account_id: str
    trading_state: TradingState = TradingState.ACTIVE
    limits: RiskLimits | None = None
    updated_at: datetime | None = None

    def limits_in_force(self, defaults: RiskLimits) -> RiskLimits:
        """Return the account's own limits, or the server's."""
        return defaults if self.limits is None else self.limits

    def is_measured(self, defaults: RiskLimits) -> bool:
        """Return whether the account's switch or limits can refuse an order."""
        return self.trading_state is TradingState.HALTED or self.limits_in_force(defaults) != NO_LIMITS


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountUse:
    """How much of its limits an account uses. The oldest order of the last minute stops counting in `frees_in_ms`."""

    in_flight: int = 0
    last_minute: int = 0
    frees_in_ms: int = MINUTE_MS

    def with_another(self) -> "AccountUse":
        """Return the use after one more order was accepted."""
        return replace(self, in_flight=self.in_flight + 1, last_minute=self.last_minute + 1)


def refusal_of(
    order: Order, state: TradingState, limits: RiskLimits, use: AccountUse, usd_micros: int | None
) -> DomainError | None:
    """Return why the order may not be accepted now, or None when it may.

    `usd_micros` is the value of the amount sold, rounded up. None means unknown: the order is refused if a limit needs
    the value. Violations that only a change of the order can mend come first, all together; then those that time mends.
    """
    if state is TradingState.HALTED:
        return Rejected("ACCOUNT_HALTED")
    violations = violations_of(order, limits, usd_micros)
    if violations:
        return Rejected("RISK_LIMIT_EXCEEDED", violations=violations)
    if limits.order_usd_micros_max is not None and usd_micros is None:
        detail = "the account has a limit in dollars, and no fresh price values the token sold"
        return Unavailable("UNAVAILABLE", detail, retry_after_ms=PRICES_RETRY_MS)
    return _too_many(limits, use)


def violations_of(order: Order, limits: RiskLimits, usd_micros: int | None) -> list[FieldViolation]:
    """Return a violation for each limit that the order exceeds, on the field that must change."""
    violations = []
    usd_max, bps_max, allowed = limits.order_usd_micros_max, limits.slippage_bps_max, limits.mints_allowed
    if usd_max is not None and usd_micros is not None and usd_micros > usd_max:
        detail = f"the order is worth {dollars(usd_micros)} USD; the account's limit is {dollars(usd_max)} USD an order"
        violations.append(FieldViolation("amount_in", detail, "order_too_large"))
    if bps_max is not None and order.slippage_bps > bps_max:
        detail = f"is {order.slippage_bps} bps; the account's limit is {bps_max} bps"
        violations.append(FieldViolation("slippage_bps", detail, "slippage_too_high"))
    for field, mint in (("mint_in", order.mint_in), ("mint_out", order.mint_out)):
        if allowed and mint not in allowed:
            detail = f"{mint} is not among the {len(allowed)} tokens that the account may trade"
            violations.append(FieldViolation(field, detail, "token_not_allowed"))
    return violations


def dollars(usd_micros: int) -> str:
    """Return the amount in dollars, exactly, without trailing zeros."""
    whole, micros = divmod(usd_micros, _MICROS)
    return f"{whole}.{micros:06}".rstrip("0").rstrip(".")


def _too_many(limits: RiskLimits, use: AccountUse) -> Unavailable | None:
    in_flight_max, minute_max = limits.orders_in_flight_max, limits.orders_per_minute_max
    if minute_max is not None and use.last_minute >= minute_max:
        detail = f"{use.last_minute} orders were accepted in the last 60 s; the account's limit is {minute_max}"
        return Unavailable("TOO_MANY_ORDERS", detail, retry_after_ms=use.frees_in_ms)
    if in_flight_max is not None and use.in_flight >= in_flight_max:
        detail = f"{use.in_flight} orders have not ended; the account's limit is {in_flight_max}"
        return Unavailable("TOO_MANY_ORDERS", detail, retry_after_ms=IN_FLIGHT_RETRY_MS)
    return None
