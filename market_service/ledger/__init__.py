"""The ledger in Postgres: it is written in one transaction a slot, read back, and checked."""
