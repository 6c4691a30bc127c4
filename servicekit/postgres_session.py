"""The settings that every session relies on. One statement sets them, whatever role, database or environment say.

A user's own database may write dates as 'SQL, DMY', answer orders before they are on disk, or end a statement after a
millisecond. A session that is ours sets what it relies on. Where it cannot (a pooler in transaction mode hands the
next transaction to another session; some settings only a superuser changes), the start is refused with the setting's
name, its value and the statement that mends it: `session_problem`.
"""

from dataclasses import dataclass
from typing import Final, LiteralString

import psycopg
from psycopg import sql

# The server's own default: the role's schema when there is one, else public.
SEARCH_PATH: Final = '"$user", public'


@dataclass(frozen=True, slots=True)
class _Reliance:
    """One setting: the value a session sets, which other values are as good, and whether a pooler must keep one."""

    name: LiteralString
    value: LiteralString
    also: LiteralString = ""
    kept_by_pooler: bool = False


_RELIANCES: Final = (
    # How values are read and written.
    _Reliance("client_encoding", "UTF8"),
    _Reliance("DateStyle", "ISO, MDY", "ISO, DMY|ISO, YMD", kept_by_pooler=True),
    _Reliance("IntervalStyle", "postgres"),
    _Reliance("TimeZone", "UTC"),
    _Reliance("bytea_output", "hex"),
    _Reliance("extra_float_digits", "1", "2|3"),
    # How statements are read.
    _Reliance("standard_conforming_strings", "on", kept_by_pooler=True),
    _Reliance("backslash_quote", "safe_encoding", "off"),
    _Reliance("array_nulls", "on", kept_by_pooler=True),
    _Reliance("transform_null_equals", "off", kept_by_pooler=True),
    _Reliance("quote_all_identifiers", "off"),
    _Reliance("search_path", SEARCH_PATH, kept_by_pooler=True),
    # What a transaction promises. An answered order is on disk: `off` breaks that, the other values keep it.
    _Reliance("synchronous_commit", "on", "local|remote_write|remote_apply", kept_by_pooler=True),
    _Reliance("default_transaction_isolation", "read committed", kept_by_pooler=True),
    _Reliance("default_transaction_read_only", "off", kept_by_pooler=True),
    _Reliance("default_transaction_deferrable", "off"),
    _Reliance("session_replication_role", "origin", "local", kept_by_pooler=True),
    # Who ends what: the time limits are the callers', and an error ends a statement, not its session.
    _Reliance("statement_timeout", "0"),
    _Reliance("lock_timeout", "0"),
    _Reliance("transaction_timeout", "0"),
    _Reliance("idle_in_transaction_session_timeout", "60000"),
    _Reliance("idle_session_timeout", "0"),
    _Reliance("exit_on_error", "off", kept_by_pooler=True),
    # Statements of a millisecond are not worth compiling, and notices not worth sending.
    _Reliance("jit", "off"),
    _Reliance("client_min_messages", "notice", "warning|error"),
)

# One statement. A name that an older server does not know finds no row; what is right already is not said again.
_APPLY: Final[LiteralString] = """
    SELECT pg_catalog.set_config(s.name, w.value, false)
    FROM pg_catalog.pg_settings s
    JOIN ROWS FROM (pg_catalog.unnest(%s), pg_catalog.unnest(%s), pg_catalog.unnest(%s)) AS w (name, value, also)
        ON s.name = w.name
    WHERE s.setting <> w.value AND s.setting <> ALL (pg_catalog.string_to_array(w.also, '|'))
        AND (s.context <> 'superuser'
            OR (SELECT r.rolsuper FROM pg_catalog.pg_roles r WHERE r.rolname = current_user))
"""
# What the session began with and fell back to: a pooler's server may still carry what another client set.
_BEGAN_WITH: Final[LiteralString] = """
    SELECT s.name, s.reset_val, s.setting, s.context, current_user::text, pg_catalog.current_database()::text
    FROM pg_catalog.pg_settings s
"""


def apply_statement(search_path: str | None) -> sql.Composed:
    """Return the statement that makes a session ours. `search_path` is what the address chooses, if it does."""
    values = [search_path or row.value if row.name == "search_path" else row.value for row in _RELIANCES]
    columns: tuple[list[str], ...] = ([r.name for r in _RELIANCES], values, [r.also for r in _RELIANCES])
    parts = _APPLY.split("%s")
    composed: list[sql.Composable] = [sql.SQL(parts[0])]
    for column, part in zip(columns, parts[1:], strict=True):
        composed += [sql.SQL("ARRAY[") + sql.SQL(", ").join(map(sql.Literal, column)) + sql.SQL("]"), sql.SQL(part)]
    return sql.Composed(composed)


def unfit(connection: "psycopg.Connection[tuple[str, ...]]", search_path: str | None, *, pooled: bool) -> str | None:
    """Return why sessions of this address do not keep what Tradewind relies on, and what is allowed, or None.

    `search_path` is what the address chooses, if it does.
    """
    rows = connection.execute(_BEGAN_WITH).fetchall()
    encoding = connection.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        return f"the database's encoding is {encoding}; allowed: one made with CREATE DATABASE ... ENCODING 'UTF8'"
    wanted = {row.name: row for row in _RELIANCES if row.kept_by_pooler or row.name == "session_replication_role"}
    for name, began, now, context, role, database in rows:
        if not (row := wanted.get(name)):
            continue
        value = (search_path or row.value) if name == "search_path" else row.value
        found = began if pooled else now if context == "superuser" else value
        good = [value, *row.also.split("|")]
        if name == "search_path" and _plain(value) == "public" and _has_no_own_schema(connection):
            good.append(SEARCH_PATH)  # leads to the same place
        if _plain(found) not in map(_plain, good):
            return _sentence(name, found, value, role, database, pooled=pooled)
    return _missing_schema(connection, search_path)


def _has_no_own_schema(connection: "psycopg.Connection[tuple[str, ...]]") -> bool:
    found = connection.execute("SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = current_user").fetchone()
    return found is None


def _missing_schema(connection: "psycopg.Connection[tuple[str, ...]]", search_path: str | None) -> str | None:
    if search_path is None or connection.execute("SELECT 1 WHERE pg_catalog.current_schema() IS NOT NULL").fetchone():
        return None
    return f"no schema {search_path} exists; allowed: one that does (CREATE SCHEMA {search_path.split(',')[0]})"


def _plain(value: str) -> str:
    return value.replace(" ", "").replace('"', "").lower()


def _sentence(name: str, found: str, value: str, role: str, database: str, *, pooled: bool) -> str:
    who = sql.SQL("ALTER ROLE {} IN DATABASE {}").format(sql.Identifier(role), sql.Identifier(database)).as_string()
    quoted = value if name == "search_path" else sql.Literal(value).as_string()
    why, then = "", ""
    if pooled:
        why = ", and behind a pooler (pgbouncer=true) a session cannot change that"
        then = ", and have the pooler connect anew"
    return f"sessions begin with {name} = '{found}'{why}; allowed: {value}: run {who} SET {name} TO {quoted}{then}"
