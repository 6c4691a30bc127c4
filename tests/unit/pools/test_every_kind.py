"""What must hold for every pool, whatever its program."""

from collections.abc import Callable, Sequence
from math import isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pools.errors import PoolError, PoolErrorReason
from pools.integers import U64_MAX
from pools.kinds import VENUE_OF
from pools.pieces import CurvePiece, Piece
from pools.pool import Fill, PoolState, SwapOutcome
from pools.pool_json import state_from_json, state_to_json
from tests.sample_pools import NOW, every_kind

POOLS = every_kind()
# Token 0 has 9 decimals and token 1 has 6, so the same number of base units is worth far more of token 1.
AMOUNT_MAX = {True: 2_000 * 10**9, False: 200_000 * 10**6}

names = st.sampled_from(sorted(POOLS))
directions = st.booleans()
sizes = st.floats(min_value=0, max_value=1).map(lambda u: u**4)
swaps = st.lists(st.tuples(directions, st.booleans(), sizes, st.integers(0, 90)), min_size=1, max_size=8)


def amount_of(size: float, *, of_token_0: bool) -> int:
    return max(1, int(AMOUNT_MAX[of_token_0] * size))


def try_swap(
    state: PoolState, zero_for_one: bool, exact_in: bool, amount: int, now: int
) -> SwapOutcome[PoolState] | None:
    try:
        return (state.swap_exact_in if exact_in else state.swap_exact_out)(zero_for_one, amount, now)
    except PoolError:
        return None


@pytest.mark.parametrize("name", sorted(POOLS))
def test_the_sample_pools_trade_both_ways(name: str) -> None:
    state = POOLS[name]
    for zero_for_one, amount in ((True, 10**9), (False, 150 * 10**6)):
        out = state.swap_exact_in(zero_for_one, amount, NOW).fill.amount_out
        worth = 150 * 10**6 if zero_for_one else 10**9
        assert 0.97 * worth < out < 1.01 * worth


def answer(ask: Callable[[], int]) -> int | PoolErrorReason:
    try:
        return ask()
    except PoolError as error:
        return error.reason


@given(names, directions, sizes)
def test_a_quote_is_the_output_of_the_swap(name: str, zero_for_one: bool, size: float) -> None:
    state, amount = POOLS[name], amount_of(size, of_token_0=zero_for_one)
    swapped = answer(lambda: state.swap_exact_in(zero_for_one, amount, NOW).fill.amount_out)
    assert answer(lambda: state.quote_exact_in(zero_for_one, amount, NOW)) == swapped


@given(names, directions, sizes, st.integers(1, 10**9))
def test_more_in_is_never_less_out(name: str, zero_for_one: bool, size: float, more: int) -> None:
    state, amount = POOLS[name], amount_of(size, of_token_0=zero_for_one)
    less = try_swap(state, zero_for_one, True, amount, NOW)
    greater = try_swap(state, zero_for_one, True, amount + more, NOW)
    if less and greater:
        assert greater.fill.amount_out >= less.fill.amount_out


@given(names, directions, sizes)
def test_a_round_trip_never_pays(name: str, zero_for_one: bool, size: float) -> None:
    amount = amount_of(size, of_token_0=zero_for_one)
    there = try_swap(POOLS[name], zero_for_one, True, amount, NOW)
    if there is None or not there.fill.amount_out:
        return
    back = try_swap(there.state_after, not zero_for_one, True, there.fill.amount_out, NOW)
    assert back is None or back.fill.amount_out <= amount


