"""How one swap ends: by its fate, or by its execution."""

from collections.abc import Mapping, Sequence
from typing import Final

from market_service import telemetry
from market_service.chain.execution import SwapFailed, execute
from market_service.chain.market_state import Page
from market_service.chain.mempool import InFlight
from market_service.chain.swaps import Failure, Fill, LedgerSwap, SwapResult, SwapState

_DETAILS: Final[Mapping[Failure, str]] = {
    Failure.TRANSIENT: "The execution failed for a passing reason.",
    Failure.SLIPPAGE_EXCEEDED: "The price moved beyond the least accepted output.",
}


def end_swap(entry: InFlight, page: Page, *, slot_ms: int) -> SwapResult:
    """Return the final result of a swap that is due, and write it on the page with all it moved."""
    swap, slot = entry.swap, page.entry.slot
    failure: SwapFailed | None = None
    fills: Sequence[Fill] = ()
    try:
        fills = _fills(entry, page, slot=slot, slot_ms=slot_ms)
        page.add_fills(swap.swap_id, swap.account_id, fills)
    except SwapFailed as failed:
        failure = failed
    result = SwapResult(
        swap_id=swap.swap_id,
        state=_state(entry, failure),
        signature=entry.signature,
        failure=failure.failure if failure else None,
        slot=slot,
        amount_out=sum(fill.amount_out for fill in fills if fill.mint_out == swap.mint_out),
        fills=fills,
        ended_ms=max(slot_ms, entry.received_ms),
        detail=failure.detail if failure else "",
    )
    page.entry.last_number += 1
    page.entry.swaps.append(LedgerSwap(swap, result, page.entry.last_number, entry.received_ms))
    return result


def _state(entry: InFlight, failure: SwapFailed | None) -> SwapState:
    if failure is None:
        return SwapState.LANDED
    return SwapState.EXPIRED if entry.fate.expires else SwapState.FAILED


def _fills(entry: InFlight, page: Page, *, slot: int, slot_ms: int) -> Sequence[Fill]:
    fate, swap = entry.fate, entry.swap
    if fate.expires:
        raise SwapFailed(Failure.DROPPED, "The cluster lost the transaction; it can no longer land.")
    if fate.fails is not None:
        raise SwapFailed(fate.fails, _DETAILS[fate.fails])
    if fate.venues_down:
        for venue in (page.draft.pool(leg.pool_id).info.venue for leg in swap.legs):
            if venue in fate.venues_down:
                raise SwapFailed(Failure.VENUE_UNAVAILABLE, f"The venue {venue} is down.")
    try:
        return tuple(execute(swap, page.draft, now_ms=slot_ms, slot=slot))
    except SwapFailed:
        raise
    except Exception as error:
        # A defect in one program's math fails only its swap: it must not stop the chain.
        telemetry.swap_crashed(swap_id=swap.swap_id, error=error)
        raise SwapFailed(Failure.TRANSIENT, "The execution failed.") from error
