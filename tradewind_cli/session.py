"""From a command's options to a connected client, and from what went wrong to an exit code."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from typing import Annotated, Final

import typer

from tradewind_cli.exits import Exit
from tradewind_cli.screen import Screen
from tradewind_client import Misconfigured, NotAvailable, RetryPolicy, Tradewind, TradewindError, Unreachable

DEFAULT_URL: Final = "http://127.0.0.1:3000"
# There is no option for the key, because other users can read a command line.
KEY_VARIABLE: Final = "TRADEWIND_API_KEY"

Url = Annotated[str, typer.Option("--url", envvar="TRADEWIND_URL", help="The gateway's address.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")]
Timeout = Annotated[
    float | None, typer.Option("--timeout", min=0.0, help="Stop waiting after so many seconds (exit code 4).")
]

# Long enough for a restart of the gateway, and shorter than the package's default, because a person waits.
PATIENCE: Final = RetryPolicy(tries_max=5, seconds_max=10.0)

Work = Callable[[Tradewind, Screen], Awaitable[Exit]]


def run(work: Work, *, url: str, as_json: bool, timeout: float | None = None) -> None:
    """Run a command's work and end the process with its exit code, by raising typer.Exit."""
    screen = Screen(as_json=as_json)
    try:
        client = Tradewind(url, os.environ.get(KEY_VARIABLE), retry=PATIENCE)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--url") from error
    except Misconfigured as error:
        screen.error(error)
        raise typer.Exit(Exit.USAGE) from error
    try:
        code = asyncio.run(_within(work, client, screen, timeout))
    except KeyboardInterrupt:
        code = Exit.INTERRUPTED
    except TradewindError as error:
        screen.error(error)
        code = _meaning(error)
    raise typer.Exit(code)


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


def _meaning(error: TradewindError) -> Exit:
    match error:
        case Unreachable():
            return Exit.UNREACHABLE
        case NotAvailable():
            return Exit.NOT_AVAILABLE
    return Exit.FAILED
