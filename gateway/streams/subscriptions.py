"""The subscriptions of one socket: the orders it follows, and the way of their events to its mailbox."""

import asyncio
from collections.abc import Mapping
from typing import Any

from gateway.edge.json_out import encode
from gateway.edge.problems import code_of
from gateway.streams.account_hub import AccountHub, AccountReader
from gateway.streams.mailbox import Mailbox
from gateway.streams.order_watches import OrderWatches
from gateway.streams.stream_commands import Command, Ping, Subscribe, Unsubscribe
from gateway.streams.watch import End, Event, ForwardedWatch, Watch
from servicekit.errors import DomainError, Rejected, Unavailable


class Subscriptions:
    """Executes the commands of one socket. An order is followed by its name or with the whole account, not both."""

    def __init__(
        self, watches: OrderWatches, accounts: AccountHub, mailbox: Mailbox, account_id: str, *, orders_max: int
    ) -> None:
        self._watches = watches
        self._accounts = accounts
        self._mailbox = mailbox
        self._account_id = account_id
        self._orders_max = orders_max
        self._orders: dict[str, ForwardedWatch] = {}
        self._account: AccountReader | None = None
        # Events that arrive while a subscription is being acknowledged; they follow the acknowledgement.
        self._held: list[str] | None = None

    async def obey(self, command: Command) -> None:
        """Execute a command and answer it. Raises DomainError when that is not possible."""
        match command:
            case Ping():
                self._say({"op": "pong"})
            case Unsubscribe():
                self._unsubscribe(command)
            case Subscribe(orders, everything):
                self._held = []
                try:
                    await (self._follow_account(orders) if everything else self._follow_orders(orders))
                finally:
                    held, self._held = self._held, None
                    for frame in held:
                        self._mailbox.put(frame)

    def refuse(self, error: DomainError, order_id: str | None = None) -> None:
        """Send the client an error."""
        frame: dict[str, Any] = {"op": "error", "code": code_of(error.reason), "detail": error.detail}
        if order_id is not None:
            frame["orderId"] = order_id
        if error.violations:
            frame["errors"] = [{"pointer": v.field, "code": v.code, "detail": v.detail} for v in error.violations]
        self._say(frame | {"retryable": error.retryable})

    def close(self) -> None:
        """End every watch."""
        for watch in list(self._orders.values()):
            watch.end("away")
        self._leave_account()

    async def _follow_orders(self, orders: Mapping[str, int]) -> None:
        if self._account is not None:
            raise Rejected("INVALID_REQUEST", "This socket follows all orders; unsubscribe from all first.")
        new = {order_id: after for order_id, after in orders.items() if order_id not in self._orders}
        if len(self._orders) + len(new) > self._orders_max:
            raise Unavailable("OVERLOADED", f"At most {self._orders_max} orders on one socket.")
        outcomes = await asyncio.gather(*(self._follow(order_id, after) for order_id, after in new.items()))
        refused = {order_id: error for order_id, error in zip(new, outcomes, strict=True) if error}
        standing = [order_id for order_id in orders if order_id not in refused]
        if standing:
            self._say({"op": "subscribed", "orderIds": standing})
        for order_id, error in refused.items():
            self.refuse(error, order_id)

    async def _follow(self, order_id: str, after: int) -> DomainError | None:
        watch = ForwardedWatch(self._account_id, order_id, after, forward=self._event, on_end=self._order_ended)
        self._orders[order_id] = watch
        try:
            await self._watches.stand(watch)
        except DomainError as error:
            return error
        return None

    async def _follow_account(self, after: Mapping[str, int]) -> None:
        if self._orders:
            raise Rejected("INVALID_REQUEST", "This socket follows single orders; unsubscribe from them first.")
        if self._account is not None:
            raise Rejected("INVALID_REQUEST", "This socket follows all orders already.")
        self._account = reader = AccountReader(forward=self._forward, on_end=self._account_ended)
        try:
            positions = await self._accounts.join(self._account_id, reader, after)
        except BaseException:
            self._leave_account()
            raise
        self._say({"op": "subscribed", "all": True, "positions": positions})

    def _leave_account(self) -> None:
        if self._account is not None:
            self._accounts.leave(self._account_id, self._account)
            self._account = None

    def _unsubscribe(self, command: Unsubscribe) -> None:
        if command.everything:
            self._leave_account()
            self._say({"op": "unsubscribed", "all": True})
            return
        for order_id in command.order_ids:
            if order_id in self._orders:
                self._orders[order_id].end("away")
        self._say({"op": "unsubscribed", "orderIds": command.order_ids})

    def _order_ended(self, watch: Watch) -> None:
        self._watches.remove(watch)
        self._orders.pop(watch.order_id, None)
        if watch.ended == "finished":
            self._put({"op": "ended", "orderId": watch.order_id, "sequence": watch.last_sequence})
        elif watch.ended == "broken" and watch.standing.done() and not watch.standing.exception():
            self.refuse(Rejected("INTERNAL"), watch.order_id)

    def _account_ended(self, why: End) -> None:
        self._account = None
        if why == "broken":
            self.refuse(Rejected("INTERNAL"))

    def _event(self, event: Event) -> None:
        self._forward(event.payload)

    def _put(self, frame: dict[str, Any]) -> None:
        self._forward(encode(frame).decode())

    def _forward(self, frame: str) -> None:
        if self._held is None:
            self._mailbox.put(frame)
        else:
            self._held.append(frame)

    def _say(self, frame: dict[str, Any]) -> None:
        self._mailbox.put(encode(frame).decode())
