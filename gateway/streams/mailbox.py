"""The frames that one socket sends next: in order, bounded, with one reader."""

import asyncio
from collections import deque

from gateway.streams.watch import End
from servicekit.metrics import slow_reader_dropped


class Mailbox:
    """The frames that wait for a client. A client that is too slow for the bound is disconnected."""

    def __init__(self, frames_max: int) -> None:
        self.ended: End | None = None
        self._frames: deque[str] = deque()
        self._frames_max = frames_max
        self._news = asyncio.Event()

    def put(self, frame: str) -> None:
        """Add a frame; after the end nothing is added."""
        if self.ended:
            return
        if len(self._frames) >= self._frames_max:
            slow_reader_dropped()
            self.end("slow")
            return
        self._frames.append(frame)
        self._news.set()

    async def take(self) -> list[str]:
        """Wait for frames and return all. An empty list means that the mailbox has ended; `ended` holds the reason."""
        await self._news.wait()
        if self.ended:
            return []
        self._news.clear()
        taken = list(self._frames)
        self._frames.clear()
        return taken

    def end(self, why: End) -> None:
        """End the mailbox. The first reason stands."""
        self.ended = self.ended or why
        self._news.set()
