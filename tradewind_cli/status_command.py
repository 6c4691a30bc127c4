"""The command `status`: every part of the engine, one line each."""

from collections.abc import Mapping
from typing import Any, Final

from rich.console import Group
from rich.table import Table
from rich.text import Text

from tradewind_cli.exits import Exit
from tradewind_cli.screen import Screen
from tradewind_cli.session import AsJson, Key, Url, run
from tradewind_client import Tradewind

# The facts that are shown of a part: their name in the answer and their text. Missing facts are left out.
_FACTS: Final[Mapping[str, str]] = {
    "release": "{}",
    "profile": "profile {}",
    "seed": "seed {}",
    "slot": "slot {}",
    "stateAgeMs": "state {} ms old",
    "poolsKnown": "{} pools",
    "openOrders": "{} open orders",
    "swapsInFlight": "{} swaps on their way",
    "roundTripMicros": "answers in {} µs",
    "uptimeSeconds": "up {} s",
}


def status(url: Url = None, key: Key = None, as_json: AsJson = False) -> None:
    """Show every part of the engine and how it stands; exit code 1 when a new order would not be executed."""

    async def work(tradewind: Tradewind, screen: Screen) -> Exit:
        found = await tradewind.status()
        if screen.as_json:
            screen.json(found)
        else:
            screen.say(_told(found))
        return Exit.OK if found["ready"] else Exit.FAILED

    run(work, url=url, key=key, as_json=as_json)


def _told(found: Mapping[str, Any]) -> Group:
    missing = found["notReady"]
    first = Text("ready", "bold green") if not missing else Text(f"not ready: {', '.join(missing)}", "bold red")
    table = Table("part", "state", "", box=None, header_style="bold", pad_edge=False)
    for name, part in found["parts"].items():
        state = Text(part["state"], "green" if part["state"] == "ok" else "red")
        table.add_row(name, state, ", ".join(_facts(part)))
        for worker in part.get("live", ()):
            lease = f"lease {worker['leaseLeftMs']} ms, {worker['claimedOrders']} orders"
            table.add_row(Text(f"  {worker['name']}"), "", lease)
    return Group(first, table)


def _facts(part: Mapping[str, Any]) -> list[str]:
    return [words.format(part[name]) for name, words in _FACTS.items() if name in part]
