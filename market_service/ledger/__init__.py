"""The ledger in Postgres: what is written in one transaction a slot, read back, and added up."""
