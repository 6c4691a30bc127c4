"""From request messages to requests. A bad request is refused with each bad field."""

from collections.abc import Sequence
from typing import Final

from router_service.application.answers import QuotesRequest, RouteRequest
from servicekit.errors import FieldViolation, Rejected
from tradewind.router.v1 import router_pb2 as pb

LEGS_MAX: Final = 16
BATCH_MAX: Final = 512
_LIST_MAX: Final = 256
_TEXT_MAX: Final = 128
_BPS_MAX: Final = 10_000


def route_request(message: pb.GetRouteRequest, *, legs_max: int) -> RouteRequest:
    """Return the request. Raises INVALID_REQUEST, naming each bad field."""
    violations = [*_quotes_violations(message)]
    if message.max_legs > LEGS_MAX:
        violations.append(FieldViolation("max_legs", f"must be 0 to {LEGS_MAX}"))
    if message.max_price_impact_bps > _BPS_MAX:
        violations.append(FieldViolation("max_price_impact_bps", f"must be 0 to {_BPS_MAX}"))
    if message.quote_slippage_bps > _BPS_MAX:
        violations.append(FieldViolation("quote_slippage_bps", f"must be 0 to {_BPS_MAX}"))
    if len(message.quote_id) > _TEXT_MAX:
        violations.append(FieldViolation("quote_id", f"must have at most {_TEXT_MAX} characters"))
    _refuse(violations)
    return RouteRequest(
        _quotes_request(message),
        message.max_legs or legs_max,
        message.max_price_impact_bps,
        message.quote_id,
        message.quote_slippage_bps if message.HasField("quote_slippage_bps") else None,
    )


def quotes_request(message: pb.GetQuotesRequest) -> QuotesRequest:
    """Return the request. Raises INVALID_REQUEST, naming each bad field."""
    _refuse(_quotes_violations(message))
    return _quotes_request(message)


def check_batch(messages: Sequence[pb.GetRouteRequest]) -> None:
    """Raise INVALID_REQUEST unless the batch has an acceptable size."""
    if not 1 <= len(messages) <= BATCH_MAX:
        _refuse([FieldViolation("requests", f"must be 1 to {BATCH_MAX}")])


def _quotes_request(message: pb.GetRouteRequest | pb.GetQuotesRequest) -> QuotesRequest:
    return QuotesRequest(
        message.mint_in,
        message.mint_out,
        message.amount_in,
        frozenset(message.venues),
        frozenset(message.exclude_pools),
        message.scenario,
    )


def _quotes_violations(message: pb.GetRouteRequest | pb.GetQuotesRequest) -> list[FieldViolation]:
    violations = []
    if not message.mint_in:
        violations.append(FieldViolation("mint_in", "is missing", "required"))
    if not message.mint_out:
        violations.append(FieldViolation("mint_out", "is missing", "required"))
    elif message.mint_in == message.mint_out:
        violations.append(FieldViolation("mint_out", "must differ from mint_in"))
    if not message.amount_in:
        violations.append(FieldViolation("amount_in", "must be above 0"))
    for name, texts in (("venues", message.venues), ("exclude_pools", message.exclude_pools)):
        if len(texts) > _LIST_MAX:
            violations.append(FieldViolation(name, f"must have at most {_LIST_MAX} entries"))
    return violations


def _refuse(violations: Sequence[FieldViolation]) -> None:
    if violations:
        raise Rejected("INVALID_REQUEST", violations=violations)
