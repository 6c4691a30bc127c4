"""Between the contract's messages and accounts: reading, checking, writing."""

from datetime import datetime
from typing import Final

from google.protobuf.timestamp_pb2 import Timestamp

from executor_service.domain.keys import ApiKey, Scope, with_included
from executor_service.domain.risk import MINTS_MAX, AccountUse, RiskLimits, TradingAccount, TradingState
from executor_service.messages import is_account, is_mint
from servicekit.errors import FieldViolation, Rejected
from tradewind.accounts.v1 import accounts_pb2 as pb

KEYS_MAX: Final = 10_000

_SCOPE_TO_WIRE: Final = {scope: pb.Scope.Value(f"SCOPE_{scope.name}") for scope in Scope}
_STATE_TO_WIRE: Final = {state: pb.TradingState.Value(f"TRADING_STATE_{state.name}") for state in TradingState}
_STATE_FROM_WIRE: Final = {number: state for state, number in _STATE_TO_WIRE.items()}


def authenticate_response(key: ApiKey) -> pb.AuthenticateResponse:
    """Return the account and the scopes of the key."""
    message = pb.AuthenticateResponse(
        account_id=key.account_id, scopes=sorted(_SCOPE_TO_WIRE[scope] for scope in with_included(key.scopes))
    )
    if key.expires_at is not None:
        message.expires_at.CopyFrom(_moment(key.expires_at))
    return message


def key_ids_of(request: pb.CheckKeysRequest) -> list[str]:
    """Return the requested keys. Raises INVALID_REQUEST when there are too many."""
    if len(request.key_ids) > KEYS_MAX:
        raise Rejected("INVALID_REQUEST", violations=[FieldViolation("key_ids", f"send at most {KEYS_MAX} keys")])
    return list(request.key_ids)


def account_id_of(account_id: str) -> str:
    """Return the requested account. Raises INVALID_REQUEST for text that cannot name an account."""
    if not is_account(account_id):
        violation = FieldViolation("account_id", "must be 1 to 64 letters, digits or . _ : @ -")
        raise Rejected("INVALID_REQUEST", violations=[violation])
    return account_id


def update_of(request: pb.UpdateAccountRequest) -> tuple[str, TradingState | None, RiskLimits | None]:
    """Return account, switch and limits; None means unchanged. Raises INVALID_REQUEST with every violation."""
    violations = _violations_of(request)
    if violations:
        raise Rejected("INVALID_REQUEST", violations=violations)
    limits = _limits_of(request.limits) if request.HasField("limits") else None
    return request.account_id, _STATE_FROM_WIRE.get(request.trading_state), limits


def account_message(account: TradingAccount, use: AccountUse, defaults: RiskLimits) -> pb.Account:
    """Return the account with the limits in force and their use."""
    limits = account.limits_in_force(defaults)
    message = pb.Account(
        account_id=account.account_id,
        trading_state=_STATE_TO_WIRE[account.trading_state],
        limits=pb.RiskLimits(
            order_usd_micros_max=limits.order_usd_micros_max or 0,
            orders_in_flight_max=limits.orders_in_flight_max or 0,
            orders_per_minute_max=limits.orders_per_minute_max or 0,
            slippage_bps_max=limits.slippage_bps_max,
            mints_allowed=limits.mints_allowed,
        ),
        orders_in_flight=use.in_flight,
        orders_last_minute=use.last_minute,
    )
    if account.updated_at is not None:
        message.updated_at.CopyFrom(_moment(account.updated_at))
    return message


def _violations_of(request: pb.UpdateAccountRequest) -> list[FieldViolation]:
    limits = request.limits
    known_state = request.trading_state in (pb.TRADING_STATE_UNSPECIFIED, *_STATE_FROM_WIRE)
    checks = [
        ("account_id", is_account(request.account_id), "must be 1 to 64 letters, digits or . _ : @ -"),
        ("trading_state", known_state, "must be a value of TradingState"),
        ("limits.slippage_bps_max", limits.slippage_bps_max <= 10_000, "must be at most 10000"),
        ("limits.mints_allowed", len(limits.mints_allowed) <= MINTS_MAX, f"must be at most {MINTS_MAX} mints"),
        ("limits.mints_allowed", all(map(is_mint, limits.mints_allowed)), "must be mint addresses: base58, 32 bytes"),
    ]
    return [FieldViolation(field, detail) for field, holds, detail in checks if not holds]


def _limits_of(message: pb.RiskLimits) -> RiskLimits:
    return RiskLimits(
        order_usd_micros_max=message.order_usd_micros_max or None,
        orders_in_flight_max=message.orders_in_flight_max or None,
        orders_per_minute_max=message.orders_per_minute_max or None,
        slippage_bps_max=message.slippage_bps_max if message.HasField("slippage_bps_max") else None,
        mints_allowed=tuple(sorted(set(message.mints_allowed))),
    )


def _moment(moment: datetime) -> Timestamp:
    stamp = Timestamp()
    stamp.FromDatetime(moment)
    return stamp
