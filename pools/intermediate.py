"""How much each leg of a route spends when the route has intermediate tokens: one rule for market and router."""

from collections.abc import Iterable


class LegInputs:
    """The inputs of a route's legs, asked in execution order.

    A leg that sells the route's own input spends its quoted amount. Legs that sell an intermediate token share the
    amount of it that the earlier legs really bought: in proportion to their quoted amounts, rounded down; the last of
    them takes the rest. So no base unit of an intermediate token is left over. Amounts are base units.
    """

    def __init__(self, mint_in: str, legs: Iterable[tuple[str, int]]) -> None:
        """Take the route's input token, and each leg's: the token it sells and the quoted amount of it."""
        self._mint_in = mint_in
        self._quoted: dict[str, int] = {}
        for mint, amount in legs:
            if mint != mint_in:
                self._quoted[mint] = self._quoted.get(mint, 0) + amount
        self._unasked = dict(self._quoted)
        self._brought: dict[str, int] = {}
        self._left: dict[str, int] = {}

    def add(self, mint: str, amount_out: int) -> None:
        """Record the base units that a leg bought."""
        if mint in self._quoted:
            self._brought[mint] = self._brought.get(mint, 0) + amount_out
            self._left[mint] = self._left.get(mint, 0) + amount_out

    def next(self, mint: str, quoted_amount: int) -> int:
        """Return the base units that the next leg spends. Add the legs that buy its token before."""
        if mint == self._mint_in:
            return quoted_amount
        self._unasked[mint] -= quoted_amount
        if self._unasked[mint] == 0:
            return self._left.pop(mint)
        part = self._brought[mint] * quoted_amount // self._quoted[mint]
        self._left[mint] -= part
        return part
