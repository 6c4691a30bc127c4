"""What all pool kinds share: the answer to a swap, and the one interface of their states.

States are immutable; a swap answers with the state after it. Token 0 is A, X or base, token 1 is B, Y or quote.
`now` is unix seconds on the market's clock. Amounts are base units. Everything raises `PoolError` when the program
would abort, and then nothing has changed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from pools.kinds import PoolKind
from pools.pieces import Piece

JsonValue = str | int | bool | None | list["JsonValue"] | dict[str, "JsonValue"]


@dataclass(frozen=True, slots=True)
class Fill:
    """The amounts of one swap, in base units. The pool's tokens change by exactly + amount_in and - amount_out."""

    amount_in: int
    """Paid by the trader, fees included."""
    amount_out: int
    """Received by the trader, after fees."""
    fee: int
    """Trading fee, all parts together: protocol_fee + lp_fee. Base units of the input or the output token."""
    fee_on_input: bool
    """True: `fee` is a part of amount_in. False: it was taken from the output before amount_out."""
    protocol_fee: int
    """The parts of `fee` that go to protocol, fund, creator, referrer or limit orders."""
    lp_fee: int
    """The part of `fee` that goes to the liquidity providers."""
    fee_other_side: int = 0
    """A creator fee of a CPMM pool taken from the output while `fee` is on the input; otherwise 0."""


StateT_co = TypeVar("StateT_co", covariant=True)


@dataclass(frozen=True, slots=True)
class SwapOutcome(Generic[StateT_co]):
    """A fill and the state it left."""

    fill: Fill
    state_after: StateT_co


class PoolState(Protocol):
    """The interface of every kind's state."""

    @property
    def kind(self) -> PoolKind:
        """The program this state belongs to."""

    def swap_exact_in(self, zero_for_one: bool, amount_in: int, now: int) -> SwapOutcome["PoolState"]:
        """Sell exactly `amount_in`, of token 0 when `zero_for_one`."""

    def swap_exact_out(self, zero_for_one: bool, amount_out: int, now: int) -> SwapOutcome["PoolState"]:
        """Buy exactly `amount_out`, of token 1 when `zero_for_one`."""

    def quote_exact_in(self, zero_for_one: bool, amount_in: int, now: int) -> int:
        """Return the amount_out of `swap_exact_in`, faster; raises alike."""

    def mid_price(self) -> tuple[int, int]:
        """Return base units of token 1 for one base unit of token 0, as numerator and denominator."""

    def fee_ppm(self, now: int) -> int:
        """Return the trading fee of a small swap in 1/1,000,000, rounded up."""

    def pieces(self, zero_for_one: bool, now: int) -> Iterator[Piece]:
        """Yield the output curve in that direction, best price first; nothing when the pool cannot trade."""

    def backing(self) -> tuple[int, int]:
        """Return the tokens 0 and 1 that cover every possible payout from here, rounded up."""

    def to_json(self) -> dict[str, JsonValue]:
        """Return the state as a JSON object; amounts are decimal strings."""


JsonObject = Mapping[str, object]
