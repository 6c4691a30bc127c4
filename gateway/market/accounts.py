"""Accounts over HTTP: one's own, and for admins any: its switch, its limits, and how much of them is used."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from gateway.access.accounts_client import AccountsClient
from gateway.access.identity import identity_of
from gateway.edge.body import BodyLimits, read_json_body
from gateway.edge.json_out import exact, instant, json_response
from gateway.edge.strict_json import parse_json_object
from gateway.market.account_fields import ACCOUNT_ID, USD_DECIMALS, AccountChange, read_change
from gateway.orders.orders import refuse_key
from gateway.orders.tokens import TokenDirectory
from servicekit.errors import Rejected
from tradewind.accounts.v1 import accounts_pb2 as pb


class Accounts:
    """The resources /api/account and /api/accounts/{account}."""

    def __init__(self, client: AccountsClient, tokens: TokenDirectory, limits: BodyLimits) -> None:
        self._client = client
        self._tokens = tokens
        self._limits = limits

    async def own(self, request: Request) -> Response:
        """GET /api/account: the caller's account, and what its key may do."""
        caller = identity_of(request.scope)
        account = await self._client.account(caller.account_id)
        return json_response({**self._shown(account), "scopes": sorted(caller.scopes)})

    async def show(self, request: Request) -> Response:
        """GET /api/accounts/{account}: any account. One that was never set up has the server's limits."""
        return json_response(self._shown(await self._client.account(_named(request))))

    async def change(self, request: Request) -> Response:
        """PATCH /api/accounts/{account}: set the switch, or those limits that the body names; null takes one away."""
        refuse_key(request.scope, "setting the same values twice changes nothing more.")
        account_id = _named(request)
        body = parse_json_object(await read_json_body(request.scope, request.receive, self._limits))
        change = read_change(body, self._tokens.current())
        return json_response(self._shown(await self._update(account_id, change)))

    async def _update(self, account_id: str, change: AccountChange) -> pb.Account:
        wanted = pb.UpdateAccountRequest(account_id=account_id)
        if change.trading_state is not None:
            wanted.trading_state = pb.TradingState.Value(f"TRADING_STATE_{change.trading_state.upper()}")
        if change.limits:
            # The contract takes the limits as a whole: those that are not named stay as they are.
            wanted.limits.CopyFrom((await self._client.account(account_id)).limits)
            change.apply_to(wanted.limits)
        return await self._client.update(wanted)

    def _shown(self, account: pb.Account) -> dict[str, Any]:
        limits = account.limits
        usd_max = limits.order_usd_micros_max
        return {
            "accountId": account.account_id,
            "tradingState": pb.TradingState.Name(account.trading_state).removeprefix("TRADING_STATE_").lower(),
            "limits": {
                "orderUsdMax": exact(usd_max, USD_DECIMALS) if usd_max else None,
                "ordersInFlightMax": limits.orders_in_flight_max or None,
                "ordersPerMinuteMax": limits.orders_per_minute_max or None,
                "slippageBpsMax": limits.slippage_bps_max if limits.HasField("slippage_bps_max") else None,
                "tokensAllowed": sorted(map(self._tokens.symbol_of, limits.mints_allowed)) or None,
            },
            "use": {"ordersInFlight": account.orders_in_flight, "ordersLastMinute": account.orders_last_minute},
            "updatedAt": instant(account.updated_at) if account.HasField("updated_at") else None,
        }


def _named(request: Request) -> str:
    account_id: str = request.path_params["account"]
    if not ACCOUNT_ID.fullmatch(account_id):
        raise Rejected("NOT_FOUND", "No account has such a name: 1 to 64 letters, digits or . _ : @ -")
    return account_id
