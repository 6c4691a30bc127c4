"""Checking a presented key: whose it is, and whether it is valid."""

from collections.abc import Sequence
from typing import Final

from executor_service import telemetry
from executor_service.application.account_ports import KeyStore
from executor_service.application.ports import Clock
from executor_service.domain.keys import KEY_ID, SECRET_CHARACTERS_MAX, ApiKey, checked, digest_of
from servicekit.errors import Rejected, Unavailable

# Well-formed and never issued. It is looked up in place of text that cannot be an identity, so that both take as long.
_UNUSED_ID: Final = "0" * 12


class Authenticate:
    """Checks keys. `pepper` None: this server cannot."""

    def __init__(self, *, keys: KeyStore, clock: Clock, pepper: bytes | None) -> None:
        self._keys = keys
        self._clock = clock
        self._pepper = pepper

    async def key_of(self, key_id: str, secret: str) -> ApiKey:
        """Return the key with this identity and this secret.

        Raises Rejected("UNAUTHENTICATED") when it is unknown, wrong, revoked or expired, Unavailable when the
        check is not possible.
        """
        try:
            key = await self._key_of(key_id, secret)
        except Rejected:
            telemetry.authenticated("refused")
            raise
        except Unavailable:
            telemetry.authenticated("unavailable")
            raise
        telemetry.authenticated("accepted")
        return key

    async def invalid_among(self, key_ids: Sequence[str]) -> list[str]:
        """Return the keys that are not valid, in the order given. Raises Unavailable."""
        asked = [key_id for key_id in key_ids if KEY_ID.fullmatch(key_id)]
        holding = await self._keys.holding(asked, self._clock.now())
        return [key_id for key_id in key_ids if key_id not in holding]

    async def _key_of(self, key_id: str, secret: str) -> ApiKey:
        if self._pepper is None:
            raise Unavailable("UNAVAILABLE", "keys cannot be checked: start the executor with KEY_PEPPER")
        identity = key_id if KEY_ID.fullmatch(key_id) else _UNUSED_ID
        presented = digest_of(self._pepper, identity, secret[: SECRET_CHARACTERS_MAX + 1])
        return checked(await self._keys.find(identity), presented, self._clock.now())
