"""Binary search in the programs' price functions, which grow with their index."""

from collections.abc import Callable


def last_at_or_below(target: int, value_at: Callable[[int], int], index_max: int) -> int:
    """Return the greatest index in ±index_max whose value is at most the target, for values that grow."""
    low, high = -index_max, index_max
    while low < high:
        middle = (low + high + 1) // 2
        if value_at(middle) <= target:
            low = middle
        else:
            high = middle - 1
    return low
