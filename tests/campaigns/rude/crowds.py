"""The crowds: what each of its members does until the time is up."""

import asyncio
import random
import socket
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final
from uuid import uuid4

from tests.campaigns.rude.lines import PATIENT_BYTES, PING, dial, get, is_up, reset, say, text, upgrade
from tests.hostile.wire import frame, request

TROUBLE: Final = (OSError, TimeoutError)
SUBSCRIBE_ALL: Final = '{"op":"subscribe","all":true}'
EVENT_STREAM: Final = {"accept": "text/event-stream"}
DRIP_SECONDS: Final = 0.5
AT_ONCE: Final = 64


@dataclass
class Scene:
    """Where a crowd is, how large it is, and what became of it. `orders` are busy ones."""

    port: int
    count: int
    seconds: float
    orders: list[str]
    counts: Counter[str] = field(default_factory=Counter)
    lines: list[socket.socket] = field(default_factory=list)
    dialling: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    @property
    def an_order(self) -> str:
        """One of the busy orders."""
        return random.choice(self.orders)


Member = Callable[[Scene], Awaitable[None]]


async def stand(scene: Scene, member: Member) -> None:
    """Let everyone do it over and over until the time is up, then hang up."""
    until = asyncio.get_running_loop().time() + scene.seconds
    with suppress(TimeoutError):
        async with asyncio.timeout_at(until), asyncio.TaskGroup() as tasks:
            for _ in range(scene.count):
                tasks.create_task(_keep_on(scene, member))
    for line in scene.lines:
        line.close()


async def _keep_on(scene: Scene, member: Member) -> None:
    while True:
        try:
            await member(scene)
            scene.counts["rounds"] += 1
        except TROUBLE as error:
            scene.counts[f"ended by {type(error).__name__}"] += 1
            # Or else a refused crowd would be a storm of its own.
            await asyncio.sleep(0.2)


async def _dialled(scene: Scene, path: str = "", *, receives_bytes: int | None = None) -> socket.socket:
    async with scene.dialling:
        if path:
            line = await upgrade(scene.port, path, receives_bytes=receives_bytes)
        else:
            line = await dial(scene.port, receives_bytes=receives_bytes)
    scene.counts["connections"] += 1
    scene.lines.append(line)
    return line


async def _until_cut(scene: Scene, line: socket.socket) -> None:
    """Read nothing, and wait until the gateway has had enough."""
    while is_up(line):
        await asyncio.sleep(0.5)
    scene.lines.remove(line)
    line.close()
    scene.counts["cut by the gateway"] += 1


async def _drip(scene: Scene, line: socket.socket, data: bytes) -> None:
    for byte in data:
        if not is_up(line):
            break
        await say(line, bytes([byte]))
        await asyncio.sleep(DRIP_SECONDS)
    await _until_cut(scene, line)


async def slow_headers(scene: Scene) -> None:
    """Send headers a byte at a time."""
    await _drip(scene, await _dialled(scene), get("/api/tokens", {"x-slow": "y" * 200}))


async def slow_bodies(scene: Scene) -> None:
    """Send a body a byte at a time."""
    line = await _dialled(scene)
    head, _, body = request("POST", "/api/orders/execute", b'{"type":"market"' + b" " * 200 + b"}").partition(
        b"\r\n\r\n"
    )
    await say(line, head + b"\r\n\r\n")
    await _drip(scene, line, body)


async def silent(scene: Scene) -> None:
    """Connect and say nothing."""
    await _until_cut(scene, await _dialled(scene))


async def deaf_to_orders(scene: Scene) -> None:
    """Watch a busy order and never read, nor answer a ping or a goodbye."""
    path = f"/api/orders/{scene.an_order}/events"
    await _until_cut(scene, await _dialled(scene, path, receives_bytes=PATIENT_BYTES))


async def deaf_to_all(scene: Scene) -> None:
    """Ask for all orders and never read."""
    line = await _dialled(scene, "/api/stream", receives_bytes=PATIENT_BYTES)
    await say(line, text(SUBSCRIBE_ALL))
    await _until_cut(scene, line)


async def deaf_to_events(scene: Scene) -> None:
    """Ask for prices as server-sent events and never read."""
    line = await _dialled(scene, receives_bytes=PATIENT_BYTES)
    await say(line, get("/api/prices", EVENT_STREAM))
    await _until_cut(scene, line)


async def deaf_pingers(scene: Scene) -> None:
    """Ping without a pause and never read the answers."""
    line = await _dialled(scene, "/api/stream", receives_bytes=PATIENT_BYTES)
    pings = frame(PING, b"x" * 125) * 100
    try:
        while True:
            await say(line, pings)
            scene.counts["pings"] += 100
    finally:
        scene.lines.remove(line)
        line.close()


async def idle(scene: Scene) -> None:
    """Open a stream and ask for nothing."""
    await _until_cut(scene, await _dialled(scene, "/api/stream"))


async def storm(scene: Scene) -> None:
    """Connect, subscribe and drop the line, again and again."""
    line = await _dialled(scene, "/api/stream")
    order_ids = ",".join(f'"{order_id}"' for order_id in scene.orders[:100])
    try:
        await say(line, text(random.choice((SUBSCRIBE_ALL, f'{{"op":"subscribe","orderIds":[{order_ids}]}}'))))
    finally:
        scene.lines.remove(line)
        reset(line)


async def shouting(scene: Scene) -> None:
    """Say as much as one can on a stream, most of it useless, reading the answers."""
    line = await _dialled(scene, "/api/stream")
    strangers = ",".join(f'"{uuid4()}"' for _ in range(300))
    said = [
        text('{"op":"ping"}') * 200,
        text(f'{{"op":"subscribe","orderIds":[{strangers}]}}'),
        text('{"op":"unsubscribe","all":true}') * 50,
        text('{"op":"subscribe","after":"' + "z" * 15_000 + '"}'),
    ]
    loop = asyncio.get_running_loop()
    reading = asyncio.create_task(_read(line))
    try:
        while not reading.done():
            await say(line, random.choice(said))
            scene.counts["bursts"] += 1
    finally:
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
        loop.remove_reader(line.fileno())
        scene.lines.remove(line)
        line.close()


async def _read(line: socket.socket) -> None:
    while await asyncio.get_running_loop().sock_recv(line, 65_536):
        pass


# Name to what each member does, and how many there are.
CROWDS: Final[Mapping[str, tuple[Member, int]]] = {
    "slow headers": (slow_headers, 1_000),
    "slow bodies": (slow_bodies, 500),
    "silent connections": (silent, 1_000),
    "idle sockets": (idle, 2_000),
    "sockets deaf to an order": (deaf_to_orders, 2_000),
    "sockets deaf to all orders": (deaf_to_all, 100),
    "event streams deaf to prices": (deaf_to_events, 500),
    "pings without reading": (deaf_pingers, 20),
    "connect, subscribe, drop": (storm, 100),
    "shouting on a stream": (shouting, 20),
}
