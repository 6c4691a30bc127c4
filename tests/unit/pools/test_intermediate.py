"""What the legs of a route spend: quoted amounts of its own input, shares of an intermediate token."""

from hypothesis import given
from hypothesis import strategies as st

from pools.intermediate import LegInputs


def test_a_leg_that_sells_the_routes_input_spends_what_was_quoted() -> None:
    inputs = LegInputs("SOL", [("SOL", 7), ("SOL", 3)])
    inputs.add("USDC", 100)
    assert [inputs.next("SOL", 7), inputs.next("SOL", 3)] == [7, 3]


def test_shares_round_down_and_the_last_leg_takes_the_rest() -> None:
    inputs = LegInputs("SOL", [("SOL", 9), ("RAY", 1), ("RAY", 6)])
    inputs.add("RAY", 10)
    assert [inputs.next("RAY", 1), inputs.next("RAY", 6)] == [1, 9]


def test_two_intermediate_tokens_are_shared_apart() -> None:
    inputs = LegInputs("SOL", [("SOL", 5), ("SOL", 5), ("RAY", 4), ("mSOL", 8), ("RAY", 4)])
    inputs.add("RAY", 5)
    inputs.add("mSOL", 3)
    assert [inputs.next("RAY", 4), inputs.next("mSOL", 8), inputs.next("RAY", 4)] == [2, 3, 3]


@given(
    st.lists(st.integers(1, 2**64 - 1), min_size=1, max_size=8),
    st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=8),
)
def test_no_base_unit_is_left_over_or_spent_twice(quoted: list[int], brought: list[int]) -> None:
    inputs = LegInputs("SOL", [("RAY", amount) for amount in quoted])
    for amount in brought:
        inputs.add("RAY", amount)
    spent = [inputs.next("RAY", amount) for amount in quoted]
    total, weight = sum(brought), sum(quoted)
    assert sum(spent) == total
    assert all(amount == total * part // weight for amount, part in zip(spent[:-1], quoted[:-1], strict=True))
