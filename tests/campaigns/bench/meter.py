"""CPU and memory of each process of a stack, read from the system."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import psutil

from tests.stack import PROCESSES, Stack

MIB = 1024 * 1024


@dataclass
class Meter:
    """Reads a running stack. The largest memory seen is kept by process."""

    stack: Stack
    peak_mib: dict[str, float] = field(default_factory=dict)

    def cpu_seconds(self) -> dict[str, float]:
        """Return the CPU time used so far, by process; Postgres with all its children, the ended ones too."""
        return {name: _cpu_seconds(self._process(name)) for name in PROCESSES}

    def memory_mib(self) -> dict[str, float]:
        """Return resident memory by process, and remember the peak; Postgres' shared pages count once."""
        found = {name: _memory(self._process(name)) / MIB for name in PROCESSES}
        for name, mib in found.items():
            self.peak_mib[name] = max(mib, self.peak_mib.get(name, 0.0))
        return found

    def _process(self, name: str) -> psutil.Process:
        return psutil.Process(self.stack.pid(name))


def spent(before: Mapping[str, float], after: Mapping[str, float]) -> dict[str, float]:
    """Return the CPU seconds between two readings."""
    return {name: after[name] - before[name] for name in after}


def _cpu_seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    total = times.user + times.system + times.children_user + times.children_system
    for child in process.children(recursive=True):
        try:
            own = child.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += own.user + own.system
    return float(total)


def _memory(process: psutil.Process) -> int:
    children = process.children(recursive=True)
    if not children:
        return int(process.memory_info().rss)
    return sum(_proportional(each) for each in (process, *children))


def _proportional(process: psutil.Process) -> int:
    try:
        found = process.memory_full_info()
    except psutil.NoSuchProcess:
        return 0
    return int(getattr(found, "pss", found.uss))  # Linux alone divides what is shared; uss leaves it out
