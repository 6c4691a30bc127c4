"""What is counted when an order ends: its time, its attempts, and what its fill was worth beside its quote."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from prometheus_client import REGISTRY

from executor_service.domain.lifecycle import OrderStatus
from executor_service.domain.order import Order
from executor_service.domain.route import Route
from executor_service.execution_quality import order_ended, route_form
from servicekit.bulk_metrics import hand_over_everything
from tests.builders import NOON, SOL, USDC, a_route, an_order

OTHER = "JUPyiwrYJFskUPiHa7hkeR8VUtAeFoSYbKedZNsDvCN"


def counted(action: Callable[[], None], sample: str, **labels: str) -> float:
    """Return by how much a sample grew."""
    before = noted(sample, **labels)
    action()
    return noted(sample, **labels) - before


def noted(sample: str, **labels: str) -> float:
    """Return a sample as the next page would show it."""
    hand_over_everything()
    return REGISTRY.get_sample_value(sample, labels) or 0.0


def a_fill(**changes: Any) -> Order:
    given = {"quoted_amount_out": 1_000_000, "executed_amount_out": 998_500, "route": a_route(), "attempt": 2}
    order = an_order(status=OrderStatus.CONFIRMED, updated_at=NOON + timedelta(seconds=2.2), **given)
    return replace(order, **changes)


def legs(*paths: tuple[str, str, int]) -> Route:
    """Return a route whose legs buy a token for another with a share of the order."""
    route = a_route()
    (leg,) = route.legs
    made = (replace(leg, mint_in=sold, mint_out=bought, share_bps=share) for sold, bought, share in paths)
    return replace(route, legs=tuple(made))


def test_the_time_to_the_end_is_noted_by_how_it_ended() -> None:
    fill, failure = a_fill(), an_order(status=OrderStatus.FAILED, updated_at=NOON + timedelta(seconds=7), attempt=3)

    assert counted(lambda: order_ended(fill), "tradewind_order_seconds_sum", status="confirmed") == pytest.approx(2.2)
    assert counted(lambda: order_ended(failure), "tradewind_order_seconds_sum", status="failed") == pytest.approx(7)


def test_attempts_are_noted_for_every_end() -> None:
    assert counted(lambda: order_ended(a_fill()), "tradewind_order_attempts_sum") == 2


@pytest.mark.parametrize(
    ("executed", "least_bucket_with_it", "greatest_without_it"),
    [(998_500, "20.0", "10.0"), (1_000_000, "0.0", "-1.0"), (1_000_400, "-2.0", "-5.0")],
)
def test_slippage_is_measured_below_the_quote(
    executed: int, least_bucket_with_it: str, greatest_without_it: str
) -> None:
    fill = a_fill(executed_amount_out=executed)
    bucket = "tradewind_fill_shortfall_bps_bucket"

    assert counted(lambda: order_ended(fill), bucket, le=least_bucket_with_it) == 1
    assert counted(lambda: order_ended(fill), bucket, le=greatest_without_it) == 0


def test_a_fill_counts_its_impact_its_form_and_each_leg() -> None:
    assert counted(lambda: order_ended(a_fill()), "tradewind_fill_price_impact_bps_sum") == 3
    assert counted(lambda: order_ended(a_fill()), "tradewind_fills_total", form="single") == 1
    assert counted(lambda: order_ended(a_fill()), "tradewind_fill_legs_total", venue="raydium") == 1


def test_a_failure_is_no_fill() -> None:
    failure = an_order(status=OrderStatus.FAILED, attempt=3)

    assert counted(lambda: order_ended(failure), "tradewind_fill_shortfall_bps_count") == 0
    assert counted(lambda: order_ended(failure), "tradewind_fills_total", form="single") == 0


@pytest.mark.parametrize(
    ("route", "form"),
    [
        (legs((SOL, USDC, 10_000)), "single"),
        (legs((SOL, USDC, 6_000), (SOL, USDC, 4_000)), "split"),
        (legs((SOL, OTHER, 10_000), (OTHER, USDC, 10_000)), "chain"),
        (legs((SOL, USDC, 6_000), (SOL, OTHER, 4_000), (OTHER, USDC, 4_000)), "split_chain"),
    ],
)
def test_a_route_has_one_of_four_forms(route: Route, form: str) -> None:
    assert route_form(route) == form
