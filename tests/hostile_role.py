"""A role of a user's own on which everything is set that could change what Tradewind writes, reads or promises."""

from typing import Final

import psycopg
from psycopg import sql

# Each is one that an administrator may set with ALTER ROLE; a superuser's are apart.
HOSTILE_SETTINGS: Final[dict[str, str]] = {
    "DateStyle": "SQL, DMY",
    "IntervalStyle": "sql_standard",
    "TimeZone": "Asia/Kathmandu",
    "bytea_output": "escape",
    "extra_float_digits": "-15",
    "client_encoding": "LATIN1",
    "standard_conforming_strings": "off",
    "backslash_quote": "on",
    "escape_string_warning": "off",
    "array_nulls": "off",
    "transform_null_equals": "on",
    "quote_all_identifiers": "on",
    "search_path": "nowhere",
    "default_transaction_isolation": "serializable",
    "default_transaction_read_only": "on",
    "default_transaction_deferrable": "on",
    "synchronous_commit": "off",
    "statement_timeout": "250ms",
    "lock_timeout": "10ms",
    "transaction_timeout": "200ms",
    "idle_in_transaction_session_timeout": "10ms",
    "idle_session_timeout": "150ms",
    "exit_on_error": "on",
    "xmlbinary": "hex",
    "row_security": "off",
    "work_mem": "64kB",
    "temp_buffers": "800kB",
    "jit": "on",
    "jit_above_cost": "0",
    "client_min_messages": "debug1",
    "plan_cache_mode": "force_generic_plan",
    "debug_parallel_query": "on",
    "lc_numeric": "C.UTF-8",
    "lc_time": "C.UTF-8",
    "default_statistics_target": "1",
    "geqo_threshold": "2",
    "join_collapse_limit": "1",
    "constraint_exclusion": "on",
}


def make_hostile(admin_url: str, role: str, settings: dict[str, str]) -> None:
    """Make the role, able to log in with its name as password, and put the settings on it."""
    with psycopg.connect(admin_url, autocommit=True) as connection:
        name = sql.Identifier(role)
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(name, sql.Literal(role)))
        for setting, value in settings.items():
            put_on(connection, role, setting, value)


def put_on(connection: "psycopg.Connection[tuple[object, ...]]", role: str, setting: str, value: str) -> None:
    """Set one default of a role's sessions."""
    words = sql.SQL("ALTER ROLE {} SET {} = {}").format(
        sql.Identifier(role), sql.Identifier(setting), sql.Literal(value)
    )
    connection.execute(words)


def as_role(url: str, role: str) -> str:
    """Return the URL with another user, whose password is its name."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{role}:{role}@{rest.rpartition('@')[2]}"
