"""Pools, swaps and markets for tests."""

import uuid
from decimal import Decimal

from market_service.chain.execution import Draft
from market_service.chain.pools import Pool, PoolInfo
from market_service.chain.swaps import Swap, SwapLeg
from market_service.genesis.definition import MarketDefinition, parse_definition
from pools.constant_product import CpmmState
from pools.kinds import PoolKind

SOL = "So11111111111111111111111111111111111111112"
USDC = "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v"
RAY = "4k3Dyjzvzp8eMZWUXbBCjEvwSkkk59S5iCNLY3QrkX6R"

SMALL_MARKET = f"""
name = "small"

[[tokens]]
symbol = "SOL"
name = "Solana"
mint = "{SOL}"
decimals = 9
price_usd = 150
volatility_bps = 300
wallet = 1_000_000

[[tokens]]
symbol = "USDC"
name = "USD Coin"
mint = "{USDC}"
decimals = 6
price_usd = 1
wallet = 1_000_000

[[tokens]]
symbol = "RAY"
name = "Raydium"
mint = "{RAY}"
decimals = 6
price_usd = 2.5
volatility_bps = 400
wallet = 0

[[pools]]
name = "SOL-USDC CPMM"
kind = "raydium_cpmm"
tokens = ["SOL", "USDC"]
size_usd = 30_000_000

[[pools]]
name = "SOL-USDC CLMM"
kind = "raydium_clmm"
tokens = ["SOL", "USDC"]
size_usd = 5_000_000
ranges = [{{ width_bps = 1000, share = 70 }}, {{ width_bps = 4000, share = 30 }}]

[[pools]]
name = "SOL-USDC DLMM"
kind = "meteora_dlmm"
tokens = ["SOL", "USDC"]
size_usd = 8_000_000
bin_step = 20
bins = 40

[[pools]]
name = "RAY-USDC AMM v4"
kind = "raydium_amm_v4"
tokens = ["RAY", "USDC"]
size_usd = 2_000_000

[[pools]]
name = "RAY-SOL DAMM v2"
kind = "meteora_damm_v2"
tokens = ["RAY", "SOL"]
size_usd = 3_000_000
fee_bps = 25
dynamic_fee = true
"""


def a_market() -> MarketDefinition:
    """Return a market of three tokens and five pools, one of each kind."""
    return parse_definition(SMALL_MARKET, source="small.toml")


def a_pool(
    pool_id: str = "pool", mint_0: str = SOL, mint_1: str = USDC, *, reserve_0: int = 10**15, reserve_1: int = 10**14
) -> Pool:
    """Return a CPMM pool with a fee of 25 bps."""
    state = CpmmState(reserve_0, reserve_1, trade_fee_rate=2_500, protocol_fee_rate=120_000, fund_fee_rate=40_000)
    info = PoolInfo(pool_id, pool_id, PoolKind.RAYDIUM_CPMM, ("A", "B"), mint_0, mint_1)
    return Pool(info, state, reserve_0, reserve_1, slot=0)


def a_swap(
    *legs: SwapLeg,
    amount_in: int | None = None,
    min_amount_out: int = 0,
    mint_in: str = SOL,
    mint_out: str = USDC,
    account_id: str = "alice",
    swap_id: str | None = None,
    scenario: str = "",
    attempt: int = 1,
) -> Swap:
    """Return a swap over the legs; it sells what they sell of mint_in."""
    return Swap(
        swap_id=swap_id or str(uuid.uuid4()),
        account_id=account_id,
        mint_in=mint_in,
        mint_out=mint_out,
        amount_in=sum(leg.amount_in for leg in legs if leg.mint_in == mint_in) if amount_in is None else amount_in,
        min_amount_out=min_amount_out,
        legs=legs,
        scenario=scenario,
        attempt=attempt,
    )


def a_draft(*pools: Pool, **balances: int) -> Draft:
    """Return a draft on pools, with alice's balances by symbol."""
    mints = {"SOL": SOL, "USDC": USDC, "RAY": RAY}
    wallet = {mints[symbol]: amount for symbol, amount in balances.items()}
    return Draft({pool.info.pool_id: pool for pool in pools}, {"alice": wallet})


def tokens(amount: str | int, decimals: int) -> int:
    """Return whole tokens as base units."""
    return int(Decimal(amount) * 10**decimals)
