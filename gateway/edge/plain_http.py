"""HTTP/1.1 for clients that offer HTTP/2 with an `Upgrade` header, as some libraries do with every request.

A server may ignore such an offer. The parser does not: it treats the bytes after the headers as another protocol, so
the body would be lost.
"""

from typing import Any, Final

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_FRAMING: Final = (b"content-length", b"transfer-encoding")


class PlainHttp(HttpToolsProtocol):
    """One connection. An upgrade to anything but WebSocket is ignored; the connection ends with that answer."""

    def data_received(self, data: bytes) -> None:
        """Parse the bytes. This must not stop the idle time-out: a client may send line ends for ever."""
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserError:
            self.send_400_response("Invalid HTTP request received.")
        except httptools.HttpParserUpgrade as upgrade:
            if self._should_upgrade():
                self.handle_websocket_upgrade()
            else:
                self._read_on(data[upgrade.args[0] :])

    def on_headers_complete(self) -> None:
        """Begin to answer."""
        super().on_headers_complete()
        if self._offers_in_vain():
            self.cycle.keep_alive = False

    def on_message_complete(self) -> None:
        """Tell the application that the body has ended; not yet when the parser stopped before the body."""
        if not self._offers_in_vain():
            super().on_message_complete()

    def _offers_in_vain(self) -> bool:
        return bool(self.parser.should_upgrade()) and not self._should_upgrade()

    def _read_on(self, rest: bytes) -> None:
        framing = b"".join(b"%s: %s\r\n" % header for header in self.headers if header[0] in _FRAMING)
        self.parser = httptools.HttpRequestParser(_Body(self))
        self.data_received(b"POST / HTTP/1.1\r\n" + framing + b"\r\n" + rest)


class _Body:
    """Parser callbacks for a body only: the headers were parsed before."""

    def __init__(self, protocol: HttpToolsProtocol) -> None:
        self.on_body: Any = protocol.on_body
        self.on_message_complete: Any = protocol.on_message_complete
