"""How many streams one address may hold open."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from starlette.types import Scope

from servicekit.errors import Unavailable


class Turnstile:
    """Counts open streams by client address."""

    def __init__(self, per_address_max: int) -> None:
        self._per_address_max = per_address_max
        self._open: Counter[str] = Counter()
        self._empty = asyncio.Event()
        self._empty.set()

    @contextmanager
    def passage(self, scope: Scope) -> Iterator[None]:
        """Hold one place while the body runs. Raises Unavailable("OVERLOADED") when the address has its share."""
        client = scope.get("client")
        address = client[0] if client else ""
        if self._open[address] >= self._per_address_max:
            raise Unavailable("OVERLOADED", f"At most {self._per_address_max} open streams for one address.")
        self._open[address] += 1
        self._empty.clear()
        try:
            yield
        finally:
            self._open[address] -= 1
            if not self._open[address]:
                del self._open[address]
            if not self._open:
                self._empty.set()

    async def wait_empty(self) -> None:
        """Return when no stream is open."""
        await self._empty.wait()

    def __len__(self) -> int:
        return self._open.total()
