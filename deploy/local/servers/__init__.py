"""The embedded Postgres and Valkey: where their programs are, how they start, and why a start failed."""
