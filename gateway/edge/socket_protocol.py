"""WebSockets as uvicorn serves them, except that a handshake which cannot be is refused with a problem document."""

from http import HTTPStatus
from typing import Any, Final

from uvicorn._types import ASGISendEvent
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.datastructures import Headers
from websockets.http11 import Response
from websockets.server import ServerProtocol

from gateway.edge.problems import PROBLEM_TYPE, unrouted_problem
from servicekit.errors import Rejected, Unavailable

_REASONS: Final = {
    HTTPStatus.METHOD_NOT_ALLOWED: Rejected("METHOD_NOT_ALLOWED"),
    HTTPStatus.UPGRADE_REQUIRED: Rejected("UPGRADE_REQUIRED"),
    # The application has always answered unless it is being stopped.
    HTTPStatus.INTERNAL_SERVER_ERROR: Unavailable("SHUTTING_DOWN"),
}
_UNREADABLE: Final = Rejected("MALFORMED_REQUEST", "This is no WebSocket handshake of version 13.")


class ProblemSockets(WebSocketsSansIOProtocol):
    """One connection, taken over from HTTP."""

    # What stands before our paths in a refusal.
    path_prefix = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._handshake = self.conn = _Handshake(max_size=self.config.ws_max_size, logger=self.logger)

    def data_received(self, data: bytes) -> None:
        """Read on: first the whole request that asked for the upgrade, then frames."""
        if self.handshake_initiated:
            super().data_received(data)
            return
        self._handshake.prefix = self.path_prefix
        self._handshake.path = data.split(b" ", 2)[1].partition(b"?")[0]
        super().data_received(data)
        if not self.handshake_initiated:
            # A request that the library cannot read would be left without an answer.
            self.transport.write(self._handshake.reject(HTTPStatus.BAD_REQUEST, "").serialize())
            self.transport.close()

    async def send(self, message: ASGISendEvent) -> None:
        """Pass on what the application says. A refusal ends the handshake as well, which the library does not note."""
        await super().send(message)
        if self.close_sent:
            self.handshake_complete = True


class _Handshake(ServerProtocol):
    """The library's handshake and frames, with refusals in our words."""

    path = b""
    prefix = ""

    def reject(self, status: HTTPStatus | int, text: str) -> Response:
        error = _REASONS.get(HTTPStatus(status), _UNREADABLE)
        request_id, body = unrouted_problem(error, self.path, self.prefix)
        answer = HTTPStatus(error.row.http_status or status)
        headers = Headers(
            {
                "content-type": PROBLEM_TYPE,
                "content-length": str(len(body)),
                "cache-control": "no-store",
                "connection": "close",
                "x-request-id": request_id.decode(),
                "sec-websocket-version": "13",
            }
        )
        return Response(answer.value, answer.phrase, headers, body)
