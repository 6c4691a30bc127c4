"""The identity of a caller: the account that a request acts for, and the rights of its key."""

from dataclasses import dataclass
from typing import Final, Literal

from starlette.types import Scope

Right = Literal["read", "trade", "admin"]

_IDENTITY: Final = "tradewind.identity"


@dataclass(frozen=True, slots=True)
class Identity:
    """A caller. `key_id` is the public half of its key, empty with AUTH=off."""

    account_id: str
    scopes: frozenset[str]
    key_id: str = ""


# Every caller while AUTH=off.
ANYONE: Final = Identity("default", frozenset({"read", "trade", "admin"}))


def give_identity(scope: Scope, identity: Identity) -> None:
    """Make the request act for this caller from now on."""
    scope[_IDENTITY] = identity


def identity_of(scope: Scope) -> Identity:
    """Return the caller that the guard let in."""
    identity: Identity = scope[_IDENTITY]
    return identity


def account_of(scope: Scope) -> str:
    """Return the account that the request acts for."""
    return identity_of(scope).account_id