@given(names, directions, sizes)
def test_paying_what_an_exact_output_costs_buys_it(name: str, zero_for_one: bool, size: float) -> None:
    state, wanted = POOLS[name], amount_of(size, of_token_0=not zero_for_one)
    bought = try_swap(state, zero_for_one, False, wanted, NOW)
    if bought is None:
        return
    assert bought.fill.amount_out == wanted
    paid = bought.fill.amount_in
    # Fees of an exact input are rounded once more, so a unit or two of the input may go missing on the way.
    sold = state.swap_exact_in(zero_for_one, paid + 2, NOW).fill.amount_out
    assert sold >= wanted * (1 - 1e-6) - 40
    if paid > 10_000:
        assert state.swap_exact_in(zero_for_one, paid - paid // 1_000 - 1_000, NOW).fill.amount_out <= wanted


@given(names, swaps)
def test_a_pool_can_always_pay(name: str, steps: Sequence[tuple[bool, bool, float, int]]) -> None:
    """The vault starts with exactly what backs the pool, and no order of swaps makes it fall short."""
    state, now = POOLS[name], NOW
    vault = list(state.backing())
    for zero_for_one, exact_in, size, later in steps:
        now += later
        outcome = try_swap(state, zero_for_one, exact_in, amount_of(size, of_token_0=zero_for_one == exact_in), now)
        if outcome is None:
            continue
        fill, state = outcome.fill, outcome.state_after
        vault[0 if zero_for_one else 1] += fill.amount_in
        vault[1 if zero_for_one else 0] -= fill.amount_out
        assert_fill_adds_up(fill)
        assert all(held >= needed for held, needed in zip(vault, state.backing(), strict=True))


def assert_fill_adds_up(fill: Fill) -> None:
    assert fill.fee == fill.protocol_fee + fill.lp_fee
    assert min(fill.protocol_fee, fill.lp_fee, fill.fee_other_side, fill.amount_out) >= 0
    assert 0 < fill.amount_in <= U64_MAX
    assert fill.fee <= fill.amount_in if fill.fee_on_input else True


@given(names, swaps)
def test_a_state_survives_its_json_after_any_swaps(name: str, steps: Sequence[tuple[bool, bool, float, int]]) -> None:
    state = POOLS[name]
    for zero_for_one, exact_in, size, later in steps:
        amount = amount_of(size, of_token_0=zero_for_one == exact_in)
        outcome = try_swap(state, zero_for_one, exact_in, amount, NOW + later)
        state = outcome.state_after if outcome else state
    assert state_from_json(state.kind, state_to_json(state)) == state


@given(names, directions, sizes)
def test_swapping_leaves_the_old_state_as_it_was(name: str, zero_for_one: bool, size: float) -> None:
    state = POOLS[name]
    before = state_to_json(state)
    outcome = try_swap(state, zero_for_one, True, amount_of(size, of_token_0=zero_for_one), NOW)
    assert state_to_json(state) == before
    if outcome:
        again = state.swap_exact_in(zero_for_one, amount_of(size, of_token_0=zero_for_one), NOW)
        assert again == outcome


@given(names, directions, sizes)
def test_the_price_moves_against_the_trader(name: str, zero_for_one: bool, size: float) -> None:
    outcome = try_swap(POOLS[name], zero_for_one, True, amount_of(size, of_token_0=zero_for_one), NOW)
    if outcome:
        num, den = POOLS[name].mid_price()
        num_after, den_after = outcome.state_after.mid_price()
        left, right = num_after * den, num * den_after
        assert left <= right if zero_for_one else left >= right


def output_of(pieces: Sequence[Piece], amount: int) -> tuple[float, int]:
    """The output of an amount by the formula of the pieces, and how many it uses."""
    total = 0.0
    for used, piece in enumerate(pieces, start=1):
        taken = min(amount, piece.capacity_in)
        keep_in, keep_out = piece.keep_in / piece.fee_scale, piece.keep_out / piece.fee_scale
        if isinstance(piece, CurvePiece):
            x, y = piece.virtual_in / 2**64, piece.virtual_out / 2**64
            total += keep_out * y * keep_in * taken / (x + keep_in * taken)
        else:
            total += keep_out * keep_in * taken * piece.price_num / piece.price_den
        amount -= taken
        if amount <= 0:
            return total, used
    return total, -1


@given(names, directions, sizes)
def test_the_pieces_say_what_a_quote_says(name: str, zero_for_one: bool, size: float) -> None:
    state, amount = POOLS[name], amount_of(size, of_token_0=zero_for_one)
    expected, used = output_of(list(state.pieces(zero_for_one, NOW)), amount)
    outcome = try_swap(state, zero_for_one, True, amount, NOW)
    if used < 0 or outcome is None:
        return
    actual = outcome.fill.amount_out
    price = expected / amount
    assert actual <= expected * (1 + 1e-12) + used
    assert actual >= expected * (1 - 1e-9) - (used + 1) * (3 + 2 * price)


@pytest.mark.parametrize("name", sorted(POOLS))
@pytest.mark.parametrize("zero_for_one", [True, False])
def test_prices_of_the_pieces_only_get_worse(name: str, zero_for_one: bool) -> None:
    starts = []
    for piece in POOLS[name].pieces(zero_for_one, NOW):
        keep = piece.keep_in * piece.keep_out / piece.fee_scale**2
        if isinstance(piece, CurvePiece):
            starts.append(keep * piece.virtual_out / piece.virtual_in)
        else:
            starts.append(keep * piece.price_num / piece.price_den)
    assert starts
    assert starts == sorted(starts, reverse=True)
    num, den = POOLS[name].mid_price()
    mid = num / den if zero_for_one else den / num
    keep = 1 - POOLS[name].fee_ppm(NOW) / 1e6
    assert isclose(starts[0], mid * keep, rel_tol=2e-3)


@pytest.mark.parametrize("name", sorted(POOLS))
@pytest.mark.parametrize("zero_for_one", [True, False])
def test_what_the_pieces_hold_can_be_sold(name: str, zero_for_one: bool) -> None:
    state = POOLS[name]
    capacity = sum(piece.capacity_in for piece in state.pieces(zero_for_one, NOW))
    assert state.swap_exact_in(zero_for_one, capacity, NOW).fill.amount_in == capacity


@pytest.mark.parametrize("name", sorted(POOLS))
@pytest.mark.parametrize("amount", [0, -1, U64_MAX + 1, 2**200])
def test_amounts_that_are_no_amounts_are_refused(name: str, amount: int) -> None:
    state = POOLS[name]
    reason = PoolErrorReason.ZERO_AMOUNT if amount <= 0 else PoolErrorReason.OVERFLOW_U64
    for swap in (state.swap_exact_in, state.swap_exact_out, state.quote_exact_in):
        with pytest.raises(PoolError) as caught:
            swap(True, amount, NOW)
        assert caught.value.reason is reason


@pytest.mark.parametrize("name", sorted(POOLS))
@pytest.mark.parametrize("zero_for_one", [True, False])
def test_the_largest_amounts_are_refused_or_counted_exactly(name: str, zero_for_one: bool) -> None:
    state = POOLS[name]
    with pytest.raises(PoolError):
        state.swap_exact_out(zero_for_one, U64_MAX, NOW)
    outcome = try_swap(state, zero_for_one, True, U64_MAX - 10**16, NOW)
    if outcome:
        assert outcome.fill.amount_in == U64_MAX - 10**16
        assert outcome.fill.amount_out <= state.backing()[1 if zero_for_one else 0]


@pytest.mark.parametrize("name", sorted(POOLS))
def test_a_pool_that_opens_later_refuses_until_then(name: str) -> None:
    fields = state_to_json(POOLS[name])
    field = "activation_point" if "activation_point" in fields else "open_time"
    kind = POOLS[name].kind
    later = state_from_json(kind, {**fields, field: NOW + 1})
    for swap in (later.swap_exact_in, later.swap_exact_out, later.quote_exact_in):
        with pytest.raises(PoolError) as caught:
            swap(True, 1_000_000, NOW)
        assert caught.value.reason is PoolErrorReason.NOT_OPEN
    assert not list(later.pieces(True, NOW))
    assert later.swap_exact_in(True, 1_000_000, NOW + 1).fill.amount_out > 0


MAY_BE_NEGATIVE = {"tick_current", "active_id", "index_reference"}
ABSURD = ["-1", -1, "x", "", 1.5, [], 2**130, "9" * 41]


@pytest.mark.parametrize("name", sorted(POOLS))
def test_a_state_with_an_absurd_field_is_refused(name: str) -> None:
    kind, fields = POOLS[name].kind, state_to_json(POOLS[name])
    for field in fields:
        for value in ABSURD:
            if (field in MAY_BE_NEGATIVE and str(value) == "-1") or (field == "bins" and value == []):
                continue
            with pytest.raises(PoolError) as caught:
                state_from_json(kind, {**fields, field: value})
            assert caught.value.reason is PoolErrorReason.INVALID_STATE, (field, value)


@pytest.mark.parametrize("name", sorted(POOLS))
def test_a_state_without_its_price_is_refused(name: str) -> None:
    kind, fields = POOLS[name].kind, state_to_json(POOLS[name])
    carrying = {"reserve_0", "base_reserve", "sqrt_price_x64", "active_id", "sqrt_price"} & fields.keys()
    assert carrying
    with pytest.raises(PoolError) as caught:
        state_from_json(kind, {field: value for field, value in fields.items() if field not in carrying})
    assert caught.value.reason is PoolErrorReason.INVALID_STATE


@pytest.mark.parametrize("name", sorted(POOLS))
def test_a_pool_names_its_program_and_venue(name: str) -> None:
    kind = POOLS[name].kind
    assert VENUE_OF[kind] == kind.value.split("_", maxsplit=1)[0]
