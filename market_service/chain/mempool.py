"""Swaps that were taken and have not ended, and those that have ended lately."""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import Final

from market_service.chain.fate import Fate
from market_service.chain.swaps import Swap, SwapResult, SwapState

RECENT_MAX: Final = 50_000
WAITING_MAX: Final = 100_000


@dataclass(frozen=True, slots=True)
class InFlight:
    """A swap that the market took. `arrival` counts the taken swaps, in order."""

    swap: Swap
    fate: Fate
    signature: str
    arrival: int
    received_ms: int

    def result(self) -> SwapResult:
        """Return the answer to a caller who asks before the swap has ended."""
        return SwapResult(self.swap.swap_id, SwapState.IN_FLIGHT, signature=self.signature)


class Mempool:
    """Swaps in flight by id and by the slot they end in, then results by id, the oldest forgotten first."""

    def __init__(self, *, recent_max: int = RECENT_MAX) -> None:
        """Begin empty."""
        self._in_flight: dict[str, InFlight] = {}
        self._due: list[tuple[int, int, str]] = []
        self._untold: dict[str, tuple[int, InFlight, SwapResult]] = {}
        self._recent: OrderedDict[str, SwapResult] = OrderedDict()
        self._recent_max = recent_max
        self._arrivals = 0

    def __len__(self) -> int:
        """Return how many swaps are in flight."""
        return len(self._in_flight)

    def next_arrival(self) -> int:
        """Return the number of the next swap taken."""
        self._arrivals += 1
        return self._arrivals

    def take(self, entry: InFlight) -> None:
        """Keep a swap until it ends."""
        assert entry.swap.swap_id not in self._in_flight
        self._in_flight[entry.swap.swap_id] = entry
        heappush(self._due, (entry.fate.ends_in_slot, entry.arrival, entry.swap.swap_id))

    def result_of(self, swap_id: str) -> SwapResult | None:
        """Return the published result of a swap; None when the mempool does not hold it."""
        if entry := self._in_flight.get(swap_id):
            return entry.result()
        if untold := self._untold.get(swap_id):
            return untold[1].result()
        return self._recent.get(swap_id)

    def due(self, slot: int) -> list[InFlight]:
        """Return the swaps that end in this slot or should have earlier, in order of arrival. They stay in flight."""
        return sorted(self._due_entries(slot), key=lambda entry: entry.arrival)

    def _due_entries(self, slot: int) -> Iterator[InFlight]:
        kept: list[tuple[int, int, str]] = []
        while self._due and self._due[0][0] <= slot:
            item = heappop(self._due)
            if entry := self._in_flight.get(item[2]):
                kept.append(item)
                yield entry
        for item in kept:
            heappush(self._due, item)

    def is_in_flight(self, swap_id: str) -> bool:
        """Return True until the swap has ended."""
        return swap_id in self._in_flight

    def end(self, result: SwapResult, *, told_in_slot: int) -> None:
        """Record how a swap ended. Callers see it as in flight until `told_in_slot`."""
        entry = self._in_flight.pop(result.swap_id)
        if told_in_slot > result.slot:
            self._untold[result.swap_id] = (told_in_slot, entry, result)
        else:
            self.remember(result)

    def tell(self, slot: int) -> list[tuple[InFlight, SwapResult]]:
        """Publish the results that were held back until this slot, and return them."""
        ready = [(entry, result) for told_in, entry, result in self._untold.values() if told_in <= slot]
        for _, result in ready:
            del self._untold[result.swap_id]
            self.remember(result)
        return ready

    def remember(self, result: SwapResult) -> None:
        """Keep a final result in memory for a while; the ledger keeps it for ever."""
        self._recent[result.swap_id] = result
        while len(self._recent) > self._recent_max:
            self._recent.popitem(last=False)
