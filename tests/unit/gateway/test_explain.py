"""Why an order went as it did."""

import json
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp

from gateway.edge.json_out import encode
from gateway.orders.explain import explanation
from tradewind.orders.v1 import orders_pb2 as pb

QUOTES = [
    {"venue": "raydium", "pool": "P1", "kind": "cpmm", "amountOut": "450000000", "fee": "750000", "priceImpactBps": 4},
    {"venue": "meteora", "pool": "P2", "kind": "dlmm", "amountOut": "449900000", "fee": "300000", "priceImpactBps": 1},
]
REFUSED = [{"venue": "meteora", "pool": "P3", "reason": "venue_unavailable", "detail": "No answer in time."}]
RUNNER_UP = {"pool": "P1", "amountOut": "450000000", "differenceBps": 22}
LEGS = [{"venue": "raydium", "pool": "P1", "share": 0.75}, {"venue": "meteora", "pool": "P2", "share": 0.25}]
FEE = {"fee": 1.05, "feeBaseUnits": "1050000", "feeToken": "B", "feeTokenMint": "mint-b"}
ROUTE: dict[str, Any] = {
    "venue": "raydium",
    "amountIn": "3000000000",
    "amountOut": "451000000",
    "fee": "1050000",
    "priceImpactBps": 3,
    "slot": 9,
    "legs": [
        {
            "venue": venue,
            "pool": pool,
            "kind": "cpmm",
            "mintIn": "A",
            "mintOut": "B",
            "amountIn": "1",
            "amountOut": "2",
            "fee": "3",
            "feeMint": "A",
            "shareBps": share_bps,
        }
        for venue, pool, share_bps in (("raydium", "P1", 7_500), ("meteora", "P2", 2_500))
    ],
    "presented": {"route": LEGS, "quotes": QUOTES, "refused": REFUSED, "runnerUp": RUNNER_UP, **FEE},
}
LIFE = [
    ("pending", 0, {}),
    ("routing", 12, {"attempt": 1}),
    ("retrying", 112, {"attempt": 1}),
    ("routing", 612, {"attempt": 2}),
    ("routing_complete", 900, {"attempt": 2}),
    ("building", 900, {"attempt": 2}),
    ("submitted", 901, {"attempt": 2}),
    ("confirmed", 3_401, {}),
]


def _payloads(*life: tuple[str, int, dict[str, int]]) -> list[str]:
    return [
        json.dumps(
            {
                "orderId": "o",
                "sequence": sequence,
                "status": status,
                "details": details,
                "timestamp": f"2026-03-04T05:06:{at_ms // 1000:02d}.{at_ms % 1000:03d}Z",
            }
        )
        for sequence, (status, at_ms, details) in enumerate(life, 1)
    ]


def _order(**changes: Any) -> pb.Order:
    at = Timestamp(seconds=1_772_600_767)
    defaults: dict[str, Any] = {
        "order_id": "o",
        "status": pb.ORDER_STATUS_CONFIRMED,
        "version": len(LIFE),
        "amount_in": 3_000_000_000,
        "decimals_in": 9,
        "decimals_out": 6,
        "quoted_amount_out": 451_000_000,
        "min_amount_out": 448_745_000,
        "executed_amount_out": 450_000_001,
        "attempts": [
            pb.Attempt(attempt=1, result="NO_ROUTE", error="Nothing.", started_at=at, ended_at=at),
            pb.Attempt(attempt=2, result="landed", route_json=json.dumps(ROUTE), started_at=at, ended_at=at),
        ],
    }
    return pb.Order(**{**defaults, **changes})


def _explained(order: pb.Order, payloads: list[str]) -> Any:
    return json.loads(encode(explanation(order, payloads, symbol_of=str)))


def test_each_attempt_tells_what_was_weighed_and_what_came_of_it() -> None:
    failed, landed = _explained(_order(), _payloads(*LIFE))["attemptHistory"]
    assert (failed["result"], failed["error"]) == ("no_route", "Nothing.")
    assert failed["route"] is failed["quotes"] is failed["runnerUp"] is None
    assert (landed["result"], landed["dex"], landed["amountOut"], landed["fee"]) == ("landed", "raydium", 451, 1.05)
    assert [(leg["pool"], leg["share"]) for leg in landed["route"]] == [("P1", 0.75), ("P2", 0.25)]
    assert (landed["quotes"], landed["refused"], landed["runnerUp"]) == (QUOTES, REFUSED, RUNNER_UP)


def test_the_time_of_each_stage_is_that_between_events_and_all_of_it_adds_up() -> None:
    told = _explained(_order(), _payloads(*LIFE))
    before = [(stage["status"], stage["ms"]) for stage in told["beforeFirstAttempt"]]
    stages = [[(stage["status"], stage["ms"]) for stage in attempt["stages"]] for attempt in told["attemptHistory"]]
    assert before == [("pending", 12)]
    assert stages == [
        [("routing", 100), ("retrying", 500)],
        [("routing", 288), ("routing_complete", 0), ("building", 1), ("submitted", 2_500), ("confirmed", None)],
    ]
    assert told["totalMs"] == 3_401 == 12 + sum(ms or 0 for attempt in stages for _, ms in attempt)


def test_the_fill_is_held_against_the_quote() -> None:
    fill = _explained(_order(), _payloads(*LIFE))["fill"]
    assert fill == {
        **{"amountOut": 450.000001, "amountOutBaseUnits": "450000001"},
        **{"quotedAmountOut": 451, "quotedAmountOutBaseUnits": "451000000"},
        **{"minAmountOut": 448.745, "minAmountOutBaseUnits": "448745000"},
        "shortfallBps": 22.17,
    }
    better = _order(executed_amount_out=451_451_000)
    assert _explained(better, _payloads(*LIFE))["fill"]["shortfallBps"] == -10


def test_an_order_that_is_being_routed_has_an_attempt_without_a_record() -> None:
    order = _order(status=pb.ORDER_STATUS_ROUTING, version=2, attempts=[], executed_amount_out=0)
    told = _explained(order, _payloads(*LIFE))
    assert [attempt["attempt"] for attempt in told["attemptHistory"]] == [1]
    assert [(stage["status"], stage["ms"]) for stage in told["attemptHistory"][0]["stages"]] == [("routing", None)]
    assert told["attemptHistory"][0]["startedAt"] == "2026-03-04T05:06:00.012Z"
    assert told["fill"] is None


def test_an_order_that_waits_has_no_attempt() -> None:
    order = _order(status=pb.ORDER_STATUS_PENDING, version=1, attempts=[], executed_amount_out=0)
    told = _explained(order, _payloads(LIFE[0]))
    assert (told["attemptHistory"], told["totalMs"]) == ([], 0)
    assert [(stage["status"], stage["ms"]) for stage in told["beforeFirstAttempt"]] == [("pending", None)]
