"""The open streams: how many one client and one key may hold, and which key each stream depends on."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Set
from contextlib import contextmanager

from starlette.types import Scope

from gateway.access.client_address import ClientAddresses, subscriber_of
from gateway.access.identity import identity_of
from servicekit.errors import Unavailable


class Passage:
    """One open stream. It ends when its key is no longer valid."""

    def __init__(self, subscriber: str, key_id: str) -> None:
        self.subscriber = subscriber
        self.key_id = key_id
        self._revoked = False
        self._end: Callable[[], object] | None = None

    def on_revoked(self, end: Callable[[], object]) -> None:
        """Call `end` when the key stops being valid; at once if it has already."""
        self._end = end
        if self._revoked:
            end()

    def revoke(self) -> None:
        """End the stream, now or as soon as it can be ended."""
        self._revoked = True
        if self._end is not None:
            self._end()


class Turnstile:
    """Counts open streams by client address and by key."""

    def __init__(self, addresses: ClientAddresses, *, per_address_max: int, per_key_max: int) -> None:
        self._addresses = addresses
        self._per_address_max = per_address_max
        self._per_key_max = per_key_max
        self._passages: set[Passage] = set()
        self._by_address: Counter[str] = Counter()
        self._by_key: Counter[str] = Counter()
        self._empty = asyncio.Event()
        self._empty.set()

    @contextmanager
    def passage(self, scope: Scope) -> Iterator[Passage]:
        """Hold one place while the body runs. Raises Unavailable("OVERLOADED") when the client holds all its places."""
        passage = Passage(subscriber_of(self._addresses.of(scope)), identity_of(scope).key_id)
        if self._by_address[passage.subscriber] >= self._per_address_max:
            raise Unavailable("OVERLOADED", f"At most {self._per_address_max} open streams for one address.")
        if passage.key_id and self._by_key[passage.key_id] >= self._per_key_max:
            raise Unavailable("OVERLOADED", f"At most {self._per_key_max} open streams for one key.")
        self._enter(passage)
        try:
            yield passage
        finally:
            self._leave(passage)

    @property
    def key_ids(self) -> Set[str]:
        """The keys that open streams depend on."""
        return self._by_key.keys()

    def revoke(self, key_ids: Set[str]) -> None:
        """End every stream of these keys."""
        for passage in list(self._passages):
            if passage.key_id in key_ids:
                passage.revoke()

    async def wait_empty(self) -> None:
        """Return when no stream is open."""
        await self._empty.wait()

    def __len__(self) -> int:
        return len(self._passages)

    def _enter(self, passage: Passage) -> None:
        self._passages.add(passage)
        self._by_address[passage.subscriber] += 1
        if passage.key_id:
            self._by_key[passage.key_id] += 1
        self._empty.clear()

    def _leave(self, passage: Passage) -> None:
        self._passages.discard(passage)
        _count_down(self._by_address, passage.subscriber)
        if passage.key_id:
            _count_down(self._by_key, passage.key_id)
        if not self._passages:
            self._empty.set()


def _count_down(counter: Counter[str], name: str) -> None:
    counter[name] -= 1
    if not counter[name]:
        del counter[name]
