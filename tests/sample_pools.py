"""SOL/USDC pools of every kind at about 150 USDC, token 0 being SOL, for tests and benchmarks of the pool math."""

from collections.abc import Sequence

from pools.amm_v4 import AmmV4State
from pools.bins.bin_parameters import BinParameters, Volatility
from pools.bins.bin_prices import BinAmounts, BinLadder, bin_price
from pools.bins.liquidity_bins import DlmmState
from pools.concentrated.concentrated_liquidity import ClmmParameters, ClmmState
from pools.concentrated.tick_fee import DynamicFee
from pools.concentrated.tick_prices import tick_at_sqrt_price
from pools.concentrated.tick_table import TickTable
from pools.constant_product import CpmmState
from pools.damm.damm_fees import BaseFee, FeeShares, VolatilityFee
from pools.damm.damm_v2 import CollectFeeMode, DammParameters, DammV2State
from pools.pool import PoolState

SOL = 10**9
USDC = 10**6
NOW = 1_790_000_000
SQRT_PRICE_150 = 7_144_393_258_922_745_604
TICK_150 = -18_973
BIN_150 = -1_898


def cpmm(reserve_0: int = 50_000 * SOL, reserve_1: int = 7_500_000 * USDC, *, trade_fee_rate: int = 2_500) -> CpmmState:
    return CpmmState(reserve_0, reserve_1, trade_fee_rate, protocol_fee_rate=120_000, fund_fee_rate=40_000)


def amm_v4(base_reserve: int = 50_000 * SOL, quote_reserve: int = 7_500_000 * USDC) -> AmmV4State:
    return AmmV4State(base_reserve, quote_reserve)


NESTED_RANGES = [(TICK_150 - 20 * k, TICK_150 + 20 * k, 10**13) for k in range(1, 31)]


def clmm(
    ranges: Sequence[tuple[int, int, int]] = tuple(NESTED_RANGES),
    *,
    sqrt_price: int = SQRT_PRICE_150,
    tick_spacing: int = 1,
    trade_fee_rate: int = 500,
    fee_on: int = 0,
    dynamic_fee: DynamicFee | None = None,
) -> ClmmState:
    """A CLMM pool of positions (lower tick, upper tick, liquidity)."""
    changes: dict[int, tuple[int, int]] = {}
    for lower, upper, liquidity in ranges:
        for tick, net in ((lower, liquidity), (upper, -liquidity)):
            known_net, known_gross = changes.get(tick, (0, 0))
            changes[tick] = known_net + net, known_gross + liquidity
    table = TickTable.of([(tick, *changes[tick]) for tick in sorted(changes)], tick_spacing)
    tick = tick_at_sqrt_price(sqrt_price)
    parameters = ClmmParameters(tick_spacing, trade_fee_rate, 120_000, 40_000, fee_on)
    return ClmmState(sqrt_price, tick, table.active_at(tick), parameters, table, dynamic_fee)


def tick_volatility(*, control: int = 20_000, maximum: int = 1_000_000) -> DynamicFee:
    """The dynamic fee of a pool that has been quiet for long."""
    return DynamicFee(30, 600, 5_000, control, maximum, TICK_150, 0, 0, NOW - 3_600)


def dlmm(
    bins_each_side: int = 70, *, bin_step: int = 10, collect_fee_mode: int = 0, protocol_share: int = 500
) -> DlmmState:
    """A DLMM pool with 50 SOL, or what they are worth, in each bin; the active one holds half of each."""
    ids = tuple(range(BIN_150 - bins_each_side, BIN_150 + bins_each_side + 1))
    prices = tuple(bin_price(bin_step, bin_id) for bin_id in ids)
    sol = 50 * SOL
    amounts = [
        (
            sol if bin_id > BIN_150 else sol // 2 if bin_id == BIN_150 else 0,
            0 if bin_id > BIN_150 else (sol * price >> 64) // (2 if bin_id == BIN_150 else 1),
        )
        for bin_id, price in zip(ids, prices, strict=True)
    ]
    parameters = BinParameters(
        bin_step, 10_000, 30, 600, 5_000, 40_000, 350_000, protocol_share, collect_fee_mode=collect_fee_mode
    )
    memory = Volatility(index_reference=BIN_150, last_update_timestamp=NOW - 3_600)
    return DlmmState(BIN_150, parameters, memory, BinLadder(ids, prices), BinAmounts.of(amounts))


def damm_v2(
    *,
    collect_fee_mode: CollectFeeMode = CollectFeeMode.ONLY_B,
    base_fee: BaseFee | None = None,
    shares: FeeShares | None = None,
    volatility_fee: VolatilityFee | None = None,
) -> DammV2State:
    """A DAMM v2 pool of some 2,000 SOL and 300,000 USDC, in a range of a quarter to four times the price."""
    parameters = DammParameters(
        sqrt_min_price=SQRT_PRICE_150 // 2,
        sqrt_max_price=SQRT_PRICE_150 * 2,
        collect_fee_mode=collect_fee_mode,
        base_fee=base_fee or BaseFee(0, 2_500_000),
        shares=shares or FeeShares(20, 20, 5_000 if collect_fee_mode is CollectFeeMode.COMPOUNDING else 0),
    )
    liquidity = (4_000 * SOL * SQRT_PRICE_150 >> 64) << 64
    return DammV2State(SQRT_PRICE_150, liquidity, 2_000 * SOL, 300_000 * USDC, parameters, volatility_fee)


def damm_volatility(accumulator: int = 0) -> VolatilityFee:
    """The volatility fee the vendor sets for a base fee of 25 bps."""
    return VolatilityFee(1, 239, accumulator, SQRT_PRICE_150, last_update_timestamp=NOW - 3_600)


def every_kind() -> dict[str, PoolState]:
    """One pool of each kind and of each way to take fees, by name."""
    return {
        "cpmm": cpmm(),
        "cpmm with creator fee": CpmmState(50_000 * SOL, 7_500_000 * USDC, 2_500, 120_000, 40_000, 1_000, 1),
        "amm v4": amm_v4(),
        "clmm": clmm(),
        "clmm with fee on token 1": clmm(fee_on=2),
        "clmm with dynamic fee": clmm(dynamic_fee=tick_volatility()),
        "dlmm": dlmm(),
        "dlmm with fee on Y": dlmm(collect_fee_mode=1),
        "damm v2 fee on output": damm_v2(collect_fee_mode=CollectFeeMode.OUTPUT),
        "damm v2 fee on B": damm_v2(volatility_fee=damm_volatility(50_000)),
        "damm v2 compounding": damm_v2(collect_fee_mode=CollectFeeMode.COMPOUNDING),
    }
