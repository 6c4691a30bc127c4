"""An event loop in a thread of its own, and callers in other threads that wait for what runs on it."""

import asyncio
import threading
import time
import weakref
from collections.abc import AsyncGenerator, Coroutine
from concurrent.futures import CancelledError, Future
from contextlib import suppress
from typing import Any, Final, Generic, Self, TypeVar

T = TypeVar("T")

# How long an interrupted caller waits for its work to clean up. It only closes connections.
LEAVE_SECONDS: Final = 5.0
CLOSE_TRIES: Final = 500


class Background:
    """The loop. It stops with `close`, when nobody holds this object any more, or with the process."""

    def __init__(self) -> None:
        loop = asyncio.new_event_loop()
        thread = threading.Thread(target=_turn, args=(loop,), name="tradewind-client", daemon=True)
        thread.start()
        self._loop = loop
        # The callback must not hold this object, or it would never be called.
        self.close = weakref.finalize(self, _stop, loop, thread)

    def start(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        """Begin the work. Raises RuntimeError after `close`."""
        if not self.close.alive:
            work.close()
            raise RuntimeError("This client is closed.")
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Return what the work returns. An interrupted wait (Ctrl-C) cancels the work and lets it clean up."""
        return waited(self.start(work))


def waited(future: Future[T]) -> T:
    """Return a future's result; cancel it when the wait itself is interrupted."""
    try:
        return future.result()
    except BaseException:
        future.cancel()
        raise


def _turn(loop: asyncio.AbstractEventLoop) -> None:
    try:
        loop.run_forever()
    finally:
        loop.close()


async def _end_tasks() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    await asyncio.get_running_loop().shutdown_asyncgens()


def _stop(loop: asyncio.AbstractEventLoop, thread: threading.Thread) -> None:
    if not thread.is_alive():
        return
    with suppress(TimeoutError):
        asyncio.run_coroutine_threadsafe(_end_tasks(), loop).result(LEAVE_SECONDS)
    loop.call_soon_threadsafe(loop.stop)
    if threading.current_thread() is not thread:
        thread.join(LEAVE_SECONDS)


class Iteration(Generic[T]):
    """An asynchronous generator as an iterator. Leave it with `close`, a `with` block, or by dropping it.

    One thread at a time is served; `close` may come from any thread and ends the wait of another.
    """

    def __init__(self, background: Background, items: AsyncGenerator[T, None], timeout: float | None = None) -> None:
        """`timeout`: seconds from now on for all of it; a wait beyond raises TimeoutError and ends the iteration."""
        self._background = background
        self._items = items
        self._until = None if timeout is None else time.monotonic() + timeout
        self._turn = threading.Lock()
        self._waiting: Future[T] | None = None
        self._closed = False

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> T:
        with self._turn:
            if self._closed:
                raise StopIteration
            self._waiting = self._background.start(self._one())
            try:
                return waited(self._waiting)
            except StopAsyncIteration:
                self._closed = True
                raise StopIteration from None
            except CancelledError:
                raise StopIteration from None  # closed meanwhile
            except BaseException:
                self._closed = True
                raise
            finally:
                self._waiting = None

    async def _one(self) -> T:
        try:
            async with asyncio.timeout(None if self._until is None else self._until - time.monotonic()):
                return await anext(self._items)
        except BaseException:
            # Whatever ends a wait ends the generator too; its connection is closed before the caller hears of it.
            await self._items.aclose()
            raise

    def close(self) -> None:
        """End the iteration and close its connection. Closing twice is closing once."""
        self._closed = True
        if (waiting := self._waiting) is not None:
            waiting.cancel()
        if self._background.close.alive:
            # The client itself may be closed at the same time, and ends this too.
            with suppress(CancelledError, RuntimeError):
                self._background.run(_closed(self._items))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        if not self._closed and self._background.close.alive:
            with suppress(RuntimeError):
                self._background.start(_closed(self._items))


async def _closed(items: AsyncGenerator[Any, None]) -> None:
    """Close a generator, after the step it is in."""
    for _ in range(CLOSE_TRIES):
        try:
            await items.aclose()
        except RuntimeError:
            await asyncio.sleep(0.01)  # its cancelled step is still closing the connection
        else:
            return
