"""Whatever arrives at whichever executor in whatever order, no account ever has more than its limits allow."""

import asyncio
from dataclasses import replace
from uuid import uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg_pool import AsyncConnectionPool

from executor_service.adapters.postgres_accounts import PostgresAccounts
from executor_service.adapters.postgres_order_store import PostgresOrderStore
from executor_service.application.ports import Accepted, StaleOrder
from executor_service.domain.lifecycle import OrderCancelled
from executor_service.domain.risk import AccountUse, RiskLimits, TradingState
from servicekit.cancelling import cancel_all
from servicekit.errors import DomainError
from tests.builders import NOON, a_new_order
from tests.order_stores import an_order_store

EXECUTORS = 2
# What one client does: submit at an executor, some of it under an identity that others may use too; take an order
# back; have the account halted or activated; or let others go first.
SUBMIT = st.tuples(st.just("submit"), st.integers(0, EXECUTORS - 1), st.sampled_from(["", "", "", "a", "b"]))
STEP = st.one_of(
    *([SUBMIT] * 6),
    st.tuples(st.just("cancel"), st.integers(0, 99), st.just("")),
    st.tuples(st.just("switch"), st.integers(0, 1), st.just("")),
    st.tuples(st.just("wait"), st.just(0), st.just("")),
)
Step = tuple[str, int, str]


class World:
    """Two executors on one database, clients at both, and all that was promised to them."""

    def __init__(self, pool: AsyncConnectionPool, limits: RiskLimits) -> None:
        self.account_id = f"account-{uuid4()}"
        self.limits = limits
        self.accounts = PostgresAccounts(pool)
        self.stores: list[PostgresOrderStore] = [an_order_store(pool) for _ in range(EXECUTORS)]
        self.accepted: list[Accepted] = []
        self.refused: set[str] = set()

    async def follow(self, steps: list[Step]) -> None:
        for what, number, client_order_id in steps:
            match what:
                case "submit":
                    await self._submit(self.stores[number], client_order_id or None)
                case "cancel" if self.accepted:
                    await self._cancel(self.accepted[number % len(self.accepted)])
                case "switch":
                    await self._switch(list(TradingState)[number])
                case _:
                    await asyncio.sleep(0)

    async def keep_looking(self) -> None:
        """Compare with the limits what the account has, again and again while others submit."""
        while True:
            await self.look()

    async def look(self) -> AccountUse:
        use = await self.accounts.use(self.account_id)
        assert use.in_flight <= (self.limits.orders_in_flight_max or use.in_flight)
        assert use.last_minute <= (self.limits.orders_per_minute_max or use.last_minute)
        return use

    async def check(self) -> None:
        """Compare with the limits and with the rows what was promised in the end."""
        use = await self.look()
        assert self.refused <= {"TOO_MANY_ORDERS", "ACCOUNT_HALTED"}
        assert use.last_minute == len({answer.order_id for answer in self.accepted})

    async def _submit(self, store: PostgresOrderStore, client_order_id: str | None) -> None:
        try:
            new = a_new_order(account_id=self.account_id, client_order_id=client_order_id)
            self.accepted.append(await store.add(new))
        except DomainError as error:
            self.refused.add(error.reason)

    async def _cancel(self, accepted: Accepted) -> None:
        order = await self.stores[0].get(accepted.order_id)
        assert order is not None
        if order.is_terminal:
            return
        try:
            await self.stores[0].cancel(order, OrderCancelled(), NOON)
        except StaleOrder:
            return

    async def _switch(self, state: TradingState) -> None:
        await self.accounts.change(self.account_id, lambda account: replace(account, trading_state=state))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    in_flight_max=st.integers(1, 6) | st.none(),
    per_minute_max=st.integers(1, 10) | st.none(),
    clients=st.lists(st.lists(STEP, min_size=1, max_size=8), min_size=3, max_size=8),
)
async def test_no_interleaving_passes_a_limit(
    pool: AsyncConnectionPool, in_flight_max: int | None, per_minute_max: int | None, clients: list[list[Step]]
) -> None:
    limits = RiskLimits(orders_in_flight_max=in_flight_max, orders_per_minute_max=per_minute_max)
    world = World(pool, limits)
    await world.accounts.change(world.account_id, lambda account: replace(account, limits=limits))

    looking = asyncio.create_task(world.keep_looking())
    await asyncio.gather(*map(world.follow, clients))
    await cancel_all([looking])
    await world.check()
