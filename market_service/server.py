"""gRPC in: MarketService. It checks a request, calls the intake, and maps the answer to a message."""

from collections.abc import AsyncIterator
from typing import Any, Final, NoReturn

import grpc

from market_service import wire
from market_service.chain.chain import EndedSwaps, PoolsUpdate
from market_service.chain.outages import venues_down
from market_service.chain.scenarios import SCENARIOS
from market_service.chain.swap_intake import SwapIntake
from market_service.chain.swaps import SwapRefusal
from market_service.chain.validation import is_name, is_uuid
from servicekit.errors import FieldViolation, Rejected, Unavailable
from servicekit.grpc_server import Service
from tradewind.market.v1 import market_pb2 as pb
from tradewind.market.v1 import market_pb2_grpc as rpc

_SWAPS_MAX: Final = 512
_IDS_MAX: Final = 2_000
_PAGE_MAX: Final = 1_000
_PAGE_DEFAULT: Final = 100

Context = grpc.aio.ServicerContext[Any, Any]


def market_service(intake: SwapIntake) -> Service:
    """Return the service to be started: its name, its handlers, and how its streams end."""
    servicer = MarketServicer(intake)
    chain = intake.chain

    async def end_streams() -> None:
        ended = Unavailable("SHUTTING_DOWN")
        chain.pool_news.end(ended)
        chain.swap_news.end(ended)

    return Service(
        names=[pb.DESCRIPTOR.services_by_name["MarketService"].full_name],
        add=lambda server: rpc.add_MarketServiceServicer_to_server(servicer, server),
        on_drain=end_streams,
    )


