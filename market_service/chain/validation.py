"""Checks of a swap when it arrives, before the market keeps anything of it."""

import re
from collections.abc import Mapping
from typing import Final

from market_service.chain.pools import Pool
from market_service.chain.scenarios import SCENARIOS
from market_service.chain.swaps import U64_MAX, Swap, SwapRefusal

LEGS_MAX: Final = 16
TEXT_MAX: Final = 64
_UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_ATTEMPT_MAX: Final = 2**31 - 1


def is_uuid(text: str) -> bool:
    """Return True for a UUID in its usual form, lower case."""
    return _UUID.fullmatch(text) is not None


def is_name(text: str, *, required: bool) -> bool:
    """Return True for printable text of at most 64 characters, and at least 1 when required."""
    return len(text) <= TEXT_MAX and (text.isprintable() if text else not required)


def refusal_of(
    swap: Swap, *, pools: Mapping[str, Pool], mints: frozenset[str], scenarios_on: bool
) -> SwapRefusal | None:
    """Return why a swap cannot be taken, naming the first bad field; None when it can."""
    return (
        _bad_identity(swap)
        or _bad_scenario(swap, scenarios_on=scenarios_on)
        or _bad_amounts(swap, mints)
        or _bad_legs(swap, pools)
    )


def _invalid(field: str, detail: str) -> SwapRefusal:
    return SwapRefusal("INVALID_SWAP", f"{field} {detail}", field)


def _bad_identity(swap: Swap) -> SwapRefusal | None:
    if not is_uuid(swap.swap_id):
        return _invalid("swap_id", "must be a UUID in lower case")
    if not is_name(swap.account_id, required=True):
        return _invalid("account_id", "must be 1 to 64 printable characters")
    if not is_name(swap.order_tag, required=False):
        return _invalid("order_tag", "must be at most 64 printable characters")
    if not is_name(swap.submitter, required=False):
        return _invalid("submitter", "must be at most 64 printable characters")
    if swap.attempt > _ATTEMPT_MAX:
        return _invalid("attempt", "must be below 2,147,483,648")
    return None


def _bad_scenario(swap: Swap, *, scenarios_on: bool) -> SwapRefusal | None:
    if not swap.scenario:
        return None
    if not scenarios_on:
        return SwapRefusal("SCENARIOS_OFF", "scenario is refused: this market runs without SCENARIOS=on", "scenario")
    if swap.scenario not in SCENARIOS:
        return _invalid("scenario", f"must be one of {', '.join(SCENARIOS)}")
    return None


def _bad_amounts(swap: Swap, mints: frozenset[str]) -> SwapRefusal | None:
    for field, mint in (("mint_in", swap.mint_in), ("mint_out", swap.mint_out)):
        if mint not in mints:
            return SwapRefusal("UNKNOWN_MINT", f"{field} is not a token of this market", field)
    if swap.mint_in == swap.mint_out:
        return _invalid("mint_out", "must differ from mint_in")
    if not 0 < swap.amount_in <= U64_MAX:
        return _invalid("amount_in", "must be above 0")
    return None


def _bad_legs(swap: Swap, pools: Mapping[str, Pool]) -> SwapRefusal | None:
    if not 1 <= len(swap.legs) <= LEGS_MAX:
        return _invalid("legs", f"must be 1 to {LEGS_MAX}")
    bought: set[str] = set()
    sold: set[str] = set()
    spent = 0
    for index, leg in enumerate(swap.legs):
        at = f"legs[{index}]"
        pool = pools.get(leg.pool_id)
        if pool is None:
            return _invalid(f"{at}.pool_id", "is not a pool of this market")
        mint_out = pool.other_mint(leg.mint_in)
        if mint_out is None:
            return _invalid(f"{at}.mint_in", "is not traded by the leg's pool")
        if leg.amount_in <= 0:
            return _invalid(f"{at}.amount_in", "must be above 0")
        if leg.mint_in == swap.mint_out or mint_out == swap.mint_in:
            return _invalid(f"{at}.mint_in", "must not sell the swap's mint_out or buy its mint_in")
        if leg.mint_in != swap.mint_in and leg.mint_in not in bought:
            return _invalid(f"{at}.mint_in", "must be the swap's mint_in or bought by an earlier leg")
        if mint_out in sold:
            return _invalid(f"{at}.pool_id", "must come before the legs that sell what it buys")
        spent += leg.amount_in if leg.mint_in == swap.mint_in else 0
        bought.add(mint_out)
        sold.add(leg.mint_in)
    return _bad_sums(swap, bought, sold, spent)


def _bad_sums(swap: Swap, bought: set[str], sold: set[str], spent: int) -> SwapRefusal | None:
    if spent != swap.amount_in:
        return _invalid("amount_in", f"must be the sum over the legs that sell mint_in, which is {spent}")
    if swap.mint_out not in bought:
        return _invalid("legs", "must buy the swap's mint_out")
    if unsold := bought - sold - {swap.mint_out}:
        return _invalid("legs", f"must sell what they buy on the way: {min(unsold)}")
    return None
