"""The acts of the demonstration: each order, why it is there, and how it must end."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from tradewind_cli.demo_promises import Promise, avoids, ends, every, fails_with, submits, swaps, waits

CONFIRMED: Final = ends("confirmed")

_PAIR: Final = {"tokenIn": "SOL", "tokenOut": "USDC", "slippageBps": 100}


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One order. `promised` says in words what `promise` checks."""

    name: str
    comment: str
    body: Mapping[str, Any]
    promised: str = "confirmed"
    promise: Promise = CONFIRMED
    twice: bool = False
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class Chapter:
    """Orders that live at the same time."""

    title: str
    acts: tuple[Act, ...]


BODIES: Final = Chapter(
    "Five engines' bodies, one meaning",
    (
        Act(
            name="percent",
            comment="slippagePct: half a percent, as the first engine's clients say it",
            body={"tokenIn": "SOL", "tokenOut": "USDC", "amountIn": 10, "slippagePct": Decimal("0.5")},
        ),
        Act(
            name="plain",
            comment="only the pair and the amount, a text: everything else has a default",
            body={"tokenIn": "SOL", "tokenOut": "USDC", "amountIn": "2.000000001"},
        ),
        Act(
            name="basis points",
            comment="type MARKET in capitals, slippageBps: the third engine's",
            body={"type": "MARKET", "tokenIn": "SOL", "tokenOut": "USDC", "amountIn": 1, "slippageBps": 50},
        ),
        Act(
            name="other names",
            comment="inputToken, outputToken, amount: the fourth engine's",
            body={"inputToken": "SOL", "outputToken": "USDC", "amount": Decimal("1.5")},
        ),
        Act(
            name="fraction",
            comment="orderType and slippage as a fraction of one: the fifth engine's",
            body={
                "orderType": "market",
                "tokenIn": "SOL",
                "tokenOut": "USDC",
                "amount": 100,
                "slippage": Decimal("0.05"),
            },
        ),
    ),
)

ROUTES: Final = Chapter(
    "Routes",
    (
        Act(
            name="split",
            comment="large enough that several pools pay more than the best one alone",
            body={**_PAIR, "amountIn": "100000", "slippageBps": 500},
            promised="confirmed, several pools",
            promise=every(CONFIRMED, swaps(2, pairs=1)),
        ),
        Act(
            name="two hops",
            comment="no pool trades BONK against JUP: the way goes through a third token",
            body={"tokenIn": "BONK", "tokenOut": "JUP", "amountIn": "1000000", "slippageBps": 100},
            promised="confirmed over two pairs",
            promise=every(CONFIRMED, swaps(2, pairs=2)),
        ),
        Act(
            name="one venue",
            comment="venues: only Raydium is allowed, whatever Meteora pays",
            body={**_PAIR, "amountIn": "5", "venues": ["raydium"]},
            promised="confirmed, not over meteora",
            promise=every(CONFIRMED, avoids("meteora")),
        ),
        Act(
            name="sent twice",
            comment="the same order under the same key again: one order, one answer",
            body={**_PAIR, "amountIn": "3"},
            promised="confirmed, one order",
            twice=True,
        ),
    ),
)

SCENARIOS: Final = Chapter(
    "Scenarios: what goes wrong, on purpose",
    (
        Act(
            name="ack_lost",
            comment="the market takes the swap, its answer is lost: asked again, never sent again",
            body={**_PAIR, "amountIn": "1", "scenario": "ack_lost"},
            promised="confirmed, sent once",
            promise=every(CONFIRMED, submits(1)),
        ),
        Act(
            name="late_confirm",
            comment="it lands, and nobody hears of it for six seconds: no second attempt meanwhile",
            body={**_PAIR, "amountIn": "1", "scenario": "late_confirm"},
            promised="confirmed late, sent once",
            promise=every(CONFIRMED, submits(1), waits(5.5)),
        ),
        Act(
            name="fail_once",
            comment="the first attempt fails: a fresh quote, a new swap",
            body={**_PAIR, "amountIn": "1", "scenario": "fail_once"},
            promised="confirmed on attempt 2",
            promise=every(CONFIRMED, submits(2), fails_with("swap_failed", times=1)),
        ),
        Act(
            name="fail_always",
            comment="every attempt fails: three tries, then one failed",
            body={**_PAIR, "amountIn": "1", "scenario": "fail_always"},
            promised="failed after 3 attempts",
            promise=every(ends("failed"), submits(3), fails_with("swap_failed", times=3)),
        ),
        Act(
            name="slippage",
            comment="the price moves away each time: never filled below the least amount",
            body={**_PAIR, "amountIn": "1", "scenario": "slippage"},
            promised="failed: slippage_exceeded",
            promise=every(ends("failed"), fails_with("slippage_exceeded", times=3)),
        ),
        Act(
            name="dropped",
            comment="the cluster loses it: only when it can never land any more is it sent anew",
            body={**_PAIR, "amountIn": "1", "scenario": "dropped"},
            promised="confirmed on attempt 2",
            promise=every(CONFIRMED, submits(2), fails_with("swap_dropped", times=1), waits(3.0)),
        ),
        Act(
            name="venue_down:raydium",
            comment="Raydium is away: the route goes over Meteora",
            body={**_PAIR, "amountIn": "1", "scenario": "venue_down:raydium"},
            promised="confirmed, not over raydium",
            promise=every(CONFIRMED, avoids("raydium")),
        ),
        Act(
            name="venue_down:meteora",
            comment="Meteora is away: the route goes over Raydium",
            body={**_PAIR, "amountIn": "1", "scenario": "venue_down:meteora"},
            promised="confirmed, not over meteora",
            promise=every(CONFIRMED, avoids("meteora")),
        ),
        Act(
            name="slow_quotes",
            comment="a venue is slow to quote: the router waits its deadline, and no longer",
            body={**_PAIR, "amountIn": "1", "scenario": "slow_quotes"},
            promised="confirmed, sent once",
            promise=every(CONFIRMED, submits(1)),
        ),
        Act(
            name="taken back",
            comment="cancelled while it waits for its next attempt",
            body={**_PAIR, "amountIn": "1", "scenario": "fail_always"},
            promised="cancelled",
            promise=ends("cancelled"),
            cancelled=True,
        ),
    ),
)
