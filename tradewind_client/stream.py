"""One /api/stream socket that comes back by itself, and the frames on it."""

import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Final, Protocol

import msgspec
from websockets.asyncio.client import ClientConnection

from tradewind_client.errors import Problem, Unreachable
from tradewind_client.json_values import Value, decode
from tradewind_client.orders import OrderEvent
from tradewind_client.problems import Fault, violations_of
from tradewind_client.retry import Patience, RetryPolicy
from tradewind_client.sockets import TROUBLE, meaning, opened

STATUSES: Final = {"unauthenticated": 401, "forbidden": 403, "order_not_found": 404, "overloaded": 429}
_INVALID: Final = 422


class Answer(Value, frozen=True, kw_only=True):
    """A frame with `op`; an event has none, and leaves it empty."""

    op: str = ""
    order_id: str = ""
    sequence: int = 0
    positions: dict[str, int] = msgspec.field(default_factory=dict)
    code: str = ""
    detail: str = ""
    errors: tuple[Fault, ...] = ()
    retryable: bool = False


class AskAgain(Exception):
    """This socket cannot answer; a new one may."""


class Story(Protocol):
    """A sequence of events that comes over one socket after another, and how far it has come."""

    def told(self, socket: ClientConnection) -> AsyncGenerator[OrderEvent, None]:
        """Subscribe on a new socket, and yield the new events until the last one.

        Raises AskAgain, ConnectionClosed or Unreachable to be given another socket.
        """


class Stream:
    """The gateway's stream for many orders."""

    def __init__(self, socket_origin: str, *, headers: Mapping[str, str], policy: RetryPolicy) -> None:
        self._url = f"{socket_origin}/api/stream"
        self._headers = headers
        self._policy = policy

    async def tell(self, story: Story) -> AsyncGenerator[OrderEvent, None]:
        """Yield a story's events on as many sockets as it takes, one at a time.

        Raises Problem when the gateway refuses, StreamGap, Unreachable when nothing came of it for too long.
        """
        patience = Patience(self._policy)
        while True:
            wait, began = 0.0, time.monotonic()
            try:
                async with opened(self._url, self._headers) as socket, aclosing(story.told(socket)) as events:
                    async for event in events:
                        patience.progress()
                        yield event
                    return
            except TROUBLE as error:
                trouble, wait = meaning(error)
            except (AskAgain, Unreachable) as error:
                trouble = str(error)
            patience.stood(time.monotonic() - began)
            if not await patience.again(wait):
                raise Unreachable(f"{self._url} does not come back: {trouble}.")


async def heard(socket: ClientConnection) -> Answer | OrderEvent:
    """Return the next frame. Raises what an error frame means: AskAgain when it may pass, else Problem."""
    message = await socket.recv()
    answer = decode(message, Answer)
    if not answer.op:
        return decode(message, OrderEvent)
    if answer.op == "error":
        raise _refused(answer)
    return answer


def _refused(answer: Answer) -> Exception:
    # Too many orders for one socket stay too many on a new one, so this error is final.
    if answer.code == "internal" or (answer.retryable and answer.code != "overloaded"):
        return AskAgain(answer.detail or answer.code)
    return Problem(
        status=STATUSES.get(answer.code, _INVALID),
        code=answer.code,
        title="The gateway refused on its stream",
        detail=answer.detail,
        errors=violations_of(answer.errors),
        retryable=answer.retryable,
        extra={"orderId": answer.order_id} if answer.order_id else {},
    )
