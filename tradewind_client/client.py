"""The client: one method for each operation of the gateway."""

from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import aclosing
from datetime import datetime
from decimal import Decimal
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import quote as quoted
from uuid import uuid4

import httpx

from tradewind_client.batching import submit_batch
from tradewind_client.everything import WholeAccount
from tradewind_client.http import Http
from tradewind_client.json_values import Document, decode, decode_each, decode_object, told_by
from tradewind_client.many import watch_named
from tradewind_client.network import open_http
from tradewind_client.orders import BatchEntry, Order, OrderEvent, OrderRequest, Submitted, keyed, plain_amount
from tradewind_client.pages import Airdropped, BalanceList, History, OrderPage, TokenList
from tradewind_client.quotes import Preview, Quote
from tradewind_client.retry import RetryPolicy
from tradewind_client.stream import Stream
from tradewind_client.wallet import Balance, Token
from tradewind_client.watching import Watcher

_SOCKET_SCHEMES: Final = {"http": "ws", "https": "wss"}


class Tradewind:
    """A gateway. Use it as an asynchronous context manager; any number of calls may run at once.

    Every failure of an exchange is raised as TradewindError. After a lost connection, a time-out, 429 and 502 to 504
    the client repeats the request within `retry`; each request has its effect once, however often it is sent.
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
        """Describe the gateway; nothing is sent yet.

        Proxies and certificates are the environment's (HTTPS_PROXY, NO_PROXY, SSL_CERT_FILE); a gateway on loopback is
        reached without a proxy. Raises ValueError when `base_url` is not an http(s) address, and Misconfigured.
        """
        url = httpx.URL(base_url.rstrip("/"))
        if url.scheme not in _SOCKET_SCHEMES or not url.host:
            raise ValueError("base_url must be an address such as http://127.0.0.1:3000")
        policy = retry or RetryPolicy()
        headers = {"authorization": f"Bearer {api_key}"} if api_key else {}
        self._client = open_http(url, headers=headers, timeout=timeout_seconds, transport=transport)
        self._policy = policy
        self._http = Http(self._client, policy)
        origin = str(url.copy_with(scheme=_SOCKET_SCHEMES[url.scheme])).rstrip("/")
        self._watcher = Watcher(origin, headers=headers, policy=policy, order=self.order)
        self._stream = Stream(origin, headers=headers, policy=policy)

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._client.__aexit__(kind, error, traceback)

    async def submit(self, order: OrderRequest | Mapping[str, Any], *, idempotency_key: str | None = None) -> Submitted:
        """Submit an order once, however often the request must be sent.

        `order` may also be a body with the fields of docs/api.md. The key defaults to the order's `clientOrderId`, else
        the client makes one; the answer holds it. After Unreachable submit again under the same key.
        """
        body, key = keyed(order, idempotency_key)
        response = await self._http.post("/api/orders/execute", body, {"idempotency-key": key})
        taken = decode(response.content, Submitted)
        submitted = Submitted(
            order_id=taken.order_id,
            status=taken.status,
            idempotency_key=key,
            replayed=response.headers.get("idempotent-replayed") == "true",
        )
        return told_by(submitted, response.content)

    async def batch(self, orders: Sequence[OrderRequest | Mapping[str, Any]]) -> list[BatchEntry]:
        """Submit many orders; return a result for each, in order.

        An order that is refused for a passing reason is sent again under its own key; another refusal is the result.
        """
        return await submit_batch(self._http, self._policy, orders)

    async def preview(self, order: OrderRequest | Mapping[str, Any]) -> Preview:
        """Return the route an order would take now. Raises Problem with every violation; stores nothing."""
        body = keyed(order, "preview")[0]
        return decode((await self._http.post("/api/orders/preview", body)).content, Preview)

    async def quote(
        self, token_in: str, token_out: str, amount_in: Decimal | int | str, **restrictions: int | Sequence[str] | None
    ) -> Quote:
        """Return what every pool would pay, and the best route.

        `restrictions` are those of an order: max_legs, venues, exclude_pools, max_price_impact_bps.
        """
        names = {_camel(name): value for name, value in restrictions.items() if value is not None}
        body = {"tokenIn": token_in, "tokenOut": token_out, "amountIn": plain_amount(amount_in), **names}
        return decode((await self._http.post("/api/quotes", body)).content, Quote)

    async def order(self, order_id: str) -> Order:
        """Return an order as it stands."""
        return decode((await self._http.get(_at(order_id))).content, Order)

    async def orders(
        self,
        *,
        status: str | Sequence[str] = (),
        token: str | None = None,
        client_order_id: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        page_size: int = 100,
    ) -> AsyncGenerator[Order, None]:
        """Yield the account's orders, newest first, fetching pages as they are needed."""
        wanted = {
            "status": status if isinstance(status, str) else ",".join(status),
            "token": token,
            "clientOrderId": client_order_id,
            "since": since.isoformat() if since else None,
            "until": until.isoformat() if until else None,
            "pageSize": str(page_size),
        }
        params = {name: value for name, value in wanted.items() if value}
        while True:
            page = decode((await self._http.get("/api/orders", params)).content, OrderPage)
            for order in decode_each(page.orders, Order):
                yield order
            if page.next_page_token is None:
                return
            params["pageToken"] = page.next_page_token

    async def history(self, order_id: str, *, after: int = 0) -> list[OrderEvent]:
        """Return the events so far whose sequence is above `after`."""
        response = await self._http.get(f"{_at(order_id)}/events", {"after": str(after)})
        return list(decode_each(decode(response.content, History).events, OrderEvent))

    async def cancel(self, order_id: str) -> Order:
        """Cancel an order and return it. Raises Problem("too_late_to_cancel") with `orderStatus` in `extra`."""
        return decode((await self._http.delete(_at(order_id))).content, Order)

    async def explain(self, order_id: str) -> Document:
        """Return why an order went as it did. Raises NotAvailable where the gateway does not offer it."""
        return decode_object((await self._http.get(f"{_at(order_id)}/explain")).content)

    async def tokens(self) -> tuple[Token, ...]:
        """Return the tokens that can be traded."""
        return decode_each(decode((await self._http.get("/api/tokens")).content, TokenList).tokens, Token)

    async def balances(self) -> tuple[Balance, ...]:
        """Return the balances of the account's simulated wallet. Raises NotAvailable where there is none."""
        return decode_each(decode((await self._http.get("/api/balances")).content, BalanceList).balances, Balance)

    async def airdrop(self, token: str, amount: Decimal | int | str, *, idempotency_key: str | None = None) -> Balance:
        """Add whole tokens to the simulated wallet, once for a key; return the balance after it.

        Raises NotAvailable where there is no such wallet.
        """
        body = {"token": token, "amount": plain_amount(amount)}
        headers = {"idempotency-key": idempotency_key or f"py-{uuid4().hex}"}
        content = (await self._http.post("/api/airdrop", body, headers)).content
        return told_by(decode(bytes(decode(content, Airdropped).balance), Balance), content)

    async def status(self) -> Document:
        """Return the state of every part of the engine; `notReady` names the parts that a new order would lack."""
        return decode_object((await self._http.get("/api/status")).content)

    def watch(self, order_id: str, *, after: int = 0) -> AsyncGenerator[OrderEvent, None]:
        """Yield an order's events after the sequence `after`, each once and in order, and end after its last.

        A stream that breaks is resumed after its last event. Raises Problem, StreamGap for an event that cannot be
        read, and Unreachable when the stream cannot be resumed. To leave early, close it: `contextlib.aclosing`.
        """
        return self._watcher.watch(_safe(order_id), after)

    def watch_many(self, orders: Iterable[str] | Mapping[str, int]) -> AsyncGenerator[OrderEvent, None]:
        """Yield the events of many orders as they come, until each has ended; a mapping says after which sequence.

        They share a socket, which is opened again and resumed when it breaks. Each event comes once, the events of one
        order in order. Raises as `watch` does; an error about one order ends the whole iterator.
        """
        after = orders if isinstance(orders, Mapping) else dict.fromkeys(orders, 0)
        return watch_named(self._stream, after)

    def watch_all(self) -> AsyncGenerator[OrderEvent, None]:
        """Yield the events of every open order and of every later order; it never ends by itself.

        One socket carries them all. Each event comes once, the events of one order from its first on, in order.
        """
        return self._stream.tell(WholeAccount(self.orders, self._behind))

    async def _behind(self, order_id: str, after: int) -> list[OrderEvent]:
        return await self.history(order_id, after=after)

    async def finish(self, order_id: str) -> Order:
        """Wait for an order's end and return it."""
        async with aclosing(self.watch(order_id)) as events:
            async for _ in events:
                pass
        return await self.order(order_id)


def _safe(order_id: str) -> str:
    return quoted(order_id, safe="")


def _at(order_id: str) -> str:
    return f"/api/orders/{_safe(order_id)}"


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
