"""Meteora DLMM: liquidity in bins of constant price, and a fee that grows with volatility.

Token 0 is X, token 1 is Y. Selling X walks to lower bins, selling Y to higher ones.
Source: MeteoraAg/dlmm-sdk, commons/src/quote.rs and extensions/lb_pair.rs; where the closed program, executed, differs
from them, the code follows the program.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import ClassVar, NamedTuple, Self

from pools.bins.bin_parameters import BinParameters, Volatility
from pools.bins.bin_prices import BLOCK_SIZE, Amounts, BinAmounts, BinLadder, bin_price, input_needed
from pools.bins.bin_swap import FEE_SCALE, BinFill, Depth, Terms, fill_exact_in, fill_exact_out
from pools.bins.resting_orders import RestingOrders, read_orders
from pools.errors import PoolError, PoolErrorReason
from pools.integers import Q64, U64_MAX, ceil_div, require_amount, require_u64
from pools.json_fields import invalid_state, read_bool, read_int, read_list, read_object, require_range
from pools.kinds import PoolKind
from pools.pieces import LinePiece, Piece
from pools.pool import Fill, JsonObject, JsonValue, SwapOutcome


class Walk(NamedTuple):
    """A whole swap, summed over its bins, before it is settled in them."""

    fills: Sequence[tuple[int, BinFill]]
    """The fill of each bin, by position in the ladder, in the order of the walk."""
    volatility: Volatility
    """The volatility that the swap started with."""
    amount_in: int
    amount_out: int
    fee: int
    protocol_fee: int
    surplus: int
    """Output that rounding left over in an exact output with the fee on it: the protocol's."""


