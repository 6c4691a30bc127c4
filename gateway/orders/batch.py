"""POST /api/orders/batch: many orders in one request, each with its own result."""

import asyncio
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from gateway.access.identity import identity_of
from gateway.access.rate_limits import RateLimits
from gateway.edge.body import BodyLimits, read_json_body
from gateway.edge.json_out import json_response
from gateway.edge.problems import pointer_to, problem_of
from gateway.edge.strict_json import JsonValue, parse_json
from gateway.orders.orders import Intake
from servicekit.errors import DomainError, FieldViolation, Rejected


class Batch:
    """Takes in a list of orders. One bad order does not sink the rest."""

    def __init__(self, intake: Intake, limits: BodyLimits, rate_limits: RateLimits | None, *, orders_max: int) -> None:
        self._intake = intake
        self._limits = limits
        self._rate_limits = rate_limits
        self._orders_max = orders_max

    async def submit(self, request: Request) -> Response:
        """POST: 200 with `results` in the order of the request, each as the single order would be answered."""
        body = await read_json_body(request.scope, request.receive, self._limits)
        orders = self._listed(parse_json(body))
        if self._rate_limits is not None:
            await self._rate_limits.charge(request.scope, identity_of(request.scope), "submits", len(orders))
        results = await asyncio.gather(*(self._result(order, request.scope) for order in orders))
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

    async def _result(self, body: JsonValue, scope: Scope) -> dict[str, Any]:
        try:
            if not isinstance(body, dict):
                raise Rejected("INVALID_ORDER", "An order must be a JSON object.")
            accepted = await self._intake.submit(await self._intake.read(body), scope)
        except DomainError as error:
            problem = problem_of(error, scope)
            return {"status": problem["status"], "problem": problem}
        receipt = self._intake.receipt(accepted.order_id, scope)
        return {"status": 202, "replayed": accepted.replayed, "order": receipt}
