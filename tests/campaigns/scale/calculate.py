"""`python -m tests.campaigns.scale.calculate [ORDERS_A_SECOND] [--write]`: what a rate needs, from what was measured.

Reads the CPU of an order from docs/performance/summary.json, its cost to the stores from storage.json there.
`--write` puts the table for 10,000 orders a second into docs/scaling.md.
"""

import argparse
import math
from typing import Final, NamedTuple

from tests.campaigns.bench.report import read
from tests.campaigns.scale.measure import Storage, read_storage
from tests.campaigns.scale.page import PAGE, with_table
from tests.campaigns.scale.queueing import Wait, wait_of
from tests.stack import REPOSITORY

SUMMARY: Final = REPOSITORY / "docs/performance/summary.json"
RATE: Final = 10_000
# Of each core; the rest is for bursts, and for the others when one process is being replaced.
BUSY: Final = 2 / 3
# Of each executor's core, for hearing the events of its cell; beyond it another cell is cheaper than more executors.
HEARING: Final = BUSY / 2
# How long a client's socket is open for one order, at the default latency of the market.
SOCKET_SECONDS: Final = 3.0
DATABASE_CONNECTIONS: Final = 6
DAY_SECONDS: Final = 86_400
BATCH_MAX: Final = {"gateway": 64, "executor": 128, "worker": 128, "router": 128}
# An order alone; a full pipeline without sockets, and with one for each order.
PARTS: Final = ("cpu one at a time", "cpu pipeline", "cpu sockets")
SERVERS: Final = ("postgres", "redis")


class Need(NamedTuple):
    """What one kind needs at the rate: processes of one core each, or the cores of a server and no model."""

    kind: str
    cpu_ms: float
    cores: float
    processes: int
    wait: Wait | None

    @property
    def one_carries(self) -> float:
        """Orders a second of one core."""
        return BUSY * 1000 / self.cpu_ms


def cells(rate: int, cost: Storage) -> int:
    """Return over how many Redis and Postgres, each with executors and workers of its own, accounts are spread."""
    return math.ceil(rate * cost.listening_cpu_ms / 1000 / HEARING)


def needs(rate: int, cost: Storage) -> list[Need]:
    """Return what each kind needs, by the dearer of a full pipeline and one with a socket for each order."""
    single, pipeline, sockets = map(_cpu, PARTS)
    found = []
    for kind in (*BATCH_MAX, *SERVERS):
        cpu_ms = max(pipeline[kind], sockets[kind])
        cores = rate * cpu_ms / 1000
        count = math.ceil(cores / BUSY)
        if kind == "executor":
            count = _executors(rate, cpu_ms, cost)
            # The first of a cell hears its events as part of what an order costs.
            cores += (count - cells(rate, cost)) * rate / cells(rate, cost) * cost.listening_cpu_ms / 1000
        found.append(_need(kind, rate, count, cores, cpu_ms=cpu_ms, single_ms=single[kind]))
    return found


def _executors(rate: int, cpu_ms: float, cost: Storage) -> int:
    """Each does its share of the orders, and hears every event of its cell."""
    count = cells(rate, cost)
    share = rate / count
    left = BUSY - share * cost.listening_cpu_ms / 1000
    return count * math.ceil(share * (cpu_ms - cost.listening_cpu_ms) / 1000 / left)


def _cpu(part: str) -> dict[str, float]:
    """Return CPU by kind, in milliseconds an order."""
    figures = read(SUMMARY).results.of(part)
    return {figure.name.partition("-")[0]: figure.median for figure in figures}


def _need(kind: str, rate: int, processes: int, cores: float, *, cpu_ms: float, single_ms: float) -> Need:
    if kind in SERVERS:
        return Need(kind, cpu_ms, cores, processes, None)
    # An order alone pays for the wake-ups and calls that a batch shares.
    fixed_ms = max(0.0, single_ms - cpu_ms)
    wait = wait_of(rate / processes, fixed_ms=fixed_ms, each_ms=cpu_ms, batch_max=BATCH_MAX[kind])
    return Need(kind, cpu_ms, cores, processes, wait)


