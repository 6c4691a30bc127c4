# ruff: noqa: N802
"""A MarketService in memory: one wallet an account, airdrops, two scenarios."""

from collections.abc import AsyncIterator
from typing import Any

from servicekit.errors import DomainError, Rejected
from servicekit.grpc_server import RunningServer, Service, start_server
from servicekit.status.status_server import with_status
from tests.contract.gateway.fake_router import SOL, USDC
from tradewind.market.v1 import market_pb2 as pb
from tradewind.market.v1 import market_pb2_grpc as rpc
from tradewind.status.v1 import status_pb2


class FakeMarket(rpc.MarketServiceServicer):
    """The service and its wallets."""

    def __init__(self) -> None:
        self.port = 0
        self._server: RunningServer | None = None
        self.forget()

    def forget(self) -> None:
        """Hold nothing and refuse nothing, as at first."""
        self.refuse: DomainError | None = None
        self.wallets: dict[tuple[str, str], int] = {}
        self.airdrops: list[pb.AirdropRequest] = []
        self.asked_for_scenarios = 0
        self.facts = status_pb2.MarketFacts(profile="instant", seed=2**63 - 1, slot=12)

    async def start(self) -> None:
        service = Service(
            ["tradewind.market.v1.MarketService"], lambda server: rpc.add_MarketServiceServicer_to_server(self, server)
        )
        service = with_status(service, "market", self._collect)
        self._server = await start_server(service, host="127.0.0.1", port=self.port)
        self.port = self._server.port

    async def _collect(self) -> status_pb2.GetStatusResponse:
        return status_pb2.GetStatusResponse(market=self.facts)

    async def stop(self) -> None:
        assert self._server is not None
        await self._server.stop(grace_seconds=0)

    async def GetBalances(self, request: Any, context: Any) -> pb.GetBalancesResponse:
        self._check()
        held = [
            pb.Balance(mint=token.mint, amount=self.wallets.get((request.account_id, token.mint), 0))
            for token in (SOL, USDC)
        ]
        return pb.GetBalancesResponse(balances=held, slot=12)

    async def Airdrop(self, request: Any, context: Any) -> pb.AirdropResponse:
        self._check()
        replayed = any(known.airdrop_id == request.airdrop_id for known in self.airdrops)
        key = (request.account_id, request.mint)
        if not replayed:
            self.airdrops.append(request)
            self.wallets[key] = self.wallets.get(key, 0) + request.amount
        balance = pb.Balance(mint=request.mint, amount=self.wallets.get(key, 0))
        return pb.AirdropResponse(balance=balance, replayed=replayed)

    async def ListScenarios(self, request: Any, context: Any) -> pb.ListScenariosResponse:
        self.asked_for_scenarios += 1
        self._check()
        return pb.ListScenariosResponse(
            scenarios=[
                pb.Scenario(name="fail_once", fails_with=pb.SWAP_FAILURE_TRANSIENT, first_attempt_only=True),
                pb.Scenario(name="venue_down:raydium", venue_down="raydium"),
            ]
        )

    async def SendSwap(self, request: Any, context: Any) -> pb.SendSwapResponse:
        raise Rejected("NOT_IMPLEMENTED")

    async def SendSwaps(self, request: Any, context: Any) -> pb.SendSwapsResponse:
        raise Rejected("NOT_IMPLEMENTED")

    async def GetSwaps(self, request: Any, context: Any) -> pb.GetSwapsResponse:
        raise Rejected("NOT_IMPLEMENTED")

    async def ListSwaps(self, request: Any, context: Any) -> pb.ListSwapsResponse:
        raise Rejected("NOT_IMPLEMENTED")

    async def WatchPools(self, request: Any, context: Any) -> AsyncIterator[pb.WatchPoolsResponse]:
        if request:
            raise Rejected("NOT_IMPLEMENTED")
        yield pb.WatchPoolsResponse()

    async def WatchSwaps(self, request: Any, context: Any) -> AsyncIterator[pb.WatchSwapsResponse]:
        if request:
            raise Rejected("NOT_IMPLEMENTED")
        yield pb.WatchSwapsResponse()

    def _check(self) -> None:
        if self.refuse is not None:
            raise self.refuse
