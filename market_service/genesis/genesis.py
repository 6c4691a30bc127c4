"""The first state of each pool of a definition, around its target price.

Integer arithmetic; amounts round down, so a pool begins with no more than its definition says.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final, NamedTuple

from market_service.chain.pools import Pool, PoolInfo
from market_service.genesis.bisection import last_at_or_below
from market_service.genesis.concentrated_genesis import clmm_fields, damm_v2_fields
from market_service.genesis.definition import (
    AmmV4Definition,
    ClmmDefinition,
    CpmmDefinition,
    DammV2Definition,
    DlmmDefinition,
    MarketDefinition,
    PoolDefinition,
    TokenDefinition,
)
from market_service.outside.reference_prices import ReferencePrices
from market_service.outside.seeded import address
from pools.bins.bin_prices import BIN_ID_MAX, bin_price
from pools.bins.bin_swap import FEE_SCALE, base_fee_rate
from pools.kinds import PoolKind
from pools.pool_json import state_from_json

_PPM: Final = 1_000_000
_PPM_A_BP: Final = 100
_AMM_V4_FEE_PPM: Final = 2_500


def pool_infos(definition: MarketDefinition, seed: int) -> dict[str, PoolInfo]:
    """Return the pools of a definition by address. An address depends on the seed and the pool's name only."""
    return {info.pool_id: info for info in (_info(definition, pool, seed) for pool in definition.pools)}


def _info(definition: MarketDefinition, pool: PoolDefinition, seed: int) -> PoolInfo:
    zero, one = (definition.token(symbol) for symbol in pool.tokens)
    return PoolInfo(
        pool_id=address(seed, pool.name),
        name=pool.name,
        kind=PoolKind(pool.kind),
        symbols=(zero.symbol, one.symbol),
        mint_0=zero.mint,
        mint_1=one.mint,
        offset_bps=pool.offset_bps,
        fee_ppm=_fee_ppm(pool),
        price_step_ppm=pool.bin_step * _PPM_A_BP if isinstance(pool, DlmmDefinition) else 0,
    )


def _fee_ppm(pool: PoolDefinition) -> int:
    match pool:
        case CpmmDefinition() | ClmmDefinition():
            return pool.trade_fee_ppm
        case AmmV4Definition():
            return _AMM_V4_FEE_PPM
        case DlmmDefinition():
            return base_fee_rate(_base_factor(pool), pool.bin_step, 0) * _PPM // FEE_SCALE
        case DammV2Definition():
            return pool.fee_bps * _PPM_A_BP


def new_pool(definition: MarketDefinition, info: PoolInfo, prices: ReferencePrices, slot: int) -> Pool:
    """Return a new pool at its price of the slot. Its vaults hold exactly the tokens that back its state."""
    pool = next(pool for pool in definition.pools if pool.name == info.name)
    target_x64 = prices.target_x64(info.venue, info.symbols, info.offset_bps, slot)
    zero, one = (definition.token(symbol) for symbol in info.symbols)
    state = state_from_json(info.kind, _fields(pool, _Start(pool, zero, one, target_x64)))
    vault_0, vault_1 = state.backing()
    return Pool(info, state, vault_0, vault_1, slot)


class _Start(NamedTuple):
    pool: PoolDefinition
    zero: TokenDefinition
    one: TokenDefinition
    target_x64: int

    def half_0(self) -> int:
        """Return half the pool's size in base units of token 0."""
        assert self.pool.size_usd is not None
        return int(self.pool.size_usd / 2 / self.zero.price_usd * self.zero.unit)

    def half_1(self) -> int:
        """Return the same value in base units of token 1, at the pool's own price."""
        return self.half_0() * self.target_x64 >> 64


def _fields(pool: PoolDefinition, start: _Start) -> dict[str, object]:
    match pool:
        case CpmmDefinition():
            return _cpmm_fields(pool, start)
        case AmmV4Definition():
            reserve_0, reserve_1 = _reserves(pool.reserves, start)
            return {"base_reserve": str(reserve_0), "quote_reserve": str(reserve_1)}
        case ClmmDefinition():
            return clmm_fields(pool, start.half_1() * 2, start.target_x64)
        case DlmmDefinition():
            return _dlmm_fields(pool, start)
        case DammV2Definition():
            return damm_v2_fields(pool, start.half_1() * 2, start.target_x64)


