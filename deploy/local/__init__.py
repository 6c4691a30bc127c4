"""The whole stack on one machine: real Postgres and Redis from wheels, every process supervised."""
