"""Limit orders that rest in a Meteora bin, behind the pool's own liquidity."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pools.bins.bin_swap import Depth
from pools.integers import U64_MAX
from pools.json_fields import read_bool, read_int, require_range
from pools.pool import JsonObject, JsonValue


@dataclass(frozen=True, slots=True)
class RestingOrders:
    """The limit orders of one bin. Those on the ask side sell X, the others sell Y."""

    ask_side: bool
    open_amount: int
    """Orders that no swap has touched."""
    processed_remaining: int
    """The rest of orders that swaps have begun to fill."""

    def __post_init__(self) -> None:
        require_range("open_order_amount", self.open_amount, 0, U64_MAX)
        require_range("processed_order_remaining_amount", self.processed_remaining, 0, U64_MAX)

    @property
    def total(self) -> int:
        """The base units that the orders still sell."""
        return self.open_amount + self.processed_remaining

    def after(self, paid: Depth) -> "RestingOrders":
        """Return the orders after a swap. Once a swap touches open orders, what is left of them is processed."""
        rest = self.processed_remaining - paid.processed_orders
        if not paid.open_orders:
            return RestingOrders(self.ask_side, self.open_amount, rest)
        return RestingOrders(self.ask_side, 0, rest + self.open_amount - paid.open_orders)

    def to_json(self) -> dict[str, JsonValue]:
        """Return the fields a bin carries for its orders."""
        return {
            "limit_order_ask_side": self.ask_side,
            "open_order_amount": str(self.open_amount),
            "processed_order_remaining_amount": str(self.processed_remaining),
        }


def read_orders(bins: Sequence[JsonObject]) -> Mapping[int, RestingOrders]:
    """Return the orders by bin id; raises INVALID_STATE."""
    return {
        read_int(entry, "id"): RestingOrders(
            read_bool(entry, "limit_order_ask_side", False),
            read_int(entry, "open_order_amount", 0),
            read_int(entry, "processed_order_remaining_amount", 0),
        )
        for entry in bins
        if "limit_order_ask_side" in entry
    }
