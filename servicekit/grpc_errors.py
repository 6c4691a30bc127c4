"""Errors on the wire: from the table to `google.rpc.Status` and back."""

from collections.abc import Sequence

import grpc
from google.protobuf import any_pb2, duration_pb2
from google.rpc import code_pb2, error_details_pb2, status_pb2
from grpc_status import rpc_status

from servicekit.errors import DomainError, FieldViolation, Rejected, Unavailable, error_of

ERROR_DOMAIN = "tradewind"


def status_of(error: DomainError) -> status_pb2.Status:
    """Return the status of an error: ErrorInfo always, BadRequest for fields, RetryInfo when a retry may help."""
    status = status_pb2.Status(code=code_pb2.Code.Value(error.row.grpc_code), message=error.detail)
    _attach(status, error_details_pb2.ErrorInfo(reason=error.reason, domain=ERROR_DOMAIN))
    if error.violations:
        _attach(status, _bad_request(error.violations))
    if isinstance(error, Unavailable):
        delay = duration_pb2.Duration()
        delay.FromMilliseconds(error.retry_after_ms)
        _attach(status, error_details_pb2.RetryInfo(retry_delay=delay))
    return status


def error_from(call: grpc.RpcError) -> DomainError:
    """Return the error that a failed call means. Without our details the status code alone decides."""
    status = rpc_status.from_call(call)
    if status is not None:
        error = _error_from_details(status)
        if error is not None:
            return error
    return _error_from_code(call)


def _attach(status: status_pb2.Status, detail: error_details_pb2.ErrorInfo) -> None:
    packed = any_pb2.Any()
    packed.Pack(detail)
    status.details.append(packed)


def _bad_request(violations: Sequence[FieldViolation]) -> error_details_pb2.BadRequest:
    return error_details_pb2.BadRequest(
        field_violations=[
            error_details_pb2.BadRequest.FieldViolation(field=v.field, description=v.detail, reason=v.code)
            for v in violations
        ]
    )


def _error_from_details(status: status_pb2.Status) -> DomainError | None:
    info = error_details_pb2.ErrorInfo()
    retry = error_details_pb2.RetryInfo()
    bad = error_details_pb2.BadRequest()
    for detail in status.details:
        for message in (info, retry, bad):
            if detail.Is(message.DESCRIPTOR):
                detail.Unpack(message)
    if info.domain != ERROR_DOMAIN:
        return None
    error = error_of(info.reason, status.message, retry_after_ms=retry.retry_delay.ToMilliseconds() or 1000)
    error.violations = tuple(FieldViolation.heard(v.field, v.description, v.reason) for v in bad.field_violations)
    return error


def _error_from_code(call: grpc.RpcError) -> DomainError:
    code = call.code()
    if code is grpc.StatusCode.DEADLINE_EXCEEDED:
        return Unavailable("DEADLINE")
    if code is grpc.StatusCode.UNAVAILABLE:
        return Unavailable("UNAVAILABLE")
    if code is grpc.StatusCode.RESOURCE_EXHAUSTED:
        return Unavailable("OVERLOADED")
    if code is grpc.StatusCode.UNIMPLEMENTED:
        return Rejected("NOT_IMPLEMENTED", call.details() or "")
    return Rejected("INTERNAL")
