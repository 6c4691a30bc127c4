"""WebSockets that send one order's events: in the native format, and in those of earlier engines."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from starlette.types import Receive, Scope, Send

from gateway import telemetry
from gateway.access.credentials import acceptance
from gateway.access.identity import account_of
from gateway.access.turnstile import Turnstile
from gateway.edge.query import invalid_parameter, parameters, sequence_after
from gateway.edge.strict_json import parse_json_object
from gateway.orders.dialects import Dialect, Narrator, greeting
from gateway.orders.orders import order_id_of
from gateway.streams.order_watches import OrderWatches
from gateway.streams.watch import End, Watch
from servicekit.errors import Rejected

# The close codes and reasons at the end; `{last}` is the sequence of the newest event that was sent.
_CLOSES: Final[dict[End, tuple[int, str]]] = {
    "finished": (1000, ""),
    "bad_message": (4400, "bad message"),
    "unauthenticated": (4401, "the key holds no longer"),
    "slow": (4409, "resume={last}"),
    "draining": (1012, "resume={last}"),
    "broken": (1011, "resume={last}"),
}

Tell = Callable[[str], str | None]


class OrderSocket:
    """A WebSocket endpoint for one order; without a dialect it sends the native format.

    For an order that does not exist it refuses the upgrade with a problem document.
    """

    def __init__(self, watches: OrderWatches, turnstile: Turnstile, dialect: Dialect | None = None) -> None:
        self._watches = watches
        self._turnstile = turnstile
        self._dialect = dialect

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the order's events, from the first or after the sequence `?after=`, to the last."""
        order_id = order_id_of(_order_named(scope))
        after = sequence_after(scope)
        with self._turnstile.passage(scope) as passage:
            watch = await self._watches.open(account_of(scope), order_id, after)
            passage.on_revoked(lambda: watch.end("unauthenticated"))
            try:
                await self._serve(watch, scope, receive, send)
            except OSError:
                telemetry.socket_lost(order_id)
            finally:
                watch.end("away")

    async def _serve(self, watch: Watch, scope: Scope, receive: Receive, send: Send) -> None:
        await send(acceptance(scope))
        listener = asyncio.create_task(_listen(receive, watch, strict=self._dialect is None))
        try:
            await self._tell(watch, send)
        except (OSError, asyncio.CancelledError):
            raise
        except Exception as error:
            telemetry.socket_crashed(watch.order_id, error)
            watch.end("broken")
        finally:
            listener.cancel()
            await asyncio.gather(listener, return_exceptions=True)
        await _close(watch, send)

    async def _tell(self, watch: Watch, send: Send) -> None:
        tell = await self._begin(watch, send)
        while events := await watch.take():
            for event in events:
                frame = tell(event.payload)
                if frame is not None:
                    await send({"type": "websocket.send", "text": frame})
            if watch.is_live(events[0]):
                telemetry.delivered(events[0].payload)

    async def _begin(self, watch: Watch, send: Send) -> Tell:
        if self._dialect is None:
            return _as_stored
        if self._dialect.greets:
            now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
            await send({"type": "websocket.send", "text": greeting(watch.order_id, now)})
        return Narrator(self._dialect).tell


def _as_stored(payload: str) -> str:
    return payload


def _order_named(scope: Scope) -> str:
    named: str | None = scope["path_params"].get("order_id")
    if named is not None:
        return named
    for name, value in parameters(scope):
        if name == "orderId":
            return value
    raise invalid_parameter("orderId", "orderId is missing: name the order to watch.", "required")


async def _listen(receive: Receive, watch: Watch, *, strict: bool) -> None:
    """End the watch when the client leaves. Older paths ignore its messages; the native path wants JSON objects."""
    while True:
        message = await receive()
        if message["type"] == "websocket.disconnect":
            watch.end("away")
            return
        if message["type"] == "websocket.receive" and strict and not _is_object(message.get("text")):
            watch.end("bad_message")
            return


def _is_object(text: str | None) -> bool:
    try:
        parse_json_object((text or "").encode())
    except Rejected:
        return False
    return True


async def _close(watch: Watch, send: Send) -> None:
    assert watch.ended is not None
    if watch.ended in _CLOSES:
        code, reason = _CLOSES[watch.ended]
        reason = reason.format(last=watch.taken_sequence)
        await send({"type": "websocket.close", "code": code, "reason": reason})
