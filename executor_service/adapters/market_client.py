"""The market over gRPC: swaps are sent in batches, a stream brings their results, and a call asks for missing ones."""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from typing import Final
from uuid import UUID

import grpc

from executor_service import telemetry
from executor_service.application.ports import OutOfReach, SwapResult, SwapState
from executor_service.domain.order import Order
from executor_service.order_trace import attempt_traceparent
from servicekit.batching import Batcher, QueueFull
from servicekit.errors import error_of
from tradewind.market.v1 import market_pb2 as pb
from tradewind.market.v1 import market_pb2_grpc as rpc

DEADLINE_SECONDS: Final = 5.0
# The stream brings a result as soon as a swap has ended. A call asks for results that the stream lost.
ASK_AFTER_SECONDS: Final = 4.0
# The stream does not carry swaps that another worker sent.
ASK_OFTEN_SECONDS: Final = 0.4
RECONNECT_SECONDS: Final = 0.25

_STATES: Final = {
    pb.SWAP_STATE_UNKNOWN: SwapState.UNKNOWN,
    pb.SWAP_STATE_IN_FLIGHT: SwapState.IN_FLIGHT,
    pb.SWAP_STATE_LANDED: SwapState.LANDED,
    pb.SWAP_STATE_FAILED: SwapState.FAILED,
    pb.SWAP_STATE_EXPIRED: SwapState.EXPIRED,
}
_REASONS: Final[Mapping[int, str]] = {
    pb.SWAP_FAILURE_SLIPPAGE_EXCEEDED: "SLIPPAGE_EXCEEDED",
    pb.SWAP_FAILURE_DROPPED: "SWAP_DROPPED",
    pb.SWAP_FAILURE_VENUE_UNAVAILABLE: "VENUE_UNAVAILABLE",
    pb.SWAP_FAILURE_INSUFFICIENT_FUNDS: "INSUFFICIENT_FUNDS",
    pb.SWAP_FAILURE_INSUFFICIENT_LIQUIDITY: "INSUFFICIENT_LIQUIDITY",
    pb.SWAP_FAILURE_TRANSIENT: "SWAP_FAILED",
}
# For a dead swap whose failure this version has no name for.
_REASON_OF_DEAD: Final = {SwapState.FAILED: "SWAP_FAILED", SwapState.EXPIRED: "SWAP_EXPIRED"}


