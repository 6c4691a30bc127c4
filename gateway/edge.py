"""The outermost layer: every request gets its trace, and every error becomes a problem document."""

from collections.abc import Sequence
from typing import Final

import structlog
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Route, Router
from starlette.types import Receive, Scope, Send

from gateway.problems import problem_response
from gateway.trace import begin_trace
from servicekit.errors import DomainError, Rejected

log = structlog.get_logger()

_REASONS: Final = {404: "NOT_FOUND", 405: "METHOD_NOT_ALLOWED", 413: "BODY_TOO_LARGE", 400: "MALFORMED_REQUEST"}


class Edge:
    """The ASGI application. Endpoints raise DomainError before they begin to answer, never after."""

    def __init__(self, routes: Sequence[BaseRoute]) -> None:
        self._routes = routes
        self._router = Router(routes, redirect_slashes=False, default=_nothing_here)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request or serve one WebSocket."""
        trace = begin_trace(scope)
        structlog.contextvars.bind_contextvars(trace_id=trace.trace_id)
        # The router raises HTTPException instead of answering in plain text when there is an app to catch it.
        scope["app"] = self
        headers: dict[str, str] = {}
        try:
            await self._router(scope, receive, send)
            return
        except DomainError as refused:
            error = refused
        except HTTPException as refused:
            error = Rejected(_REASONS.get(refused.status_code, "INTERNAL"))
            if refused.status_code == 405:
                headers["allow"] = self._methods_at(scope["path"])
        except Exception as crash:
            log.error("request.crashed", path=scope["path"], exc_info=crash)
            error = Rejected("INTERNAL")
        if error.row.kind == "bug":
            log.error("request.failed", path=scope["path"], reason=error.reason)
        await problem_response(error, scope, headers=headers)(scope, receive, send)

    def _methods_at(self, path: str) -> str:
        matching = (route for route in self._routes if isinstance(route, Route) and route.path_regex.match(path))
        return ", ".join(sorted({method for route in matching for method in route.methods or ()}))


async def _nothing_here(scope: Scope, receive: Receive, send: Send) -> None:
    raise Rejected("NOT_FOUND")
