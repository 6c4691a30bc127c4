"""Many orders in few requests, each order with a key and a result of its own."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from tradewind_client.errors import UnexpectedAnswer
from tradewind_client.http import Http
from tradewind_client.json_values import Value, decode
from tradewind_client.orders import BatchEntry, OrderRequest, Submitted, keyed
from tradewind_client.problems import problem_from
from tradewind_client.retry import RetryPolicy, Tries

# The most orders that a gateway takes in one request.
ORDERS_MAX: Final = 500


class Result(Value, frozen=True, kw_only=True):
    """An entry of the gateway's answer."""

    status: int
    replayed: bool = False
    order: Submitted | None = None
    problem: dict[str, Any] | None = None


class Results(Value, frozen=True, kw_only=True):
    """The gateway's answer."""

    results: tuple[Result, ...]


async def submit_batch(
    http: Http, policy: RetryPolicy, orders: Sequence[OrderRequest | Mapping[str, Any]]
) -> list[BatchEntry]:
    """Return a result for each order, in order. Raises TradewindError when the gateway does not answer at all."""
    bodies = []
    for order in orders:
        body, key = keyed(order, None)
        bodies.append({**body, "clientOrderId": key})
    entries: dict[int, BatchEntry] = {}
    for start in range(0, len(bodies), ORDERS_MAX):
        await _submit_some(http, Tries(policy), dict(enumerate(bodies[start : start + ORDERS_MAX], start)), entries)
    return [entries[number] for number in range(len(bodies))]


async def _submit_some(
    http: Http, tries: Tries, waiting: dict[int, dict[str, Any]], entries: dict[int, BatchEntry]
) -> None:
    while True:
        response = await http.post("/api/orders/batch", {"orders": list(waiting.values())})
        results = decode(response.content, Results).results
        if len(results) != len(waiting):
            raise UnexpectedAnswer(f"{len(waiting)} orders were sent, {len(results)} results came back.")
        entries |= {
            number: _entry(result, body["clientOrderId"])
            for (number, body), result in zip(waiting.items(), results, strict=True)
        }
        waiting = {number: body for number, body in waiting.items() if _passing(entries[number])}
        if not waiting or not await tries.again():
            return


def _entry(result: Result, key: str) -> BatchEntry:
    if result.order is None:
        return BatchEntry(problem=problem_from(result.problem or {"status": result.status}))
    return BatchEntry(
        submitted=Submitted(
            order_id=result.order.order_id, status=result.order.status, idempotency_key=key, replayed=result.replayed
        )
    )


def _passing(entry: BatchEntry) -> bool:
    return entry.problem is not None and entry.problem.retryable
