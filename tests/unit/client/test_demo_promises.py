"""The demonstration's promises: each is broken by the life it is meant to catch."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tradewind_cli.demo_acts import BODIES, ROUTES, SCENARIOS
from tradewind_cli.demo_promises import Promise, avoids, ends, every, fails_with, submits, swaps, waits, whole
from tradewind_cli.lives import number
from tradewind_client import OrderEvent

START = datetime(2026, 1, 31, tzinfo=UTC)


def life(*steps: tuple[str, dict[str, Any]], seconds: float = 1.0) -> Sequence[OrderEvent]:
    return [
        OrderEvent(
            order_id="o-1",
            sequence=number,
            status=status,
            details=details,
            timestamp=START + timedelta(seconds=seconds * number),
        )
        for number, (status, details) in enumerate(steps, 1)
    ]


def leg(venue: str, token_in: str = "A", token_out: str = "B") -> dict[str, Any]:
    names = {"venue": venue, "pool": "p", "tokenIn": token_in, "tokenOut": token_out}
    amounts = {"amountIn": Decimal(1), "amountOut": Decimal(1), "amountInBaseUnits": "1", "amountOutBaseUnits": "1"}
    return {**names, "share": Decimal(1), **amounts}


CONFIRMED = life(("submitted", {"swapId": "s-1"}), ("confirmed", {}))
RETRIED = life(
    ("submitted", {"swapId": "s-1"}),
    ("retrying", {"reason": "swap_failed"}),
    ("submitted", {"swapId": "s-2"}),
    ("confirmed", {}),
)
SENT_TWICE = life(("submitted", {"swapId": "s-1"}), ("submitted", {"swapId": "s-1"}), ("confirmed", {}))
ROUTED = life(("routing_complete", {"route": [leg("raydium"), leg("meteora", "B", "C")]}), ("confirmed", {}))


@pytest.mark.parametrize(
    ("promise", "kept", "broken"),
    [
        (whole, CONFIRMED, CONFIRMED[1:]),
        (whole, CONFIRMED, CONFIRMED[:1]),
        (whole, CONFIRMED, [*CONFIRMED, CONFIRMED[-1]]),
        (ends("confirmed"), CONFIRMED, life(("failed", {}))),
        (submits(2), RETRIED, SENT_TWICE),
        (submits(1), CONFIRMED, RETRIED),
        (fails_with("swap_failed", times=1), RETRIED, CONFIRMED),
        (fails_with("swap_failed", times=1), RETRIED, life(("failed", {"reason": "slippage_exceeded"}))),
        (waits(1.0), CONFIRMED, life(("submitted", {}), ("confirmed", {}), seconds=0.9)),
        (waits(1.0), CONFIRMED, life(("failed", {}))),
        (avoids("orca"), ROUTED, life(("routing_complete", {"route": [leg("orca")]}))),
        (swaps(2, pairs=2), ROUTED, life(("routing_complete", {"route": [leg("raydium")] * 2}))),
        (swaps(2, pairs=1), ROUTED, CONFIRMED),
        (every(ends("confirmed"), submits(1)), CONFIRMED, RETRIED),
    ],
)
def test_a_promise_knows_a_broken_life(
    promise: Promise, kept: Sequence[OrderEvent], broken: Sequence[OrderEvent]
) -> None:
    assert promise(kept) == ""
    assert promise(broken)
    assert promise([])


def test_every_order_shown_has_its_own_name_and_a_comment() -> None:
    acts = [act for chapter in (BODIES, ROUTES, SCENARIOS) for act in chapter.acts]
    assert len({act.name for act in acts}) == len(acts)
    assert all(act.comment and len(act.name) + len(act.comment) < 100 for act in acts)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("2.000000001"), "2.000000001"),
        (Decimal("1E+3"), "1,000"),
        (Decimal("15277.3548"), "15,277.3548"),
        (Decimal("152.8773412345678"), "152.877341"),
        (Decimal("0.0000411288"), "0.0000411288"),
        (None, "?"),
    ],
)
def test_numbers_for_people(value: Decimal | None, text: str) -> None:
    assert number(value) == text
