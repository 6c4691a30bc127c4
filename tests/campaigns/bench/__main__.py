"""`make bench`: BENCH_PARTS, BENCH_QUICK, BENCH_REPEATS, BENCH_GROWTH, BENCH_PUBLISH (docs/performance.md)."""

import sys

from rich.console import Console

from servicekit.telemetry import configure_logging
from tests.campaigns.bench.options import read_options
from tests.campaigns.bench.publish import publish
from tests.campaigns.bench.report import make_report, save, this_machine
from tests.campaigns.bench.results import Results
from tests.campaigns.bench.run import run
from tests.campaigns.bench.table import show
from tests.stack import REPOSITORY


def main() -> int:
    """Measure, show, keep: what was measured before a failure too. 1 when an invariant is broken."""
    console = Console(width=150) if not sys.stdout.isatty() else Console()
    configure_logging("bench", level="WARNING")
    options = read_options()
    machine = this_machine()
    console.print(f"{machine.cores} cores, {machine.processor}; load before: {machine.load_before[0]:.2f}")
    results = Results()
    try:
        run(options, results, lambda text: console.print(text, highlight=False))
    finally:
        report = make_report(results, options, machine)
        path = REPOSITORY / "bench-results" / f"{report.at.replace(':', '')[:17]}.json"
        save(report, path)
        show(results, console)
        console.print(f"kept in {path.relative_to(REPOSITORY)}", highlight=False)
    if options.publish:
        publish(report)
    return 1 if any(not figure.is_met for figure in results.of("checked")) else 0


if __name__ == "__main__":
    sys.exit(main())
