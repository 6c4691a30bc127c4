"""An order's events as text: one coloured line for each."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Context, Decimal
from itertools import groupby
from typing import Any, Final

from rich.text import Text

from tradewind_client import Leg, OrderEvent, Token

COLOURS: Final[Mapping[str, str]] = {
    "pending": "white",
    "routing": "cyan",
    "routing_complete": "cyan",
    "building": "blue",
    "submitted": "magenta",
    "retrying": "yellow",
    "confirmed": "bold green",
    "failed": "bold red",
    "cancelled": "bold yellow",
}
STATUS_COLUMNS: Final = 16
# No token of the market has more decimals; a longer number is a quotient.
AMOUNT_DECIMALS_MAX: Final = 9


def coloured(status: str) -> Text:
    """Return a status in its colour."""
    return Text(status, COLOURS.get(status, "white"))


def number(amount: Decimal | int | str | None) -> str:
    """Return a number for people, grouped: an amount exactly, a price to 9 significant digits, rounded half to even."""
    if amount is None:
        return "?"
    exact = Decimal(amount)
    places = max(0, -int(exact.normalize().as_tuple().exponent))
    if places > AMOUNT_DECIMALS_MAX:
        exact = Context(prec=9).plus(exact)
        places = max(0, -int(exact.normalize().as_tuple().exponent))
    return f"{exact:,.{places}f}"


class Narrator:
    """Puts events into words. It remembers each order's tokens, which only the first event holds."""

    def __init__(self, tokens: Iterable[Token]) -> None:
        self._symbols = {token.mint: token.symbol for token in tokens}
        self._bought: dict[str, str] = {}

    def symbol(self, mint: str) -> str:
        """Return the symbol of a mint address, or a short form of an unknown one."""
        return self._symbols.get(mint) or (f"{mint[:4]}…" if len(mint) > 12 else mint)

    def line(self, event: OrderEvent, when: str, label: Text) -> Text:
        """Return an event's line: when, whose, the status, and what it says."""
        status = coloured(event.status)
        status.pad_right(STATUS_COLUMNS - len(event.status))
        return Text.assemble((when, "dim"), "  ", label, "  ", status, "  ", self.story(event))

    def story(self, event: OrderEvent) -> str:
        """Return the details of an event as text."""
        tell = _STORIES.get(event.status)
        return tell(self, event, event.details) if tell else ""

    def path(self, legs: Sequence[Leg]) -> str:
        """Return a route: the pools of each pair with their shares, pairs in the order they are swapped."""
        pairs = [list(pair) for _, pair in groupby(legs, key=lambda leg: (leg.token_in, leg.token_out))]
        if len(pairs) == 1:
            return _pools(pairs[0])
        return ", ".join(
            f"{self.symbol(pair[0].token_in)}→{self.symbol(pair[0].token_out)} {_pools(pair)}" for pair in pairs
        )

    def _pending(self, event: OrderEvent, details: Mapping[str, Any]) -> str:
        sold, bought = self.symbol(details.get("tokenIn", "")), self.symbol(details.get("tokenOut", ""))
        self._bought[event.order_id] = bought
        return f"sell {number(details.get('amountIn'))} {sold} for {bought}, slippage {details.get('slippageBps')} bps"

    def _routing(self, event: OrderEvent, details: Mapping[str, Any]) -> str:
        return f"attempt {event.attempt}: every pool is asked"

    def _routed(self, event: OrderEvent, details: Mapping[str, Any]) -> str:
        return f"{self._paid(event)} by {self.path(event.route)}"

    def _building(self, event: OrderEvent, details: Mapping[str, Any]) -> str:
        return f"at least {number(details.get('minAmountOut'))} {self._bought.get(event.order_id, '')}".rstrip()

    def _submitted(self, event: OrderEvent, details: Mapping[str, Any]) -> str:
        return f"attempt {event.attempt}, swap {str(details.get('swapId', ''))[:8]} over {details.get('dex')}"

    def _retrying(self, event: OrderEvent, details: Mapping[str, Any]) -> str:
        return f"{event.reason}: once more in {details.get('retryInMs')} ms"

    def _confirmed(self, event: OrderEvent, details: Mapping[str, Any]) -> str:
        signature = (event.tx_hash or "")[:8]
        return (
            f"{self._paid(event)} at {number(details.get('executedPrice'))}, slot {details.get('slot')}, {signature}…"
        )

    def _failed(self, event: OrderEvent, details: Mapping[str, Any]) -> str:
        return f"{event.reason} after {details.get('attempts')} attempts"

    def _paid(self, event: OrderEvent) -> str:
        return f"{number(event.amount_out)} {self._bought.get(event.order_id, '')}".rstrip()


def _pools(legs: Sequence[Leg]) -> str:
    return " + ".join(_pool(leg, alone=len(legs) == 1) for leg in legs)


def _pool(leg: Leg, *, alone: bool) -> str:
    name = f"{leg.venue} {leg.kind.removeprefix(f'{leg.venue}_')}".rstrip()
    return name if alone else f"{leg.share * 100:.0f} % {name}"


_STORIES: Final[Mapping[str, Callable[[Narrator, OrderEvent, Mapping[str, Any]], str]]] = {
    "pending": Narrator._pending,
    "routing": Narrator._routing,
    "routing_complete": Narrator._routed,
    "building": Narrator._building,
    "submitted": Narrator._submitted,
    "retrying": Narrator._retrying,
    "confirmed": Narrator._confirmed,
    "failed": Narrator._failed,
}
