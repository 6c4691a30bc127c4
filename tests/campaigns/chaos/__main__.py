"""`make chaos`: CHAOS_SECONDS (60), CHAOS_SEED (the time), CHAOS_RATE (100 orders a second)."""

import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.campaigns.chaos.run import Report, run


def main() -> int:
    """Run one campaign, print what was done and what holds; 1 when anything is broken."""
    seconds = float(os.environ.get("CHAOS_SECONDS", "60"))
    seed = int(os.environ.get("CHAOS_SEED", str(int(time.time()))))
    rate = float(os.environ.get("CHAOS_RATE", "100"))
    console = Console()
    console.print(f"chaos: {rate:g} orders/s for {seconds:g} s, CHAOS_SEED={seed}")
    with tempfile.TemporaryDirectory(prefix="tradewind-chaos-") as folder:
        Path(folder).chmod(0o711)
        report = asyncio.run(run(Path(folder), seed=seed, seconds=seconds, rate=rate))
    console.print(_counted("fault injected", report.injected))
    console.print(_counted("clients", report.counts))
    console.print(_checked(report))
    settled = "not settled in time" if report.settled_in is None else f"settled after {report.settled_in:.1f} s"
    console.print(f"{report.orders} orders, {settled}, {len(report.breaches)} invariants broken")
    if report.breaches:
        console.print(f"again: CHAOS_SEED={seed} CHAOS_SECONDS={seconds:g} CHAOS_RATE={rate:g} make chaos")
    return 1 if report.breaches or report.settled_in is None else 0


def _counted(title: str, counts: "dict[str, int]") -> Table:
    table = Table(title, "count")
    for name, count in sorted(counts.items()):
        table.add_row(name, str(count))
    return table


def _checked(report: Report) -> Table:
    table = Table("invariant", "holds", "broken by")
    for name, rows in report.checks.items():
        table.add_row(name, "no" if rows else "yes", "\n".join(map(str, rows[:3])))
    return table


if __name__ == "__main__":
    sys.exit(main())
