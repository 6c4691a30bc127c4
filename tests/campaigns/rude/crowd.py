"""A crowd in a process of its own; prints what it did.

python -m tests.campaigns.rude.crowd '{"name":...,"port":...}'
"""

import asyncio
import sys

import msgspec

from tests.campaigns.rude.crowds import CROWDS, Scene, stand


class Task(msgspec.Struct):
    """What the process has to do."""

    name: str
    port: int
    count: int
    seconds: float
    orders: list[str]


async def perform(task: Task) -> dict[str, int]:
    """Do it; return what became of the crowd."""
    scene = Scene(port=task.port, count=task.count, seconds=task.seconds, orders=task.orders)
    await stand(scene, CROWDS[task.name][0])
    return dict(scene.counts)


if __name__ == "__main__":
    counts = asyncio.run(perform(msgspec.json.decode(sys.argv[1], type=Task)))
    print(msgspec.json.encode(counts).decode())
