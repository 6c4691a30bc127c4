"""Real tables for the executor's adapters: one migrated database a session, copied for each test."""

from collections.abc import AsyncIterator, Iterator

import pytest
from psycopg_pool import AsyncConnectionPool

from executor_service.adapters.postgres_book import SESSION_SETTINGS
from executor_service.migrations.upgrade import upgrade
from servicekit.postgres import open_pool
from tests.conftest import DatabaseMaker


@pytest.fixture(scope="session")
def migrated_database_url(databases: DatabaseMaker) -> str:
    url = databases.new()
    upgrade(url)
    return url


@pytest.fixture
def orders_database_url(databases: DatabaseMaker, migrated_database_url: str) -> Iterator[str]:
    url = databases.new(template=migrated_database_url)
    yield url
    databases.drop(url)


@pytest.fixture
async def pool(orders_database_url: str) -> AsyncIterator[AsyncConnectionPool]:
    async with open_pool(orders_database_url, size=4, settings=SESSION_SETTINGS) as opened:
        yield opened
