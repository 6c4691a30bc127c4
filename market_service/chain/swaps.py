"""A swap: the transaction as sent, and its result."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

U64_MAX: Final = 2**64 - 1


class SwapState(StrEnum):
    """How far a swap is. The last three are final."""

    UNKNOWN = "unknown"
    IN_FLIGHT = "in_flight"
    LANDED = "landed"
    FAILED = "failed"
    EXPIRED = "expired"


class Failure(StrEnum):
    """Why a swap did not land."""

    SLIPPAGE_EXCEEDED = "slippage_exceeded"
    DROPPED = "dropped"
    VENUE_UNAVAILABLE = "venue_unavailable"
    INSUFFICIENT_FUNDS = "insufficient_funds"
    INSUFFICIENT_LIQUIDITY = "insufficient_liquidity"
    TRANSIENT = "transient"


@dataclass(frozen=True, slots=True)
class SwapLeg:
    """One swap through one pool. `amount_in` is base units of `mint_in`."""

    pool_id: str
    mint_in: str
    amount_in: int


@dataclass(frozen=True, slots=True)
class Swap:
    """One transaction: all legs or none."""

    swap_id: str
    account_id: str
    mint_in: str
    mint_out: str
    amount_in: int
    min_amount_out: int
    legs: Sequence[SwapLeg]
    order_tag: str = ""
    submitter: str = ""
    scenario: str = ""
    attempt: int = 1
    # Of the span that sent it; kept until the swap has ended, and not in the ledger.
    traceparent: str = ""


@dataclass(frozen=True, slots=True)
class Fill:
    """The executed amounts of one leg, in base units; the fee is in `fee_mint`."""

    pool_id: str
    mint_in: str
    mint_out: str
    amount_in: int
    amount_out: int
    fee: int
    fee_mint: str


@dataclass(frozen=True, slots=True)
class SwapResult:
    """How far one swap is. `slot` and `ended_ms` are set by a final state, `fills` by a landing."""

    swap_id: str
    state: SwapState
    signature: str = ""
    failure: Failure | None = None
    slot: int = 0
    amount_out: int = 0
    fills: Sequence[Fill] = ()
    ended_ms: int = 0
    detail: str = ""

    @property
    def is_final(self) -> bool:
        """True when the state cannot change any more."""
        return self.state in _FINAL


_FINAL: Final = frozenset({SwapState.LANDED, SwapState.FAILED, SwapState.EXPIRED})


@dataclass(frozen=True, slots=True)
class LedgerSwap:
    """A final swap as the ledger keeps it. `number` counts up in the order the swaps ended."""

    swap: Swap
    result: SwapResult
    number: int
    received_ms: int


@dataclass(frozen=True, slots=True)
class SwapRefusal:
    """Why a swap was not taken: a reason of the error table and a sentence that names the field."""

    reason: str
    detail: str
    field: str
