"""The whole run: each part on a stack of its profile, started fresh, and checked for faults when it ends."""

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import Final

from tests.bench.bench import Bench
from tests.bench.database import Database
from tests.bench.limits import measure as limits
from tests.bench.meter import Meter
from tests.bench.options import Options
from tests.bench.parts import (
    agreement,
    fan_out,
    growth,
    in_flight,
    latency,
    multiplex,
    overhead,
    pipeline,
    post,
    routes,
    sockets,
    sustained,
)
from tests.bench.results import Results
from tests.ledger_check import check
from tests.stack import Stack

Part = Callable[[Bench], None]

# Name to (profile, part), in the order in which they run; neighbours of one profile share a stack.
PARTS: Final[Mapping[str, tuple[str, Part]]] = {
    "limits": ("instant", limits.run),
    "routes": ("instant", routes.run),
    "latency": ("instant", latency.run),
    "sockets": ("instant", sockets.run),
    "multiplex": ("instant", multiplex.run),
    "pipeline": ("instant", pipeline.run),
    "post": ("instant", post.run),
    "agreement": ("instant", agreement.run),
    "post_default": ("realistic", post.run_at_default_latency),
    "overhead": ("realistic", overhead.run),
    "fan_out": ("realistic", fan_out.run),
    "sustained": ("realistic", sustained.run),
    "in_flight": ("realistic", in_flight.run),
    "growth": ("instant", growth.run),
}


def run(options: Options, results: Results, say: Callable[[str], None]) -> None:
    """Run what is asked for."""
    wanted = [(PARTS[name][0], name) for name in PARTS if name in options.parts]
    for profile, group in groupby(wanted, key=lambda pair: pair[0]):
        with _bench(options, results, profile) as bench:
            for _, name in group:
                say(f"{name} (profile {profile}) ...")
                PARTS[name][1](bench)
            _check(bench, profile, say)


@contextmanager
def _bench(options: Options, results: Results, profile: str) -> Iterator[Bench]:
    folder = Path(tempfile.mkdtemp(prefix="tradewind-bench-"))
    folder.chmod(0o711)
    stack = Stack(folder / "stack", MARKET_PROFILE=profile)
    try:
        stack.start()
        meter, database = Meter(stack), Database(stack.env()["DATABASE_URL"])
        _note_memory(results, "memory idle", meter.memory_mib())
        bench = Bench(options, results, stack, meter, database)
        _warm_up(bench)
        yield bench
        _note_memory(results, f"memory loaded, {profile}", meter.peak_mib)
        database.close()
    finally:
        if stack.process is not None and stack.process.poll() is None:
            stack.stop()
        shutil.rmtree(folder)


def _warm_up(bench: Bench) -> None:
    """Let every process do its first orders, which pay for connections, plans and caches."""
    bench.load(mode="watch", count=50)
    bench.load(mode="post", connections=16, count=500)
    bench.database.wait_until_all_ended()


def _check(bench: Bench, profile: str, say: Callable[[str], None]) -> None:
    """A fast wrong answer is worth nothing: read from database and ledger that nothing was lost or done twice."""
    bench.database.wait_until_all_ended()
    found = check(bench.stack.env()["DATABASE_URL"])
    broken: Sequence[str] = [f"{name}: {len(rows)}" for name, rows in found.breaches.items() if rows]
    bench.results.note("checked", f"invariants broken, {profile}", len(broken), unit="", better="less", target=0.0)
    for each in broken:
        say(f"BROKEN {each}")
        bench.results.remark(f"broken on {profile}: {each}")


def _note_memory(results: Results, part: str, found: Mapping[str, float]) -> None:
    for name, mib in found.items():
        results.note(part, name, mib, unit="MiB", better="less")
    results.note(part, "stack", sum(found.values()), unit="MiB", better="less")
