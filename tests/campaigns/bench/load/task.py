"""What the load generator is asked to do, as one JSON argument."""

from typing import Literal

import msgspec


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """`post`: requests only, for `seconds` or `count`. The others submit `count` orders and watch them.

    `watch`: a stream for each order, all at once, or `in_flight` at a time, or at `rate` a second.
    `multiplex`: all at once, watched on one socket. `fan_out`: one order, watched by `count` streams.
    `streams`: all at once over kept connections, `watched` on a socket each, on one that names them, on one with all.
    """

    mode: Literal["post", "watch", "multiplex", "fan_out", "streams"]
    host: str
    port: int
    connections: int = 64
    seconds: float = 0.0
    count: int = 0
    in_flight: int = 0
    rate: float = 0.0
    stream: Literal["socket", "events"] = "socket"
    watched: Literal["each", "ids", "all"] = "each"
    path: str = "/api/orders/{id}/events"
    deadline: float = 60.0
