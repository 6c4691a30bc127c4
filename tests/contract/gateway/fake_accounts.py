# ruff: noqa: N802
"""An AccountService in memory that keeps the contract of accounts.proto."""

import secrets
from dataclasses import dataclass
from typing import Any

from servicekit.errors import DomainError, Rejected
from tradewind.accounts.v1 import accounts_pb2 as pb
from tradewind.accounts.v1 import accounts_pb2_grpc as rpc

_RIGHTS = {
    "read": [pb.SCOPE_READ],
    "trade": [pb.SCOPE_READ, pb.SCOPE_TRADE],
    "admin": [pb.SCOPE_READ, pb.SCOPE_TRADE, pb.SCOPE_ADMIN],
}


@dataclass
class FakeKey:
    """A key and whose it is."""

    secret: str
    account_id: str
    right: str
    expires_at: float | None = None
    holds: bool = True


class FakeAccounts(rpc.AccountServiceServicer):
    """The service and its store."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Know no key and no account, as at first."""
        self.keys: dict[str, FakeKey] = {}
        self.accounts: dict[str, pb.Account] = {}
        self.asked: list[str] = []
        self.checked: list[list[str]] = []
        self.refuse: DomainError | None = None

    def make_key(self, account_id: str = "default", right: str = "trade", *, expires_at: float | None = None) -> str:
        """Return a new key of an account, as its holder keeps it."""
        key_id, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
        self.keys[key_id] = FakeKey(secret, account_id, right, expires_at)
        return f"tw_{key_id}_{secret}"

    def revoke(self, key: str) -> None:
        """Have a key hold no longer."""
        self.keys[key.split("_")[1]].holds = False

    async def Authenticate(self, request: Any, context: Any) -> pb.AuthenticateResponse:
        self.asked.append(request.key_id)
        if self.refuse is not None:
            raise self.refuse
        key = self.keys.get(request.key_id)
        if key is None or key.secret != request.secret or not key.holds:
            raise Rejected("UNAUTHENTICATED")
        answer = pb.AuthenticateResponse(account_id=key.account_id, scopes=_RIGHTS[key.right])
        if key.expires_at is not None:
            answer.expires_at.FromNanoseconds(int(key.expires_at * 1e9))
        return answer

    async def CheckKeys(self, request: Any, context: Any) -> pb.CheckKeysResponse:
        self.checked.append(list(request.key_ids))
        if self.refuse is not None:
            raise self.refuse
        invalid = [key_id for key_id in request.key_ids if key_id not in self.keys or not self.keys[key_id].holds]
        return pb.CheckKeysResponse(invalid_key_ids=invalid)

    async def GetAccount(self, request: Any, context: Any) -> pb.GetAccountResponse:
        if self.refuse is not None:
            raise self.refuse
        return pb.GetAccountResponse(account=self._account(request.account_id))

    async def UpdateAccount(self, request: Any, context: Any) -> pb.UpdateAccountResponse:
        if self.refuse is not None:
            raise self.refuse
        account = self._account(request.account_id)
        if request.trading_state:
            account.trading_state = request.trading_state
        if request.HasField("limits"):
            account.limits.CopyFrom(request.limits)
        account.updated_at.FromJsonString("2026-03-04T05:06:07.089Z")
        self.accounts[request.account_id] = account
        return pb.UpdateAccountResponse(account=account)

    def _account(self, account_id: str) -> pb.Account:
        new = pb.Account(account_id=account_id, trading_state=pb.TRADING_STATE_ACTIVE)
        return self.accounts.get(account_id, new)
