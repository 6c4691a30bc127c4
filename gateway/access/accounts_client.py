"""The client of AccountService: it identifies keys, finds keys that are no longer valid, and reads accounts."""

from collections.abc import Sequence
from typing import Final

import grpc

from gateway.edge.rpc import answer_of
from tradewind.accounts.v1 import accounts_pb2 as pb
from tradewind.accounts.v1 import accounts_pb2_grpc as rpc

# The most keys that the contract allows in one call.
KEYS_MAX: Final = 10_000


class AccountsClient:
    """Calls the executor. Every method raises DomainError."""

    def __init__(self, channel: grpc.aio.Channel, *, deadline_seconds: float) -> None:
        self._stub = rpc.AccountServiceStub(channel)
        self._deadline = deadline_seconds

    async def authenticate(self, key_id: str, secret: str) -> pb.AuthenticateResponse:
        """Return the account and scopes of a key. Raises Rejected("UNAUTHENTICATED") for a key that is not valid."""
        request = pb.AuthenticateRequest(key_id=key_id, secret=secret)
        return await answer_of(self._stub.Authenticate(request, timeout=self._deadline))

    async def invalid_keys(self, key_ids: Sequence[str]) -> set[str]:
        """Return those of the keys that are no longer valid."""
        invalid: set[str] = set()
        for first in range(0, len(key_ids), KEYS_MAX):
            request = pb.CheckKeysRequest(key_ids=key_ids[first : first + KEYS_MAX])
            invalid.update((await answer_of(self._stub.CheckKeys(request, timeout=self._deadline))).invalid_key_ids)
        return invalid

    async def account(self, account_id: str) -> pb.Account:
        """Return an account with its limits and their use."""
        request = pb.GetAccountRequest(account_id=account_id)
        return (await answer_of(self._stub.GetAccount(request, timeout=self._deadline))).account

    async def update(self, request: pb.UpdateAccountRequest) -> pb.Account:
        """Set the fields that the request names, and return the changed account."""
        return (await answer_of(self._stub.UpdateAccount(request, timeout=self._deadline))).account
