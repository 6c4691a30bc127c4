"""The commands about the market and the wallet: quote, tokens, balances, airdrop."""

from decimal import Decimal
from typing import Annotated

import typer
from rich.text import Text

from tradewind_cli.columns import Column, Columns
from tradewind_cli.exits import Exit
from tradewind_cli.lives import Narrator, number
from tradewind_cli.screen import Screen
from tradewind_cli.session import AsJson, Key, Url, Wide, run
from tradewind_client import Quote, Token, Tradewind


def quote(
    token_in: Annotated[str, typer.Argument(help="What would be sold: a symbol or mint address.")],
    token_out: Annotated[str, typer.Argument(help="What would be bought.")],
    amount: Annotated[str, typer.Argument(help="How much would be sold, in whole tokens.")],
    *,
    venue: Annotated[list[str] | None, typer.Option(help="Only this venue; may be repeated.")] = None,
    max_legs: Annotated[int | None, typer.Option(help="Most swaps the route may have.")] = None,
    wide: Wide = False,
    url: Url = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Ask what every pool would pay, and for the best route; nothing is traded."""

    async def work(tradewind: Tradewind, screen: Screen) -> Exit:
        asked = await tradewind.quote(token_in, token_out, amount, max_legs=max_legs, venues=venue)
        if screen.as_json:
            screen.json(asked)
        else:
            words, pools = _told(asked, await tradewind.tokens(), token_in, token_out)
            screen.say(words)
            screen.table(pools)
        return Exit.OK

    run(work, url=url, key=key, as_json=as_json, wide=wide)


def _told(asked: Quote, tokens: tuple[Token, ...], token_in: str, token_out: str) -> tuple[Text, Columns]:
    narrator = Narrator(tokens)
    sold, bought = _symbol(token_in, tokens), _symbol(token_out, tokens)
    best = Text.assemble(
        f"{number(asked.amount_in)} {sold} buys ",
        (f"{number(asked.amount_out)} {bought}", "bold green"),
        f" at {number(asked.price)}, impact {asked.price_impact_bps} bps, by {narrator.path(asked.route)}",
    )
    best.append(f"\nquote {asked.quote_id}, until {asked.expires_at:%H:%M:%S} UTC", "dim")
    all_of_it, behind = Column(f"{bought} for all of it", 1, right=True), Column("against the route", 2, right=True)
    table = Columns((Column("pool", 0), Column("kind", 3), all_of_it, behind))
    for pool in asked.quotes:
        table.add(pool.pool, pool.kind, number(pool.amount_out), _behind(pool.amount_out_base_units, asked))
    for refused in asked.refused:
        table.add(refused.pool or refused.venue, Text(refused.reason, "yellow"), "", "")
    return best, table


def _behind(amount_out: int, asked: Quote) -> str:
    bps = Decimal(amount_out - asked.amount_out_base_units) * 10_000 / asked.amount_out_base_units
    return f"{bps:+.1f} bps"


def _symbol(name: str, tokens: tuple[Token, ...]) -> str:
    return next((token.symbol for token in tokens if name == token.mint or name.upper() == token.symbol.upper()), name)


def tokens(*, wide: Wide = False, url: Url = None, key: Key = None, as_json: AsJson = False) -> None:
    """List what can be traded."""

    async def work(tradewind: Tradewind, screen: Screen) -> Exit:
        found = await tradewind.tokens()
        if screen.as_json:
            for token in found:
                screen.json(token)
            return Exit.OK
        table = Columns((Column("symbol", 0), Column("name", 2), Column("decimals", 3), Column("mint", 1)))
        for token in found:
            table.add(token.symbol, token.name, str(token.decimals), token.mint)
        screen.table(table)
        return Exit.OK

    run(work, url=url, key=key, as_json=as_json, wide=wide)


def balances(url: Url = None, key: Key = None, as_json: AsJson = False) -> None:
    """Show what the account's simulated wallet holds."""

    async def work(tradewind: Tradewind, screen: Screen) -> Exit:
        found = await tradewind.balances()
        if screen.as_json:
            for balance in found:
                screen.json(balance)
            return Exit.OK
        table = Columns((Column("token", 0), Column("amount", 0, right=True)))
        for balance in found:
            table.add(balance.token, number(balance.amount))
        screen.table(table)
        return Exit.OK

    run(work, url=url, key=key, as_json=as_json)


def airdrop(
    token: Annotated[str, typer.Argument(help="Which token.")],
    amount: Annotated[str, typer.Argument(help="How much, in whole tokens.")],
    *,
    url: Url = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Put tokens into the account's simulated wallet."""

    async def work(tradewind: Tradewind, screen: Screen) -> Exit:
        balance = await tradewind.airdrop(token, amount)
        screen.show(balance, f"{number(balance.amount)} {balance.token}")
        return Exit.OK

    run(work, url=url, key=key, as_json=as_json)
