"""The JSON that this gateway writes: compact, UTF-8, decimals as exact numbers."""

from decimal import Decimal
from typing import Any, Final

import msgspec
from google.protobuf.timestamp_pb2 import Timestamp
from starlette.responses import Response

from gateway.edge.amounts import decimal_text

_ENCODER: Final = msgspec.json.Encoder(decimal_format="number")


def encode(value: Any) -> bytes:
    """Return the JSON text of a value. Decimals become numbers, digit for digit; msgspec.Raw is copied."""
    return _ENCODER.encode(value)


def json_response(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Return a JSON response that no cache keeps unless `headers` say otherwise."""
    return Response(encode(value), status, {"cache-control": "no-store", **(headers or {})}, "application/json")


def exact(units: int, decimals: int) -> Decimal:
    """Return base units as whole tokens, exactly."""
    return Decimal(decimal_text(units, decimals))


def instant(timestamp: Timestamp) -> str:
    """Return RFC 3339 in UTC with milliseconds, truncated."""
    return timestamp.ToDatetime().isoformat(timespec="milliseconds") + "Z"
