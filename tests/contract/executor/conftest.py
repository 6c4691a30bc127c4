"""Real tables for the executor's adapters: one migrated database a session, copied for each test."""

import os
import sys
from collections.abc import AsyncIterator, Callable, Iterator

import pytest
from psycopg_pool import AsyncConnectionPool

from executor_service.__main__ import main
from executor_service.adapters.postgres_leased_orders import SESSION_SETTINGS
from executor_service.migrations.upgrade import upgrade
from servicekit.postgres import open_pool
from tests.conftest import DatabaseMaker


@pytest.fixture(scope="session", autouse=True)
def every_test_once_for_each_role(role: str | None) -> None:
    """The suites ask for their databases as they go, which is too late to run once more."""


@pytest.fixture(scope="session")
def migrated_database_url(databases: DatabaseMaker, role: str | None) -> str:
    url = databases.new(owner=role)
    upgrade(url)
    return url


@pytest.fixture
def orders_database_url(databases: DatabaseMaker, migrated_database_url: str, role: str | None) -> Iterator[str]:
    url = databases.new(template=migrated_database_url, owner=role)
    yield url
    databases.drop(url)


@pytest.fixture
def run_command(monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Runs `python -m executor_service` in process, with these arguments and variables; returns the exit code."""

    def run(*arguments: str, **environ: str) -> int:
        for name in ("DATABASE_URL", "KEY_PEPPER", *(name for name in os.environ if name.startswith("RISK_"))):
            monkeypatch.delenv(name, raising=False)
        for name, value in environ.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "argv", ["executor_service", *arguments])
        try:
            return main()
        except SystemExit as left:
            return int(left.code or 0)

    return run


@pytest.fixture
async def pool(orders_database_url: str) -> AsyncIterator[AsyncConnectionPool]:
    async with open_pool(orders_database_url, size=4, settings=SESSION_SETTINGS) as opened:
        yield opened
