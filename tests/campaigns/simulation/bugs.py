"""Three classic bugs, planted. A simulation that does not find them finds nothing."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final

from executor_service.application.execute_order import AttemptEnded, ExecuteOrder
from executor_service.application.ports import OutOfReach, StaleOrder, SwapResult
from executor_service.domain.lifecycle import IllegalTransition, OrderEvent
from executor_service.domain.order import Order, apply
from tests.campaigns.simulation.world import World
from tests.fakes import MemoryLeasedOrders


class SendsBeforeRecording(ExecuteOrder):
    """Sends the swap, then records that it was sent."""

    async def _find_route(self, order: Order) -> Sequence[OrderEvent]:
        events = await super()._find_route(order)
        intended = order
        for event in events:
            intended = apply(intended, event, self._clock.now())
        await self._market.send(intended)
        return events


class RetriesOnTimeOut(ExecuteOrder):
    """Takes silence for a failure and starts another attempt."""

    async def _await_result(self, order: Order) -> SwapResult:
        try:
            return await super()._await_result(order)
        except OutOfReach as error:
            raise AttemptEnded("SWAP_FAILED", "no answer") from error


class Unfenced(MemoryLeasedOrders):
    """Writes whatever anybody asks: no lease, no token, no version."""

    async def record(self, order: Order, *events: OrderEvent, at: datetime) -> Order:
        row = self._tables.rows[order.order_id]
        after = order
        for event in events:
            try:
                after = apply(after, event, at)
            except IllegalTransition:
                raise StaleOrder from None
            self._feed.publish([self._tables.append(after, event)])
        row.order = after
        return after


BUGS: Final[Mapping[str, Callable[[int], World]]] = {
    "send_before_recording": lambda seed: World(seed, execute=SendsBeforeRecording),
    "no_fence": lambda seed: World(seed, leased=Unfenced),
    "retry_on_time_out": lambda seed: World(seed, execute=RetriesOnTimeOut),
}
