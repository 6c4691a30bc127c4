"""The same keys at two executors at the same moment: all answer alike, and neither stops the other."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

from psycopg_pool import AsyncConnectionPool

from executor_service.adapters.postgres_accounts import PostgresAccounts
from executor_service.adapters.postgres_order_store import PostgresOrderStore
from executor_service.application.account_limits import AccountLimits
from executor_service.domain.risk import NO_LIMITS
from tests.account_fakes import FixedPrices
from tests.builders import a_new_order
from tests.fakes import ManualClock, MemoryFeed, MemoryQueue

ROUNDS = 20
KEYS = 100


async def _a_store_without_limits(pool: AsyncConnectionPool) -> PostgresOrderStore:
    accounts = AccountLimits(accounts=PostgresAccounts(pool), clock=ManualClock(), defaults=NO_LIMITS)
    await accounts.refresh()
    return PostgresOrderStore(pool, feed=MemoryFeed(), queue=MemoryQueue(), accounts=accounts, prices=FixedPrices({}))


async def _ids_of(store: PostgresOrderStore, keys: Sequence[str]) -> dict[str, UUID]:
    """Submit one order under each key, all in one batch, and return the ids that are answered."""
    answers = await asyncio.gather(*(store.add(a_new_order(client_order_id=key)) for key in keys))
    return {key: answer.order_id for key, answer in zip(keys, answers, strict=True)}


async def test_batches_with_the_same_keys_in_opposite_order_answer_alike(pool: AsyncConnectionPool) -> None:
    one, other = [await _a_store_without_limits(pool) for _ in range(2)]
    for number in range(ROUNDS):
        keys = [f"key-{number}-{n:03}" for n in range(KEYS)]
        forwards, backwards = await asyncio.gather(_ids_of(one, keys), _ids_of(other, keys[::-1]))
        assert forwards == backwards
        assert len(set(forwards.values())) == KEYS
