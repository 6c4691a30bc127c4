"""The garbage collector, set for a server: it skips objects that live as long as the process, and runs less often."""

import gc
from typing import Final

# How many new objects start a pass over the youngest ones, and how many such passes start a pass over older ones.
# Python's default of 700, 10, 10 suits short programs: a busy server spends some 8 % of its CPU on it.
_THRESHOLDS: Final = (20_000, 50, 100)


def calm_garbage_collector() -> None:
    """Skip all objects that exist now, and collect rarely from here on. Call it once, after all imports."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)
