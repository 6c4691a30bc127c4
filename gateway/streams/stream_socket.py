"""WS /api/stream: one socket for many orders."""

import asyncio
from dataclasses import dataclass
from typing import Final

from starlette.types import Receive, Scope, Send

from gateway import telemetry
from gateway.access.credentials import acceptance
from gateway.access.identity import account_of
from gateway.access.turnstile import Turnstile
from gateway.edge.command_meter import CommandMeter
from gateway.streams.account_hub import AccountHub
from gateway.streams.mailbox import Mailbox
from gateway.streams.order_watches import OrderWatches
from gateway.streams.stream_commands import read_command
from gateway.streams.subscriptions import Subscriptions
from gateway.streams.watch import End
from servicekit.errors import DomainError, Rejected, Unavailable

_CLOSES: Final[dict[End, tuple[int, str]]] = {
    "bad_message": (4400, "bad message"),
    "unauthenticated": (4401, "the key holds no longer"),
    "too_many": (4429, "too many commands"),
    "slow": (4409, "resume with after"),
    "draining": (1012, "resume with after"),
    "broken": (1011, "resume with after"),
}


@dataclass(frozen=True, slots=True)
class StreamLimits:
    """What one socket may ask for."""

    frames_max: int
    orders_max: int
    commands_per_second_max: int


class StreamSocket:
    """The endpoint. Events are relayed as they are stored; answers are frames with `op`."""

    def __init__(self, watches: OrderWatches, turnstile: Turnstile, limits: StreamLimits) -> None:
        self._watches = watches
        self._accounts = AccountHub(watches)
        self._turnstile = turnstile
        self._limits = limits
        self._mailboxes: set[Mailbox] = set()
        self._draining = False

    def drain(self) -> None:
        """End every socket and open no more."""
        self._draining = True
        for mailbox in self._mailboxes:
            mailbox.end("draining")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one socket until the client leaves, is too slow, or says something that cannot be read."""
        if self._draining:
            raise Unavailable("SHUTTING_DOWN")
        with self._turnstile.passage(scope) as passage:
            mailbox = Mailbox(self._limits.frames_max)
            passage.on_revoked(lambda: mailbox.end("unauthenticated"))
            self._mailboxes.add(mailbox)
            try:
                await self._serve(mailbox, scope, receive, send)
            except OSError:
                telemetry.socket_lost("*")
            finally:
                self._mailboxes.discard(mailbox)

    async def _serve(self, mailbox: Mailbox, scope: Scope, receive: Receive, send: Send) -> None:
        await send(acceptance(scope))
        subscriptions = Subscriptions(
            self._watches, self._accounts, mailbox, account_of(scope), orders_max=self._limits.orders_max
        )
        meter = CommandMeter(self._limits.commands_per_second_max)
        listener = asyncio.create_task(_listen(receive, mailbox, subscriptions, meter))
        try:
            while frames := await mailbox.take():
                for frame in frames:
                    await send({"type": "websocket.send", "text": frame})
        finally:
            listener.cancel()
            await asyncio.gather(listener, return_exceptions=True)
            subscriptions.close()
        if mailbox.ended in _CLOSES:
            code, reason = _CLOSES[mailbox.ended]
            await send({"type": "websocket.close", "code": code, "reason": reason})


async def _listen(receive: Receive, mailbox: Mailbox, subscriptions: Subscriptions, meter: CommandMeter) -> None:
    try:
        while not mailbox.ended:
            message = await receive()
            if message["type"] == "websocket.disconnect":
                mailbox.end("away")
            elif not meter.count():
                mailbox.end("too_many")
            elif message["type"] == "websocket.receive":
                await _obey(message.get("text") or "", mailbox, subscriptions)
    except Exception as error:
        telemetry.socket_crashed("*", error)
        mailbox.end("broken")


async def _obey(text: str, mailbox: Mailbox, subscriptions: Subscriptions) -> None:
    try:
        await subscriptions.obey(read_command(text))
    except Rejected as error:
        if error.reason == "MALFORMED_REQUEST":
            mailbox.end("bad_message")
        else:
            subscriptions.refuse(error)
    except DomainError as error:
        subscriptions.refuse(error)
