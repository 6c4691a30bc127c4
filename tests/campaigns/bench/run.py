"""The whole run: each part on a stack of its profile, started fresh, and checked for faults when it ends."""

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from typing import Final

from tests.campaigns.bench.bench import Bench
from tests.campaigns.bench.fresh import fresh_bench
from tests.campaigns.bench.limits import measure as limits
from tests.campaigns.bench.options import Options
from tests.campaigns.bench.parts import (
    agreement,
    fan_out,
    growth,
    in_flight,
    latency,
    multiplex,
    observability,
    overhead,
    pipeline,
    post,
    routes,
    sockets,
    streams,
    sustained,
)
from tests.campaigns.bench.results import Results
from tests.ledger_check import check

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
    "streams": ("realistic", streams.run),
    "sustained": ("realistic", sustained.run),
    "in_flight": ("realistic", in_flight.run),
    "growth": ("instant", growth.run),
    "observability": ("instant", observability.run),
}


def run(options: Options, results: Results, say: Callable[[str], None]) -> None:
    """Run what is asked for."""
    wanted = [(PARTS[name][0], name) for name in PARTS if name in options.parts]
    for profile, group in groupby(wanted, key=lambda pair: pair[0]):
        with fresh_bench(options, results, profile) as bench:
            for _, name in group:
                say(f"{name} (profile {profile}) ...")
                PARTS[name][1](bench)
            _check(bench, profile, say)


def _check(bench: Bench, profile: str, say: Callable[[str], None]) -> None:
    """A fast wrong answer is worth nothing: read from database and ledger that nothing was lost or done twice."""
    bench.database.wait_until_all_ended()
    found = check(bench.stack.env()["DATABASE_URL"])
    broken: Sequence[str] = [f"{name}: {len(rows)}" for name, rows in found.breaches.items() if rows]
    bench.results.note("checked", f"invariants broken, {profile}", len(broken), unit="", better="less", target=0.0)
    for each in broken:
        say(f"BROKEN {each}")
        bench.results.remark(f"broken on {profile}: {each}")
