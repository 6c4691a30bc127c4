"""Every command, on one screen."""

import sys
from typing import Annotated

import typer

from tradewind_cli import demo, market_commands, order_commands, status_command
from tradewind_cli.exits import Exit
from tradewind_cli.session import BEFORE, AsJson, Before, Key, Url
from tradewind_cli.streams import guard_streams
from tradewind_client import __version__

app = typer.Typer(
    name="tradewind",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"tradewind {__version__}")
        raise typer.Exit


Version = Annotated[
    bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version, and nothing else.")
]


@app.callback()
def options(
    *,
    url: Url = None,
    key: Key = None,
    as_json: AsJson = False,
    version: Version = False,
) -> None:
    """Trade with a Tradewind gateway. --url, --key and --json may stand before or after the command.

    The address is that of --url, else of TRADEWIND_URL, PORT or the stack on TRADEWIND_DATA_DIR; the API key, where one
    is wanted, is read from TRADEWIND_API_KEY.

    Exit codes: 0 done or confirmed, 1 failed or refused, 2 usage, 3 unreachable, 4 timed out, 5 not offered by this
    stack, 6 output not written, 130 interrupted, 141 the reader of the output went away, 143 terminated.
    """
    BEFORE.set(Before(url, key, as_json))


app.command()(order_commands.submit)
app.command()(order_commands.watch)
app.command()(order_commands.orders)
app.command()(order_commands.explain)
app.command()(order_commands.cancel)
app.command()(market_commands.quote)
app.command()(market_commands.tokens)
app.command()(market_commands.balances)
app.command()(market_commands.airdrop)
app.command()(status_command.status)
app.command()(demo.demo)


def main() -> None:
    """Run the command line and end the process."""
    guard_streams()
    try:
        app()
    except KeyboardInterrupt:
        raise SystemExit(Exit.INTERRUPTED) from None
    finally:
        # What is still held back may not be writable; the exit code has to say so.
        sys.stdout.flush()
