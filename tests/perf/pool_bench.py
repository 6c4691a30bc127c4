"""How long the pool math takes: `python -m tests.perf.pool_bench`. A table, nothing that can fail."""

import statistics
import timeit
from collections.abc import Callable
from typing import Final

from pools.bins.liquidity_bins import DlmmState
from pools.concentrated.concentrated_liquidity import ClmmState
from pools.pool import PoolState
from pools.pool_json import state_from_json, state_to_json
from tests.sample_pools import NOW, SOL, every_kind

REPEATS: Final = 9
SECONDS_EACH: Final = 0.02
ONE_SOL: Final = SOL
FAR: Final = {"clmm": 6_500 * SOL, "dlmm": 500 * SOL}
"""Amounts that cross about ten ticks or bins."""


def median_us(action: Callable[[], object]) -> float:
    """Return the median time of one call over several repeats, in microseconds."""
    timer = timeit.Timer(action)
    calls = max(1, int(SECONDS_EACH / max(timer.timeit(1), 1e-7)))
    return statistics.median(timer.repeat(REPEATS, calls)) / calls * 1e6


def crossed(state: PoolState, amount: int) -> str:
    """Return how many ticks or bins a sale goes through."""
    after = state.swap_exact_in(True, amount, NOW).state_after
    if isinstance(state, ClmmState) and isinstance(after, ClmmState):
        return f"{state.ticks.below(state.tick_current) - after.ticks.below(after.tick_current)} ticks"
    if isinstance(state, DlmmState) and isinstance(after, DlmmState):
        return f"{state.active_id - after.active_id} bins"
    return ""


def report(name: str, state: PoolState) -> None:
    """Print one pool's rows."""
    fields = state_to_json(state)
    for amount in (ONE_SOL, FAR.get(name.split(" ", maxsplit=1)[0], 0)):
        if not amount:
            continue
        quote = median_us(lambda a=amount: state.quote_exact_in(True, a, NOW))  # type: ignore[misc]
        swap = median_us(lambda a=amount: state.swap_exact_in(True, a, NOW))  # type: ignore[misc]
        print(f"{name:26} {amount // SOL:>5} SOL {crossed(state, amount):>9} {quote:>9.2f} {swap:>9.2f}", end="")
        print(f" {median_us(lambda: list(state.pieces(True, NOW))):>9.2f}", end="")
        print(f" {median_us(lambda: state_from_json(state.kind, fields)):>9.2f}")


def main() -> None:
    """Print the table: medians in microseconds."""
    print(f"{'pool':26} {'amount':>9} {'crossed':>9} {'quote us':>9} {'swap us':>9} {'pieces us':>9} {'parse us':>9}")
    for name, state in every_kind().items():
        report(name, state)


if __name__ == "__main__":
    main()
