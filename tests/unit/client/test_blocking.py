"""The synchronous client: the asynchronous one's methods and rules, for callers without an event loop."""

import asyncio
import inspect
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from tests.stack import REPOSITORY
from tradewind_client import OrderRequest, RetryPolicy, SyncTradewind, Tradewind, Unreachable

ORDER = OrderRequest(token_in="SOL", token_out="USDC", amount_in="1.5")
TAKEN = {"orderId": "o-1", "status": "pending"}

INTERRUPTED = """
import sys
from tradewind_client import SyncTradewind
with SyncTradewind(sys.argv[1]) as tradewind:
    print("waits", flush=True)
    try:
        for event in tradewind.watch("o-1"):
            print(event.sequence, flush=True)
    except KeyboardInterrupt:
        print("interrupted")
"""


def methods(client: type) -> dict[str, list[str]]:
    """Return the public methods with the names of what they take."""
    return {
        name: [word for word in inspect.signature(method).parameters if word != "timeout"]
        for name, method in inspect.getmembers(client, inspect.isfunction)
        if not name.startswith("_") and name != "close"
    }


def test_it_has_every_method_of_the_asynchronous_client() -> None:
    assert methods(SyncTradewind) == methods(Tradewind)


@contextmanager
def client(answer: Any, policy: RetryPolicy) -> Iterator[SyncTradewind]:
    with SyncTradewind("http://gateway", retry=policy, transport=httpx.MockTransport(answer)) as tradewind:
        yield tradewind


def test_it_repeats_under_the_same_key(hasty: RetryPolicy) -> None:
    keys: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        keys.append(request.headers["idempotency-key"])
        if len(keys) < 3:
            raise httpx.ConnectError("refused")
        return httpx.Response(202, json=TAKEN)

    with client(answer, hasty) as tradewind:
        assert tradewind.submit(ORDER).idempotency_key == keys[0]
    assert keys == [keys[0]] * 3


def test_it_raises_the_same_errors_and_leaves_no_thread(hasty: RetryPolicy) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    with client(answer, hasty) as tradewind:
        with pytest.raises(Unreachable):
            tradewind.tokens()
        with pytest.raises(Unreachable):
            list(tradewind.orders())
    assert not [thread for thread in threading.enumerate() if thread.name == "tradewind-client"]
    tradewind.close()
    with pytest.raises(RuntimeError, match="closed"):
        tradewind.tokens()


async def test_it_works_where_a_loop_already_runs(hasty: RetryPolicy) -> None:
    with client(lambda _: httpx.Response(202, json=TAKEN), hasty) as tradewind:
        assert tradewind.submit(ORDER).order_id == "o-1"


def test_many_threads_share_it(hasty: RetryPolicy) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(202, json={**TAKEN, "orderId": request.headers["idempotency-key"]})

    with client(answer, hasty) as tradewind, ThreadPoolExecutor(16) as threads:
        names = [f"k-{number}" for number in range(200)]
        taken = list(threads.map(lambda name: tradewind.submit(ORDER, idempotency_key=name).order_id, names))
    assert taken == names


async def test_a_stream_is_iterated_and_taken_up_after_a_break(gateway: Any, hasty: RetryPolicy, episode: Any) -> None:
    gateway.plays(episode(tells=(1, 2)), episode(tells=(3, 4, 5, 6), close=1000))

    def watched() -> list[int]:
        with SyncTradewind(gateway.url, retry=hasty) as tradewind:
            return [event.sequence for event in tradewind.watch("o-1")]

    assert await asyncio.to_thread(watched) == [1, 2, 3, 4, 5, 6]
    assert gateway.asked == [0, 2]


async def test_a_stream_times_out_and_is_left_early(gateway: Any, hasty: RetryPolicy, episode: Any) -> None:
    gateway.plays(episode(tells=(1,), deaf=True))

    def watched() -> None:
        with SyncTradewind(gateway.url, retry=hasty) as tradewind:
            stream = tradewind.watch("o-1", timeout=0.3)
            began = time.monotonic()
            assert next(stream).sequence == 1
            with pytest.raises(TimeoutError):
                next(stream)
            assert time.monotonic() - began >= 0.3
            assert list(stream) == []
            with tradewind.watch("o-1") as left:
                assert next(left).sequence == 1
            assert list(left) == []

    asyncio.get_running_loop().call_later(0.6, gateway.listens.set)
    await asyncio.to_thread(watched)
    gateway.listens.set()


async def test_another_thread_may_close_a_stream_that_waits(gateway: Any, hasty: RetryPolicy, episode: Any) -> None:
    gateway.plays(episode(tells=(1,), deaf=True))

    def watched() -> list[int]:
        with SyncTradewind(gateway.url, retry=hasty) as tradewind:
            stream = tradewind.watch("o-1")
            threading.Timer(0.3, stream.close).start()
            return [event.sequence for event in stream]

    asyncio.get_running_loop().call_later(0.6, gateway.listens.set)
    assert await asyncio.wait_for(asyncio.to_thread(watched), 20) == [1]
    gateway.listens.set()


async def test_ctrl_c_ends_a_wait(gateway: Any, episode: Any) -> None:
    gateway.plays(episode(tells=(1,), deaf=True))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", INTERRUPTED, gateway.url),
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # The tests may run in the background of a script, which ignores it.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    assert process.stdout is not None
    assert [await process.stdout.readline(), await process.stdout.readline()] == [b"waits\n", b"1\n"]
    process.send_signal(signal.SIGINT)
    gateway.listens.set()
    out, err = await asyncio.wait_for(process.communicate(), 20)
    assert (process.returncode, out, err) == (0, b"interrupted\n", b"")
