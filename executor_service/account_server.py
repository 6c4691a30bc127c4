"""gRPC in: AccountService, beside OrderService in the same process."""

from typing import TypeAlias

import grpc

from executor_service import account_messages as messages
from executor_service.application.account_limits import AccountLimits
from executor_service.application.authenticate import Authenticate
from tradewind.accounts.v1 import accounts_pb2 as pb
from tradewind.accounts.v1 import accounts_pb2_grpc as rpc

Context: TypeAlias = grpc.aio.ServicerContext[object, object]


class AccountServicer(rpc.AccountServiceServicer):
    """Implements tradewind.accounts.v1.AccountService."""

    def __init__(self, *, keys: Authenticate, accounts: AccountLimits) -> None:
        self._keys = keys
        self._accounts = accounts

    async def Authenticate(  # noqa: N802 - the contract's name
        self, request: pb.AuthenticateRequest, context: Context
    ) -> pb.AuthenticateResponse:
        """Return the account and the scopes of the key."""
        return messages.authenticate_response(await self._keys.key_of(request.key_id, request.secret))

    async def CheckKeys(  # noqa: N802 - the contract's name
        self, request: pb.CheckKeysRequest, context: Context
    ) -> pb.CheckKeysResponse:
        """Return which of the keys are not valid."""
        return pb.CheckKeysResponse(invalid_key_ids=await self._keys.invalid_among(messages.key_ids_of(request)))

    async def GetAccount(  # noqa: N802 - the contract's name
        self, request: pb.GetAccountRequest, context: Context
    ) -> pb.GetAccountResponse:
        """Read the account with the limits in force and their use."""
        account, use = await self._accounts.look_up(messages.account_id_of(request.account_id))
        return pb.GetAccountResponse(account=messages.account_message(account, use, self._accounts.defaults))

    async def UpdateAccount(  # noqa: N802 - the contract's name
        self, request: pb.UpdateAccountRequest, context: Context
    ) -> pb.UpdateAccountResponse:
        """Set the switch, the limits, or both."""
        account_id, state, limits = messages.update_of(request)
        account, use = await self._accounts.update(account_id, state=state, limits=limits)
        return pb.UpdateAccountResponse(account=messages.account_message(account, use, self._accounts.defaults))
