"""API keys: their parts, their rights, and whether they are valid."""

import hashlib
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from servicekit.errors import Rejected

KEY_ID: Final = re.compile(r"[0-9a-f]{12}")
SECRET_CHARACTERS_MAX: Final = 256
# A missing key's secret is compared with this value, which no secret has as its digest.
_NO_DIGEST: Final = bytes(hashlib.sha256().digest_size)


class Scope(StrEnum):
    """A right that a key has."""

    READ = "read"
    TRADE = "trade"
    ADMIN = "admin"


_INCLUDED: Final = {
    Scope.READ: frozenset({Scope.READ}),
    Scope.TRADE: frozenset({Scope.TRADE, Scope.READ}),
    Scope.ADMIN: frozenset(Scope),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A stored key. Of its secret only a digest is stored, made with a pepper that the database never sees."""

    key_id: str
    account_id: str
    name: str
    scopes: frozenset[Scope]
    secret_hmac: bytes
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None

    def holds(self, now: datetime) -> bool:
        """Return whether the key is valid: not revoked and not expired."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


def key_text(key_id: str, secret: str) -> str:
    """Return the text of the key that its owner keeps."""
    return f"tw_{key_id}_{secret}"


def with_included(scopes: Iterable[Scope]) -> frozenset[Scope]:
    """Return the scopes with those that they include: trade reads, admin trades and reads."""
    return frozenset(included for scope in scopes for included in _INCLUDED[scope])


def digest_of(pepper: bytes, key_id: str, secret: str) -> bytes:
    """Return what is stored of a key: HMAC-SHA256 over its id and secret.

    The id's length comes first, so that two different pairs never give the same input. A fast hash is enough: a secret
    has 256 random bits and is no password.
    """
    identity = key_id.encode()
    return hmac.digest(pepper, len(identity).to_bytes(4, "big") + identity + secret.encode(), "sha256")


def checked(key: ApiKey | None, presented: bytes, now: datetime) -> ApiKey:
    """Return the key if it has the presented digest and is valid. `key` None means that no such key exists.

    Raises Rejected("UNAUTHENTICATED"), the same for every cause and after the same steps.
    """
    matches = hmac.compare_digest(_NO_DIGEST if key is None else key.secret_hmac, presented)
    if key is None or not matches or not key.holds(now):
        raise Rejected("UNAUTHENTICATED")
    return key
