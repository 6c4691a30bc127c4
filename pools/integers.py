"""The programs' integer ranges, and division that rounds up.

Python's integers never overflow, so the code checks each bound at which a program aborts.
"""

from typing import Final

from pools.errors import PoolError, PoolErrorReason

U64_MAX: Final = 2**64 - 1
U128_MAX: Final = 2**128 - 1
Q64: Final = 2**64
"""One, in Q64.64 fixed point."""


def ceil_div(numerator: int, denominator: int) -> int:
    """Return the quotient rounded up, for a positive denominator."""
    return -(-numerator // denominator)


def require_u64(amount: int, name: str) -> int:
    """Return the amount; raises OVERFLOW_U64 when a u64 cannot hold it."""
    if amount > U64_MAX:
        raise PoolError(PoolErrorReason.OVERFLOW_U64, f"{name} does not fit 64 bits")
    return amount


def require_amount(amount: int) -> None:
    """Refuse a swap amount that is not a positive u64: ZERO_AMOUNT below one, OVERFLOW_U64 above."""
    if amount <= 0:
        raise PoolError(PoolErrorReason.ZERO_AMOUNT, "the amount must be above zero")
    if amount > U64_MAX:
        raise PoolError(PoolErrorReason.OVERFLOW_U64, "the amount does not fit 64 bits")
