"""Why a pool refuses: one error, with a reason that programs can switch on."""

from enum import StrEnum


class PoolErrorReason(StrEnum):
    """The reasons for which the programs reject a swap or a state."""

    ZERO_AMOUNT = "ZERO_AMOUNT"
    """The amount given is zero or negative."""
    ZERO_OUTPUT = "ZERO_OUTPUT"
    """The amount is too small to move one base unit to the other side."""
    INSUFFICIENT_LIQUIDITY = "INSUFFICIENT_LIQUIDITY"
    """The pool cannot fill the amount: exact-out at or above the reserve, or no tick or bin is left."""
    PRICE_RANGE = "PRICE_RANGE"
    """The swap would leave the price range of a DAMM v2 pool."""
    PRICE_LIMIT = "PRICE_LIMIT"
    """The price limit is on the wrong side of the price, or outside the programs' range."""
    OVERFLOW_U64 = "OVERFLOW_U64"
    """An amount does not fit the programs' integers."""
    NOT_OPEN = "NOT_OPEN"
    """Trading starts later."""
    DIV_BY_ZERO = "DIV_BY_ZERO"
    """The program divides by zero: a CPMM pool without any fee whose creator fee is on the input."""
    INVALID_STATE = "INVALID_STATE"
    """The pool state itself makes no sense."""


class PoolError(Exception):
    """A pool refuses a swap, or a state is refused. Nothing has changed."""

    def __init__(self, reason: PoolErrorReason, detail: str = "") -> None:
        self.reason = reason
        self.detail = detail
        super().__init__(f"{reason}: {detail}" if detail else str(reason))
