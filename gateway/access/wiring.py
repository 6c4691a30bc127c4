"""Wiring of who may do what: keys, tickets, limits, and the guard that asks them."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Final

from redis.asyncio import BlockingConnectionPool, ConnectionPool
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from gateway.access.accounts_client import AccountsClient
from gateway.access.authenticator import Authenticator
from gateway.access.callers import Callers
from gateway.access.client_address import ClientAddresses
from gateway.access.guard import Guard
from gateway.access.key_checks import KeyChecks
from gateway.access.rate_limiter import RateLimiter
from gateway.access.rate_limits import Policies, RateLimits
from gateway.access.rate_policies import Policy
from gateway.access.tickets import TicketEndpoint, Tickets
from gateway.access.turnstile import Turnstile
from gateway.edge.background import in_background
from gateway.settings import GatewaySettings

REDIS_CONNECTIONS_MAX: Final = 16
REDIS_SECONDS_MAX: Final = 2.0


@dataclass(frozen=True, slots=True)
class Access:
    """The parts that endpoints need. `limits` is None without rate limits."""

    guard: Guard
    limits: RateLimits | None
    tickets: TicketEndpoint


@asynccontextmanager
async def open_access(
    settings: GatewaySettings, accounts: AccountsClient, addresses: ClientAddresses, turnstile: Turnstile
) -> AsyncIterator[Access]:
    """Yield what the settings ask for; its background work runs until the end."""
    if not settings.auth and not settings.has_rate_limits:
        yield Access(Guard(None, None), None, TicketEndpoint(None, addresses))
        return
    async with AsyncExitStack() as stack:
        assert settings.redis_url is not None, "the settings have seen to it"
        pool = await stack.enter_async_context(redis_pool(settings.redis_url.get_secret_value()))
        limiter = RateLimiter(pool, deadline_seconds=settings.rate_limit_deadline_seconds)
        stack.push_async_callback(limiter.close)
        limits = RateLimits(limiter, _policies(settings), addresses)
        if not settings.auth:
            yield Access(Guard(None, limits), limits, TicketEndpoint(None, addresses))
            return
        authenticator, tickets = Authenticator(accounts), Tickets(pool)
        stack.push_async_callback(authenticator.close)
        checks = KeyChecks(accounts, turnstile, every_seconds=settings.key_recheck_seconds)
        await stack.enter_async_context(in_background(checks.run()))
        callers = Callers(authenticator, accounts, tickets, limits, addresses)
        yield Access(Guard(callers, limits), limits, TicketEndpoint(tickets, addresses))


def _policies(settings: GatewaySettings) -> Policies:
    return Policies(
        submits=Policy("submits", settings.rate_limits("submits")),
        reads=Policy("reads", settings.rate_limits("reads")),
        address=Policy("address", settings.rate_limits("address")),
        failures=Policy("failures", settings.rate_limits("failures")),
    )


@asynccontextmanager
async def redis_pool(url: str) -> AsyncIterator[ConnectionPool]:
    """Yield connections that are made when they are needed, never wait long, and try nothing twice."""
    pool = BlockingConnectionPool.from_url(
        url,
        max_connections=REDIS_CONNECTIONS_MAX,
        timeout=REDIS_SECONDS_MAX,
        socket_timeout=REDIS_SECONDS_MAX,
        socket_connect_timeout=REDIS_SECONDS_MAX,
        retry=Retry(NoBackoff(), 0),
    )
    try:
        yield pool
    finally:
        await pool.aclose()
