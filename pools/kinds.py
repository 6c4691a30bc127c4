"""The pool kinds and their venues: the one list that everything else derives from.

A new kind is a member here, its row in `VENUE_OF`, its state class in `pools/pool_json.py`, its definition in the
market's genesis, and its value in `market.proto`, named `POOL_KIND_` and the member's name.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, Literal, get_args

Venue = Literal["raydium", "meteora"]
VENUES: Final[tuple[Venue, ...]] = get_args(Venue)


class PoolKind(StrEnum):
    """The program whose integer math a pool follows."""

    RAYDIUM_CPMM = "raydium_cpmm"
    RAYDIUM_AMM_V4 = "raydium_amm_v4"
    RAYDIUM_CLMM = "raydium_clmm"
    METEORA_DLMM = "meteora_dlmm"
    METEORA_DAMM_V2 = "meteora_damm_v2"


VENUE_OF: Final[Mapping[PoolKind, Venue]] = {
    PoolKind.RAYDIUM_CPMM: "raydium",
    PoolKind.RAYDIUM_AMM_V4: "raydium",
    PoolKind.RAYDIUM_CLMM: "raydium",
    PoolKind.METEORA_DLMM: "meteora",
    PoolKind.METEORA_DAMM_V2: "meteora",
}
"""The venue that runs each program."""
