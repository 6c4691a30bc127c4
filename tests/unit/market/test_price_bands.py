"""A market without free money: where pools of a pair may stand, and what trading there and back brings."""

import itertools
import statistics

import pytest

from market_service.chain.pools import PoolInfo
from market_service.genesis.definition import read_definition
from market_service.genesis.genesis import pool_infos
from market_service.outside.price_bands import PriceBands
from market_service.outside.profiles import PROFILES
from market_service.outside.reference_prices import ReferencePrices
from market_service.settings import DEFAULT_MARKET_FILE
from tests.round_trips import LANDING_SLOTS, TradingDay, trade_round_trips

HOUR = 9_000
SOL_10 = 10 * 10**9


MARKET = read_definition(DEFAULT_MARKET_FILE)
REFERENCE = ReferencePrices(MARKET, PROFILES["realistic"], 1)


def infos() -> list[PoolInfo]:
    return list(pool_infos(MARKET, 1).values())


def bands(profile: str = "realistic") -> PriceBands:
    return PriceBands(REFERENCE, PROFILES[profile], 1)


def worth(info: PoolInfo, slot: int) -> int:
    return REFERENCE.target_x64(info.venue, info.symbols, 0, slot)


def off_ppm(info: PoolInfo, slot: int, price_x64: int) -> float:
    return abs(price_x64 / worth(info, slot) - 1) * 1_000_000


@pytest.mark.parametrize("name", ["realistic", "instant"])
def test_a_calm_pool_stays_inside_its_fee(name: str) -> None:
    found = bands(name)
    for info, slot in itertools.product(infos(), range(0, 450, 7)):
        band = found.band(info, slot)
        assert band.low_x64 == band.high_x64
        # A pool of bins is brought to the nearest bin, half a step off.
        assert off_ppm(info, slot, band.low_x64) + info.price_step_ppm / 2 <= info.fee_ppm


def test_the_fees_are_those_of_the_pools() -> None:
    fees = {info.name: (info.fee_ppm, info.price_step_ppm) for info in infos()}
    assert fees["SOL-USDC CPMM"] == (2_500, 0)
    assert fees["SOL-USDC AMM v4"] == (2_500, 0)
    assert fees["SOL-USDC CLMM 0.05%"] == (500, 0)
    assert fees["SOL-USDC DLMM 10"] == (600, 1_000)
    assert fees["SOL-USDC DAMM v2"] == (2_500, 0)


def burst_slots(info: PoolInfo, first: int, slots: int) -> list[int]:
    """Return the slots in which a burst pushes the pool, each the first of its burst."""
    found = bands()
    return [
        slot
        for slot in range(first, first + slots)
        if (band := found.band(info, slot)).low_x64 == band.high_x64
        and off_ppm(info, slot, band.low_x64) > info.fee_ppm + 1_000
    ]


def test_each_pool_has_one_burst_in_half_an_hour_and_it_fades_within_slots() -> None:
    found = bands()
    for info in infos()[:6]:
        starts = burst_slots(info, 0, HOUR)
        assert len(starts) == 2
        assert starts[0] >= 450
        for start in starts:
            widths = [band.high_x64 - band.low_x64 for band in (found.band(info, start + age) for age in range(1, 9))]
            assert widths == sorted(widths, reverse=True)
            assert widths[0] > 0 == widths[-1]


@pytest.mark.parametrize(("profile", "landing"), [("realistic", LANDING_SLOTS), ("instant", 0)])
def test_a_thousand_round_trips_cost_something_and_both_venues_win_routes(profile: str, landing: int) -> None:
    day = TradingDay(profile, 1, ("SOL", "USDC", "USDT"))
    results = trade_round_trips(day, 1_000, sold="SOL", bought="USDC", amount_in=SOL_10, landing=landing)
    tenths = statistics.quantiles(results.bps, n=10)
    print({"p10": tenths[0], "p50": tenths[4], "p90": tenths[8], "won": results.won, "venues": results.venues})
    assert -20 < tenths[0] < tenths[4] < -4
    assert tenths[8] < -2
    assert results.won <= 10
    assert min(results.venues.values()) >= sum(results.venues.values()) // 20


def test_a_round_trip_within_one_slot_never_pays_on_a_calm_day() -> None:
    day = TradingDay("instant", 7, ("SOL", "USDC", "USDT"))
    for _ in range(440):
        day.advance(1)
        brought = day.execute(day.route("SOL", "USDC", SOL_10))
        assert day.execute(day.route("USDC", "SOL", brought)) < SOL_10


def test_the_earlier_engines_profiles_keep_their_gap() -> None:
    day = TradingDay("s1", 1, ("SOL", "USDC", "USDT"))
    results = trade_round_trips(day, 20, sold="SOL", bought="USDC", amount_in=SOL_10, landing=LANDING_SLOTS)
    assert results.won == 20


def test_who_takes_a_bursts_gap_at_once_earns_a_little_once() -> None:
    day = TradingDay("instant", 1, ("SOL", "USDC"))
    day.advance(1)
    info = next(info for info in infos() if info.name == "SOL-USDC CPMM")
    start = burst_slots(info, 0, HOUR // 2)[0]
    day.advance(start - day.slot)
    earned: list[int] = []
    for _ in range(10):
        sold = 1_000 * 10**9
        brought = day.execute(day.route("SOL", "USDC", sold))
        earned.append(day.execute(day.route("USDC", "SOL", brought)) - sold)
        day.advance(1)
    first, *later = earned
    assert 0 < first < 1_000 * 10**9 // 100
    assert max(later) < first // 2
