"""How many requests are allowed in which time, in the notation of the `limits` library, and how answers report it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from limits import RateLimitItem, parse_many

Limits: TypeAlias = tuple[RateLimitItem, ...]

# Words for "no limit", for places where an empty variable counts as not given.
_NONE: Final = ("", "off", "none")
_SEPARATORS: Final = re.compile(r"[,;|]")


def limits_in(text: str) -> Limits:
    """Return the limits that a text such as `100/second; 2000 per 5 minutes` holds; none for an empty one or `off`.

    Raises ValueError, naming the notation.
    """
    if text.strip().lower() in _NONE:
        return ()
    try:
        limits = tuple(item for part in _SEPARATORS.split(text) for item in parse_many(part))
    except ValueError:
        raise ValueError(f"{text!a} is not a limit such as 100/second or 100/second;2000/minute") from None
    if any(limit.amount < 1 for limit in limits):
        raise ValueError("a limit allows 1 or more; say off for none")
    return limits


@dataclass(frozen=True, slots=True)
class Policy:
    """The limits of one kind of caller. `name` identifies the policy in answers and in Redis."""

    name: str
    limits: Limits


@dataclass(frozen=True, slots=True)
class Standing:
    """The remaining allowance of a caller under one limit, and the seconds until it has more."""

    policy: Policy
    limit: RateLimitItem
    remaining: int
    reset_seconds: float

    @property
    def name(self) -> str:
        """The limit's name in headers: the policy's, with the window where the policy has several."""
        several = len(self.policy.limits) > 1
        return f"{self.policy.name}-{self.limit.get_expiry()}s" if several else self.policy.name


def headers_of(standings: Sequence[Standing]) -> list[tuple[bytes, bytes]]:
    """Return the header fields RateLimit-Policy and RateLimit (draft-ietf-httpapi-ratelimit-headers)."""
    if not standings:
        return []
    policies = [f'"{s.name}";q={s.limit.amount};w={s.limit.get_expiry()}' for s in standings]
    left = [f'"{s.name}";r={s.remaining};t={whole_seconds(s.reset_seconds)}' for s in standings]
    return [(b"ratelimit-policy", ", ".join(policies).encode()), (b"ratelimit", ", ".join(left).encode())]


def whole_seconds(seconds: float) -> int:
    """Return seconds rounded up, so that a caller who waits that long has waited enough."""
    return max(0, -int(-seconds // 1))
