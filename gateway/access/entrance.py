"""The outermost layer: every request gets its trace, and every error becomes a problem document."""

from collections.abc import Sequence
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, Route, Router, WebSocketRoute
from starlette.types import Receive, Scope, Send

from gateway import telemetry
from gateway.access.cross_origin import CrossOrigin
from gateway.access.hosts import Hosts
from gateway.access.origin import Origins
from gateway.access.rate_limits import telling_limits
from gateway.edge.answering import ROUTE, Answering
from gateway.edge.problems import problem_response
from gateway.edge.public_path import PREFIX, public_path
from gateway.edge.trace import begin_trace
from servicekit.errors import DomainError, Rejected


class _Named(BaseRoute):
    """A route that notes its path with each request it takes: metrics and traces name routes, never addresses."""

    path: str

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        match, taken = super().matches(scope)
        if match is not Match.NONE:
            taken[ROUTE] = self.path
        return match, taken


class NamedRoute(_Named, Route):
    """A route of HTTP that metrics and traces know by its path."""


class NamedWebSocketRoute(_Named, WebSocketRoute):
    """A route of WebSockets that metrics and traces know by its path."""


class Edge:
    """The ASGI application. Endpoints raise DomainError before they begin to answer, never after."""

    def __init__(self, routes: Sequence[BaseRoute], origins: Origins, cross_origin: CrossOrigin, hosts: Hosts) -> None:
        self._routes = routes
        self._origins = origins
        self.cross_origin = cross_origin
        self._hosts = hosts
        spelled_out = {route.path for route in routes if isinstance(route, Route) and "{" not in route.path}
        self._methods = {path: self._methods_at(path) for path in spelled_out}
        self._router = Router(routes, redirect_slashes=False, default=_nothing_here)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request or serve one WebSocket."""
        trace = begin_trace(scope)
        telemetry.begin_request(trace)
        scope[PREFIX] = self._origins.prefix(scope)
        # The router raises HTTPException instead of answering in plain text when there is an app to catch it.
        scope["app"] = self
        answering = Answering(scope, self.cross_origin.telling(scope, send))
        send = telling_limits(scope, answering)
        try:
            self._hosts.check(scope)
            preflight = self.cross_origin.preflight(scope)
            if preflight is not None:
                await preflight(scope, receive, send)
                return
            self.cross_origin.check(scope)
            if scope["path"].endswith("\n"):
                # The router's patterns end in `$`, which also matches before a line feed.
                raise Rejected("NOT_FOUND")
            methods = self._methods.get(scope["path"])
            if methods and scope["type"] == "http" and scope["method"] not in methods:
                # Or else /api/orders/{order_id} would take `batch` for an order.
                raise HTTPException(405)
            if scope["path"].endswith("/") and (shorter := self._without_slash(scope)) is not None:
                await shorter(scope, receive, send)
                return
            await self._router(scope, receive, send)
        except Exception as error:
            await self._refusal(error, scope)(scope, receive, send)
            telemetry.request_refused(scope, error)
        finally:
            answering.ended()

    def _without_slash(self, scope: Scope) -> Response | None:
        """Return the way from an address with a slash too many to the one without, if there is something."""
        path = scope["path"].rstrip("/")
        if scope["type"] != "http" or not path or "/." in path or not self._methods_at(path):
            return None
        query = scope["query_string"].decode("latin-1")
        location = public_path(scope, quote(path)) + (f"?{query}" if query else "")
        # 308 keeps method and body.
        return Response(status_code=308, headers={"location": location, "cache-control": "no-store"})

    def _refusal(self, error: Exception, scope: Scope) -> Response:
        match error:
            case DomainError():
                if error.row.kind == "bug":
                    telemetry.service_failed(scope["path"], error.reason)
                return problem_response(error, scope)
            case HTTPException(status_code=405):
                headers = {"allow": ", ".join(self._methods_at(scope["path"]))}
                return problem_response(Rejected("METHOD_NOT_ALLOWED"), scope, headers=headers)
        telemetry.request_crashed(scope["path"], error)
        return problem_response(Rejected("INTERNAL"), scope)

    def _methods_at(self, path: str) -> list[str]:
        """Return the methods of an address; one that is spelled out is no order's as well."""
        routes = [route for route in self._routes if isinstance(route, Route)]
        matching = [route for route in routes if route.path == path] or [
            route for route in routes if route.path_regex.match(path)
        ]
        return sorted({method for route in matching for method in route.methods or ()})


async def _nothing_here(scope: Scope, receive: Receive, send: Send) -> None:
    raise Rejected("NOT_FOUND")