@dataclass(frozen=True, slots=True)
class DlmmState:
    """A DLMM pool. `orders` holds limit orders by bin id; pools without them have none."""

    kind: ClassVar[PoolKind] = PoolKind.METEORA_DLMM

    active_id: int
    parameters: BinParameters
    volatility: Volatility
    ladder: BinLadder
    amounts: BinAmounts
    orders: Mapping[int, RestingOrders] = field(default_factory=dict)

    def swap_exact_in(self, zero_for_one: bool, amount_in: int, now: int) -> "SwapOutcome[DlmmState]":
        """Sell exactly `amount_in`.

        Raises ZERO_AMOUNT, ZERO_OUTPUT, INSUFFICIENT_LIQUIDITY when the bins run out, OVERFLOW_U64 and NOT_OPEN.
        """
        return self._swap(zero_for_one, amount_in, now, exact_in=True)

    def swap_exact_out(self, zero_for_one: bool, amount_out: int, now: int) -> "SwapOutcome[DlmmState]":
        """Buy exactly `amount_out`; raises as `swap_exact_in`."""
        return self._swap(zero_for_one, amount_out, now, exact_in=False)

    def quote_exact_in(self, zero_for_one: bool, amount_in: int, now: int) -> int:
        """Return the output of an exact input, without the state after it when there are no limit orders."""
        fee_on_input = self.parameters.fee_on_input(zero_for_one)
        if self.orders or not fee_on_input:
            return self.swap_exact_in(zero_for_one, amount_in, now).fill.amount_out
        self._require_open(now)
        require_amount(amount_in)
        volatility = self.volatility.at_start(self.parameters, self.active_id, now)
        rate_at = self.parameters.fee_rate
        blocks, (ids, prices) = self.amounts.blocks, self.ladder
        side = 1 if zero_for_one else 0
        left, total = amount_in, 0
        for position in self._positions(zero_for_one):
            amounts = blocks[position // BLOCK_SIZE][position % BLOCK_SIZE]
            capacity = amounts[side]
            if not capacity:
                continue
            price = prices[position]
            rate = rate_at(volatility.accumulator_at(self.parameters, ids[position]))
            net = left + (-left * rate // FEE_SCALE)  # the fee rounds up
            needed = -((-capacity << 64) // price) if zero_for_one else -(-capacity * price >> 64)
            if needed > U64_MAX:
                raise PoolError(PoolErrorReason.OVERFLOW_U64, "the input of a bin does not fit 64 bits")
            if net <= needed:
                total += capacity if net == needed else net * price >> 64 if zero_for_one else (net << 64) // price
                left = 0
                require_u64(amounts[1 - side] + net, "a bin")
                break
            total += capacity
            left += -needed * FEE_SCALE // (FEE_SCALE - rate)
            require_u64(amounts[1 - side] + needed, "a bin")
        if left:
            raise PoolError(PoolErrorReason.INSUFFICIENT_LIQUIDITY, "the bins run out")
        if not total:
            raise PoolError(PoolErrorReason.ZERO_OUTPUT)
        return require_u64(total, "the output")

    def mid_price(self) -> tuple[int, int]:
        """Return the price of the active bin."""
        return bin_price(self.parameters.bin_step, self.active_id), Q64

    def fee_ppm(self, now: int) -> int:
        """Return the fee in the active bin. Where the program cannot begin a swap, the stored volatility sets it."""
        can_start = self.volatility.can_start(self.parameters, now)
        volatility = self.volatility.at_start(self.parameters, self.active_id, now) if can_start else self.volatility
        rate = self.parameters.fee_rate(volatility.accumulator_at(self.parameters, self.active_id))
        return ceil_div(rate, 1_000)

    def pieces(self, zero_for_one: bool, now: int) -> Iterator[Piece]:
        """Yield one line piece for each bin that can pay out, up to the first bin that no swap can pass."""
        if now < self.parameters.open_time or not self.volatility.can_start(self.parameters, now):
            return
        volatility = self.volatility.at_start(self.parameters, self.active_id, now)
        on_input = self.parameters.fee_on_input(zero_for_one)
        for position in self._positions(zero_for_one):
            depth = self._depth(position, zero_for_one)
            capacity = sum(depth)
            if not capacity:
                continue
            price = self.ladder.prices[position]
            if input_needed(max(depth), price, zero_for_one) > U64_MAX:
                return
            keep = FEE_SCALE - self.parameters.fee_rate(
                volatility.accumulator_at(self.parameters, self.ladder.ids[position])
            )
            net = capacity * Q64 // price if zero_for_one else capacity * price // Q64
            yield LinePiece(
                price_num=price if zero_for_one else Q64,
                price_den=Q64 if zero_for_one else price,
                keep_in=keep if on_input else FEE_SCALE,
                keep_out=FEE_SCALE if on_input else keep,
                fee_scale=FEE_SCALE,
                capacity_in=net * FEE_SCALE // keep if on_input else net,
            )

    def backing(self) -> tuple[int, int]:
        """Return the sums over the bins, limit orders included."""
        amounts = self.amounts.all()
        asks = sum(orders.total for orders in self.orders.values() if orders.ask_side)
        bids = sum(orders.total for orders in self.orders.values() if not orders.ask_side)
        return sum(x for x, _ in amounts) + asks, sum(y for _, y in amounts) + bids

    def to_json(self) -> dict[str, JsonValue]:
        """Return the state; amounts are decimal strings."""
        return {
            "active_id": self.active_id,
            **self.parameters.to_json(),
            **self.volatility.to_json(),
            "supports_limit_orders": bool(self.orders),
            "bins": [self._bin_json(*entry) for entry in zip(self.ladder.ids, self.amounts.all(), strict=True)],
        }

    @classmethod
    def from_json(cls, fields: JsonObject) -> Self:
        """Return the state; raises INVALID_STATE. Limit orders are ignored unless `supports_limit_orders`."""
        parameters = BinParameters.from_json(fields)
        active_id = read_int(fields, "active_id")
        bins = [read_object(entry, "a bin") for entry in read_list(fields, "bins")]
        ids = tuple(read_int(entry, "id") for entry in bins)
        if any(low >= high for low, high in pairwise(ids)):
            raise invalid_state("bins must ascend by id")
        amounts = [_read_amounts(entry, active_id) for entry in bins]
        ladder = BinLadder(ids, tuple(bin_price(parameters.bin_step, bin_id) for bin_id in ids))
        bin_price(parameters.bin_step, active_id)
        orders = read_orders(bins) if read_bool(fields, "supports_limit_orders", False) else {}
        return cls(active_id, parameters, Volatility.from_json(fields), ladder, BinAmounts.of(amounts), orders)

    def walk(self, zero_for_one: bool, amount: int, now: int, *, exact_in: bool) -> Walk:
        """Return the fills of a swap in each bin, before the program's last checks.

        The last checks are that the output is above zero and that the bins' new amounts fit.
        """
        self._require_open(now)
        require_amount(amount)
        volatility = self.volatility.at_start(self.parameters, self.active_id, now)
        fills: list[tuple[int, BinFill]] = []
        left = amount
        for position in self._positions(zero_for_one):
            depth = self._depth(position, zero_for_one)
            if not any(depth):
                continue
            terms = self._terms(position, volatility, zero_for_one)
            fill = fill_exact_in(left, depth, terms) if exact_in else fill_exact_out(left, depth, terms)
            fills.append((position, fill))
            left -= fill.amount_in if exact_in else fill.amount_out
            if not left:
                return _walk(fills, volatility)
        raise PoolError(PoolErrorReason.INSUFFICIENT_LIQUIDITY, "the bins run out")

    def _swap(self, zero_for_one: bool, amount: int, now: int, *, exact_in: bool) -> "SwapOutcome[DlmmState]":
        walk = self.walk(zero_for_one, amount, now, exact_in=exact_in)
        if not walk.amount_out:
            raise PoolError(PoolErrorReason.ZERO_OUTPUT)
        on_input = self.parameters.fee_on_input(zero_for_one)
        fill = Fill(
            amount_in=require_u64(walk.amount_in, "the input"),
            amount_out=require_u64(walk.amount_out, "the output"),
            fee=walk.fee + walk.surplus,
            fee_on_input=on_input,
            protocol_fee=walk.protocol_fee + walk.surplus,
            lp_fee=walk.fee - walk.protocol_fee,
        )
        return SwapOutcome(fill, self._after(zero_for_one, walk, now))

    def _require_open(self, now: int) -> None:
        if now < self.parameters.open_time:
            raise PoolError(PoolErrorReason.NOT_OPEN)

    def _positions(self, zero_for_one: bool) -> range:
        ids = self.ladder.ids
        if zero_for_one:
            return range(bisect_right(ids, self.active_id) - 1, -1, -1)
        return range(bisect_left(ids, self.active_id), len(ids))

    def _depth(self, position: int, zero_for_one: bool) -> Depth:
        pool = self.amounts.at(position)[1 if zero_for_one else 0]
        orders = self.orders.get(self.ladder.ids[position]) if self.orders else None
        if orders is None or orders.ask_side == zero_for_one:
            return Depth(pool)
        return Depth(pool, orders.processed_remaining, orders.open_amount)

    def _terms(self, position: int, volatility: Volatility, zero_for_one: bool) -> Terms:
        parameters = self.parameters
        accumulator = volatility.accumulator_at(parameters, self.ladder.ids[position])
        return Terms(
            price=self.ladder.prices[position],
            fee_rate=parameters.fee_rate(accumulator),
            protocol_share=parameters.protocol_share,
            zero_for_one=zero_for_one,
            fee_on_input=parameters.fee_on_input(zero_for_one),
        )

    def _after(self, zero_for_one: bool, walk: Walk, now: int) -> "DlmmState":
        amounts: dict[int, Amounts] = {}
        orders = self.orders
        for position, fill in walk.fills:
            amounts[position] = _settled(self.amounts.at(position), fill, zero_for_one)
            if any(fill.paid[1:]):
                bin_id = self.ladder.ids[position]
                orders = {**orders, bin_id: orders[bin_id].after(fill.paid)}
        active_id = self.ladder.ids[walk.fills[-1][0]]
        volatility = walk.volatility
        accumulator = volatility.accumulator_at(self.parameters, active_id)
        # The program stores the time of a swap only when it moves the active bin.
        stamp = volatility.last_update_timestamp if active_id == self.active_id else now
        memory = Volatility(accumulator, volatility.reference, volatility.index_reference, stamp)
        return DlmmState(active_id, self.parameters, memory, self.ladder, self.amounts.replaced(amounts), orders)

    def _bin_json(self, bin_id: int, amounts: Amounts) -> dict[str, JsonValue]:
        entry: dict[str, JsonValue] = {"id": bin_id, "amount_x": str(amounts[0]), "amount_y": str(amounts[1])}
        return {**entry, **self.orders[bin_id].to_json()} if bin_id in self.orders else entry


def _settled(amounts: Amounts, fill: BinFill, zero_for_one: bool) -> Amounts:
    x, y = amounts
    if zero_for_one:
        return require_u64(x + fill.pool_in, "a bin"), y - fill.paid.pool
    return x - fill.paid.pool, require_u64(y + fill.pool_in, "a bin")


def _walk(fills: Sequence[tuple[int, BinFill]], volatility: Volatility) -> Walk:
    return Walk(
        fills,
        volatility,
        amount_in=sum(fill.amount_in for _, fill in fills),
        amount_out=sum(fill.amount_out for _, fill in fills),
        fee=sum(fill.fee for _, fill in fills),
        protocol_fee=sum(fill.protocol_fee for _, fill in fills),
        surplus=sum(fill.surplus for _, fill in fills),
    )


def _read_amounts(entry: JsonObject, active_id: int) -> Amounts:
    x, y = read_int(entry, "amount_x"), read_int(entry, "amount_y")
    require_range("amount_x", x, 0, U64_MAX)
    require_range("amount_y", y, 0, U64_MAX)
    bin_id = read_int(entry, "id")
    if (bin_id > active_id and y) or (bin_id < active_id and x):
        raise invalid_state("bins above the active one hold only X, bins below it only Y")
    return x, y
