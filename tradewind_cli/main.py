"""Every command, on one screen."""

import typer

from tradewind_cli import demo, market_commands, order_commands, status_command

app = typer.Typer(
    name="tradewind",
    help="Trade with a Tradewind gateway. The API key, where one is wanted, is read from TRADEWIND_API_KEY. "
    "Exit codes: 0 done or confirmed, 1 failed or refused, 2 usage, 3 unreachable, 4 timed out, "
    "5 not offered by this stack, 130 interrupted.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

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
    app()
