"""The guard of the endpoints: it checks the key, its rights and the limits before any body is read."""

from collections.abc import Awaitable

from starlette.middleware import Middleware
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.access.callers import Callers
from gateway.access.identity import ANYONE, Identity, Right, give_identity
from gateway.access.rate_limits import Budget, RateLimits
from servicekit.errors import Rejected


class Guard:
    """Makes the middleware of routes. Without `callers` (AUTH=off) every caller is `default` and has all rights."""

    def __init__(self, callers: Callers | None, limits: RateLimits | None) -> None:
        self._callers = callers
        self._limits = limits

    @property
    def is_open(self) -> bool:
        """True when there is nothing to check: routes then get no middleware."""
        return self._callers is None and self._limits is None

    def door(self, right: Right, budget: Budget | None = "reads") -> list[Middleware]:
        """Return the middleware of a route that needs `right`. One request counts once in `budget`.

        Without a budget the endpoint counts its requests itself.
        """
        return [Middleware(Door, self, right, budget)]

    async def admit(self, scope: Scope, right: Right, budget: Budget | None) -> Identity:
        """Return the caller. Raises Rejected: UNAUTHENTICATED or FORBIDDEN; RateLimited; or Unavailable."""
        if self._limits is not None:
            await self._limits.charge_address(scope, strict=budget != "reads")
        caller = ANYONE if self._callers is None else await self._callers.identify(scope)
        if right not in caller.scopes:
            raise Rejected("FORBIDDEN", f"This needs a key with the scope {right}.")
        if self._limits is not None and budget is not None:
            await self._limits.charge(scope, caller, budget)
        return caller


class Door:
    """The middleware of one route: it checks a request before the route's application gets it."""

    def __init__(self, app: ASGIApp, guard: Guard, right: Right, budget: Budget | None) -> None:
        self._app = app
        self._guard = guard
        self._right = right
        self._budget = budget

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Pass a request on with its caller's identity. Raises as `Guard.admit` does."""
        if self._guard.is_open:
            give_identity(scope, ANYONE)
            return self._app(scope, receive, send)
        return self._checked(scope, receive, send)

    async def _checked(self, scope: Scope, receive: Receive, send: Send) -> None:
        give_identity(scope, await self._guard.admit(scope, self._right, self._budget))
        await self._app(scope, receive, send)
