"""Checks the keys of open streams again from time to time, because a stream can outlive its key."""

import asyncio

from gateway import telemetry
from gateway.access.callers import KeyRegister
from gateway.access.turnstile import Turnstile
from servicekit.errors import DomainError


class KeyChecks:
    """Ends the streams of keys that are revoked or have expired. One call checks the keys of all streams."""

    def __init__(self, register: KeyRegister, turnstile: Turnstile, *, every_seconds: float) -> None:
        self._register = register
        self._turnstile = turnstile
        self._every_seconds = every_seconds

    async def run(self) -> None:
        """Check from time to time, until cancelled."""
        while True:
            await asyncio.sleep(self._every_seconds)
            await self.look()

    async def look(self) -> None:
        """Check once. While the executor is away open streams stay, and no new one is let in."""
        key_ids = sorted(self._turnstile.key_ids)
        if not key_ids:
            return
        try:
            invalid = await self._register.invalid_keys(key_ids)
        except DomainError as error:
            telemetry.keys_not_checked(error.reason)
            return
        if invalid:
            telemetry.keys_ended(len(invalid))
            self._turnstile.revoke(invalid)
