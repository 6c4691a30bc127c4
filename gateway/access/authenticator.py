"""Which account a key belongs to. One call to the executor serves many requests, and its answer is kept for seconds."""

import asyncio
import hashlib
import os
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from gateway.access.credentials import Key
from gateway.access.identity import Identity
from servicekit.errors import DomainError, Rejected, Unavailable
from tradewind.accounts.v1 import accounts_pb2 as pb

# A revoked key works this long at most. `key_checks.py` ends its open streams.
GOOD_SECONDS: Final = 5.0
BAD_SECONDS: Final = 1.0
KEPT_MAX: Final = 10_000
ASKING_MAX: Final = 256


class Accounts(Protocol):
    """The service that knows the keys."""

    async def authenticate(self, key_id: str, secret: str) -> pb.AuthenticateResponse:
        """Return the account and scopes of a key. Raises Rejected("UNAUTHENTICATED") for a key that is not valid."""
        ...


@dataclass(frozen=True, slots=True)
class _Answer:
    identity: Identity | None
    until: float


class Authenticator:
    """Identifies keys. It keeps digests of keys, never the keys, made with a secret that ends with the process."""

    def __init__(self, accounts: Accounts, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._accounts = accounts
        self._clock = clock
        self._pepper = os.urandom(32)
        # Two caches, so that a flood of wrong keys cannot push out the good ones.
        self._good: OrderedDict[bytes, _Answer] = OrderedDict()
        self._bad: OrderedDict[bytes, _Answer] = OrderedDict()
        self._asking: dict[bytes, asyncio.Task[Identity]] = {}

    def knows(self, key: Key) -> bool:
        """True for a key that was valid at its last check: a caller who shows it is not guessing."""
        return self._digest(key) in self._good

    async def identify(self, key: Key) -> Identity:
        """Return the key's identity. Raises Rejected("UNAUTHENTICATED"), or Unavailable while the executor is away."""
        digest = self._digest(key)
        answer = self._kept(self._good, digest) or self._kept(self._bad, digest)
        if answer is None:
            # Concurrent requests with one key share one call, which goes on when the first of them leaves.
            return await asyncio.shield(self._asking.get(digest) or self._begin(digest, key))
        if answer.identity is None:
            raise Rejected("UNAUTHENTICATED")
        return answer.identity

    async def close(self) -> None:
        """Cancel the calls that still run."""
        asking = list(self._asking.values())
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)

    def _begin(self, digest: bytes, key: Key) -> asyncio.Task[Identity]:
        if len(self._asking) >= ASKING_MAX:
            raise Unavailable("OVERLOADED", "Too many keys are being checked.")
        task = asyncio.create_task(self._ask(digest, key))
        self._asking[digest] = task
        task.add_done_callback(lambda ended: self._ended(digest, ended))
        return task

    def _ended(self, digest: bytes, task: asyncio.Task[Identity]) -> None:
        del self._asking[digest]
        if not task.cancelled():
            # The requests may have ended: read the error here, so that asyncio does not report it as unread.
            task.exception()

    async def _ask(self, digest: bytes, key: Key) -> Identity:
        try:
            holder = await self._accounts.authenticate(key.key_id, key.secret)
        except DomainError as error:
            if error.reason not in ("UNAUTHENTICATED", "INVALID_REQUEST"):
                raise Unavailable("UNAVAILABLE", "Keys cannot be checked at the moment.") from error
            self._good.pop(digest, None)
            self._keep(self._bad, digest, _Answer(None, self._clock() + BAD_SECONDS))
            raise Rejected("UNAUTHENTICATED") from error
        identity = Identity(holder.account_id, _scopes(holder), key.key_id)
        self._keep(self._good, digest, _Answer(identity, self._clock() + _good_seconds(holder)))
        return identity

    def _kept(self, answers: OrderedDict[bytes, _Answer], digest: bytes) -> _Answer | None:
        answer = answers.get(digest)
        if answer is None or answer.until <= self._clock():
            return None
        answers.move_to_end(digest)
        return answer

    def _keep(self, answers: OrderedDict[bytes, _Answer], digest: bytes, answer: _Answer) -> None:
        answers[digest] = answer
        answers.move_to_end(digest)
        if len(answers) > KEPT_MAX:
            answers.popitem(last=False)

    def _digest(self, key: Key) -> bytes:
        return hashlib.blake2b(f"{key.key_id}_{key.secret}".encode(), key=self._pepper, digest_size=32).digest()


def _scopes(holder: pb.AuthenticateResponse) -> frozenset[str]:
    return frozenset(pb.Scope.Name(scope).removeprefix("SCOPE_").lower() for scope in holder.scopes)


def _good_seconds(holder: pb.AuthenticateResponse) -> float:
    """Return the seconds for which a good answer may be kept: not beyond the key's own expiry."""
    if not holder.HasField("expires_at"):
        return GOOD_SECONDS
    return min(GOOD_SECONDS, holder.expires_at.ToNanoseconds() / 1e9 - time.time())
