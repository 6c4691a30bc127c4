"""Reference prices, and the outside flow that brings pools to them."""

import itertools

import pytest

from market_service.chain.clock import SLOT_MS
from market_service.chain.pools import Pool
from market_service.genesis.definition import parse_definition, read_definition
from market_service.genesis.genesis import new_pool, pool_infos
from market_service.outside.outside import OutsideFlow
from market_service.outside.price_bands import PriceBands
from market_service.outside.profiles import PROFILES
from market_service.outside.reference_prices import ReferencePrices
from market_service.outside.venue_levels import venue_levels
from market_service.settings import DEFAULT_MARKET_FILE
from pools.kinds import VENUES
from tests.unit.market.builders import SMALL_MARKET, a_market

PLENTY = 2**63
APART = tuple(name for name, profile in PROFILES.items() if profile.venue_step_bps)


def prices(seed: int = 1) -> ReferencePrices:
    return ReferencePrices(read_definition(DEFAULT_MARKET_FILE), PROFILES["realistic"], seed)


def fair_pools(seed: int = 1) -> dict[str, Pool]:
    market = a_market()
    reference = ReferencePrices(market, PROFILES["realistic"], seed)
    return {info.name: new_pool(market, info, reference, 0) for info in pool_infos(market, seed).values()}


def flow_of(reference: ReferencePrices, profile: str = "realistic", seed: int = 1) -> OutsideFlow:
    return OutsideFlow(PriceBands(reference, PROFILES[profile], seed))


def distance_bps(pool: Pool, target_x64: int) -> float:
    numerator, denominator = pool.state.mid_price()
    return abs(numerator * 2**64 / (denominator * target_x64) - 1) * 10_000


def test_a_price_needs_no_past() -> None:
    forward = prices()
    walked = [forward.price_e18("BONK", slot) for slot in range(400)]
    fresh = prices()
    assert [fresh.price_e18("BONK", slot) for slot in reversed(range(400))] == walked[::-1]
    assert [prices(2).price_e18("BONK", slot) for slot in range(400)] != walked


def test_prices_stay_within_the_volatility_and_move_smoothly() -> None:
    reference = prices()
    sol = [reference.price_e18("SOL", slot) / 10**18 for slot in range(10_000)]
    assert 150 * 0.97 <= min(sol) < max(sol) <= 150 * 1.03
    jumps = [abs(after / before - 1) for before, after in itertools.pairwise(sol)]
    assert max(jumps) < 0.0003


def test_a_token_follows_another() -> None:
    reference = prices()
    ratios = [reference.price_e18("mSOL", slot) / reference.price_e18("SOL", slot) for slot in range(0, 20_000, 50)]
    assert max(ratios) / min(ratios) < 1.003


def test_the_five_earlier_engines_keep_their_gap() -> None:
    assert APART == ("s1", "s2", "s3", "s4", "s5")


@pytest.mark.parametrize("profile", APART)
@pytest.mark.parametrize("pair", [("SOL", "USDC"), ("BONK", "SOL"), ("mSOL", "SOL"), ("USDC", "USDT")])
def test_venues_are_two_to_five_percent_apart(profile: str, pair: tuple[str, str]) -> None:
    reference = ReferencePrices(read_definition(DEFAULT_MARKET_FILE), PROFILES[profile], 7)
    for slot in range(0, 20_000, 400):
        one, other = (reference.target_x64(venue, pair, 0, slot) for venue in ("raydium", "meteora"))
        assert 1.02 <= max(one, other) / min(one, other) <= 1.05


def test_a_detour_over_a_third_token_gains_nothing_on_the_targets() -> None:
    reference = ReferencePrices(read_definition(DEFAULT_MARKET_FILE), PROFILES["s4"], 1)

    def best(sold: str, bought: str) -> float:
        return max(reference.target_x64(venue, (sold, bought), 0, 50) * units(bought, sold) for venue in VENUES)

    direct = best("SOL", "USDC")
    for middle in ("USDT", "RAY", "JUP", "BONK", "mSOL", "JitoSOL"):
        assert best("SOL", middle) * best(middle, "USDC") <= direct * 1.001


def units(bought: str, sold: str) -> float:
    """Return what turns a target into whole tokens bought for one sold."""
    market = read_definition(DEFAULT_MARKET_FILE)
    return market.token(sold).unit / market.token(bought).unit / 2**64


@pytest.mark.parametrize(
    "pairs",
    [
        [("A", "B"), ("B", "C"), ("C", "A")],
        [("A", "B"), ("B", "C"), ("C", "D"), ("D", "A")],
        [("SOL", "USDC"), ("SOL", "USDT"), ("USDC", "USDT"), ("RAY", "SOL"), ("RAY", "USDC"), ("X", "RAY")],
    ],
)
def test_the_tokens_of_every_pair_stand_on_different_levels(pairs: list[tuple[str, str]]) -> None:
    levels = venue_levels(pairs)
    assert all(levels[one] != levels[other] for one, other in pairs)


