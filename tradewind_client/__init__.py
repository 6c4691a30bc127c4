"""The Python client of Tradewind: typed, asynchronous and synchronous, safe to repeat.

    async with Tradewind("http://127.0.0.1:3000") as tradewind:
        submitted = await tradewind.submit(OrderRequest(token_in="SOL", token_out="USDC", amount_in="1.5"))
        async for event in tradewind.watch(submitted.order_id):
            print(event.status)

`SyncTradewind` has the same methods without `await`.

This package speaks HTTP and WebSocket to a gateway and holds the values of its answers. It prints nothing and imports
nothing of the services: it uses only the public interface.
"""

from tradewind_client.background import Iteration
from tradewind_client.blocking import SyncTradewind
from tradewind_client.client import Tradewind
from tradewind_client.errors import (
    Misconfigured,
    NotAvailable,
    Problem,
    StreamGap,
    TimedOut,
    TradewindError,
    UnexpectedAnswer,
    Unreachable,
    Violation,
)
from tradewind_client.json_values import Document
from tradewind_client.orders import TERMINAL, Attempt, BatchEntry, Order, OrderEvent, OrderRequest, Submitted
from tradewind_client.quotes import Leg, PoolQuote, Preview, Quote, RefusedQuote, RunnerUp, UnderstoodOrder
from tradewind_client.retry import RetryPolicy
from tradewind_client.version import __version__
from tradewind_client.wallet import Balance, Token

__all__ = [
    "TERMINAL",
    "Attempt",
    "Balance",
    "BatchEntry",
    "Document",
    "Iteration",
    "Leg",
    "Misconfigured",
    "NotAvailable",
    "Order",
    "OrderEvent",
    "OrderRequest",
    "PoolQuote",
    "Preview",
    "Problem",
    "Quote",
    "RefusedQuote",
    "RetryPolicy",
    "RunnerUp",
    "StreamGap",
    "Submitted",
    "SyncTradewind",
    "TimedOut",
    "Token",
    "Tradewind",
    "TradewindError",
    "UnderstoodOrder",
    "UnexpectedAnswer",
    "Unreachable",
    "Violation",
    "__version__",
]
