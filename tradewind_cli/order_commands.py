"""The commands about orders: submit, watch, orders, explain, cancel."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated

import typer
from rich.text import Text

from tradewind_cli.columns import Column, Columns
from tradewind_cli.exits import Exit
from tradewind_cli.lives import Narrator, coloured, number
from tradewind_cli.screen import Screen
from tradewind_cli.session import AsJson, Key, Timeout, Url, Wide, run
from tradewind_cli.story import explained
from tradewind_client import Order, OrderEvent, OrderRequest, Tradewind

OrderId = Annotated[str, typer.Argument(help="The order's id.")]


def submit(
    token_in: Annotated[str, typer.Argument(help="What is sold: a symbol or mint address.")],
    token_out: Annotated[str, typer.Argument(help="What is bought.")],
    amount: Annotated[str, typer.Argument(help="How much is sold, in whole tokens.")],
    *,
    slippage_bps: Annotated[int | None, typer.Option(help="Tolerance in basis points.")] = None,
    client_order_id: Annotated[str | None, typer.Option(help="Your identity of it: repeating is safe.")] = None,
    venue: Annotated[list[str] | None, typer.Option(help="Only this venue; may be repeated.")] = None,
    max_legs: Annotated[int | None, typer.Option(help="Most swaps the route may have.")] = None,
    quote_id: Annotated[str | None, typer.Option(help="A quote to use.")] = None,
    scenario: Annotated[str | None, typer.Option(help="Scripted behaviour: docs/scenarios.md.")] = None,
    watch: Annotated[bool, typer.Option("--watch", "-w", help="Follow it to its end.")] = False,
    timeout: Timeout = None,
    url: Url = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Submit a market order; with --watch follow it to its end."""
    request = OrderRequest(
        token_in=token_in,
        token_out=token_out,
        amount_in=amount,
        slippage_bps=slippage_bps,
        client_order_id=client_order_id,
        venues=tuple(venue) if venue else None,
        max_legs=max_legs,
        quote_id=quote_id,
        scenario=scenario,
    )

    async def work(tradewind: Tradewind, screen: Screen) -> Exit:
        submitted = await tradewind.submit(request)
        words = Text.assemble(submitted.order_id, ("  (was there already)" if submitted.replayed else "", "yellow"))
        if screen.as_json or submitted.replayed or not watch:
            screen.show(submitted, words)
        return await _watched(tradewind, screen, [submitted.order_id]) if watch else Exit.OK

    run(work, url=url, key=key, as_json=as_json, timeout=timeout)


def watch(
    order_ids: Annotated[list[str] | None, typer.Argument(help="One order or several.")] = None,
    *,
    everything: Annotated[bool, typer.Option("--all", help="All orders on their way, and all to come.")] = False,
    after: Annotated[int, typer.Option(min=0, help="Only events after this sequence.")] = 0,
    timeout: Timeout = None,
    url: Url = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Follow orders to their end; the exit code is 0 when all were confirmed."""
    if everything == bool(order_ids):
        raise typer.BadParameter("name the orders, or say --all", param_hint="ORDER_IDS")

    async def work(tradewind: Tradewind, screen: Screen) -> Exit:
        if everything:
            return await _told(tradewind, screen, tradewind.watch_all())
        return await _watched(tradewind, screen, order_ids or [], after)

    run(work, url=url, key=key, as_json=as_json, timeout=timeout)


async def _watched(tradewind: Tradewind, screen: Screen, order_ids: list[str], after: int = 0) -> Exit:
    await _told(tradewind, screen, tradewind.watch_many(dict.fromkeys(order_ids, after)))
    ends = [(await tradewind.order(order_id)).status for order_id in dict.fromkeys(order_ids)]
    return Exit.OK if set(ends) == {"confirmed"} else Exit.FAILED


async def _told(tradewind: Tradewind, screen: Screen, events: AsyncGenerator[OrderEvent, None]) -> Exit:
    async with aclosing(events):
        narrator = Narrator(() if screen.as_json else await tradewind.tokens())
        named: set[str] = set()
        async for event in events:
            if screen.as_json:
                screen.json(event)
                continue
            if event.order_id not in named:
                named.add(event.order_id)
                screen.say(Text.assemble(("order ", "dim"), event.order_id))
            when = f"{event.timestamp:%H:%M:%S}.{event.timestamp.microsecond // 1000:03d}"
            screen.line(narrator.line(event, when, Text(f"…{event.order_id[-6:]}", "dim")))
    return Exit.OK


def orders(
    *,
    status: Annotated[list[str] | None, typer.Option(help="Only this status; may be repeated.")] = None,
    token: Annotated[str | None, typer.Option(help="Only orders that sell or buy it.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many, newest first.")] = 20,
    wide: Wide = False,
    url: Url = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """List orders, newest first."""

    async def work(tradewind: Tradewind, screen: Screen) -> Exit:
        found: list[Order] = []
        listing = tradewind.orders(status=tuple(status or ()), token=token, page_size=min(limit, 500))
        async with aclosing(listing):
            async for order in listing:
                found.append(order)
                if len(found) == limit:
                    break
        if screen.as_json:
            for order in found:
                screen.json(order)
        else:
            screen.table(_table(found))
        return Exit.OK

    run(work, url=url, key=key, as_json=as_json, wide=wide)


def _table(found: list[Order]) -> Columns:
    table = Columns(
        (
            Column("order", 0),
            Column("created", 4),
            Column("status", 1),
            Column("sold", 3, right=True),
            Column("bought", 2, right=True),
            Column("tries", 6, right=True),
            Column("why", 5),
        )
    )
    for order in found:
        table.add(
            order.order_id,
            f"{order.created_at:%H:%M:%S}",
            coloured(order.status),
            f"{number(order.amount_in)} {order.token_in}",
            _bought(order),
            str(order.attempts),
            order.failure_reason or "",
        )
    return table


def _bought(order: Order) -> str:
    """Return what was paid, or with a mark what is quoted while it may still be paid; else nothing."""
    if order.executed_amount_out is not None:
        return f"{number(order.executed_amount_out)} {order.token_out}"
    if order.is_terminal or order.quoted_amount_out is None:
        return ""
    return f"~{number(order.quoted_amount_out)} {order.token_out}"


def explain(order_id: OrderId, url: Url = None, key: Key = None, as_json: AsJson = False) -> None:
    """Say why an order went as it did."""

    async def work(tradewind: Tradewind, screen: Screen) -> Exit:
        told = await tradewind.explain(order_id)
        screen.show(told, explained(told))
        return Exit.OK

    run(work, url=url, key=key, as_json=as_json)


def cancel(order_id: OrderId, url: Url = None, key: Key = None, as_json: AsJson = False) -> None:
    """Take an order back, as long as it has not been submitted to the market."""

    async def work(tradewind: Tradewind, screen: Screen) -> Exit:
        order = await tradewind.cancel(order_id)
        screen.show(order, Text.assemble(order.order_id, "  ", coloured(order.status)))
        return Exit.OK

    run(work, url=url, key=key, as_json=as_json)
