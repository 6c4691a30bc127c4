"""The whole stack on one machine: real Postgres and Valkey from wheels, every process supervised."""
