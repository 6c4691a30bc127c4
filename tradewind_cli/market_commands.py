"""The commands about the market and the wallet: quote, tokens, balances, airdrop."""

from decimal import Decimal
from typing import Annotated

import typer
from rich.console import Group
from rich.table import Table
from rich.text import Text

from tradewind_cli.exits import Exit
from tradewind_cli.lives import Narrator, number
from tradewind_cli.screen import Screen
from tradewind_cli.session import DEFAULT_URL, AsJson, Url, run
from tradewind_client import Quote, Token, Tradewind


def quote(
    token_in: Annotated[str, typer.Argument(help="What would be sold: a symbol or mint address.")],
    token_out: Annotated[str, typer.Argument(help="What would be bought.")],
    amount: Annotated[str, typer.Argument(help="How much would be sold, in whole tokens.")],
    *,
    venue: Annotated[list[str] | None, typer.Option(help="Only this venue; may be repeated.")] = None,
    max_legs: Annotated[int | None, typer.Option(help="Most swaps the route may have.")] = None,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """Ask what every pool would pay, and for the best route; nothing is traded."""

    async def work(tradewind: Tradewind, screen: Screen) -> Exit:
        asked = await tradewind.quote(token_in, token_out, amount, max_legs=max_legs, venues=venue)
        if as_json:
            screen.json(asked)
        else:
            screen.say(_told(asked, await tradewind.tokens(), token_in, token_out))
        return Exit.OK

    run(work, url=url, as_json=as_json)


def _told(asked: Quote, tokens: tuple[Token, ...], token_in: str, token_out: str) -> Group:
    narrator = Narrator(tokens)
    sold, bought = _symbol(token_in, tokens), _symbol(token_out, tokens)
    best = Text.assemble(
        f"{number(asked.amount_in)} {sold} buys ",
        (f"{number(asked.amount_out)} {bought}", "bold green"),
        f" at {number(asked.price)}, impact {asked.price_impact_bps} bps, by {narrator.path(asked.route)}",
    )
    named = Text(f"quote {asked.quote_id}, until {asked.expires_at:%H:%M:%S} UTC", "dim")
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("pool", "kind", f"{bought} for all of it", "against the route"):
        table.add_column(name, no_wrap=True, justify="left" if name in ("pool", "kind") else "right")
    for pool in asked.quotes:
        table.add_row(pool.pool, pool.kind, number(pool.amount_out), _behind(pool.amount_out_base_units, asked))
    for refused in asked.refused:
        table.add_row(refused.pool or refused.venue, Text(refused.reason, "yellow"), "", "")
    return Group(best, named, table)


def _behind(amount_out: int, asked: Quote) -> str:
    bps = Decimal(amount_out - asked.amount_out_base_units) * 10_000 / asked.amount_out_base_units
    return f"{bps:+.1f} bps"


def _symbol(name: str, tokens: tuple[Token, ...]) -> str:
    return next((token.symbol for token in tokens if name == token.mint or name.upper() == token.symbol.upper()), name)


def tokens(url: Url = DEFAULT_URL, as_json: AsJson = False) -> None:
    """List what can be traded."""

    async def work(tradewind: Tradewind, screen: Screen) -> Exit:
        found = await tradewind.tokens()
        if as_json:
            for token in found:
                screen.json(token)
            return Exit.OK
        table = Table("symbol", "name", "decimals", "mint", box=None, header_style="bold", pad_edge=False)
        for token in found:
            table.add_row(token.symbol, token.name, str(token.decimals), token.mint)
        screen.say(table)
        return Exit.OK

    run(work, url=url, as_json=as_json)


def balances(url: Url = DEFAULT_URL, as_json: AsJson = False) -> None:
    """Show what the account's simulated wallet holds."""

    async def work(tradewind: Tradewind, screen: Screen) -> Exit:
        found = await tradewind.balances()
        if as_json:
            for balance in found:
                screen.json(balance)
            return Exit.OK
        table = Table(box=None, header_style="bold", pad_edge=False)
        table.add_column("token")
        table.add_column("amount", justify="right")
        for balance in found:
            table.add_row(balance.token, number(balance.amount))
        screen.say(table)
        return Exit.OK

    run(work, url=url, as_json=as_json)


def airdrop(
    token: Annotated[str, typer.Argument(help="Which token.")],
    amount: Annotated[str, typer.Argument(help="How much, in whole tokens.")],
    *,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """Put tokens into the account's simulated wallet."""

    async def work(tradewind: Tradewind, screen: Screen) -> Exit:
        balance = await tradewind.airdrop(token, amount)
        screen.show(balance, f"{number(balance.amount)} {balance.token}")
        return Exit.OK

    run(work, url=url, as_json=as_json)
