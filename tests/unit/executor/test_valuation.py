"""What tokens are worth in dollars."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from executor_service.domain.valuation import SOL, USDC, USDT, MidPrice, usd_micros, usd_price

BONK, JUP, WIF = "bonk", "jup", "wif"


def in_usdc(mint: str, price: str) -> MidPrice:
    return MidPrice(mint, USDC, Fraction(price))


def test_a_dollar_token_is_a_dollar_without_any_pool() -> None:
    assert usd_price(USDC, []) == usd_price(USDT, []) == 1


def test_the_median_of_the_dollar_pools_counts_and_one_that_is_far_off_moves_nothing() -> None:
    pools = [in_usdc(SOL, "150"), MidPrice(SOL, USDT, Fraction(151)), in_usdc(SOL, "1000000")]
    assert usd_price(SOL, pools) == 151
    assert usd_price(SOL, [*pools, in_usdc(SOL, "0.01")]) == Fraction(301, 2)


def test_a_pool_that_counts_the_other_way_round_counts_as_well() -> None:
    assert usd_price(SOL, [MidPrice(USDC, SOL, Fraction("0.008"))]) == 125


def test_a_token_without_a_dollar_pool_is_valued_through_sol() -> None:
    pools = [in_usdc(SOL, "150"), MidPrice(WIF, SOL, Fraction("0.01")), MidPrice(SOL, BONK, Fraction(10_000_000))]
    assert usd_price(WIF, pools) == Fraction(3, 2)
    assert usd_price(BONK, pools) == Fraction(150, 10_000_000)


def test_a_dollar_pool_is_preferred_to_the_way_through_sol() -> None:
    pools = [in_usdc(SOL, "150"), in_usdc(WIF, "2"), MidPrice(WIF, SOL, Fraction(1))]
    assert usd_price(WIF, pools) == 2


@pytest.mark.parametrize(
    "pools",
    [
        [],
        [MidPrice(WIF, SOL, Fraction(1))],
        [in_usdc(SOL, "150"), MidPrice(WIF, JUP, Fraction(1))],
        [in_usdc(WIF, "0"), MidPrice(USDC, WIF, Fraction(0))],
    ],
)
def test_what_no_pool_tells_is_not_known(pools: list[MidPrice]) -> None:
    assert usd_price(WIF, pools) is None


def test_values_are_exact_and_round_up() -> None:
    assert usd_micros(1_500_000_000, 9, Fraction(150)) == 225_000_000
    assert usd_micros(1_500_000_001, 9, Fraction(150)) == 225_000_001
    assert usd_micros(1, 18, Fraction(1, 10**9)) == 1
    assert usd_micros(2**64 - 1, 0, Fraction(10**9)) == (2**64 - 1) * 10**15


@given(st.integers(1, 2**64 - 1), st.integers(0, 18), st.fractions(min_value=Fraction(1, 10**12), max_value=10**9))
def test_a_value_never_flatters_and_is_less_than_a_millionth_too_high(
    amount: int, decimals: int, price: Fraction
) -> None:
    exact = price * amount * 1_000_000 / 10**decimals
    assert exact <= usd_micros(amount, decimals, price) < exact + 1
