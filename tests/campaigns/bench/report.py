"""The run as a file: every repeat of every figure, and the machine it was measured on."""

import datetime
import os
import platform
from pathlib import Path

import msgspec
import psutil

from tests.campaigns.bench.options import Options
from tests.campaigns.bench.results import Figure, Results


class Machine(msgspec.Struct):
    """What a reader needs to compare."""

    cores: int
    processor: str
    memory_gib: float
    system: str
    python: str
    load_before: tuple[float, float, float]


class Report(msgspec.Struct):
    """One run."""

    at: str
    repeats: int
    quick: bool
    machine: Machine
    figures: list[Figure]
    remarks: list[str]

    @property
    def results(self) -> Results:
        """The figures, to be shown again."""
        results = Results(self.figures)
        results.remarks = self.remarks
        return results


def this_machine() -> Machine:
    """Return the machine, with the load it carries already."""
    return Machine(
        cores=psutil.cpu_count() or 0,
        processor=_processor(),
        memory_gib=round(psutil.virtual_memory().total / 2**30, 1),
        system=f"{platform.system()} {platform.release().split('-')[0]}",
        python=platform.python_version(),
        load_before=os.getloadavg(),
    )


def make_report(results: Results, options: Options, machine: Machine) -> Report:
    """Return the report of a run that has just ended."""
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    return Report(now, options.repeats, options.quick, machine, results.all(), results.remarks)


def save(report: Report, path: Path) -> None:
    """Write the report."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(report), indent=1) + b"\n")


def summary(report: Report) -> Report:
    """Return the run with three values of each figure: least, median and most, which is all that pages show.

    They are not rounded: a page rounds them, and rounding twice shows other numbers.
    """
    figures = [
        msgspec.structs.replace(figure, values=[figure.least, figure.median, figure.most]) for figure in report.figures
    ]
    return msgspec.structs.replace(report, figures=figures)


def save_summary(report: Report, path: Path) -> None:
    """Write the summary of a run, a figure a line, so that a change of one shows as one."""
    whole = summary(report)
    rest = msgspec.json.format(msgspec.json.encode(msgspec.structs.replace(whole, figures=[])), indent=1).decode()
    lines = ",\n".join(f"  {msgspec.json.encode(figure).decode()}" for figure in whole.figures)
    path.write_text(rest.replace('"figures": []', f'"figures": [\n{lines}\n ]') + "\n")


def read(path: Path) -> Report:
    """Read a report, or a summary of one."""
    return msgspec.json.decode(path.read_bytes(), type=Report)


def _processor() -> str:
    found = Path("/proc/cpuinfo")
    lines = found.read_text().splitlines() if found.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
