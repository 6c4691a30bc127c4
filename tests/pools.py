"""Pools for tests of the router: every kind, small numbers to say, sensible depths around 150 USDC for a SOL."""

from collections.abc import Iterable
from typing import Any, Final

from pools.amm_v4 import AmmV4State
from pools.constant_product import CpmmState
from pools.kinds import VENUE_OF, PoolKind
from pools.pool import PoolState
from pools.pool_json import state_from_json
from router_service.domain.paths import Network, Way
from router_service.domain.splitting import PairPools
from router_service.domain.trading_pool import TradingPool

SOL: Final = "So11111111111111111111111111111111111111112"
USDC: Final = "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v"
USDT: Final = "Es9vMFrzaCERmJfrF4H2FYD4KCoNkY11McCe8BenwNYB"
NOW: Final = 1_790_000_000


def a_pool(
    pool_id: str = "pool-1",
    *,
    state: PoolState | None = None,
    mint_0: str = SOL,
    mint_1: str = USDC,
    slot: int = 7,
) -> TradingPool:
    """A pool; without a state a CPMM of 50,000 SOL and 7.5 M USDC."""
    state = state or cpmm(50_000 * 10**9, 7_500_000 * 10**6)
    return TradingPool(
        pool_id=pool_id, venue=VENUE_OF[state.kind], mint_0=mint_0, mint_1=mint_1, state=state, slot=slot
    )


def cpmm(reserve_0: int, reserve_1: int, fee: int = 2_500) -> CpmmState:
    """A CPMM pool's state; the fee in millionths."""
    return CpmmState(reserve_0, reserve_1, fee, 120_000, 40_000)


def amm_v4(reserve_0: int, reserve_1: int) -> AmmV4State:
    """An AMM v4 pool's state."""
    return AmmV4State(reserve_0, reserve_1)


def clmm(liquidity: int = 81_635_013_088_044) -> PoolState:
    """A CLMM pool's state: one position in the ticks -19980 to -18000 and a tenth as much in -21000 to -17040."""
    wide = liquidity // 10
    fields: dict[str, Any] = {
        "sqrt_price_x64": "7144393258922745604",
        "tick_current": -18973,
        "liquidity": str(liquidity + wide),
        "tick_spacing": 60,
        "trade_fee_rate": 2_500,
        "protocol_fee_rate": 120_000,
        "fund_fee_rate": 40_000,
        "fee_on": 0,
        "ticks": [
            {"tick": tick, "liquidity_net": str(net), "liquidity_gross": str(abs(net))}
            for tick, net in ((-21_000, wide), (-19_980, liquidity), (-18_000, -liquidity), (-17_040, -wide))
        ],
    }
    return state_from_json(PoolKind.RAYDIUM_CLMM, fields)


def dlmm(sol: int = 300 * 10**9, usdc: int = 45_000 * 10**6, bins: int = 20) -> PoolState:
    """A DLMM pool's state: bins of 10 bps to both sides, each with `sol` or `usdc`."""
    active = -1898
    rows = [{"id": active + n, "amount_x": "0", "amount_y": str(usdc)} for n in range(-bins, 0)]
    rows.append({"id": active, "amount_x": str(sol // 2), "amount_y": str(usdc // 2)})
    rows += [{"id": active + n, "amount_x": str(sol), "amount_y": "0"} for n in range(1, bins + 1)]
    fields: dict[str, Any] = {
        "active_id": active,
        "bin_step": 10,
        "base_factor": 10_000,
        "base_fee_power_factor": 0,
        "filter_period": 30,
        "decay_period": 600,
        "reduction_factor": 5_000,
        "variable_fee_control": 40_000,
        "max_volatility_accumulator": 350_000,
        "protocol_share": 500,
        "collect_fee_mode": 0,
        "supports_limit_orders": False,
        "volatility_accumulator": 0,
        "volatility_reference": 0,
        "index_reference": active,
        "last_update_timestamp": NOW - 10_000,
        "bins": rows,
    }
    return state_from_json(PoolKind.METEORA_DLMM, fields)


def damm_v2(liquidity: int = 10**33) -> PoolState:
    """A DAMM v2 pool's state over the full range."""
    sqrt_price = 7144393258922745604
    fields: dict[str, Any] = {
        "sqrt_price": str(sqrt_price),
        "sqrt_min_price": "4295048016",
        "sqrt_max_price": "79226673521066979257578248091",
        "liquidity": str(liquidity),
        "token_a_amount": str(liquidity // sqrt_price),
        "token_b_amount": str(liquidity * sqrt_price >> 128),
        "collect_fee_mode": 0,
        "fee_version": 1,
        "base_fee": {
            "mode": 0,
            "cliff_fee_numerator": 2_500_000,
            "number_of_period": 0,
            "period_frequency": 0,
            "reduction_factor": 0,
        },
        "activation_point": 0,
        "current_point": 10,
        "protocol_fee_percent": 20,
        "referral_fee_percent": 20,
        "compounding_fee_bps": 0,
        "dynamic_fee": None,
    }
    return state_from_json(PoolKind.METEORA_DAMM_V2, fields)


def eight_mixed_pools() -> list[TradingPool]:
    """SOL/USDC on eight pools of all five kinds."""
    states: list[PoolState] = [
        cpmm(50_000 * 10**9, 7_510_000 * 10**6),
        cpmm(8_000 * 10**9, 1_199_000 * 10**6, fee=1_000),
        amm_v4(30_000 * 10**9, 4_490_000 * 10**6),
        clmm(),
        clmm(20_000_000_000_000),
        dlmm(),
        dlmm(sol=50 * 10**9, usdc=7_500 * 10**6, bins=60),
        damm_v2(),
    ]
    return [a_pool(f"pool-{number}", state=state) for number, state in enumerate(states)]


def pair_pools_of(pools: Iterable[TradingPool], mint_in: str, mint_out: str) -> PairPools:
    """The sides of the pools that trade the pair."""
    pair = {mint_in, mint_out}
    return PairPools(pool.side(mint_in, NOW) for pool in pools if {pool.mint_0, pool.mint_1} == pair)


def network_of(pools: Iterable[TradingPool], mint_in: str = SOL, mint_out: str = USDC) -> Network:
    """The network of a pair, with every way through one intermediate token."""
    known = list(pools)
    mints = {mint for pool in known for mint in (pool.mint_0, pool.mint_1)} - {mint_in, mint_out}
    ways = [
        Way(mint, pair_pools_of(known, mint_in, mint), pair_pools_of(known, mint, mint_out)) for mint in sorted(mints)
    ]
    return Network(
        pair_pools_of(known, mint_in, mint_out), [way for way in ways if way.first.sides and way.second.sides]
    )
