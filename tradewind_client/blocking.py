"""The gateway for programs without an event loop: the same names, the same errors, the same rules of repeating.

Every call runs the asynchronous client on a loop in a background thread, so nothing is written twice. It works in plain
scripts, in notebooks (whose own loop is left alone) and from several threads at once.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Self

import httpx

from tradewind_client.background import Background, Iteration
from tradewind_client.client import Tradewind
from tradewind_client.json_values import Document
from tradewind_client.orders import BatchEntry, Order, OrderEvent, OrderRequest, Submitted
from tradewind_client.quotes import Preview, Quote
from tradewind_client.retry import RetryPolicy
from tradewind_client.wallet import Balance, Token


class SyncTradewind:
    """A gateway, to be used without `await`. Close it, or use it as a context manager.

    Methods, values and errors are those of `Tradewind`. Ctrl-C during a call cancels it; the request may have arrived.
    """

    def __init__(
        self,
        base_url: str = "http://127.0.0.1:3000",
        api_key: str | None = None,
        *,
        retry: RetryPolicy | None = None,
        timeout_seconds: float = 10.0,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """Describe the gateway; nothing is sent yet. Raises as `Tradewind` does."""
        self._client = Tradewind(base_url, api_key, retry=retry, timeout_seconds=timeout_seconds, transport=transport)
        self._background = Background()
        self._background.run(self._client.__aenter__())

    def close(self) -> None:
        """Close every connection and end every stream. Closing twice is closing once."""
        if self._background.close.alive:
            self._background.run(self._client.__aexit__(None, None, None))
            self._background.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def submit(self, order: OrderRequest | Mapping[str, Any], *, idempotency_key: str | None = None) -> Submitted:
        """As `Tradewind.submit`."""
        return self._background.run(self._client.submit(order, idempotency_key=idempotency_key))

    def batch(self, orders: Sequence[OrderRequest | Mapping[str, Any]]) -> list[BatchEntry]:
        """As `Tradewind.batch`."""
        return self._background.run(self._client.batch(orders))

    def preview(self, order: OrderRequest | Mapping[str, Any]) -> Preview:
        """As `Tradewind.preview`."""
        return self._background.run(self._client.preview(order))

    def quote(
        self, token_in: str, token_out: str, amount_in: Decimal | int | str, **restrictions: int | Sequence[str] | None
    ) -> Quote:
        """As `Tradewind.quote`."""
        return self._background.run(self._client.quote(token_in, token_out, amount_in, **restrictions))

    def order(self, order_id: str) -> Order:
        """As `Tradewind.order`."""
        return self._background.run(self._client.order(order_id))

    def orders(
        self,
        *,
        status: str | Sequence[str] = (),
        token: str | None = None,
        client_order_id: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        page_size: int = 100,
    ) -> Iteration[Order]:
        """As `Tradewind.orders`; an iterator over all pages."""
        pages = self._client.orders(
            status=status,
            token=token,
            client_order_id=client_order_id,
            since=since,
            until=until,
            page_size=page_size,
        )
        return Iteration(self._background, pages)

    def history(self, order_id: str, *, after: int = 0) -> list[OrderEvent]:
        """As `Tradewind.history`."""
        return self._background.run(self._client.history(order_id, after=after))

    def cancel(self, order_id: str) -> Order:
        """As `Tradewind.cancel`."""
        return self._background.run(self._client.cancel(order_id))

    def explain(self, order_id: str) -> Document:
        """As `Tradewind.explain`."""
        return self._background.run(self._client.explain(order_id))

    def tokens(self) -> tuple[Token, ...]:
        """As `Tradewind.tokens`."""
        return self._background.run(self._client.tokens())

    def balances(self) -> tuple[Balance, ...]:
        """As `Tradewind.balances`."""
        return self._background.run(self._client.balances())

    def airdrop(self, token: str, amount: Decimal | int | str, *, idempotency_key: str | None = None) -> Balance:
        """As `Tradewind.airdrop`."""
        return self._background.run(self._client.airdrop(token, amount, idempotency_key=idempotency_key))

    def status(self) -> Document:
        """As `Tradewind.status`."""
        return self._background.run(self._client.status())

    def watch(self, order_id: str, *, after: int = 0, timeout: float | None = None) -> Iteration[OrderEvent]:
        """As `Tradewind.watch`; after `timeout` seconds in all it raises TimeoutError."""
        return Iteration(self._background, self._client.watch(order_id, after=after), timeout)

    def watch_many(
        self, orders: Iterable[str] | Mapping[str, int], *, timeout: float | None = None
    ) -> Iteration[OrderEvent]:
        """As `Tradewind.watch_many`; after `timeout` seconds in all it raises TimeoutError."""
        return Iteration(self._background, self._client.watch_many(orders), timeout)

    def watch_all(self, *, timeout: float | None = None) -> Iteration[OrderEvent]:
        """As `Tradewind.watch_all`; after `timeout` seconds in all it raises TimeoutError."""
        return Iteration(self._background, self._client.watch_all(), timeout)

    def finish(self, order_id: str, *, timeout: float | None = None) -> Order:
        """As `Tradewind.finish`; after `timeout` seconds it raises TimeoutError, and the order goes on."""
        with self.watch(order_id, timeout=timeout) as events:
            for _ in events:
                pass
        return self.order(order_id)
