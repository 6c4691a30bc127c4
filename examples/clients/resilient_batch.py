"""Submits many orders at once, survives being run twice, and reports what became of each.

    python examples/clients/resilient_batch.py [name of the run]          (TRADEWIND_URL, TRADEWIND_API_KEY)

Each order's `client_order_id` is made from the name of the run, so a run that broke off may simply be started again
under its name: what was submitted is not submitted twice. One order of the batch is wrong on purpose; it does not
sink the others.
"""

import asyncio
import os
import sys
from collections import Counter
from uuid import uuid4

from tradewind_client import OrderRequest, Tradewind

PAIRS = (("SOL", "USDC"), ("SOL", "USDT"), ("RAY", "USDC"), ("JUP", "SOL"), ("mSOL", "SOL"), ("SOL", "NOSUCH"))
ORDERS = 24


async def main(run: str) -> int:
    """Submit, wait for every end, report; return the exit code."""
    url = os.environ.get("TRADEWIND_URL", "http://127.0.0.1:3000")
    async with Tradewind(url, os.environ.get("TRADEWIND_API_KEY")) as tradewind:
        entries = await tradewind.batch([order(run, number) for number in range(ORDERS)])
        taken = [entry.submitted for entry in entries if entry.submitted]
        refused = [entry.problem for entry in entries if entry.problem]
        print(f"run {run}: {len(taken)} taken, {sum(one.replayed for one in taken)} of them before")
        for problem in refused:
            print(f"refused: {problem}")
        ends: Counter[str] = Counter()
        async for event in tradewind.watch_many([one.order_id for one in taken]):
            if event.is_terminal:
                ends[event.status] += 1
    print(", ".join(f"{count} {status}" for status, count in sorted(ends.items())))
    return 0 if ends["confirmed"] == len(taken) else 1


def order(run: str, number: int) -> OrderRequest:
    """Return one order of the run: the same for the same number."""
    token_in, token_out = PAIRS[number % len(PAIRS)]
    return OrderRequest(
        token_in=token_in,
        token_out=token_out,
        amount_in="0.1",
        slippage_bps=200,
        client_order_id=f"{run}-{number}",
    )


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main(sys.argv[1] if len(sys.argv) > 1 else f"run-{uuid4().hex[:8]}")))
