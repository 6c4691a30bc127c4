"""The same pipeline with ever more orders in the database."""

from tests.campaigns.bench.bench import Bench
from tests.campaigns.bench.growth_rows import grow_to
from tests.campaigns.bench.parts.pipeline import once


def run(bench: Bench) -> None:
    """Note the pipeline's rate for each size."""
    for size in bench.options.growth:
        grow_to(bench.database, size)
        for _ in range(bench.options.repeats):
            once(bench, "growth", f"{size:,} orders before")
