"""The settable fields of an account, as data: each field, the reader of its value, and its name in the contract."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from gateway.edge.amounts import NotExact, whole_units
from gateway.edge.problems import pointer_to
from gateway.edge.strict_json import JsonValue
from gateway.orders.order_fields import BadValue, Reader, list_of, number_text, one_of, token_name, whole_number
from gateway.orders.tokens import Tokens
from servicekit.errors import FieldViolation, Rejected
from tradewind.accounts.v1 import accounts_pb2 as pb

ACCOUNT_ID: Final = re.compile(r"[A-Za-z0-9._:@-]{1,64}")
STATES: Final = ("active", "halted")
USD_DECIMALS: Final = 6
TOKENS_MAX: Final = 256
_USD_MAX: Final = 10**12
_COUNT_MAX: Final = 10**9


def _usd_micros(value: object, name: str) -> int:
    fault = BadValue("out_of_range", f"{name} must be an amount in US dollars, above 0 and at most {_USD_MAX}.")
    try:
        micros = whole_units(number_text(value, name), USD_DECIMALS)
    except NotExact as error:
        if error.fault == "too_precise":
            raise BadValue("too_many_decimals", f"{name} may have {USD_DECIMALS} decimals at most.") from None
        raise fault from None
    if not 1 <= micros <= _USD_MAX * 10**USD_DECIMALS:
        raise fault
    return micros


# Null, in place of a value, stands for no limit.
LIMIT_FIELDS: Final[Mapping[str, Reader]] = {
    "orderUsdMax": Reader(_usd_micros, {**number_text.schema, "description": "US dollars, six decimals at most."}),
    "ordersInFlightMax": whole_number(1, _COUNT_MAX),
    "ordersPerMinuteMax": whole_number(1, _COUNT_MAX),
    "slippageBpsMax": whole_number(0, 10_000),
    "tokensAllowed": list_of(token_name, TOKENS_MAX),
}
STATE: Final = one_of(*STATES)
# Their names in the contract.
_NAMES: Final = {
    "orderUsdMax": "order_usd_micros_max",
    "ordersInFlightMax": "orders_in_flight_max",
    "ordersPerMinuteMax": "orders_per_minute_max",
    "slippageBpsMax": "slippage_bps_max",
    "tokensAllowed": "mints_allowed",
}


@dataclass(slots=True)
class AccountChange:
    """The requested changes. `limits` holds values in the contract's units; None removes a limit."""

    trading_state: str | None = None
    limits: dict[str, Any] = field(default_factory=dict)

    def apply_to(self, limits: pb.RiskLimits) -> None:
        """Set the named limits and leave the others."""
        for name, value in self.limits.items():
            limits.ClearField(_NAMES[name])  # type: ignore[arg-type]  # the stub wants a literal name
            if isinstance(value, tuple):
                limits.mints_allowed.extend(value)
            elif value is not None:
                setattr(limits, _NAMES[name], value)


def read_change(body: Mapping[str, JsonValue], tokens: Tokens) -> AccountChange:
    """Return the change that a body describes. Raises Rejected("INVALID_REQUEST") with all its violations."""
    violations: list[FieldViolation] = []
    change = AccountChange()
    for name, value in body.items():
        try:
            if name == "tradingState":
                change.trading_state = STATE(value, name)
            elif name == "limits" and isinstance(value, dict):
                change.limits = _limits(value, tokens, violations)
            else:
                raise _wrong(name)
        except BadValue as error:
            violations.append(FieldViolation(pointer_to(name[:64]), error.detail, error.code))
    if not body:
        violations.append(FieldViolation("", "Say what to change: tradingState, limits or both.", "required"))
    if violations:
        raise Rejected("INVALID_REQUEST", violations[0].detail, violations=violations)
    return change


def _limits(given: Mapping[str, JsonValue], tokens: Tokens, violations: list[FieldViolation]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, value in given.items():
        try:
            if name not in LIMIT_FIELDS:
                raise BadValue("unknown_field", f"{name[:64]!a} is not a limit. Known: {', '.join(LIMIT_FIELDS)}.")
            values[name] = None if value is None else LIMIT_FIELDS[name](value, name)
            if name == "tokensAllowed" and value is not None:
                values[name] = _mints(values[name], tokens)
        except BadValue as error:
            violations.append(FieldViolation(pointer_to("limits", name[:64]), error.detail, error.code))
    return values


def _mints(names: tuple[str, ...], tokens: Tokens) -> tuple[str, ...]:
    found = [tokens.find(name) for name in names]
    if None in found:
        raise BadValue("unknown_token", "tokensAllowed names a token that is not traded here; see /api/tokens.")
    return tuple(sorted({token.mint for token in found if token is not None}))


def _wrong(name: str) -> BadValue:
    if name == "limits":
        return BadValue("wrong_type", "limits must be an object.")
    return BadValue("unknown_field", f"{name[:64]!a} cannot be set. Known: tradingState, limits.")
