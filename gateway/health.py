"""Liveness and readiness. Liveness calls no service; readiness checks the parts that a new order needs."""

from starlette.requests import Request
from starlette.responses import Response

from gateway.edge.json_out import json_response
from gateway.edge.problems import problem_response
from gateway.edge.query import invalid_parameter, known_parameters
from gateway.status import NEEDED, Parts
from servicekit.errors import Unavailable


class Health:
    """The health endpoints."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def alive(self, request: Request) -> Response:
        """GET /health, /healthz, /livez: the process answers."""
        return json_response({"status": "ok"})

    async def ready(self, request: Request) -> Response:
        """GET /readyz: 200 when a new order would be executed, else 503 naming the parts that are missing.

        `exclude` leaves parts out, as it does in Kubernetes' own /readyz: a balancer that should send requests while
        stored orders wait for a worker excludes `workers`.
        """
        excluded = _excluded(request)
        found = await self._parts.look()
        checks = {name: found.states[name] for name in NEEDED if name not in excluded}
        missing = found.missing(excluded)
        if not missing:
            return json_response({"status": "ok", "checks": checks})
        error = Unavailable("UNAVAILABLE", f"Not ready: {', '.join(missing)}. /api/status shows every part.")
        return problem_response(error, request.scope, extra={"checks": checks, "notReady": missing})


def _excluded(request: Request) -> frozenset[str]:
    given = known_parameters(request.scope, ("exclude",)).get("exclude", [])
    names = frozenset(name.strip() for value in given for name in value.split(",") if name.strip())
    if not names <= frozenset(NEEDED):
        raise invalid_parameter("exclude", f"exclude must be of: {', '.join(NEEDED)}.")
    return names
