"""Alembic's entry: runs the migrations on the connection that `apply.py` hands over."""

from alembic import context
from sqlalchemy import Connection

connection: Connection = context.config.attributes["connection"]
context.configure(connection=connection, version_table_schema="market", transaction_per_migration=False)
with context.begin_transaction():
    context.run_migrations()
