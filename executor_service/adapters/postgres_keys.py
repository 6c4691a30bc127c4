"""Keys in Postgres: one row each, never deleted."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, LiteralString

from psycopg_pool import AsyncConnectionPool

from executor_service.domain.keys import ApiKey, Scope
from servicekit.postgres import outages_named

_COLUMNS: Final[LiteralString] = "id, account_id, name, scopes, secret_hmac, created_at, expires_at, revoked_at"

_ADD: Final[LiteralString] = f"""
    INSERT INTO api_keys ({_COLUMNS})
    VALUES (%(id)s, %(account)s, %(name)s, %(scopes)s, %(digest)s, %(created)s, %(expires)s, %(revoked)s)
"""
_FIND: Final[LiteralString] = f"SELECT {_COLUMNS} FROM api_keys WHERE id = %(id)s"
_LIST: Final[LiteralString] = f"""
    SELECT {_COLUMNS} FROM api_keys
    WHERE %(account)s::text IS NULL OR account_id = %(account)s
    ORDER BY created_at, id
"""
_REVOKE: Final[LiteralString] = f"""
    UPDATE api_keys SET revoked_at = coalesce(revoked_at, %(at)s) WHERE id = %(id)s RETURNING {_COLUMNS}
"""
_END: Final[LiteralString] = """
    UPDATE api_keys SET expires_at = least(expires_at, %(ends)s)
    WHERE id = %(id)s AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > %(at)s)
    RETURNING id
"""
_HOLDING: Final[LiteralString] = """
    SELECT id FROM api_keys
    WHERE id = ANY(%(ids)s::text[]) AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > %(at)s)
"""


class PostgresKeys:
    """Implements KeyStore."""

    def __init__(self, pool: AsyncConnectionPool) -> None:
        self._pool = pool

    async def add(self, key: ApiKey) -> None:
        """Store a key."""
        with outages_named():
            async with self._pool.connection() as connection:
                await connection.execute(_ADD, _row_of(key))

    async def find(self, key_id: str) -> ApiKey | None:
        """Return the key, or None."""
        rows = await self._fetch(_FIND, {"id": key_id})
        return _key_of(rows[0]) if rows else None

    async def list_keys(self, account_id: str | None) -> Sequence[ApiKey]:
        """Return keys, oldest first."""
        return [_key_of(row) for row in await self._fetch(_LIST, {"account": account_id})]

    async def revoke(self, key_id: str, at: datetime) -> ApiKey | None:
        """End the key at once."""
        rows = await self._fetch(_REVOKE, {"id": key_id, "at": at})
        return _key_of(rows[0]) if rows else None

    async def replace(self, key_id: str, successor: ApiKey, old_ends_at: datetime) -> bool:
        """Store the successor and let the key end, in one transaction."""
        with outages_named():
            async with self._pool.connection() as connection, connection.transaction():
                parameters = {"id": key_id, "ends": old_ends_at, "at": successor.created_at}
                ended = await (await connection.execute(_END, parameters)).fetchone()
                if ended is not None:
                    await connection.execute(_ADD, _row_of(successor))
                return ended is not None

    async def holding(self, key_ids: Sequence[str], at: datetime) -> frozenset[str]:
        """Return the valid ones of these keys."""
        return frozenset(row[0] for row in await self._fetch(_HOLDING, {"ids": list(key_ids), "at": at}))

    async def _fetch(self, statement: LiteralString, parameters: Mapping[str, Any]) -> list[Any]:
        with outages_named():
            async with self._pool.connection() as connection:
                return await (await connection.execute(statement, parameters)).fetchall()


def _row_of(key: ApiKey) -> dict[str, Any]:
    return {
        "id": key.key_id,
        "account": key.account_id,
        "name": key.name,
        "scopes": sorted(key.scopes),
        "digest": key.secret_hmac,
        "created": key.created_at,
        "expires": key.expires_at,
        "revoked": key.revoked_at,
    }


def _key_of(row: Sequence[Any]) -> ApiKey:
    key_id, account_id, name, scopes, digest, created_at, expires_at, revoked_at = row
    return ApiKey(
        key_id=key_id,
        account_id=account_id,
        name=name,
        scopes=frozenset(map(Scope, scopes)),
        secret_hmac=bytes(digest),
        created_at=created_at,
        expires_at=expires_at,
        revoked_at=revoked_at,
    )