class MarketServicer(rpc.MarketServiceServicer):
    """The handlers."""

    def __init__(self, intake: SwapIntake) -> None:
        """Serve an intake and the chain behind it."""
        chain = intake.chain
        self._intake = intake
        self._chain = chain
        self._tokens = wire.token_messages(chain.definition)
        self._mapped: tuple[PoolsUpdate, pb.WatchPoolsResponse] | None = None

    async def WatchPools(self, request: pb.WatchPoolsRequest, context: Context) -> AsyncIterator[pb.WatchPoolsResponse]:
        """Stream the market: a snapshot, then every slot's changes."""
        feed = self._chain.pool_news
        subscription = feed.subscribe()
        try:
            yield self._snapshot()
            async for update in subscription.items():
                yield self._update_message(update)
        finally:
            feed.unsubscribe(subscription)

    def _snapshot(self) -> pb.WatchPoolsResponse:
        update = self._chain.pools_now()
        return wire.update_message(update, self._venues(update.slot), tokens=self._tokens)

    def _venues(self, slot: int) -> list[pb.VenueConditions]:
        chain = self._chain
        return wire.condition_messages(chain.profile, venues_down(chain.seed, slot, chain.profile.outage_ppm))

    def _update_message(self, update: PoolsUpdate) -> pb.WatchPoolsResponse:
        """Return the message of an update, mapped once for all watchers."""
        if self._mapped is None or self._mapped[0] is not update:
            self._mapped = (update, wire.update_message(update, self._venues(update.slot)))
        return self._mapped[1]

    async def SendSwap(self, request: pb.SendSwapRequest, context: Context) -> pb.SendSwapResponse:
        """Take one swap."""
        swap = wire.swap_of(request.swap)
        (answer,) = await self._intake.send([swap])
        if isinstance(answer, SwapRefusal):
            violation = FieldViolation(f"swap.{answer.field}", answer.detail)
            raise Rejected(answer.reason, answer.detail, violations=[violation])
        return pb.SendSwapResponse(result=wire.result_message(answer))

    async def SendSwaps(self, request: pb.SendSwapsRequest, context: Context) -> pb.SendSwapsResponse:
        """Take a batch, each swap with an answer of its own."""
        if not 1 <= len(request.swaps) <= _SWAPS_MAX:
            _refuse("swaps", f"must be 1 to {_SWAPS_MAX}")
        answers = await self._intake.send([wire.swap_of(swap) for swap in request.swaps])
        return pb.SendSwapsResponse(answers=[wire.answer_message(answer) for answer in answers])

    async def GetSwaps(self, request: pb.GetSwapsRequest, context: Context) -> pb.GetSwapsResponse:
        """Return the state of swaps."""
        if not 1 <= len(request.swap_ids) <= _IDS_MAX:
            _refuse("swap_ids", f"must be 1 to {_IDS_MAX}")
        ids = [swap_id.lower() for swap_id in request.swap_ids]
        for index, swap_id in enumerate(ids):
            if not is_uuid(swap_id):
                _refuse(f"swap_ids[{index}]", "must be a UUID")
        results = await self._intake.results(ids)
        return pb.GetSwapsResponse(
            results=[wire.result_message(result) for result in results],
            market_time=wire.timestamp(self._chain.clock.now_ms()),
        )

    async def WatchSwaps(self, request: pb.WatchSwapsRequest, context: Context) -> AsyncIterator[pb.WatchSwapsResponse]:
        """Stream results as swaps end, from now on."""
        if not is_name(request.submitter, required=False):
            _refuse("submitter", "must be at most 64 printable characters")
        feed = self._chain.swap_news
        subscription = feed.subscribe()
        try:
            yield pb.WatchSwapsResponse(slot=self._chain.slot)
            async for ended in subscription.items():
                if message := _ended_message(ended, request.submitter):
                    yield message
        finally:
            feed.unsubscribe(subscription)

    async def ListSwaps(self, request: pb.ListSwapsRequest, context: Context) -> pb.ListSwapsResponse:
        """Return one page of the ledger."""
        for field in ("account_id", "order_tag"):
            if not is_name(getattr(request, field), required=False):
                _refuse(field, "must be at most 64 printable characters")
        if request.page_size > _PAGE_MAX:
            _refuse("page_size", f"must be at most {_PAGE_MAX}")
        size = request.page_size or _PAGE_DEFAULT
        swaps = await self._intake.list_swaps(
            account_id=request.account_id,
            order_tag=request.order_tag,
            after=_page_start(request.page_token),
            limit=size + 1,
        )
        return pb.ListSwapsResponse(
            swaps=[wire.ledger_swap_message(entry) for entry in swaps[:size]],
            next_page_token=str(swaps[size - 1].number) if len(swaps) > size else "",
        )

    async def GetBalances(self, request: pb.GetBalancesRequest, context: Context) -> pb.GetBalancesResponse:
        """Read a wallet."""
        if not is_name(request.account_id, required=True):
            _refuse("account_id", "must be 1 to 64 printable characters")
        wallet = await self._intake.balances(request.account_id)
        return pb.GetBalancesResponse(
            balances=[pb.Balance(mint=mint, amount=amount) for mint, amount in wallet.items()], slot=self._chain.slot
        )

    async def Airdrop(self, request: pb.AirdropRequest, context: Context) -> pb.AirdropResponse:
        """Mint into a wallet."""
        airdrop_id = request.airdrop_id.lower()
        if not is_name(request.account_id, required=True):
            _refuse("account_id", "must be 1 to 64 printable characters")
        if not is_uuid(airdrop_id):
            _refuse("airdrop_id", "must be a UUID")
        if request.amount == 0:
            _refuse("amount", "must be above 0")
        amount, replayed = await self._intake.airdrop(
            airdrop_id=airdrop_id, account_id=request.account_id, mint=request.mint, amount=request.amount
        )
        return pb.AirdropResponse(balance=pb.Balance(mint=request.mint, amount=amount), replayed=replayed)

    async def ListScenarios(self, request: pb.ListScenariosRequest, context: Context) -> pb.ListScenariosResponse:
        """Return the table of scenarios."""
        return pb.ListScenariosResponse(scenarios=map(wire.scenario_message, SCENARIOS, SCENARIOS.values()))


def _refuse(field: str, detail: str) -> NoReturn:
    raise Rejected("INVALID_REQUEST", f"{field} {detail}", violations=[FieldViolation(field, detail)])


def _page_start(token: str) -> int:
    if not token:
        return 0
    if not (token.isascii() and token.isdigit() and len(token) <= 18):
        _refuse("page_token", "is not one of this service's")
    return int(token)


def _ended_message(ended: EndedSwaps, submitter: str) -> pb.WatchSwapsResponse | None:
    results = [wire.result_message(result) for who, result in ended.results if submitter in ("", who)]
    return pb.WatchSwapsResponse(results=results, slot=ended.slot) if results else None
