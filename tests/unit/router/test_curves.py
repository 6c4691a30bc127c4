from math import inf, sqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pools.errors import PoolError
from pools.pieces import LinePiece, Piece
from pools.pool import PoolState
from router_service.domain.curve_algebra import one_after_another, side_by_side
from router_service.domain.curves import Curve, Stretch
from router_service.domain.pool_curve import PoolCurve
from tests.pools import NOW, amm_v4, clmm, cpmm, damm_v2, dlmm

FAR = 1e30
# Other tests may keep the machine busy.
UNHURRIED = settings(deadline=None)
STATES: dict[str, PoolState] = {
    "cpmm": cpmm(50_000 * 10**9, 7_500_000 * 10**6),
    "amm_v4": amm_v4(30_000 * 10**9, 4_490_000 * 10**6),
    "clmm": clmm(),
    "dlmm": dlmm(),
    "damm_v2": damm_v2(),
}


def curve_of(state: PoolState, zero_for_one: bool = True, cover: float = FAR) -> PoolCurve:
    curve = PoolCurve(state.pieces(zero_for_one, NOW))
    curve.cover(cover)
    return curve


def line(price: int, capacity: int) -> Piece:
    """A piece without fees that pays `price` for one."""
    return LinePiece(price, 1, 1, 1, 1, capacity)


@pytest.mark.parametrize("name", STATES)
@pytest.mark.parametrize("zero_for_one", [True, False])
@pytest.mark.parametrize("amount", [10**6, 10**9, 10**12, 3 * 10**12])
def test_a_curve_tells_what_the_pool_pays(name: str, zero_for_one: bool, amount: int) -> None:
    state = STATES[name]
    curve = curve_of(state, zero_for_one)
    try:
        paid = state.quote_exact_in(zero_for_one, amount, NOW)
    except PoolError:
        assert curve.capacity <= amount
        return
    assert curve.output_at(amount) == pytest.approx(paid, rel=1e-9, abs=5 * len(curve.us))


@pytest.mark.parametrize("name", STATES)
def test_prices_only_fall_along_a_curve(name: str) -> None:
    curve = curve_of(STATES[name])
    assert curve.us == sorted(curve.us)
    assert curve.xs == sorted(curve.xs)


def test_a_pool_is_read_only_as_far_as_needed() -> None:
    near, whole = curve_of(dlmm(), cover=10**9), curve_of(dlmm())
    assert len(near.us) < len(whole.us)
    assert not near.complete
    assert near.us == whole.us[: len(near.us)]
    near.cover(FAR)
    assert (near.us, near.xs, near.complete) == (whole.us, whole.xs, True)


def test_a_better_price_behind_a_worse_one_is_seen_as_their_average() -> None:
    curve = PoolCurve(iter([line(9, 100), line(4, 100), line(6, 100)]))
    curve.cover(FAR)
    assert curve.output_at(100) == pytest.approx(900)
    assert curve.output_at(200) == pytest.approx(900 + 500)
    assert curve.output_at(300) == pytest.approx(900 + 1_000)
    assert curve.us[-1] == pytest.approx(1 / sqrt(5))


def test_averaging_goes_back_as_far_as_it_must() -> None:
    curve = PoolCurve(iter([line(4, 100), line(3, 100), line(9, 100)]))
    curve.cover(FAR)
    assert set(curve.us) == {curve.us[0]}
    assert curve.output_at(300) == pytest.approx(1_600)


@UNHURRIED
@given(st.lists(st.sampled_from(sorted(STATES)), min_size=1, max_size=5), st.floats(1e3, 1e13))
def test_pools_side_by_side_take_what_they_take_alone_at_the_common_price(names: list[str], amount: float) -> None:
    curves: list[Curve] = [curve_of(STATES[name]) for name in names]
    total = side_by_side(curves, amount)
    amount = min(amount, total.capacity)
    u = total.u_at(amount)
    least = sum(curve.taken_before(u) for curve in curves)
    most = sum(curve.taken_up_to(u) for curve in curves)
    # Floating point knows reserves of 10^15 to some tenths of a unit.
    assert least - 1 - 1e-6 * amount <= amount <= most + 1 + 1e-6 * amount


@UNHURRIED
@given(st.sampled_from(sorted(STATES)), st.sampled_from(sorted(STATES)), st.floats(1e6, 1e13))
def test_one_pool_after_another_brings_what_the_second_pays_for_the_first(one: str, other: str, amount: float) -> None:
    first, second = curve_of(STATES[one], zero_for_one=True), curve_of(STATES[other], zero_for_one=False)
    whole = one_after_another(first, second, FAR)
    amount = min(amount, whole.capacity)
    assert whole.output_at(amount) == pytest.approx(second.output_at(first.output_at(amount)), rel=1e-7)
    assert whole.us == sorted(whole.us)


def test_a_composition_ends_where_either_part_ends() -> None:
    first, second = PoolCurve(iter([line(2, 100)])), PoolCurve(iter([line(3, 50)]))
    first.cover(FAR)
    second.cover(FAR)
    whole = one_after_another(first, second, FAR)
    assert whole.capacity == pytest.approx(25)
    assert whole.output_at(25) == pytest.approx(150)
    assert whole.complete


def test_a_curve_without_points_takes_nothing() -> None:
    empty = Curve()
    assert empty.capacity == 0
    assert empty.taken_before(1.0) == empty.taken_up_to(1.0) == 0
    assert side_by_side([empty], 1.0).capacity == 0
    assert PoolCurve(iter([])).first_u() == inf


def test_the_slope_is_that_of_the_part_the_price_stands_in() -> None:
    curve = Curve()
    curve.append(Stretch(1.0, 2.0, 10.0, 5.0))
    curve.append(Stretch(3.0, 3.0, 10.0, 1.0))
    assert curve.slope_at(1.5) == 10.0
    assert curve.slope_at(2.5) == 0.0
    assert curve.slope_at(3.0) == inf
    assert curve.slope_at(4.0) == 0.0
