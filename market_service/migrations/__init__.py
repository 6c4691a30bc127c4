"""The ledger's schema, and how to bring a database to it. Alembic keeps its version table inside schema `market`."""
