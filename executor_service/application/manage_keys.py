"""Keys as an operator handles them: create, list, revoke, rotate. Only create and rotate return a secret."""

import secrets
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final

import base58

from executor_service.application.account_ports import KeyStore
from executor_service.application.ports import Clock
from executor_service.domain.keys import KEY_ID, ApiKey, Scope, digest_of, key_text
from servicekit.errors import Rejected

_ID_BYTES: Final = 6
_SECRET_BYTES: Final = 32


class ManageKeys:
    """Creates, rotates, revokes and lists keys. Creating and rotating need the pepper."""

    def __init__(self, *, keys: KeyStore, clock: Clock) -> None:
        self._keys = keys
        self._clock = clock

    async def create(
        self, pepper: bytes, *, account_id: str, scopes: Collection[Scope], name: str, lifetime: timedelta | None
    ) -> tuple[ApiKey, str]:
        """Store a new key and return it with its text, which is not stored. Raises Unavailable."""
        key, text = self._new_key(pepper, account_id=account_id, scopes=scopes, name=name, lifetime=lifetime)
        await self._keys.add(key)
        return key, text

    async def rotate(self, pepper: bytes, key_id: str, *, overlap: timedelta) -> tuple[ApiKey, str]:
        """Store a key of the same account, scopes, name and lifetime, and end the old key after the overlap.

        Raises Rejected("NOT_FOUND") when the old key does not exist or is not valid, Unavailable.
        """
        old = await self._find_known(key_id)
        lifetime = None if old.expires_at is None else old.expires_at - old.created_at
        key, text = self._new_key(
            pepper, account_id=old.account_id, scopes=old.scopes, name=old.name, lifetime=lifetime
        )
        if not await self._keys.replace(key_id, key, key.created_at + overlap):
            raise Rejected("NOT_FOUND", f"key {key_id} is revoked or expired: create a new one")
        return key, text

    async def revoke(self, key_id: str) -> ApiKey:
        """Revoke the key now and return it. Raises Rejected("NOT_FOUND"), Unavailable."""
        await self._find_known(key_id)
        revoked = await self._keys.revoke(key_id, self._clock.now())
        assert revoked is not None, "keys are never deleted"
        return revoked

    async def list_all(self, account_id: str | None) -> Sequence[tuple[ApiKey, bool]]:
        """Return the keys, oldest first, each with whether it is valid. Raises Unavailable."""
        now = self._clock.now()
        return [(key, key.holds(now)) for key in await self._keys.list_keys(account_id)]

    async def _find_known(self, key_id: str) -> ApiKey:
        key = await self._keys.find(key_id) if KEY_ID.fullmatch(key_id) else None
        if key is None:
            raise Rejected("NOT_FOUND", f"there is no key {key_id!a}: `keys list` shows the identities")
        return key

    def _new_key(
        self, pepper: bytes, *, account_id: str, scopes: Collection[Scope], name: str, lifetime: timedelta | None
    ) -> tuple[ApiKey, str]:
        now: datetime = self._clock.now()
        key_id = secrets.token_hex(_ID_BYTES)
        secret = base58.b58encode(secrets.token_bytes(_SECRET_BYTES)).decode()
        key = ApiKey(
            key_id=key_id,
            account_id=account_id,
            name=name,
            scopes=frozenset(scopes),
            secret_hmac=digest_of(pepper, key_id, secret),
            created_at=now,
            expires_at=None if lifetime is None else now + lifetime,
        )
        return key, key_text(key_id, secret)
