"""GET /metrics: the gateway's metrics, for Prometheus."""

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import Response

from servicekit.metrics import PAGE


async def show(request: Request) -> Response:
    """Return the process's metrics as text."""
    return Response(generate_latest(PAGE), headers={"content-type": CONTENT_TYPE_LATEST, "cache-control": "no-store"})
