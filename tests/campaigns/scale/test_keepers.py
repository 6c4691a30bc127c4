"""What one server of several keeps is found whichever of them a balanced channel would have picked."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import grpc
import pytest

from servicekit.errors import Rejected, Unavailable
from servicekit.keepers import Keepers, addresses_of

Fetch = Callable[[str], Awaitable[str]]


class Shelf:
    """A server that keeps some things, says what it was asked, and may answer only when allowed to."""

    def __init__(self, **things: str) -> None:
        self.things = things
        self.asked: list[str] = []
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.address = ""

    async def fetch(self, name: bytes, context: Any) -> bytes:
        self.asked.append(name.decode())
        await self.may_answer.wait()
        return self.things.get(name.decode(), "").encode()


@asynccontextmanager
async def serving(*shelves: Shelf) -> AsyncIterator[str]:
    """Serve each shelf on a port of its own; the target stands for all of them."""
    async with AsyncExitStack() as stack:
        for shelf in shelves:
            server = grpc.aio.server()
            handler: Any = grpc.unary_unary_rpc_method_handler(shelf.fetch)
            server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler("test.Shelf", {"Fetch": handler})])
            shelf.address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
            await server.start()
            stack.push_async_callback(server.stop, None)
        yield "ipv4:" + ",".join(shelf.address for shelf in shelves)


def fetcher(channel: grpc.aio.Channel) -> Fetch:
    call: Any = channel.unary_unary("/test.Shelf/Fetch")

    async def fetch(name: str) -> str:
        try:
            answer = (await call(name.encode(), timeout=30)).decode()
        except grpc.aio.AioRpcError as error:
            raise Unavailable("UNAVAILABLE") from error
        if answer in ("", "refused"):
            raise Rejected("INVALID_REQUEST" if answer else "QUOTE_EXPIRED")
        return str(answer)

    return fetch


@asynccontextmanager
async def keepers_of(target: str) -> AsyncIterator[Keepers[Fetch]]:
    keepers = Keepers(target, fetcher, missing="QUOTE_EXPIRED")
    yield keepers
    await keepers.close()


async def test_the_keeper_is_found_and_from_then_on_asked_alone() -> None:
    first, second = Shelf(apple="red"), Shelf(pear="green", plum="blue")
    async with serving(first, second) as target, keepers_of(target) as keepers:
        assert await keepers.ask("second", lambda fetch: fetch("pear")) == "green"
        assert await keepers.ask("second", lambda fetch: fetch("plum")) == "blue"
        assert await keepers.ask("first", lambda fetch: fetch("apple")) == "red"
    assert second.asked[:2] == ["pear", "plum"]
    assert "plum" not in first.asked


async def test_what_nobody_keeps_is_missing() -> None:
    async with serving(Shelf(), Shelf()) as target, keepers_of(target) as keepers:
        with pytest.raises(Rejected) as caught:
            await keepers.ask("nobody", lambda fetch: fetch("apple"))
    assert caught.value.reason == "QUOTE_EXPIRED"


async def test_the_keepers_own_refusal_says_more_than_the_others_ignorance() -> None:
    async with serving(Shelf(), Shelf(apple="refused"), Shelf()) as target, keepers_of(target) as keepers:
        with pytest.raises(Rejected) as caught:
            await keepers.ask("second", lambda fetch: fetch("apple"))
    assert caught.value.reason == "INVALID_REQUEST"


async def test_a_server_that_does_not_answer_holds_nobody_up() -> None:
    silent, keeper = Shelf(), Shelf(apple="red")
    silent.may_answer.clear()
    async with serving(silent, keeper) as target, keepers_of(target) as keepers, asyncio.timeout(30):
        assert await keepers.ask("keeper", lambda fetch: fetch("apple")) == "red"


async def test_a_keeper_that_is_gone_is_asked_once_more_and_then_no_longer() -> None:
    staying, leaving = Shelf(), Shelf(apple="red")
    async with AsyncExitStack() as life:
        left = await life.enter_async_context(serving(leaving))
        async with serving(staying) as stays, keepers_of(f"{stays},{leaving.address}") as keepers:
            assert left.endswith(leaving.address)
            assert await keepers.ask("leaving", lambda fetch: fetch("apple")) == "red"
            await life.aclose()
            with pytest.raises(Unavailable):
                await keepers.ask("leaving", lambda fetch: fetch("apple"))
            with pytest.raises(Rejected) as caught:
                await keepers.ask("leaving", lambda fetch: fetch("apple"))
    assert caught.value.reason == "QUOTE_EXPIRED"


@pytest.mark.parametrize(
    ("target", "addresses"),
    [
        ("ipv4:10.0.0.1:50051,10.0.0.2:50051", ["ipv4:10.0.0.1:50051", "ipv4:10.0.0.2:50051"]),
        ("ipv6:[::1]:50051", ["ipv6:[::1]:50051"]),
        ("127.0.0.1:50051", ["ipv4:127.0.0.1:50051"]),
        ("[::1]:50051", ["ipv6:[::1]:50051"]),
        ("dns:///127.0.0.1:50051", ["ipv4:127.0.0.1:50051"]),
        ("dns://127.0.0.1/127.0.0.2:50051", ["ipv4:127.0.0.2:50051"]),
        ("unix:/run/router.sock", ["unix:/run/router.sock"]),
        ("127.0.0.1:no-such-port", ["127.0.0.1:no-such-port"]),
    ],
)
async def test_a_target_is_taken_apart_into_addresses(target: str, addresses: list[str]) -> None:
    assert await addresses_of(target) == addresses
