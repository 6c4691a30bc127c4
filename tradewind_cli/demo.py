"""The demonstration: orders of every kind on a running stack, their events, and a check of each result."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from itertools import cycle
from typing import Annotated, Final

import typer
from rich.table import Table
from rich.text import Text

from tradewind_cli.demo_acts import BODIES, ROUTES, SCENARIOS, Act, Chapter
from tradewind_cli.demo_promises import every, whole
from tradewind_cli.exits import Exit
from tradewind_cli.lives import Narrator, coloured
from tradewind_cli.screen import Screen
from tradewind_cli.session import Key, Url, run
from tradewind_client import OrderEvent, Problem, Tradewind, TradewindError

LIFE_SECONDS_MAX: Final = 120.0
NAME_COLUMNS: Final = 18

_COLOURS: Final = ("cyan", "magenta", "green", "yellow", "blue", "bright_red", "bright_cyan", "bright_magenta", "white")


@dataclass(slots=True)
class Performance:
    """The run of one act: its order and events."""

    act: Act
    colour: str
    life: list[OrderEvent] = field(default_factory=list)
    trouble: str = ""

    @property
    def broken(self) -> str:
        """A sentence about the broken promise; empty when all were kept."""
        return self.trouble or every(whole, self.act.promise)(self.life)

    @property
    def seconds(self) -> float:
        """How long the order lived, by the gateway's clock."""
        return (self.life[-1].timestamp - self.life[0].timestamp).total_seconds() if self.life else 0.0


def demo(
    only: Annotated[list[str] | None, typer.Option(help="Only the orders of this name; may be repeated.")] = None,
    *,
    url: Url = None,
    key: Key = None,
) -> None:
    """Show orders of every kind and every scenario; the exit code is 0 when each life came out as promised."""

    async def work(tradewind: Tradewind, screen: Screen) -> Exit:
        return await Stage(tradewind, screen, Narrator(await tradewind.tokens())).show(only or ())

    run(work, url=url, key=key)


class Stage:
    """Where the acts are performed."""

    def __init__(self, tradewind: Tradewind, screen: Screen, narrator: Narrator) -> None:
        self._tradewind = tradewind
        self._screen = screen
        self._narrator = narrator

    async def show(self, only: Sequence[str]) -> Exit:
        """Perform every chapter that this stack can show, then sum up."""
        scenarios = await self._scenarios_on()
        chapters = (BODIES, ROUTES, SCENARIOS) if scenarios else (BODIES, ROUTES)
        performed = [
            performance for chapter in chapters for performance in await self._chapter(_abridged(chapter, only))
        ]
        self._screen.say(_summary(performed))
        if not scenarios:
            self._screen.say(_how_to_switch_on())
        broken = sum(bool(performance.broken) for performance in performed)
        if broken or not performed:
            self._screen.error(f"{broken} of {len(performed)} lives did not come out as promised")
            return Exit.FAILED
        self._screen.say(Text(f"All {len(performed)} lives came out as promised.", "bold green"))
        return Exit.OK

    async def _scenarios_on(self) -> bool:
        try:
            await self._tradewind.preview(SCENARIOS.acts[0].body)
        except Problem as problem:
            if "scenarios_off" in {problem.code, *(violation.code for violation in problem.errors)}:
                return False
            raise
        return True

    async def _chapter(self, chapter: Chapter) -> list[Performance]:
        performances = [Performance(act, colour) for act, colour in zip(chapter.acts, cycle(_COLOURS), strict=False)]
        if not performances:
            return []
        self._screen.say(Text.assemble("\n", (chapter.title, "bold underline"), "\n"))
        for performance in performances:
            self._screen.line(Text.assemble(_label(performance), "  ", (performance.act.comment, "italic dim")))
        self._screen.say("")
        await self._perform(performances)
        return performances

    async def _perform(self, performances: Sequence[Performance]) -> None:
        trouble = ""
        try:
            async with asyncio.timeout(LIFE_SECONDS_MAX):
                order_ids = await asyncio.gather(*(self._submit(performance) for performance in performances))
                pairs = zip(order_ids, performances, strict=True)
                await self._follow({order_id: performance for order_id, performance in pairs if order_id})
        except TimeoutError:
            trouble = f"it did not end within {LIFE_SECONDS_MAX:g} s"
        except TradewindError as error:
            trouble = str(error)
        for performance in performances:
            if not performance.life or not performance.life[-1].is_terminal:
                performance.trouble = performance.trouble or trouble
            if performance.trouble:
                self._screen.line(Text.assemble(_label(performance), "  ", (performance.trouble, "bold red")))

    async def _submit(self, performance: Performance) -> str:
        """Return the order's id; empty when it was refused, which fails only this act."""
        act = performance.act
        try:
            submitted = await self._tradewind.submit(act.body)
            if act.twice:
                again = await self._tradewind.submit(act.body, idempotency_key=submitted.idempotency_key)
                if (again.order_id, again.replayed) != (submitted.order_id, True):
                    performance.trouble = "the repetition made another order"
        except TradewindError as error:
            performance.trouble = str(error)
            return ""
        return submitted.order_id

    async def _follow(self, performances: Mapping[str, Performance]) -> None:
        async with aclosing(self._tradewind.watch_many(list(performances))) as events:
            async for event in events:
                performance = performances[event.order_id]
                self._tell(performance, event)
                if performance.act.cancelled and event.status == "retrying":
                    await self._cancel(event.order_id)

    async def _cancel(self, order_id: str) -> None:
        try:
            await self._tradewind.cancel(order_id)
        except Problem as problem:
            # The next attempt was faster; there is another pause after it.
            if problem.code != "too_late_to_cancel":
                raise

    def _tell(self, performance: Performance, event: OrderEvent) -> None:
        performance.life.append(event)
        self._screen.line(self._narrator.line(event, f"{performance.seconds:6.2f} s", _label(performance)))


def _abridged(chapter: Chapter, only: Sequence[str]) -> Chapter:
    return Chapter(chapter.title, tuple(act for act in chapter.acts if not only or act.name in only))


def _label(performance: Performance) -> Text:
    return Text(performance.act.name.ljust(NAME_COLUMNS), performance.colour)


def _summary(performed: Sequence[Performance]) -> Table:
    table = Table(
        title="\nSummary", title_justify="left", title_style="bold", box=None, header_style="bold", pad_edge=False
    )
    table.add_column("order", no_wrap=True)
    table.add_column("promised")
    table.add_column("ended", no_wrap=True)
    table.add_column("tries", justify="right", no_wrap=True)
    table.add_column("time", justify="right", no_wrap=True)
    table.add_column("")
    for performance in performed:
        table.add_row(
            Text(performance.act.name, performance.colour),
            performance.act.promised,
            coloured(performance.life[-1].status) if performance.life else Text("-"),
            str(sum(event.status == "submitted" for event in performance.life)),
            f"{performance.seconds:.2f} s",
            Text(f"no: {performance.broken}", "bold red") if performance.broken else Text("kept", "green"),
        )
    return table


def _how_to_switch_on() -> Text:
    names = ", ".join(act.name for act in SCENARIOS.acts)
    return Text.assemble(
        ("\nScenarios are switched off. ", "yellow"),
        "Stop the stack and start it with ",
        ("make run SCENARIOS=on", "bold"),
        f" to see these lives too: {names}.",
    )
