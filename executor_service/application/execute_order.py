"""The story of an order: look at its status, do that status's one step, record what happened, until it has ended.

After a lost message, a dead worker or an expired lease the order continues at the status in its row. So each step can
be repeated, and the intent to send a swap is recorded before the swap is sent.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeAlias
from uuid import UUID

from executor_service import telemetry
from executor_service.application.ports import (
    Clock,
    LeasedOrders,
    Market,
    OutOfReach,
    Router,
    StaleOrder,
    SwapResult,
    SwapState,
)
from executor_service.domain.lifecycle import (
    OrderEvent,
    OrderStatus,
    RouteChosen,
    RoutingStarted,
    SwapBuilt,
    SwapConfirmed,
    SwapSubmitted,
)
from executor_service.domain.order import Order, swap_id_of
from executor_service.domain.retry import RetryPolicy
from executor_service.stages import Stage
from pools.basis_points import min_amount_out
from servicekit.errors import DomainError, Rejected, Unavailable

Step: TypeAlias = Callable[[Order], Awaitable[Sequence[OrderEvent]]]

OUTAGE_PAUSE_SECONDS = 0.25


class AttemptEnded(Exception):
    """The router or the market refused: this attempt is over, and its swap, if any, can never land."""

    def __init__(self, reason: str, detail: str, tx_signature: str | None = None) -> None:
        self.reason = reason
        self.detail = detail
        self.tx_signature = tx_signature
        super().__init__(reason)


class ExecuteOrder:
    """Drives claimed orders to their end."""

    def __init__(
        self, *, orders: LeasedOrders, router: Router, market: Market, clock: Clock, retry: RetryPolicy
    ) -> None:
        self._orders = orders
        self._router = router
        self._market = market
        self._clock = clock
        self._retry = retry
        # Swaps that this worker has recorded and not sent yet. Another worker may have sent any other swap of an order
        # in `submitted`, so the market is asked about it first.
        self._unsent: set[UUID] = set()
        self._steps: Mapping[OrderStatus, Step] = {
            OrderStatus.PENDING: self._start_attempt,
            OrderStatus.RETRYING: self._start_attempt_when_due,
            OrderStatus.ROUTING: self._find_route,
            OrderStatus.ROUTING_COMPLETE: self._build_swap,
            OrderStatus.BUILDING: self._submit,
            OrderStatus.SUBMITTED: self._await_market,
        }

    async def run(self, order: Order) -> Order | None:
        """Drive the order to its end and return it; None when another writer has moved it.

        Raises LeaseLost, or Unavailable when a write's outcome is unknown: in both cases the caller must give up
        all its orders. While the router or the market does not answer, this waits.
        """
        try:
            while not order.is_terminal:
                order = await self._advance(order)
        except StaleOrder:
            return None
        finally:
            # If the intent was not recorded, the swap of this attempt is still marked as unsent.
            self._unsent.discard(swap_id_of(order.order_id, order.attempt))
        return order

    async def _advance(self, order: Order) -> Order:
        try:
            events = await self._steps[order.status](order)
        except AttemptEnded as end:
            now = self._clock.now()
            events = [order.next_attempt_or_failure(self._retry, end.reason, end.detail, now, end.tx_signature)]
        except OutOfReach:
            await asyncio.sleep(OUTAGE_PAUSE_SECONDS)
            return order
        after = await self._orders.record(order, *events, at=self._clock.now())
        telemetry.step_recorded(order, events, after)
        return after

    async def _start_attempt(self, order: Order) -> Sequence[OrderEvent]:
        return [RoutingStarted()]

    async def _start_attempt_when_due(self, order: Order) -> Sequence[OrderEvent]:
        if order.next_attempt_at is not None:
            await self._clock.sleep_until(order.next_attempt_at)
        return [RoutingStarted()]

    async def _find_route(self, order: Order) -> Sequence[OrderEvent]:
        try:
            with Stage("route"):
                route = await self._router.route(order)
        except DomainError as error:
            raise AttemptEnded(error.reason, error.detail) from error
        chosen = RouteChosen(route)
        # Nothing leaves the executor before the swap is sent, so one write records all three events.
        return [chosen, self._prepare_swap(order, route.amount_out), SwapSubmitted()]

    async def _build_swap(self, order: Order) -> Sequence[OrderEvent]:
        assert order.quoted_amount_out is not None
        return [self._prepare_swap(order, order.quoted_amount_out), SwapSubmitted()]

    async def _submit(self, order: Order) -> Sequence[OrderEvent]:
        return [SwapSubmitted()]

    async def _await_market(self, order: Order) -> Sequence[OrderEvent]:
        result = await self._await_result(order)
        if result.state is SwapState.LANDED:
            assert result.tx_signature is not None
            return [SwapConfirmed(result.amount_out, result.tx_signature, result.slot)]
        raise AttemptEnded(result.reason, result.detail, result.tx_signature)

    async def _await_result(self, order: Order) -> SwapResult:
        """Return the swap's final state. A time-out proves nothing, so only the market's answer ends this."""
        assert order.swap_id is not None
        if order.swap_id in self._unsent:
            self._unsent.discard(order.swap_id)
            result = await self._send(order)
        else:
            with Stage("land"):
                result = await self._market.find(order.swap_id)
        while result.state in (SwapState.IN_FLIGHT, SwapState.UNKNOWN):
            if result.state is SwapState.UNKNOWN:
                result = await self._send(order)
            else:
                with Stage("land"):
                    result = await self._market.outcome(order.swap_id)
        return result

    async def _send(self, order: Order) -> SwapResult:
        try:
            with Stage("send"):
                return await self._market.send(order)
        except Rejected as error:
            raise AttemptEnded(error.reason, error.detail) from error
        except Unavailable as error:
            # This refusal is not final, and an earlier call with the same swap may still land.
            raise OutOfReach from error

    def _prepare_swap(self, order: Order, quoted_amount_out: int) -> SwapBuilt:
        least = min_amount_out(quoted_amount_out, order.slippage_bps)
        swap_id = swap_id_of(order.order_id, order.attempt)
        self._unsent.add(swap_id)
        return SwapBuilt(swap_id, least)
