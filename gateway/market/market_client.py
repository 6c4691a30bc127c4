"""The client of MarketService: wallets, and the table of scenarios."""

import grpc

from gateway.edge.rpc import answer_of
from tradewind.market.v1 import market_pb2 as pb
from tradewind.market.v1 import market_pb2_grpc as rpc


class MarketClient:
    """Calls the market. Every method raises DomainError."""

    def __init__(self, channel: grpc.aio.Channel, *, deadline_seconds: float) -> None:
        self._stub = rpc.MarketServiceStub(channel)
        self._deadline = deadline_seconds

    async def balances(self, account_id: str) -> pb.GetBalancesResponse:
        """Return a wallet."""
        request = pb.GetBalancesRequest(account_id=account_id)
        return await answer_of(self._stub.GetBalances(request, timeout=self._deadline))

    async def airdrop(self, account_id: str, *, mint: str, amount: int, airdrop_id: str) -> pb.AirdropResponse:
        """Mint into a wallet, at most once for an `airdrop_id`. `amount` in base units."""
        request = pb.AirdropRequest(account_id=account_id, mint=mint, amount=amount, airdrop_id=airdrop_id)
        return await answer_of(self._stub.Airdrop(request, timeout=self._deadline))

    async def scenarios(self) -> pb.ListScenariosResponse:
        """Return the table of scenarios."""
        return await answer_of(self._stub.ListScenarios(pb.ListScenariosRequest(), timeout=self._deadline))
