"""Open streams outlive the moment they were let in: from time to time their keys are looked at again."""

import asyncio

from gateway import telemetry
from gateway.access.callers import KeyRegister
from gateway.access.turnstile import Turnstile
from servicekit.errors import DomainError


class KeyChecks:
    """Ends the streams of keys that are revoked or have expired. One question covers all streams."""

    def __init__(self, register: KeyRegister, turnstile: Turnstile, *, every_seconds: float) -> None:
        self._register = register
        self._turnstile = turnstile
        self._every_seconds = every_seconds

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            await asyncio.sleep(self._every_seconds)
            await self.look()

    async def look(self) -> None:
        """Look once. While the executor is away streams stay as they are: they were let in, and nothing new is."""
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
