"""Calls to the other services: a deadline on each, and errors from the table."""

from collections.abc import Awaitable
from typing import TypeVar

import grpc

from servicekit.errors import DomainError
from servicekit.grpc_errors import error_from

Answer = TypeVar("Answer")


async def answer_of(call: Awaitable[Answer]) -> Answer:
    """Return the answer of a call. Raises the DomainError that its failure means."""
    try:
        return await call
    except grpc.RpcError as error:
        raise error_from(error) from error


def meaning_of(error: grpc.RpcError) -> DomainError:
    """Return the DomainError that a failed call or stream means."""
    return error_from(error)