def _reserves(by_hand: list[Decimal] | None, start: _Start) -> tuple[int, int]:
    if by_hand is None:
        return start.half_0(), start.half_1()
    return int(by_hand[0] * start.zero.unit), int(by_hand[1] * start.one.unit)


def _cpmm_fields(pool: CpmmDefinition, start: _Start) -> dict[str, object]:
    reserve_0, reserve_1 = _reserves(pool.reserves, start)
    return {
        "reserve_0": str(reserve_0),
        "reserve_1": str(reserve_1),
        "trade_fee_rate": pool.trade_fee_ppm,
        "protocol_fee_rate": pool.protocol_fee_ppm,
        "fund_fee_rate": pool.fund_fee_ppm,
    }


class _Preset(NamedTuple):
    base_factor: int
    filter_period: int
    decay_period: int
    variable_fee_control: int
    max_volatility_accumulator: int


# The program's published presets by bin step.
_PRESETS: Final[Mapping[int, _Preset]] = {
    1: _Preset(20_000, 10, 120, 2_000_000, 100_000),
    2: _Preset(15_000, 10, 120, 500_000, 250_000),
    4: _Preset(50_000, 30, 600, 120_000, 300_000),
    5: _Preset(8_000, 30, 600, 120_000, 300_000),
    8: _Preset(6_250, 30, 600, 120_000, 300_000),
    10: _Preset(10_000, 30, 600, 40_000, 350_000),
    15: _Preset(10_000, 30, 600, 30_000, 350_000),
    20: _Preset(10_000, 30, 600, 20_000, 350_000),
    25: _Preset(10_000, 30, 600, 15_000, 350_000),
    50: _Preset(8_000, 120, 1_200, 10_000, 250_000),
    60: _Preset(5_000, 120, 1_200, 10_000, 250_000),
    100: _Preset(8_000, 300, 1_200, 7_500, 150_000),
}


def _base_factor(pool: DlmmDefinition) -> int:
    return pool.base_factor or _PRESETS[pool.bin_step].base_factor


def _dlmm_fields(pool: DlmmDefinition, start: _Start) -> dict[str, object]:
    preset = _PRESETS[pool.bin_step]
    active = last_at_or_below(start.target_x64, lambda i: bin_price(pool.bin_step, i), BIN_ID_MAX // pool.bin_step)
    return {
        "active_id": active,
        "bin_step": pool.bin_step,
        "base_factor": _base_factor(pool),
        "base_fee_power_factor": 0,
        "filter_period": preset.filter_period,
        "decay_period": preset.decay_period,
        "reduction_factor": 5_000,
        "variable_fee_control": preset.variable_fee_control,
        "max_volatility_accumulator": preset.max_volatility_accumulator,
        "protocol_share": 500,
        "collect_fee_mode": 0,
        "volatility_accumulator": 0,
        "volatility_reference": 0,
        "index_reference": active,
        "last_update_timestamp": 0,
        "bins": _bins(pool, start, active),
    }


def _bins(pool: DlmmDefinition, start: _Start, active: int) -> list[dict[str, object]]:
    """Return the bins: token 0 above the active one, token 1 below, both inside it."""
    weights = [1 if pool.shape == "flat" else pool.bins + 1 - away for away in range(pool.bins + 1)]
    total = sum(weights)
    bins: list[dict[str, object]] = []
    for distance in range(-pool.bins, pool.bins + 1):
        weight = weights[abs(distance)]
        amount_x = start.half_0() * weight // total if distance >= 0 else 0
        amount_y = start.half_1() * weight // total if distance <= 0 else 0
        bins.append({"id": active + distance, "amount_x": str(amount_x), "amount_y": str(amount_y)})
    return bins
