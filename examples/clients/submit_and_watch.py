"""A small bot: sells a little at a time and follows each order to its end.

    python examples/clients/submit_and_watch.py          (TRADEWIND_URL, TRADEWIND_API_KEY)

A stream that breaks is taken up again by itself; a submission that is not answered is repeated under its key. So the
bot need not care whether the gateway is restarted meanwhile.
"""

import asyncio
import os
import sys
from decimal import Decimal

from tradewind_client import OrderEvent, OrderRequest, Tradewind

ROUNDS = 3


async def main() -> int:
    """Trade; return the exit code."""
    url = os.environ.get("TRADEWIND_URL", "http://127.0.0.1:3000")
    bought = Decimal(0)
    async with Tradewind(url, os.environ.get("TRADEWIND_API_KEY")) as tradewind:
        for number in range(1, ROUNDS + 1):
            end = await trade(tradewind, number)
            if end.status != "confirmed":
                print(f"order {number} {end.status}: {end.reason}", file=sys.stderr)
                return 1
            bought += end.amount_out or 0
    print(f"bought {bought} USDC in {ROUNDS} orders")
    return 0


async def trade(tradewind: Tradewind, number: int) -> OrderEvent:
    """Sell half a SOL and return the last event of the order."""
    order = OrderRequest(token_in="SOL", token_out="USDC", amount_in="0.5", slippage_bps=100)
    submitted = await tradewind.submit(order)
    async for event in tradewind.watch(submitted.order_id):
        print(f"order {number}  {event.sequence:2}  {event.status:16}  {event.amount_out or ''}")
    return event


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main()))
