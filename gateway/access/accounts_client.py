"""AccountService as the gateway uses it: whose key this is, which keys hold no longer, and accounts."""

from collections.abc import Sequence
from typing import Final

import grpc

from gateway.edge.rpc import answer_of
from tradewind.accounts.v1 import accounts_pb2 as pb
from tradewind.accounts.v1 import accounts_pb2_grpc as rpc

# As many as the contract lets one call name.
KEYS_MAX: Final = 10_000


class AccountsClient:
    """Calls the executor. Every method raises DomainError."""

    def __init__(self, channel: grpc.aio.Channel, *, deadline_seconds: float) -> None:
        self._stub = rpc.AccountServiceStub(channel)
        self._deadline = deadline_seconds

    async def authenticate(self, key_id: str, secret: str) -> pb.AuthenticateResponse:
        """Return the holder of a key. Raises Rejected("UNAUTHENTICATED") for one that does not hold."""
        request = pb.AuthenticateRequest(key_id=key_id, secret=secret)
        return await answer_of(self._stub.Authenticate(request, timeout=self._deadline))

    async def invalid_keys(self, key_ids: Sequence[str]) -> set[str]:
        """Return those of the keys that hold no longer."""
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
        """Set what the request names and return the account as it is then."""
        return (await answer_of(self._stub.UpdateAccount(request, timeout=self._deadline))).account
