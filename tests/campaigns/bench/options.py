"""What the benchmark is told by its environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

ALL_PARTS = (
    "limits",
    "post",
    "post_default",
    "agreement",
    "pipeline",
    "sockets",
    "multiplex",
    "routes",
    "overhead",
    "latency",
    "in_flight",
    "sustained",
    "fan_out",
    "streams",
    "growth",
    "observability",
)


@dataclass(frozen=True, slots=True)
class Options:
    """BENCH_PARTS=post,pipeline · BENCH_QUICK=1 · BENCH_REPEATS=3 · BENCH_GROWTH=1000000 · BENCH_PUBLISH=1."""

    parts: tuple[str, ...] = ALL_PARTS
    quick: bool = False
    repeats: int = 3
    growth: tuple[int, ...] = (0, 100_000)
    publish: bool = False

    def sized(self, count: int) -> int:
        """Return a count, a fifth of it when things should be quick."""
        return max(1, count // 5) if self.quick else count


def read_options(environ: Mapping[str, str] = os.environ) -> Options:
    """Return the options. Raises SystemExit naming a part that does not exist."""
    named = [part.strip() for part in environ.get("BENCH_PARTS", "").split(",") if part.strip()]
    if unknown := sorted(set(named) - set(ALL_PARTS)):
        raise SystemExit(f"BENCH_PARTS: no such part: {', '.join(unknown)}; there are {', '.join(ALL_PARTS)}")
    quick = environ.get("BENCH_QUICK", "") not in ("", "0")
    largest = int(environ.get("BENCH_GROWTH") or (20_000 if quick else 100_000))
    return Options(
        parts=tuple(part for part in ALL_PARTS if part in named) or ALL_PARTS,
        quick=quick,
        repeats=int(environ.get("BENCH_REPEATS") or (1 if quick else 3)),
        growth=tuple(sorted({0, min(100_000, largest), largest})),
        publish=environ.get("BENCH_PUBLISH", "") not in ("", "0"),
    )
