"""API keys: what one is, whose rights it has, and whether it holds."""

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
# What the secret of a key that does not exist is compared with: no secret has this digest.
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
    """A key at rest. Its secret is not: only the digest is, under a pepper that the database never sees."""

    key_id: str
    account_id: str
    name: str
    scopes: frozenset[Scope]
    secret_hmac: bytes
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None

    def holds(self, now: datetime) -> bool:
        """Tell whether the key may be used: it is not revoked, and its end has not come."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


def key_text(key_id: str, secret: str) -> str:
    """Return the key as its holder keeps it."""
    return f"tw_{key_id}_{secret}"


def with_included(scopes: Iterable[Scope]) -> frozenset[Scope]:
    """Return the scopes with those that they include: trade reads, admin trades and reads."""
    return frozenset(included for scope in scopes for included in _INCLUDED[scope])


def digest_of(pepper: bytes, key_id: str, secret: str) -> bytes:
    """Return what is stored of a key: HMAC-SHA256 over its id and secret.

    The id's length comes first, so that no two pairs join alike. A fast hash is enough: a secret has 256 random
    bits and is no password.
    """
    identity = key_id.encode()
    return hmac.digest(pepper, len(identity).to_bytes(4, "big") + identity + secret.encode(), "sha256")


def checked(key: ApiKey | None, presented: bytes, now: datetime) -> ApiKey:
    """Return the key if the presented digest is its own and it holds; None stands for one that does not exist.

    Raises Rejected("UNAUTHENTICATED"), the same for every cause and after the same steps.
    """
    matches = hmac.compare_digest(_NO_DIGEST if key is None else key.secret_hmac, presented)
    if key is None or not matches or not key.holds(now):
        raise Rejected("UNAUTHENTICATED")
    return key
