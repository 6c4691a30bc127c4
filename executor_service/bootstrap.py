"""Wiring: the one file that imports both the use cases and the adapters behind their ports."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID, uuid4

from psycopg_pool import AsyncConnectionPool
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from executor_service.adapters.dramatiq_queue import DramatiqQueue, HintBroker
from executor_service.adapters.gauges import Gauges
from executor_service.adapters.market_client import GrpcMarket
from executor_service.adapters.market_time import RealTime
from executor_service.adapters.postgres_accounts import PostgresAccounts
from executor_service.adapters.postgres_keys import PostgresKeys
from executor_service.adapters.postgres_leased_orders import SESSION_SETTINGS, PostgresLeasedOrders
from executor_service.adapters.postgres_order_store import PostgresOrderStore
from executor_service.adapters.price_feed import PriceFeed
from executor_service.adapters.redis_feed import RedisEventFeed
from executor_service.adapters.router_client import GrpcRouter
from executor_service.adapters.status_reads import StatusReads
from executor_service.application.account_limits import AccountLimits
from executor_service.application.admission import Admission
from executor_service.application.authenticate import Authenticate
from executor_service.application.cancel_order import CancelOrder
from executor_service.application.drive_orders import DriveOrders, Permits
from executor_service.application.execute_order import ExecuteOrder
from executor_service.application.ports import Clock
from executor_service.application.watch_orders import WatchHub
from executor_service.domain.retry import RetryPolicy
from executor_service.settings import ExecutorSettings
from servicekit.grpc_client import open_channel
from servicekit.pool_metrics import watch_pool
from servicekit.postgres import open_pool


@dataclass(slots=True)
class ServerParts:
    """The parts of the gRPC server."""

    store: PostgresOrderStore
    admission: Admission
    cancel: CancelOrder
    hub: WatchHub
    clock: Clock
    feed: RedisEventFeed
    queue: DramatiqQueue
    gauges: Gauges
    accounts: AccountLimits
    prices: PriceFeed
    keys: Authenticate
    status: StatusReads


@dataclass(slots=True)
class WorkerParts:
    """The parts of a worker process; they outlive its leases."""

    settings: ExecutorSettings
    pool: AsyncConnectionPool
    router: GrpcRouter
    market: GrpcMarket
    clock: Clock
    feed: RedisEventFeed
    queue: DramatiqQueue
    broker: HintBroker
    permits: Permits

    def driver_of(self, worker_id: UUID) -> tuple[PostgresLeasedOrders, DriveOrders]:
        """Return the orders of a lease, and what drives them."""
        orders_max = self.settings.max_in_flight
        leased = PostgresLeasedOrders(self.pool, worker_id=worker_id, feed=self.feed, orders_max=orders_max)
        retry = RetryPolicy(attempts_max=self.settings.max_attempts, base_ms=self.settings.retry_base_ms)
        execute = ExecuteOrder(orders=leased, router=self.router, market=self.market, clock=self.clock, retry=retry)
        return leased, DriveOrders(orders=leased, execute=execute, clock=self.clock, permits=self.permits)


@asynccontextmanager
async def server_parts(settings: ExecutorSettings, broker: HintBroker) -> AsyncIterator[ServerParts]:
    """Open everything the server needs, on the running loop, and close it in the end."""
    redis, broker_redis = _open_redis(settings.redis_url.get_secret_value()), _open_redis(settings.queue_url)
    async with _open_pool(settings) as pool, open_channel(settings.router_address) as router_channel:
        feed, queue, clock = (
            RedisEventFeed(redis, order_channels=settings.order_channels),
            DramatiqQueue(broker),
            RealTime(),
        )
        accounts = AccountLimits(accounts=PostgresAccounts(pool), clock=clock, defaults=settings.risk_limits)
        prices = PriceFeed(router_channel)
        store = PostgresOrderStore(pool, feed=feed, queue=queue, accounts=accounts, prices=prices)
        yield ServerParts(
            store=store,
            admission=Admission(store=store, open_orders_max=settings.open_orders_max),
            cancel=CancelOrder(store=store, clock=clock),
            hub=WatchHub(store=store, feed=feed),
            clock=clock,
            feed=feed,
            queue=queue,
            gauges=Gauges(pool, broker_redis),
            accounts=accounts,
            prices=prices,
            keys=Authenticate(keys=PostgresKeys(pool), clock=clock, pepper=settings.pepper),
            status=StatusReads(pool, redis),
        )
    await redis.aclose()
    await broker_redis.aclose()


@asynccontextmanager
async def worker_parts(settings: ExecutorSettings, broker: HintBroker, permits: Permits) -> AsyncIterator[WorkerParts]:
    """Open everything a worker needs, on the running loop, and close it in the end."""
    redis = _open_redis(settings.redis_url.get_secret_value())
    router_channel, market_channel = open_channel(settings.router_address), open_channel(settings.market_address)
    router = GrpcRouter(router_channel, target=settings.router_address, orders_max=settings.max_in_flight)
    submitter = f"{settings.worker_name}/{uuid4()}"
    async with _open_pool(settings) as pool, router_channel, market_channel:
        yield WorkerParts(
            settings=settings,
            pool=pool,
            router=router,
            market=GrpcMarket(market_channel, submitter=submitter, orders_max=settings.max_in_flight),
            clock=RealTime(),
            feed=RedisEventFeed(redis, order_channels=settings.order_channels),
            queue=DramatiqQueue(broker),
            broker=broker,
            permits=permits,
        )
    await router.close()
    await redis.aclose()


def _open_pool(settings: ExecutorSettings) -> AsyncConnectionPool:
    url = settings.database_url.get_secret_value()
    pool = open_pool(url, size=settings.database_connections, settings=SESSION_SETTINGS)
    watch_pool(pool)
    return pool


def _open_redis(url: str) -> Redis:
    return Redis.from_url(url, retry=Retry(NoBackoff(), 0), socket_connect_timeout=2, health_check_interval=15)
