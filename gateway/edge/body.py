"""Reads a request's body: JSON by its type, bounded in size and time."""

import asyncio
from dataclasses import dataclass
from typing import Final

from starlette.types import Receive, Scope

from servicekit.errors import Rejected

_JSON_TYPES: Final = (b"application/json", b"application/json;charset=utf-8")


@dataclass(frozen=True, slots=True)
class BodyLimits:
    """How large a body may be and how long it may take to arrive."""

    bytes_max: int
    seconds_max: float


async def read_json_body(scope: Scope, receive: Receive, limits: BodyLimits) -> bytes:
    """Return the body's bytes. Raises Rejected: UNSUPPORTED_MEDIA_TYPE, BODY_TOO_LARGE or MALFORMED_REQUEST.

    The server drops the bytes that a client sends beyond the limit, so that the client can read the answer.
    """
    _check_headers(scope, limits.bytes_max)
    try:
        async with asyncio.timeout(limits.seconds_max):
            return await _read(receive, limits.bytes_max)
    except TimeoutError:
        raise Rejected("MALFORMED_REQUEST", f"The body did not arrive within {limits.seconds_max:g} seconds.") from None


def _check_headers(scope: Scope, bytes_max: int) -> None:
    content_type = b""
    for name, value in scope["headers"]:
        if name == b"content-type":
            content_type = value
        elif name == b"content-length" and (len(value) > 12 or not value.isdigit() or int(value) > bytes_max):
            raise _too_large(bytes_max)
        elif name == b"content-encoding" and value.lower() != b"identity":
            raise Rejected("UNSUPPORTED_MEDIA_TYPE", "The body must not be compressed.")
    if content_type not in _JSON_TYPES and not _is_json(content_type):
        raise Rejected("UNSUPPORTED_MEDIA_TYPE", "Send the body as application/json in UTF-8.")


def _is_json(content_type: bytes) -> bool:
    kind, *parameters = content_type.lower().replace(b" ", b"").replace(b'"', b"").split(b";")
    charsets = [value[8:] for value in parameters if value.startswith(b"charset=")]
    return kind == b"application/json" and all(charset in (b"utf-8", b"utf8") for charset in charsets)


async def _read(receive: Receive, bytes_max: int) -> bytes:
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Rejected("MALFORMED_REQUEST", "The body broke off.")
        chunk: bytes = message.get("body", b"")
        size += len(chunk)
        if size > bytes_max:
            raise _too_large(bytes_max)
        if not message.get("more_body", False):
            return b"".join(chunks) + chunk if chunks else chunk
        chunks.append(chunk)


def _too_large(bytes_max: int) -> Rejected:
    return Rejected("BODY_TOO_LARGE", f"The body may have {bytes_max} bytes at most.")
