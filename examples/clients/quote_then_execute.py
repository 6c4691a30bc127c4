"""Asks for a price first and trades at that quote only when it is good enough.

    python examples/clients/quote_then_execute.py [least USDC for 10 SOL]          (TRADEWIND_URL, TRADEWIND_API_KEY)

`on_stale="reject"` means: that quote or none. An order whose quote has expired in the meantime fails with
`quote_expired`, and this program asks again.
"""

import asyncio
import os
import sys
from decimal import Decimal

from tradewind_client import Order, OrderRequest, Quote, Tradewind

SOLD = Decimal(10)
TRIES = 3


async def main(least: Decimal) -> int:
    """Trade if the price is right; return the exit code."""
    url = os.environ.get("TRADEWIND_URL", "http://127.0.0.1:3000")
    async with Tradewind(url, os.environ.get("TRADEWIND_API_KEY")) as tradewind:
        for _ in range(TRIES):
            quote = await tradewind.quote("SOL", "USDC", SOLD)
            print(f"{SOLD} SOL would buy {quote.amount_out} USDC over {quote.dex}, impact {quote.price_impact_bps} bps")
            if quote.amount_out < least:
                print(f"that is less than {least}: no trade")
                return 0
            order = await execute(tradewind, quote)
            if order.failure_reason != "quote_expired":
                break
    print(f"{order.status}: {order.executed_amount_out} USDC, quoted were {order.quoted_amount_out}")
    return 0 if order.status == "confirmed" else 1


async def execute(tradewind: Tradewind, quote: Quote) -> Order:
    """Submit the order that takes the quote, and return it once it has ended."""
    order = OrderRequest(
        token_in="SOL",
        token_out="USDC",
        amount_in=SOLD,
        slippage_bps=100,
        quote_id=quote.quote_id,
        on_stale="reject",
    )
    submitted = await tradewind.submit(order)
    return await tradewind.finish(submitted.order_id)


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main(Decimal(sys.argv[1] if len(sys.argv) > 1 else "0"))))
