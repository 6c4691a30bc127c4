"""The curve of one pool, made from its pieces."""

from collections.abc import Iterator
from math import inf, sqrt
from typing import Final

from pools.pieces import CurvePiece, Piece
from router_service.domain.curves import Curve, Stretch

# Pieces that should join without a gap differ by rounding. A larger difference is a real step to a better price.
_JOIN_TOLERANCE: Final = 1e-9


class PoolCurve(Curve):
    """The curve of one pool, read from its pieces only as far as an amount needs."""

    __slots__ = ("_pieces", "_stretches")

    def __init__(self, pieces: Iterator[Piece]) -> None:
        super().__init__()
        self._pieces = pieces
        self._stretches: list[Stretch] = []
        self.complete = False

    def cover(self, amount: float) -> None:
        """Read pieces until `amount` fits or there are no more."""
        while not self.complete and self.capacity < amount:
            piece = next(self._pieces, None)
            if piece is None:
                self.complete = True
            elif piece.capacity_in > 0:
                self._add(stretch_of(piece))

    def first_u(self) -> float:
        """Return u of the first unit; infinite for a pool that cannot trade."""
        self.cover(1.0)
        return self.us[0] if self.us else inf

    def _add(self, stretch: Stretch) -> None:
        last_u = self.us[-1] if self.us else 0.0
        if stretch.u_from >= last_u * (1 - _JOIN_TOLERANCE):
            self._stretches.append(stretch)
            self.append(stretch)
        else:
            self._flatten(stretch)

    def _flatten(self, stretch: Stretch) -> None:
        """Join a stretch that is better than its predecessors with them, at their average price.

        Fees that fall along the way make a curve that is not concave. Its worse part is never used without the better
        one behind it, so the search sees both as one.
        """
        while self._stretches and self._stretches[-1].u_to > stretch.u_from:
            last = self._stretches.pop()
            taken, brought = last.taken + stretch.taken, last.brought + stretch.brought
            u = sqrt(taken / brought)
            stretch = Stretch(u, u, taken, brought)
        self._stretches.append(stretch)
        self.clear()
        for known in self._stretches:
            self.append(known)


def stretch_of(piece: Piece) -> Stretch:
    """Return the stretch of one piece of a pool."""
    gain = (piece.keep_in * piece.keep_out) / (piece.fee_scale * piece.fee_scale)
    taken = float(piece.capacity_in)
    if isinstance(piece, CurvePiece):
        u_from = sqrt(piece.virtual_in / piece.virtual_out / gain)
        # The marginal price falls with the square of (X + gi*x) / X, so u grows in proportion to it.
        u_to = u_from * (1.0 + taken * piece.keep_in / piece.fee_scale * 2**64 / piece.virtual_in)
    else:
        u_from = u_to = sqrt(piece.price_den / piece.price_num / gain)
    return Stretch(u_from, u_to, taken, taken / (u_from * u_to))
