"""Several servers behind one name, of which only one keeps the requested thing, such as a quote.

A balanced channel picks any server, so a thing in one server's memory needs another way. Its id names the process that
keeps it. The first request asks all servers and so learns the keeper's address; later requests go only to that address.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from typing import Final, Generic, TypeVar

import grpc

from servicekit.errors import Rejected
from servicekit.grpc_client import open_channel

Client = TypeVar("Client")
Answer = TypeVar("Answer")

_RESOLVE_SECONDS: Final = 2.0
_CLOSE_SECONDS: Final = 5.0


class Keepers(Generic[Client]):
    """A client for each server behind a target, made when it is first needed.

    `missing` is the reason with which a server refuses what it does not keep.
    """

    def __init__(self, target: str, open_client: Callable[[grpc.aio.Channel], Client], *, missing: str) -> None:
        self._target = target
        self._open_client = open_client
        self._missing = missing
        self._clients: dict[str, tuple[grpc.aio.Channel, Client]] = {}
        self._address_of: dict[str, str] = {}
        self._closing: set[asyncio.Future[None]] = set()

    async def ask(self, keeper: str, call: Callable[[Client], Awaitable[Answer]]) -> Answer:
        """Return the answer of the process `keeper`. Raises what it raises, or Rejected(missing) when it is gone."""
        address = self._address_of.get(keeper)
        if address is None or address not in self._clients:
            return await self._ask_all(keeper, call)
        try:
            return await call(self._clients[address][1])
        except Rejected:
            raise
        except Exception:
            # The keeper may be gone for good, so the next request asks all servers again.
            self._address_of.pop(keeper, None)
            raise

    async def close(self) -> None:
        """Close every channel."""
        clients, self._clients = self._clients, {}
        await asyncio.gather(*self._closing, *(channel.close() for channel, _ in clients.values()))

    async def _ask_all(self, keeper: str, call: Callable[[Client], Awaitable[Answer]]) -> Answer:
        addresses = await addresses_of(self._target)
        self._keep_only(addresses)
        asked = [asyncio.ensure_future(_located(address, call(self._client_at(address)))) for address in addresses]
        refusals: list[Exception] = []
        try:
            for next_answer in asyncio.as_completed(asked):
                try:
                    address, answer = await next_answer
                except Exception as refusal:
                    refusals.append(refusal)
                    continue
                self._learn(keeper, address)
                return answer
        finally:
            for task in asked:
                task.cancel()
            # Also retrieves the late refusals: asyncio complains about exceptions that no code reads.
            await asyncio.gather(*asked, return_exceptions=True)
        raise min(refusals, key=self._vagueness)

    def _keep_only(self, addresses: list[str]) -> None:
        """Forget servers that the target no longer names; calls in flight to them may still finish."""
        self._address_of = {keeper: place for keeper, place in self._address_of.items() if place in addresses}
        for address in self._clients.keys() - addresses:
            closing = asyncio.ensure_future(self._clients.pop(address)[0].close(_CLOSE_SECONDS))
            self._closing.add(closing)
            closing.add_done_callback(self._closing.discard)

    def _client_at(self, address: str) -> Client:
        if address not in self._clients:
            channel = open_channel(address)
            self._clients[address] = channel, self._open_client(channel)
        return self._clients[address][1]

    def _learn(self, keeper: str, address: str) -> None:
        # An address belongs to one process: the earlier one is gone.
        self._address_of = {other: place for other, place in self._address_of.items() if place != address}
        self._address_of[keeper] = address

    def _vagueness(self, refusal: BaseException) -> int:
        """Return the rank of a refusal, the most telling first: the keeper's own 0, `missing` 1, no answer 2."""
        if not isinstance(refusal, Rejected):
            return 2
        return int(refusal.reason == self._missing)


async def _located(address: str, call: Awaitable[Answer]) -> tuple[str, Answer]:
    return address, await call


async def addresses_of(target: str) -> list[str]:
    """Return each address that a gRPC target stands for now: itself when it cannot be taken apart."""
    scheme, _, rest = target.partition(":")
    if scheme in ("ipv4", "ipv6"):
        return [f"{scheme}:{address}" for address in rest.split(",")]
    name, _, port = _without_scheme(target).rpartition(":")
    try:
        async with asyncio.timeout(_RESOLVE_SECONDS):
            found = await asyncio.get_running_loop().getaddrinfo(name.strip("[]"), port, type=socket.SOCK_STREAM)
    except (OSError, TimeoutError):
        return [target]
    return list(dict.fromkeys(_numeric(family, host) for family, _, _, _, host in found)) or [target]


def _without_scheme(target: str) -> str:
    """Return `name:port` of `dns:///name:port`, `dns://server/name:port`, `dns:name:port` or `name:port`."""
    rest = target.removeprefix("dns:")
    return rest.removeprefix("//").partition("/")[2] if rest.startswith("//") else rest


def _numeric(family: int, host: tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes]) -> str:
    return f"ipv6:[{host[0]!s}]:{host[1]!s}" if family == socket.AF_INET6 else f"ipv4:{host[0]!s}:{host[1]!s}"
