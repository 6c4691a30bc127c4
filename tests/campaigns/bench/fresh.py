"""A stack of one's own for a part of the benchmark: started fresh, warmed up, deleted in the end."""

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.campaigns.bench.bench import Bench
from tests.campaigns.bench.database import Database
from tests.campaigns.bench.meter import Meter
from tests.campaigns.bench.options import Options
from tests.campaigns.bench.results import Results
from tests.stack import Stack


@contextmanager
def fresh_bench(options: Options, results: Results, profile: str, **env: str) -> Iterator[Bench]:
    """Yield a warm bench on a stack that is told `env` as well, and note its memory, idle and at its peak."""
    folder = Path(tempfile.mkdtemp(prefix="tradewind-bench-"))
    folder.chmod(0o711)
    stack = Stack(folder / "stack", MARKET_PROFILE=profile, WORKER_NICENESS="", **env)
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


def _note_memory(results: Results, part: str, found: Mapping[str, float]) -> None:
    for name, mib in found.items():
        results.note(part, name, mib, unit="MiB", better="less")
    results.note(part, "stack", sum(found.values()), unit="MiB", better="less")