def report(rate: int) -> str:
    """Return both tables as Markdown."""
    cost = read_storage()
    needed = needs(rate, cost)
    return "\n".join([*_process_table(rate, needed), "", *_flow_table(rate, needed, cost)])


def _process_table(rate: int, needed: list[Need]) -> list[str]:
    lines = [
        f"| process | CPU, ms an order | one core carries, orders/s | at {rate:,}/s | cores busy"
        " | model: batch | model: p99 in it |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for need in needed:
        model = f"{need.wait.batch:.0f} | {need.wait.p99_ms:.0f} ms" if need.wait else " | "
        what = _count(need.processes, "process" if need.wait else "core")
        each = f"{need.cpu_ms:.2f} | {need.one_carries:,.0f}"
        lines.append(f"| {need.kind} | {each} | {what} | {need.cores:.1f} | {model} |")
    return lines


def _flow_table(rate: int, needed: list[Need], cost: Storage) -> list[str]:
    processes = {need.kind: need.processes for need in needed}
    sockets = rate * SOCKET_SECONDS
    sessions = DATABASE_CONNECTIONS * (processes["executor"] + processes["worker"])
    each_cell = processes["executor"] // cells(rate, cost)
    heard = rate / cells(rate, cost) * cost.feed_bytes / 1e6
    rows = [
        (
            "write-ahead log",
            f"{cost.engine_wal_bytes / 1000:.1f} kB",
            f"{rate * cost.engine_wal_bytes / 1e6:,.0f} MB/s",
        ),
        ("event rows", f"{cost.event_rows:.0f}", f"{rate * cost.event_rows:,.0f}/s"),
        ("commits, at the batches measured", f"{cost.commits:.2f}", f"{rate * cost.commits:,.0f}/s"),
        (
            "disk: orders, events, attempts, indexes",
            f"{cost.disk_bytes / 1000:.1f} kB",
            f"{rate * cost.disk_bytes * DAY_SECONDS / 1e12:.1f} TB a day",
        ),
        ("Redis commands, those in scripts too", f"{cost.redis_commands:.2f}", f"{rate * cost.redis_commands:,.0f}/s"),
        (
            "every event to every executor of its cell",
            f"{cost.listening_cpu_ms:.2f} ms, {cost.feed_bytes / 1000:.1f} kB",
            f"{_count(cells(rate, cost), 'cell')} of {_count(each_cell, 'executor')}; {heard:,.0f} MB/s to each;"
            f" one cell carries {1000 * HEARING / cost.listening_cpu_ms:,.0f} orders/s",
        ),
        (
            "open sockets, one an order",
            f"{cost.socket_bytes / 1000:.0f} kB each",
            f"{sockets:,.0f}, {sockets * cost.socket_bytes / 1e9:.1f} GB over all gateways",
        ),
        ("database sessions", f"{DATABASE_CONNECTIONS} a process", f"{sessions}"),
    ]
    head = [f"| flow | an order | at {rate:,}/s |", "| --- | ---: | ---: |"]
    return [*head, *(f"| {name} | {each} | {total} |" for name, each, total in rows)]


def _count(number: int, what: str) -> str:
    plural = f"{what}es" if what.endswith("s") else f"{what}s"
    return f"{number} {what if number == 1 else plural}"


def write_page() -> None:
    """Put the table of today's measurements into docs/scaling.md."""
    PAGE.write_text(with_table(PAGE.read_text(), report(RATE)))


def main() -> None:
    """Print the tables, or write them into the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rate", nargs="?", type=int, default=RATE)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    if asked.rate < 1:
        parser.error("the rate must be 1 order a second or more")
    if asked.write:
        write_page()
    print(report(asked.rate))


if __name__ == "__main__":
    main()
