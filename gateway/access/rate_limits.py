"""The rate limits of this gateway: by client address, by key, and for wrong keys."""

from dataclasses import dataclass
from typing import Final, Literal

from starlette.types import Message, Scope, Send

from gateway.access.client_address import ClientAddresses, subscriber_of
from gateway.access.identity import Identity
from gateway.access.rate_limiter import RateLimited, RateLimiter
from gateway.access.rate_policies import Policy, Standing, headers_of
from servicekit.errors import FieldViolation, Rejected

Budget = Literal["submits", "reads"]

_STANDINGS: Final = "tradewind.standings"


@dataclass(frozen=True, slots=True)
class Policies:
    """The policies of this gateway. A policy without limits allows everything."""

    submits: Policy
    reads: Policy
    address: Policy
    failures: Policy


class RateLimits:
    """Charges requests. The headers of the answer report the result, whatever the answer is."""

    def __init__(self, limiter: RateLimiter, policies: Policies, addresses: ClientAddresses) -> None:
        self._limiter = limiter
        self._policies = policies
        self._addresses = addresses

    async def charge_address(self, scope: Scope, *, strict: bool) -> None:
        """Count a request of this address, whatever key it shows. Raises RateLimited."""
        await self._charge(scope, self._policies.address, self._subscriber(scope), 1, strict=strict)

    async def charge(self, scope: Scope, caller: Identity, budget: Budget, cost: int = 1) -> None:
        """Count a request of this caller. Raises RateLimited, or Rejected for a cost that will always be too much."""
        policy = self._policies.submits if budget == "submits" else self._policies.reads
        most = min((limit.amount for limit in policy.limits), default=cost)
        if cost > most:
            detail = f"At most {most} orders can be sent at once under the limit {policy.name}: send smaller batches."
            raise Rejected("INVALID_REQUEST", detail, violations=[FieldViolation("/orders", detail, "out_of_range")])
        subject = caller.key_id or caller.account_id
        await self._charge(scope, policy, subject, cost, strict=budget == "submits")

    async def check_guesses(self, scope: Scope) -> None:
        """Raise RateLimited for an address that has shown too many wrong keys."""
        await self._limiter.check_room(self._policies.failures, self._subscriber(scope))

    async def count_guess(self, scope: Scope) -> None:
        """Count a wrong key of an address. Raises RateLimited when the address has shown too many."""
        await self._limiter.charge(self._policies.failures, self._subscriber(scope), strict=True)

    async def _charge(self, scope: Scope, policy: Policy, subject: str, cost: int, *, strict: bool) -> None:
        if not policy.limits:
            return
        noted: list[Standing] = scope.setdefault(_STANDINGS, [])
        try:
            noted.extend(await self._limiter.charge(policy, subject, cost=cost, strict=strict))
        except RateLimited as error:
            noted.extend(error.standings)
            raise

    def _subscriber(self, scope: Scope) -> str:
        return subscriber_of(self._addresses.of(scope))


def telling_limits(scope: Scope, send: Send) -> Send:
    """Return a `send` that adds the caller's RateLimit headers to the start of an answer."""

    async def send_with_limits(message: Message) -> None:
        if message["type"] in ("http.response.start", "websocket.http.response.start") and _STANDINGS in scope:
            message["headers"] = [*message["headers"], *headers_of(scope[_STANDINGS])]
        await send(message)

    return send_with_limits
