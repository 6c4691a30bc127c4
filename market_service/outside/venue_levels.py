"""Price levels of the two venues for each token: every pair differs between the venues, and no round trip earns.

One venue values every token at the reference price. The other values a token of level 0, 1 or 2 none, one or two steps
off. A pair then differs by the steps between its tokens, and a way over a third token gains nothing over the direct
one, because the steps along any way add up to the same sum. If each pair drew its own distance of 2 to 5 %, every way
through small pools would pay better than the pair's large pool.
"""

from collections.abc import Mapping, Sequence
from typing import Final

_LEVELS: Final = (0, 2, 1)


def venue_levels(pairs: Sequence[tuple[str, str]]) -> Mapping[str, int]:
    """Return a level for every token, different for the two of a pair wherever three levels are enough.

    The most traded token comes first and gets level 0; each next one stands as far from its neighbours as it can.
    """
    neighbours: dict[str, set[str]] = {}
    for one, other in pairs:
        neighbours.setdefault(one, set()).add(other)
        neighbours.setdefault(other, set()).add(one)
    levels: dict[str, int] = {}
    for token in sorted(neighbours, key=lambda token: (-len(neighbours[token]), token)):
        taken = [levels[other] for other in neighbours[token] if other in levels]
        levels[token] = max(_LEVELS, key=lambda level: min((abs(level - t) for t in taken), default=0))
    return levels
