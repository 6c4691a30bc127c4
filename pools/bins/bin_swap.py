"""One swap inside one Meteora bin: constant price, a fee, and limit orders behind the pool's own liquidity.

Source: MeteoraAg/dlmm-sdk, commons/src/quote.rs and extensions/bin.rs; where the closed program, executed, differs
from them, the code follows the program.
"""

from typing import Final, NamedTuple

from pools.bins.bin_prices import input_needed, output_for
from pools.integers import U64_MAX, ceil_div, require_u64

FEE_SCALE: Final = 1_000_000_000
FEE_RATE_MAX: Final = 100_000_000
_BASIS_POINTS: Final = 10_000
_VARIABLE_FEE_SCALE: Final = 100_000_000_000


class Terms(NamedTuple):
    """The price, the fees and the direction of a swap in one bin."""

    price: int
    """Y per X, Q64.64."""
    fee_rate: int
    """Over 1,000,000,000."""
    protocol_share: int
    """Of the fee, in basis points."""
    zero_for_one: bool
    """True when X is sold."""
    fee_on_input: bool


class Depth(NamedTuple):
    """What a bin can pay out, in the order it pays: the pool's liquidity, then limit orders."""

    pool: int
    processed_orders: int = 0
    """The rest of limit orders that earlier swaps have begun to fill."""
    open_orders: int = 0
    """Limit orders that no swap has touched."""


class BinFill(NamedTuple):
    """The amounts and fees of a swap in one bin, in base units."""

    amount_in: int
    """Taken from the trader, fee included."""
    amount_out: int
    """Paid to the trader, after fees."""
    fee: int
    """protocol_fee and the part of the liquidity providers and limit orders."""
    protocol_fee: int
    pool_in: int
    """What the pool's liquidity receives for pool_out."""
    paid: Depth
    """What left each layer, before a fee on the output."""
    surplus: int = 0
    """Output the trader of an exact output did not ask for, where the fee is on the output: the protocol's."""


def base_fee_rate(base_factor: int, bin_step: int, power: int) -> int:
    """Return the constant part of the fee rate, over 1,000,000,000."""
    return int(base_factor * bin_step * 10 * 10**power)


def variable_fee_rate(control: int, accumulator: int, bin_step: int) -> int:
    """Return the part of the fee rate that volatility adds, over 1,000,000,000, rounded up against the trader."""
    return ceil_div(control * (accumulator * bin_step) ** 2, _VARIABLE_FEE_SCALE)


def fee_of(amount: int, fee_rate: int) -> int:
    """Return the fee inside an amount that includes it, rounded up against the trader."""
    return ceil_div(amount * fee_rate, FEE_SCALE)


def with_fee(net: int, fee_rate: int) -> int:
    """Return the least amount whose rest after the fee is `net`: rounds up against the trader."""
    return ceil_div(net * FEE_SCALE, FEE_SCALE - fee_rate)


def fill_exact_in(amount: int, depth: Depth, terms: Terms) -> BinFill:
    """Return the fill of one bin for an input of at most `amount`.

    An input that is wholly fee buys nothing and goes to the protocol. Raises OVERFLOW_U64 when the cost of a whole
    layer does not fit a u64, even when the swap buys only a part of the layer.
    """
    price, rate, share, zero_for_one, fee_on_input = terms
    fee = -(-amount * rate // FEE_SCALE) if fee_on_input else 0  # rounds up against the trader
    net = amount - fee
    pool_in, pool_out = _take(net, depth.pool, price, zero_for_one)
    net_in, amount_out, paid = pool_in, pool_out, Depth(pool_out)
    if depth.processed_orders or depth.open_orders:
        orders_in, paid = _take_orders(net - pool_in, pool_out, depth, terms)
        net_in, amount_out = pool_in + orders_in, sum(paid)
    used = amount
    if net > net_in:
        used = with_fee(net_in, rate) if fee_on_input else net_in
        fee = used - net_in
    if not fee_on_input:
        fee = fee_of(amount_out, rate)
        amount_out -= fee
    if net_in == 0:
        # One unit, all of it fee. The limit orders' half rounds down to nothing.
        return BinFill(used, 0, fee, fee - fee // 2, 0, paid)
    # The liquidity providers' share of the fee rounds up, the limit orders' half of the rest rounds down.
    pool_fee = -(-fee * pool_in // net_in)
    order_fee = fee - pool_fee
    protocol_fee = order_fee - order_fee // 2 + pool_fee * share // _BASIS_POINTS
    return BinFill(used, amount_out, fee, protocol_fee, pool_in, paid)


def fill_exact_out(amount_out: int, depth: Depth, terms: Terms) -> BinFill:
    """Return the fill of one bin for an output of at most `amount_out`.

    Each layer's input rounds up by itself against the trader, so the bin may quote more than was asked. The trader
    gets what was asked. The surplus goes to the protocol when the fee is on the output; otherwise it leaves the bin
    and belongs to no account. Raises OVERFLOW_U64 when the input does not fit.
    """
    wanted = amount_out if terms.fee_on_input else with_fee(amount_out, terms.fee_rate)
    if wanted >= sum(depth):
        return fill_exact_in(U64_MAX, depth, terms)
    amount_in = _input_for(wanted, depth, terms)
    if terms.fee_on_input:
        amount_in = with_fee(amount_in, terms.fee_rate)
    fill = fill_exact_in(require_u64(amount_in, "the input of a bin"), depth, terms)
    surplus = 0 if terms.fee_on_input else fill.amount_out - amount_out
    return fill._replace(amount_out=amount_out, surplus=surplus)


def _input_for(wanted: int, depth: Depth, terms: Terms) -> int:
    """Return what a gross output costs before fees: the layers in their order, each rounded up by itself."""
    total = 0
    for layer in depth:
        part = min(wanted, layer)
        total += input_needed(part, terms.price, terms.zero_for_one)
        wanted -= part
    return total


def whole_layer_input(capacity: int, price: int, zero_for_one: bool) -> int:
    """Return what a whole layer costs before fees, rounded up; raises OVERFLOW_U64 when a u64 cannot hold it."""
    return require_u64(input_needed(capacity, price, zero_for_one), "the input of a bin")


def _take(net: int, capacity: int, price: int, zero_for_one: bool) -> tuple[int, int]:
    """Return the input that one layer takes, at most `net`, and the output that it pays."""
    needed = whole_layer_input(capacity, price, zero_for_one)
    if net >= needed:
        return needed, capacity
    return net, output_for(net, price, zero_for_one)


def _take_orders(net: int, pool_out: int, depth: Depth, terms: Terms) -> tuple[int, Depth]:
    """Return the input that limit orders take, at most `net`, and what each layer pays. Each rounds by itself."""
    # With no input left a layer takes nothing.
    processed_in, processed_out = _take(net, depth.processed_orders, terms.price, terms.zero_for_one) if net else (0, 0)
    net -= processed_in
    open_in, open_out = _take(net, depth.open_orders, terms.price, terms.zero_for_one) if net else (0, 0)
    return processed_in + open_in, Depth(pool_out, processed_out, open_out)
