"""An independent load generator on the same stack, turn about with ours: both must tell the same story.

Both share the machine with the stack, so at full load the dearer one measures less; what each costs stands beside its
rate. On a single connection nothing is full, and the two should agree.
"""

import json
import resource
import subprocess
import sys
from typing import Any, NamedTuple

from tests.campaigns.bench.bench import Bench
from tests.campaigns.bench.results import percentile
from tests.stack import REPOSITORY

_SECONDS_MAX = 120.0


class _Measured(NamedTuple):
    answer: dict[str, Any]
    cpu_seconds: float


def run(bench: Bench) -> None:
    """Note rate, latency and cost of each generator."""
    seconds = 1.0 if bench.options.quick else 3.0
    for _ in range(bench.options.repeats):
        for connections in (1, 64):
            _posts(bench, connections, seconds)
        _sockets(bench, bench.options.sized(400))


def _posts(bench: Bench, connections: int, seconds: float) -> None:
    name = f"POST, {connections} connections"
    own = bench.load(mode="post", connections=connections, seconds=seconds)
    bench.database.wait_until_all_ended()
    p50 = percentile(own.latencies_ms, 50)
    _note(bench, f"{name}: ours", own.accepted / own.seconds, p50, own.cpu_seconds / max(1, own.accepted))
    _note_witness(bench, name, "posts", "--connections", str(connections), "--seconds", str(seconds))


def _sockets(bench: Bench, count: int) -> None:
    name = f"{count} orders with sockets"
    own = bench.load(mode="watch", count=count)
    bench.database.wait_until_all_ended()
    ended = [(life.frames[-1][2] - life.began) * 1000 for life in own.lives if life.is_over]
    _note(bench, f"{name}: ours", len(ended) / own.seconds, percentile(ended, 50), own.cpu_seconds / count)
    _note_witness(bench, name, "lives", "--orders", str(count))


def _note_witness(bench: Bench, name: str, *arguments: str) -> None:
    measured = _ask(bench, *arguments)
    bench.database.wait_until_all_ended()
    answer = measured.answer
    cpu = measured.cpu_seconds / max(1, answer["orders"])
    _note(bench, f"{name}: the other", answer["per_second"], answer["p50_ms"], cpu)


def _note(bench: Bench, name: str, rate: float, p50_ms: float, cpu_seconds: float) -> None:
    bench.results.note("agreement", f"{name}: rate", rate, unit="/s", better="more")
    bench.results.note("agreement", f"{name}: p50", p50_ms, unit="ms", better="less")
    bench.results.note("agreement", f"{name}: its CPU", cpu_seconds * 1000, unit="ms/order", better="less")


def _ask(bench: Bench, what: str, *arguments: str) -> _Measured:
    command = [sys.executable, "-m", "tests.campaigns.bench.witness", what, bench.stack.url, *arguments]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, timeout=_SECONDS_MAX, cwd=REPOSITORY)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return _Measured(json.loads(done.stdout), cpu)
