"""`make rude`: RUDE_CROWDS (all), RUDE_SECONDS (15 a visit), RUDE_VISITS (2 each), RUDE_SCALE (1: their full size)."""

import asyncio
import os
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.campaigns.rude.campaign import Account, run
from tests.campaigns.rude.crowds import CROWDS
from tests.stack import Stack


def main() -> int:
    """Run the campaign on a stack of its own, print what it cost; 1 when anything was out of bounds."""
    names = [name.strip() for name in os.environ.get("RUDE_CROWDS", "").split(",") if name.strip()] or list(CROWDS)
    if unknown := sorted(set(names) - set(CROWDS)):
        raise SystemExit(f"RUDE_CROWDS: no such crowd: {', '.join(unknown)}; there are {', '.join(CROWDS)}")
    seconds, scale = float(os.environ.get("RUDE_SECONDS") or 15), float(os.environ.get("RUDE_SCALE") or 1)
    visits = int(os.environ.get("RUDE_VISITS") or 2)
    console = Console(width=None if sys.stdout.isatty() else 160)
    with tempfile.TemporaryDirectory(prefix="tradewind-rude-") as folder:
        Path(folder).chmod(0o711)
        stack = Stack(Path(folder) / "stack", MARKET_PROFILE="realistic")
        stack.start()
        try:
            campaign = run(stack, names, seconds=seconds, scale=scale, visits=visits, say=console.print)
            accounts = asyncio.run(campaign)
        finally:
            stack.stop()
    console.print(_table(accounts))
    for account in accounts:
        for visit in account.visits:
            did = ", ".join(f"{count} {what}" for what, count in sorted(visit.counts.items()))
            console.print(f"· {account.name}: {did}", highlight=False)
        for complaint in account.complaints:
            console.print(f"OUT OF BOUNDS {account.name}: {complaint}", highlight=False)
        for trouble in account.beside.troubles[:3]:
            console.print(f"the polite client heard: {trouble}", highlight=False)
    return 1 if any(account.complaints for account in accounts) else 0


def _table(accounts: list[Account]) -> Table:
    columns = ("crowd", "size", "POST p50, ms", "p99, ms", "told whole", "MiB before, peak, after", "files")
    table = Table(*columns, title="slow and rude clients")
    calm = accounts[0].calm
    table.add_row("nobody", "", f"{calm.submit_ms(50):.1f}", f"{calm.submit_ms(99):.1f}", f"{calm.whole}/{calm.orders}")
    for account in accounts:
        beside = account.beside
        table.add_row(
            account.name,
            str(account.members),
            f"{beside.submit_ms(50):.1f}",
            f"{beside.submit_ms(99):.1f}",
            f"{beside.whole}/{beside.orders}",
            "; ".join(" ".join(f"{mib:.0f}" for mib in visit.memory_mib) for visit in account.visits),
            "; ".join(" ".join(map(str, visit.files)) for visit in account.visits),
        )
    return table


if __name__ == "__main__":
    sys.exit(main())
