"""The cycle collector, set for a server: it passes over what lives as long as the process, and comes less often."""

import gc
from typing import Final

# Objects made since the last pass before the youngest are looked at, and how many such passes lead to an older one.
# Python's own 700, 10, 10 is meant for short programs: a server that is busy spends some 8 % of its CPU on it.
_THRESHOLDS: Final = (20_000, 50, 100)


def calm_garbage_collector() -> None:
    """Leave out what is loaded by now, and collect rarely from here on. Call it once, when everything is imported."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)
