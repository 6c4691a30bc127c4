"""`python -m tests.campaigns.bench.load '<task as JSON>' FILE`: does the task and writes the report as JSON.

A file, not standard output: a pipe that the event loop has touched may take less than it is given.
"""

import sys
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Final

import msgspec
import uvloop

from servicekit.open_files import allow_open_files
from tests.campaigns.bench.load.lives import LoadReport
from tests.campaigns.bench.load.posting import run_posts
from tests.campaigns.bench.load.sharing import run_fan_out, run_multiplexed
from tests.campaigns.bench.load.streams import run_streams
from tests.campaigns.bench.load.task import Task
from tests.campaigns.bench.load.watching import run_watches

# As many as the machine allows: a stream is one each.
OPEN_FILES: Final = 2**20
_MODES: Final[Mapping[str, Callable[[Task], Awaitable[LoadReport]]]] = {
    "post": run_posts,
    "watch": run_watches,
    "multiplex": run_multiplexed,
    "fan_out": run_fan_out,
    "streams": run_streams,
}


def main(text: str, path: str) -> None:
    """Do one task."""
    task = msgspec.json.decode(text, type=Task)
    assert task.host in ("127.0.0.1", "::1"), "the load generator works against this machine alone"
    allow_open_files(OPEN_FILES)
    report: LoadReport = uvloop.run(_done(task))
    Path(path).write_bytes(msgspec.json.encode(report))


async def _done(task: Task) -> LoadReport:
    return await _MODES[task.mode](task)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
