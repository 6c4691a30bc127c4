"""Answers that may be used again: the router keeps them in memory while they are valid."""

import secrets
from collections import OrderedDict
from typing import Final

from router_service.application.answers import IssuedAnswer, QuotesRequest, RouteAnswer
from servicekit.errors import FieldViolation, Rejected

_PARTS: Final = 3


class IssuedQuotes:
    """Gives answers a quote id. The number of kept answers is bounded: the oldest go first, expired or not.

    A quote id holds the process that issued it and the time of its expiry. So another process, or this one after a
    restart, distinguishes an expired quote from an id that no router issued.
    """

    def __init__(self, *, ttl_ms: int, kept_max: int) -> None:
        self._ttl_ms = ttl_ms
        self._kept_max = kept_max
        self._process = secrets.token_hex(4)
        self._count = 0
        self._kept: OrderedDict[str, tuple[QuotesRequest, IssuedAnswer]] = OrderedDict()

    def issue(self, request: QuotesRequest, answer: RouteAnswer, now_ms: int) -> IssuedAnswer:
        """Return the answer with a quote id that is valid for the time to live. `now_ms` is market time."""
        self._count += 1
        expires_at_ms = now_ms + self._ttl_ms
        quote_id = f"{self._process}-{expires_at_ms:x}-{self._count:x}"
        issued = IssuedAnswer(answer, quote_id, now_ms, expires_at_ms)
        self._kept[quote_id] = (request, issued)
        self._forget(now_ms)
        return issued

    def redeem(self, quote_id: str, request: QuotesRequest, now_ms: int) -> IssuedAnswer:
        """Return the answer again. Raises QUOTE_EXPIRED, and INVALID_REQUEST for an unknown id or another trade."""
        expires_at_ms = _expiry_of(quote_id)
        if expires_at_ms is None:
            raise _violation("is not an id that a quote carried")
        if now_ms > expires_at_ms:
            raise Rejected("QUOTE_EXPIRED")
        kept = self._kept.get(quote_id)
        if kept is None:
            raise Rejected("QUOTE_EXPIRED", "This quote is not known here any more.")
        asked, issued = kept
        if asked[:3] != request[:3]:
            raise _violation("belongs to another pair or amount")
        return issued

    def _forget(self, now_ms: int) -> None:
        while self._kept:
            oldest = next(iter(self._kept.values()))[1]
            if len(self._kept) <= self._kept_max and oldest.expires_at_ms >= now_ms:
                return
            self._kept.popitem(last=False)


def _expiry_of(quote_id: str) -> int | None:
    parts = quote_id.split("-")
    if len(parts) != _PARTS:
        return None
    try:
        return int(parts[1], 16)
    except ValueError:
        return None


def _violation(detail: str) -> Rejected:
    return Rejected("INVALID_REQUEST", violations=[FieldViolation("quote_id", detail)])
