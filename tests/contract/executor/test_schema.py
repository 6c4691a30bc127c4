"""The migrated schema and the tables in the code are one."""

from collections.abc import Callable

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.pool import NullPool

from executor_service.adapters.tables import metadata
from executor_service.domain.lifecycle import OrderStatus
from executor_service.migrations.upgrade import upgrade
from router_service.market.migrations.apply import migrate
from servicekit.postgres import sqlalchemy_url


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


@pytest.mark.parametrize("migrated", [upgrade, migrate])
def test_a_time_limit_of_the_database_does_not_cut_migrations_off(
    database_url: str, migrated: Callable[[str], None]
) -> None:
    engine = create_engine(sqlalchemy_url(database_url), poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        name = connection.execute(text("SELECT quote_ident(current_database())")).scalar_one()
        connection.execute(text(f"ALTER DATABASE {name} SET statement_timeout = 1"))
    migrated(database_url)


def test_migrating_twice_changes_nothing(database_url: str) -> None:
    upgrade(database_url)
    upgrade(database_url)
