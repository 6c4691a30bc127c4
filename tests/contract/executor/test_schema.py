"""The migrated schema and the tables in the code are one."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from psycopg import sql
from sqlalchemy import inspect, text

from executor_service.adapters.tables import metadata
from executor_service.domain.lifecycle import OrderStatus
from executor_service.migrations.upgrade import upgrade
from market_service.migrations.apply import migrate
from servicekit.migrating import migration_engine

# Longer than any statement of a migration that waits for nobody.
LIMIT_MS = 1_000


def test_the_migrated_schema_equals_the_tables(orders_database_url: str) -> None:
    engine = migration_engine(orders_database_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "compare_server_default": True,
                "include_object": lambda _o, name, *_: name != "executor_migrations",
            },
        )
        assert compare_metadata(context, metadata) == []


def test_the_check_holds_every_status_of_the_lifecycle(orders_database_url: str) -> None:
    engine = migration_engine(orders_database_url)
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


def test_a_database_with_orders_and_readers_of_the_views_keeps_both(database_url: str) -> None:
    upgrade(database_url, revision="0003")
    role = f"reporter_{uuid4().hex}"
    with psycopg.connect(database_url, autocommit=True) as owner:
        owner.execute(
            "INSERT INTO orders (id, account_id, order_type, token_in, token_out, decimals_in, decimals_out, amount_in,"
            " slippage_bps, status, version, created_at, updated_at)"
            " VALUES (gen_random_uuid(), 'a', 'market', 'x', 'y', 9, 6, 1, 50, 'cancelled', 2, now(), now())"
        )
        owner.execute(sql.SQL("CREATE ROLE {}").format(sql.Identifier(role)))
        try:
            for grant in ("USAGE ON SCHEMA legacy_s1", "SELECT ON ALL TABLES IN SCHEMA legacy_s1"):
                owner.execute(sql.SQL("GRANT " + grant + " TO {}").format(sql.Identifier(role)))
            upgrade(database_url)
            owner.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(role)))
            assert owner.execute("SELECT status FROM legacy_s1.orders").fetchall() == [("failed",)]
            assert owner.execute("SELECT count(*) FROM legacy_s1.order_events").fetchall() == [(0,)]
            owner.execute("RESET ROLE")
            with pytest.raises(psycopg.errors.CheckViolation):
                owner.execute("UPDATE orders SET status = 'expired'")
        finally:
            owner.execute("RESET ROLE")
            owner.execute(sql.SQL("DROP OWNED BY {0}; DROP ROLE {0}").format(sql.Identifier(role)))