def test_a_web_too_dense_for_three_levels_still_keeps_the_venues_apart() -> None:
    extra = "".join(
        f'\n[[pools]]\nname = "{a}{b}{kind}"\nkind = "{kind}"\ntokens = ["{a}", "{b}"]\nreserves = [1, 1]\n'
        for a, b in itertools.combinations(["SOL", "USDC", "RAY", "X"], 2)
        for kind in ("raydium_cpmm",)
    )
    token = f'\n[[tokens]]\nsymbol = "X"\nname = "X"\nmint = "{"1" * 31}2"\ndecimals = 6\nprice_usd = 1\n'
    market = parse_definition(SMALL_MARKET + token + extra, source="dense.toml")
    reference = ReferencePrices(market, PROFILES["s1"], 1)
    for a, b in itertools.combinations(["SOL", "USDC", "RAY", "X"], 2):
        one, other = (reference.target_x64(venue, (a, b), 0, 3) for venue in VENUES)
        assert 1.02 <= max(one, other) / min(one, other) <= 1.05


def test_a_pool_listed_the_other_way_round_has_the_inverse_target() -> None:
    reference = prices()
    there = reference.target_x64("raydium", ("SOL", "USDC"), 0, 9) / 2**64
    back = reference.target_x64("raydium", ("USDC", "SOL"), 0, 9) / 2**64
    assert there * back == pytest.approx(1, abs=0.001)


@pytest.mark.parametrize("name", list(fair_pools()))
def test_a_pool_begins_at_its_target_with_its_payouts_covered(name: str) -> None:
    pool = fair_pools()[name]
    market = a_market()
    reference = ReferencePrices(market, PROFILES["realistic"], 1)
    target = reference.target_x64(pool.info.venue, pool.info.symbols, 0, 0)
    assert distance_bps(pool, target) <= (20 if "DLMM" in name else 1)
    assert (pool.vault_0, pool.vault_1) == pool.state.backing()


@pytest.mark.parametrize("sells_token_0", [True, False])
@pytest.mark.parametrize("name", list(fair_pools()))
def test_the_flow_brings_a_pushed_pool_back_within_two_slots(name: str, sells_token_0: bool) -> None:
    flow = flow_of(ReferencePrices(a_market(), PROFILES["realistic"], 1))
    bands = PriceBands(ReferencePrices(a_market(), PROFILES["realistic"], 1), PROFILES["realistic"], 1)
    fair = fair_pools()[name]
    mint = fair.info.mint_0 if sells_token_0 else fair.info.mint_1
    pool, _ = fair.trade(mint, (fair.vault_0 if sells_token_0 else fair.vault_1) // 20, now_ms=0, slot=0)
    funds = {fair.info.mint_0: PLENTY, fair.info.mint_1: PLENTY}
    for slot in (1, 2):
        traded = flow.trade(pool, funds, slot=slot, now_ms=slot * SLOT_MS)
        pool = traded[0] if traded else pool
    assert distance_bps(pool, bands.band(pool.info, 2).low_x64) <= (11 if "DLMM" in name else 3)


def test_the_flow_spends_no_more_than_it_has() -> None:
    flow = flow_of(ReferencePrices(a_market(), PROFILES["realistic"], 1))
    fair = fair_pools()["SOL-USDC CPMM"]
    pool, _ = fair.trade(fair.info.mint_0, fair.vault_0 // 10, now_ms=0, slot=0)
    traded = flow.trade(pool, {fair.info.mint_1: 1_000}, slot=1, now_ms=SLOT_MS)
    assert traded is not None
    assert traded[1].amount_in == 1_000
    assert flow.trade(pool, {}, slot=1, now_ms=SLOT_MS) is None


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_pools_themselves_are_two_to_five_percent_apart_between_the_venues(seed: int) -> None:
    market = read_definition(DEFAULT_MARKET_FILE)
    reference = ReferencePrices(market, PROFILES["s1"], seed)
    flow = flow_of(reference, "s1", seed)
    pools = [new_pool(market, info, reference, 0) for info in pool_infos(market, seed).values()]
    for slot in range(50, 2_000, 100):
        for at, pool in enumerate(pools):
            funds = {pool.info.mint_0: PLENTY, pool.info.mint_1: PLENTY}
            traded = flow.trade(pool, funds, slot=slot, now_ms=slot * SLOT_MS)
            pools[at] = traded[0] if traded else pool
        for one, other in itertools.combinations(pools, 2):
            if one.info.symbols == other.info.symbols and one.info.venue != other.info.venue:
                (a, b), (c, d) = one.state.mid_price(), other.state.mid_price()
                ratio = a * d / (b * c)
                assert 1.02 <= max(ratio, 1 / ratio) <= 1.05, (one.info.name, other.info.name, ratio)
