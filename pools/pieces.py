"""The output curve of a pool as a list of pieces, which the route search uses.

A piece gives the output of an input x, 0 <= x <= capacity_in, when all earlier pieces are used up:

    curve piece   out(x) = go * Y * gi*x / (X + gi*x)       X = virtual_in,  Y = virtual_out
    line piece    out(x) = go * gi*x * Y / X                X = price_den,   Y = price_num

with gi = keep_in / fee_scale and go = keep_out / fee_scale: the parts of input and output that fees leave. Each
piece is concave and, fees growing away from the price, so is their sequence. Rounding is left out: it favours the
pool, so a real quote is at most what the pieces say, short by a few base units for each piece used. Pieces hold exact
integers; only a search turns them into floats, and amounts always come from the pool's own quote.
"""

from typing import NamedTuple


class CurvePiece(NamedTuple):
    """A constant product stretch: a whole pool, or one interval between two ticks."""

    virtual_in: int
    """Virtual reserve of the input token, base units times 2^64, rounded down."""
    virtual_out: int
    """Virtual reserve of the output token, base units times 2^64, rounded down."""
    keep_in: int
    """What the fee leaves of the input, over `fee_scale`."""
    keep_out: int
    """What the fee leaves of the output, over `fee_scale`."""
    fee_scale: int
    capacity_in: int
    """Largest input of this piece, base units, fee included, rounded down."""


class LinePiece(NamedTuple):
    """A constant price stretch: one bin."""

    price_num: int
    """Output base units before fees for `price_den` input base units."""
    price_den: int
    keep_in: int
    """What the fee leaves of the input, over `fee_scale`."""
    keep_out: int
    """What the fee leaves of the output, over `fee_scale`."""
    fee_scale: int
    capacity_in: int
    """Largest input of this piece, base units, fee included, rounded down."""


Piece = CurvePiece | LinePiece
