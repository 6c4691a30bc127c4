"""What a part of the benchmark works with: a running stack, its meter and database, and where results go."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from tests.campaigns.bench.database import Database
from tests.campaigns.bench.load.lives import LoadReport
from tests.campaigns.bench.load.task import Task
from tests.campaigns.bench.meter import Meter, spent
from tests.campaigns.bench.options import Options
from tests.campaigns.bench.results import Results
from tests.stack import REPOSITORY, Stack

LOAD_SECONDS_MAX = 300.0


def run_load(port: int, **task: Any) -> LoadReport:
    """Let the load generator do a task, in a process of its own, against a port of this machine."""
    text = msgspec.json.encode(Task(host="127.0.0.1", port=port, **task)).decode()
    with tempfile.NamedTemporaryFile(prefix="tradewind-load-") as file:
        command = [sys.executable, "-m", "tests.campaigns.bench.load", text, file.name]
        subprocess.run(command, check=True, cwd=REPOSITORY, timeout=LOAD_SECONDS_MAX)
        return msgspec.json.decode(Path(file.name).read_bytes(), type=LoadReport)


@dataclass
class Bench:
    """One stack under test."""

    options: Options
    results: Results
    stack: Stack
    meter: Meter
    database: Database

    @property
    def port(self) -> int:
        """The gateway's port."""
        return int(self.stack.env()["PORT"])

    def load(self, **task: Any) -> LoadReport:
        """Let the load generator do a task against the gateway."""
        return run_load(self.port, **task)

    @contextmanager
    def cpu_of(self, part: str) -> "Iterator[Spending]":
        """Note what each process spends while the body runs, for each of the orders it says it did."""
        spending = Spending()
        before = self.meter.cpu_seconds()
        yield spending
        after = self.meter.cpu_seconds()
        self.meter.memory_mib()
        used = {**spent(before, after), "load generator": spending.load_seconds}
        for name, seconds in used.items():
            self.results.note(f"cpu {part}", name, seconds * 1000 / spending.orders, unit="ms/order", better="less")
        stack = sum(seconds for name, seconds in used.items() if name != "load generator")
        self.results.note(f"cpu {part}", "stack", stack * 1000 / spending.orders, unit="ms/order", better="less")


@dataclass
class Spending:
    """How many orders a measured body did, and what the load generator spent on them."""

    orders: int = 1
    load_seconds: float = 0.0
