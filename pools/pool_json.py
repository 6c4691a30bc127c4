"""Pool states as JSON, and the state class of each kind."""

from collections.abc import Mapping
from typing import Final

from pools.amm_v4 import AmmV4State
from pools.bins.liquidity_bins import DlmmState
from pools.concentrated.concentrated_liquidity import ClmmState
from pools.constant_product import CpmmState
from pools.damm.damm_v2 import DammV2State
from pools.errors import PoolError, PoolErrorReason
from pools.kinds import PoolKind
from pools.pool import JsonObject, JsonValue, PoolState

STATES: Final = {state.kind: state for state in (CpmmState, AmmV4State, ClmmState, DlmmState, DammV2State)}
"""The state class of each kind; the class itself names its kind."""


def state_to_json(state: PoolState) -> dict[str, JsonValue]:
    """Return the state as a JSON object. Amounts, prices and liquidity are decimal strings; ids and rates numbers."""
    return state.to_json()


def state_from_json(kind: PoolKind, fields: JsonObject) -> PoolState:
    """Return the state an object describes, the inverse of `state_to_json`; unknown fields are ignored.

    Raises INVALID_STATE when a field is missing, out of its program's range, or at odds with another.
    """
    if not isinstance(fields, Mapping):
        raise PoolError(PoolErrorReason.INVALID_STATE, "a state is a JSON object")
    return STATES[kind].from_json(fields)