class GrpcMarket:
    """Implements Market for one process, known to the market as `submitter`, that drives up to `orders_max` at once."""

    def __init__(self, channel: grpc.aio.Channel, *, submitter: str, orders_max: int) -> None:
        self._stub = rpc.MarketServiceStub(channel)
        self._submitter = submitter
        self._expected: dict[UUID, asyncio.Future[SwapResult]] = {}
        self._sent_here: set[UUID] = set()
        self._stream_is_live = False
        # Each order waits here at most once, so the queue has room for all of them.
        self._sends: Batcher[Order, SwapResult] = Batcher(
            self._send_swaps, batch_max=128, in_flight_max=4, queue_max=orders_max, name="send"
        )
        self._finds: Batcher[UUID, SwapResult] = Batcher(
            self._get_swaps, batch_max=1000, in_flight_max=2, queue_max=orders_max, name="find"
        )

    async def run(self) -> None:
        """Follow the market's stream of ended swaps, until cancelled."""
        while True:
            try:
                request = pb.WatchSwapsRequest(submitter=self._submitter)
                async for batch in self._stub.WatchSwaps(request):
                    self._stream_is_live = True
                    for result in batch.results:
                        self._resolve(_result(result), UUID(result.swap_id))
            except grpc.aio.AioRpcError as error:
                if self._stream_is_live:
                    telemetry.swaps_feed_lost(error)
            finally:
                self._stream_is_live = False
            await asyncio.sleep(RECONNECT_SECONDS)

    async def send(self, order: Order) -> SwapResult:
        """Hand over the order's current swap."""
        assert order.swap_id is not None
        self._expect(order.swap_id)
        self._sent_here.add(order.swap_id)
        try:
            result = await _answer_of(self._sends.submit(order))
        except BaseException:
            self._forget(order.swap_id)
            raise
        return self._forget_if_over(order.swap_id, result)

    async def find(self, swap_id: UUID) -> SwapResult:
        """Return the state of a swap."""
        self._expect(swap_id)
        try:
            result = await _answer_of(self._finds.submit(swap_id))
        except BaseException:
            self._forget(swap_id)
            raise
        return self._forget_if_over(swap_id, result)

    async def outcome(self, swap_id: UUID) -> SwapResult:
        """Wait for the stream's result, and ask the market after a while without one."""
        patience = ASK_AFTER_SECONDS if self._stream_is_live and swap_id in self._sent_here else ASK_OFTEN_SECONDS
        try:
            async with asyncio.timeout(patience):
                result = await asyncio.shield(self._expect(swap_id))
        except TimeoutError:
            return await self.find(swap_id)
        except BaseException:
            self._forget(swap_id)
            raise
        return self._forget_if_over(swap_id, result)

    def _expect(self, swap_id: UUID) -> "asyncio.Future[SwapResult]":
        """Return the future of the swap's result. It must exist before the call, so that no result is missed."""
        future = self._expected.get(swap_id)
        if future is None:
            future = self._expected[swap_id] = asyncio.get_running_loop().create_future()
        return future

    def _resolve(self, result: SwapResult, swap_id: UUID) -> None:
        future = self._expected.get(swap_id)
        if future is not None and not future.done():
            future.set_result(result)

    def _forget_if_over(self, swap_id: UUID, result: SwapResult) -> SwapResult:
        if result.state not in (SwapState.IN_FLIGHT, SwapState.UNKNOWN):
            self._forget(swap_id)
        return result

    def _forget(self, swap_id: UUID) -> None:
        self._expected.pop(swap_id, None)
        self._sent_here.discard(swap_id)

    async def _send_swaps(self, orders: Sequence[Order]) -> Sequence[SwapResult | BaseException]:
        request = pb.SendSwapsRequest(swaps=[_swap(order, self._submitter) for order in orders])
        try:
            response = await self._stub.SendSwaps(request, timeout=DEADLINE_SECONDS)
        except grpc.aio.AioRpcError as error:
            # Any status code leaves open whether the market took the swaps.
            raise OutOfReach from error
        return [_result_of_sending(answer) for answer in response.answers]

    async def _get_swaps(self, swap_ids: Sequence[UUID]) -> Sequence[SwapResult | BaseException]:
        request = pb.GetSwapsRequest(swap_ids=[str(swap_id) for swap_id in swap_ids])
        try:
            response = await self._stub.GetSwaps(request, timeout=DEADLINE_SECONDS)
        except grpc.aio.AioRpcError as error:
            raise OutOfReach from error
        return [_result(result) for result in response.results]


async def _answer_of(answer: Awaitable[SwapResult]) -> SwapResult:
    """Return the market's answer. Raises OutOfReach when our own queue was full: the market was not asked."""
    try:
        return await answer
    except QueueFull as error:
        raise OutOfReach from error


def _swap(order: Order, submitter: str) -> pb.Swap:
    assert order.route is not None
    assert order.min_amount_out is not None
    return pb.Swap(
        swap_id=str(order.swap_id),
        account_id=order.account_id,
        mint_in=order.mint_in,
        mint_out=order.mint_out,
        amount_in=order.amount_in,
        min_amount_out=order.min_amount_out,
        legs=[
            pb.SwapLeg(pool_id=leg.pool_id, mint_in=leg.mint_in, amount_in=leg.amount_in) for leg in order.route.legs
        ],
        order_tag=str(order.order_id),
        submitter=submitter,
        scenario=order.scenario,
        attempt=order.attempt,
        traceparent=attempt_traceparent(order),
    )


def _result_of_sending(answer: pb.SwapAnswer) -> SwapResult | BaseException:
    if answer.WhichOneof("answer") == "result":
        return _result(answer.result)
    # A temporary refusal says nothing about an earlier call with the same swap, so the swap is looked up again.
    if answer.refusal.retryable:
        return OutOfReach()
    return error_of(answer.refusal.reason, answer.refusal.detail)


def _result(result: pb.SwapResult) -> SwapResult:
    state = _STATES[result.state]
    return SwapResult(
        state=state,
        amount_out=result.amount_out,
        tx_signature=result.signature or None,
        slot=result.slot,
        reason=reason_of(state, result.failure),
        detail=result.detail,
    )


def reason_of(state: SwapState, failure: int) -> str:
    """Return the reason of the error table for which a swap is dead; empty when it has landed or may still land."""
    return _REASONS.get(failure) or _REASON_OF_DEAD.get(state, "")
