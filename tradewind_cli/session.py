"""From a command's options to a connected client, and from what went wrong to an exit code."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Annotated, Final

import typer

from tradewind_cli.exits import Exit
from tradewind_cli.screen import Screen
from tradewind_cli.servers import Server, find_server
from tradewind_client import Misconfigured, NotAvailable, Problem, RetryPolicy, Tradewind, TradewindError, Unreachable

KEY_VARIABLE: Final = "TRADEWIND_API_KEY"

Url = Annotated[str | None, typer.Option("--url", help="The gateway's address; also TRADEWIND_URL.")]
Key = Annotated[
    str | None,
    typer.Option("--key", help=f"The API key. Others can read a command line: better set {KEY_VARIABLE}."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the API's documents, one a line.")]
Wide = Annotated[bool, typer.Option("--wide", help="Show every column, however narrow the terminal is.")]
Timeout = Annotated[
    float | None, typer.Option("--timeout", min=0.0, help="Stop waiting after so many seconds (exit code 4).")
]

# Long enough for a restart of the gateway, and shorter than the package's default, because a person waits.
PATIENCE: Final = RetryPolicy(tries_max=5, seconds_max=10.0)

Work = Callable[[Tradewind, Screen], Awaitable[Exit]]


@dataclass(frozen=True, slots=True)
class Before:
    """The options that were given before the command."""

    url: str | None = None
    key: str | None = None
    as_json: bool = False


# Set anew by every command line, before its command runs.
BEFORE: Final = ContextVar[Before]("BEFORE")


def run(
    work: Work,
    *,
    url: str | None,
    key: str | None,
    as_json: bool = False,
    wide: bool = False,
    timeout: float | None = None,
) -> None:
    """Run a command's work and end the process with its exit code, by raising typer.Exit.

    An option that was given before the command counts where it was not given after it.
    """
    before = BEFORE.get(Before())
    screen = Screen(as_json=as_json or before.as_json, wide=wide)
    server = find_server(url or before.url)
    key = key or before.key or os.environ.get(KEY_VARIABLE)
    try:
        client = Tradewind(server.url, key, retry=PATIENCE)
    except ValueError as error:
        raise typer.BadParameter(f"{error}, not {server.url!r}", param_hint=server.named_by) from error
    except Misconfigured as error:
        screen.error(error)
        raise typer.Exit(Exit.USAGE) from error
    try:
        with _terminated() as signalled:
            code = asyncio.run(_within(work, client, screen, timeout))
    except KeyboardInterrupt:
        code = Exit.TERMINATED if signalled else Exit.INTERRUPTED
    except TradewindError as error:
        screen.error(error, _advice(error, server, has_key=bool(key)))
        code = _meaning(error)
    raise typer.Exit(code)


@contextmanager
def _terminated() -> Generator[list[int], None, None]:
    """End on SIGTERM as on Ctrl-C, connections closed; what is yielded then holds the signal."""
    signalled: list[int] = []

    def interrupt(number: int, _: object) -> None:
        signalled.append(number)
        if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
            # A shell without job control starts what it puts in the background like this.
            signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.raise_signal(signal.SIGINT)

    old = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield signalled
    finally:
        signal.signal(signal.SIGTERM, old)


async def _within(work: Work, client: Tradewind, screen: Screen, timeout: float | None) -> Exit:
    limit = asyncio.timeout(timeout)
    try:
        async with client, limit:
            return await work(client, screen)
    except TimeoutError:
        if not limit.expired():
            raise
        screen.error(f"not finished within {timeout:g} s")
        return Exit.TIMED_OUT


def _advice(error: TradewindError, server: Server, *, has_key: bool) -> str:
    """Return what helps, in a sentence; empty when the error says it all."""
    if isinstance(error, Unreachable):
        return server.looked_at()
    if isinstance(error, Problem) and error.status == 401:
        what = f"The key in {KEY_VARIABLE} or --key is not valid here" if has_key else f"{KEY_VARIABLE} is not set"
        return f"{what}: `export {KEY_VARIABLE}=$(make -s key ACCOUNT=me SCOPES=trade)` makes and sets a key."
    return ""


def _meaning(error: TradewindError) -> Exit:
    match error:
        case Unreachable():
            return Exit.UNREACHABLE
        case NotAvailable():
            return Exit.NOT_AVAILABLE
    return Exit.FAILED
