"""The migrated schema and the tables in the code are one."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from psycopg import sql
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.pool import NullPool

from executor_service.adapters.tables import metadata
from executor_service.domain.lifecycle import OrderStatus
from executor_service.migrations.upgrade import upgrade
from market_service.migrations.apply import migrate
from servicekit.postgres import sqlalchemy_url

# Longer than any statement of a migration that waits for nobody.
LIMIT_MS = 1_000


def test_the_migrated_schema_equals_the_tables(orders_database_url: str) -> None:
    engine = create_engine(sqlalchemy_url(orders_database_url), poolclass=NullPool)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={"compare_type": True, "include_object": lambda _o, name, *_: name != "executor_migrations"},
        )
        assert compare_metadata(context, metadata) == []


def test_the_check_holds_every_status_of_the_lifecycle(orders_database_url: str) -> None:
    engine = create_engine(sqlalchemy_url(orders_database_url), poolclass=NullPool)
    with engine.connect() as connection:
        query = text("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'orders_status'")
        definition = connection.execute(query).scalar_one()
        assert {status.value for status in OrderStatus} == {
            word for word in definition.split("'") if word.replace("_", "").isalpha() and word.islower()
        }
        assert {"orders", "order_events", "order_attempts", "workers"} <= set(inspect(connection).get_table_names())


@pytest.mark.parametrize(
    ("migrated", "versions"), [(upgrade, "executor_migrations"), (migrate, "market.alembic_version")]
)
def test_a_time_limit_of_the_database_does_not_cut_migrations_off(
    database_url: str, migrated: Callable[[str], None], versions: str
) -> None:
    migrated(database_url)
    with psycopg.connect(database_url, autocommit=True) as holder, ThreadPoolExecutor(1) as thread:
        name = sql.Identifier(holder.info.dbname)
        holder.execute(sql.SQL("ALTER DATABASE {} SET statement_timeout = {}").format(name, LIMIT_MS))
        with holder.transaction():
            holder.execute(f"LOCK TABLE {versions}".encode())
            waiting = thread.submit(migrated, database_url)
            time.sleep(2 * LIMIT_MS / 1000)
            assert not waiting.done()
        waiting.result()


def test_migrating_twice_changes_nothing(database_url: str) -> None:
    upgrade(database_url)
    upgrade(database_url)
