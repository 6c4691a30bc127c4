"""POST /api/orders/batch: many orders in one request, each with its own result."""

import asyncio
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from gateway.access.identity import identity_of
from gateway.access.rate_limits import RateLimits
from gateway.edge.body import BodyLimits, read_json_body
from gateway.edge.json_out import json_response
from gateway.edge.problems import TAKES_KEY, pointer_to, problem_of
from gateway.edge.strict_json import JsonValue, parse_json
from gateway.orders.orders import Intake, header_key
from servicekit.errors import DomainError, FieldViolation, Rejected

# 255 less the four characters of `#` and an order's position.
KEY_CHARACTERS_MAX: Final = 251


class Batch:
    """Submits a list of orders. One bad order does not fail the others."""

    def __init__(self, intake: Intake, limits: BodyLimits, rate_limits: RateLimits | None, *, orders_max: int) -> None:
        self._intake = intake
        self._limits = limits
        self._rate_limits = rate_limits
        self._orders_max = orders_max

    async def submit(self, request: Request) -> Response:
        """POST: 200 with `results` in the order of the request, each as the single order would be answered."""
        request.scope[TAKES_KEY] = True
        key = _batch_key(request.scope)
        body = await read_json_body(request.scope, request.receive, self._limits)
        orders = self._listed(parse_json(body))
        if self._rate_limits is not None:
            await self._rate_limits.charge(request.scope, identity_of(request.scope), "submits", len(orders))
        results = await asyncio.gather(
            *(self._result(order, request.scope, key and f"{key}#{at}") for at, order in enumerate(orders))
        )
        return json_response({"results": results})

    def _listed(self, value: JsonValue) -> list[JsonValue]:
        orders = value.get("orders") if isinstance(value, dict) else value
        if not isinstance(orders, list) or (isinstance(value, dict) and len(value) > 1):
            raise Rejected("MALFORMED_REQUEST", 'The body must be {"orders": [...]} or a list of orders.')
        if not 1 <= len(orders) <= self._orders_max:
            detail = f"A batch has 1 to {self._orders_max} orders; this one has {len(orders)}."
            violation = FieldViolation(pointer_to("orders"), detail, "out_of_range")
            raise Rejected("INVALID_REQUEST", detail, violations=[violation])
        return orders

    async def _result(self, body: JsonValue, scope: Scope, key: str | None) -> dict[str, Any]:
        try:
            if not isinstance(body, dict):
                raise Rejected("INVALID_ORDER", "An order must be a JSON object.")
            order = await self._intake.read(body)
            # An order's own client order id has precedence over the batch's key.
            identified = order if key is None or order.client_order_id else order.identified_by(key)
            accepted = await self._intake.submit(identified, scope)
        except DomainError as error:
            problem = problem_of(error, scope)
            return {"status": problem["status"], "problem": problem}
        receipt = self._intake.receipt(accepted.order_id, identified, scope)
        return {"status": 202, "replayed": accepted.replayed, "order": receipt}


def _batch_key(scope: Scope) -> str | None:
    """Return the batch's Idempotency-Key. With its position it identifies each order: `key#0`, `key#1`, ..."""
    key = header_key(scope)
    if key is not None and len(key) > KEY_CHARACTERS_MAX:
        raise Rejected(
            "INVALID_REQUEST", f"The Idempotency-Key of a batch has at most {KEY_CHARACTERS_MAX} characters."
        )
    return key
