"""Tickets for pages: once, soon, and from where they were asked for."""

import asyncio
import json
from collections.abc import Callable

import pytest
import redis
import websockets

from deploy.local.servers.redis import EmbeddedRedis
from servicekit.errors import Unavailable
from tests.contract.gateway.conftest import OpenWorld, World, bearer
from tests.contract.gateway.fake_orders import LIFE

pytestmark = pytest.mark.asyncio(loop_scope="module")

PATHS = (
    *("/api/orders/{id}/events", "/ws/orders/{id}", "/api/orders/status/{id}", "/api/orders/execute?orderId={id}"),
    "/api/stream",
)


async def a_ticket(world: World, key: str, **headers: str) -> str:
    answer = await world.http.post("/api/ws-ticket", headers=bearer(key) | headers)
    assert answer.status_code == 200, answer.text
    assert answer.json()["expiresInSeconds"] == 30
    assert answer.headers["cache-control"] == "no-store"
    ticket: str = answer.json()["ticket"]
    return ticket


def opened(world: World, path: str, ticket: str, **headers: str) -> websockets.connect:
    offers = ["tradewind.v1", f"tradewind.ticket.{ticket}"]
    return world.socket(path, subprotocols=offers, additional_headers=headers)


async def refused(world: World, path: str, ticket: str, **headers: str) -> int:
    with pytest.raises(websockets.InvalidStatus) as error:
        await opened(world, path, ticket, **headers)
    assert ticket not in str(error.value.response.body)
    return error.value.response.status_code


@pytest.mark.parametrize("path", PATHS)
async def test_a_ticket_opens_a_socket_and_is_not_said_again(keyed: World, path: str) -> None:
    order_id = keyed.orders.add(*LIFE, account_id="alice")
    ticket = await a_ticket(keyed, keyed.accounts.make_key("alice", "read"))
    async with opened(keyed, path.replace("{id}", order_id), ticket) as socket:
        assert socket.subprotocol == "tradewind.v1"
        assert socket.response is not None
        assert ticket not in str(socket.response.headers)
        if path == "/api/stream":
            await socket.send(json.dumps({"op": "subscribe", "orderIds": [order_id]}))
        assert order_id in str(await socket.recv())


async def test_a_ticket_is_for_the_account_that_asked(keyed: World) -> None:
    order_id = keyed.orders.add(*LIFE, account_id="alice")
    ticket = await a_ticket(keyed, keyed.accounts.make_key("bob"))
    assert await refused(keyed, f"/ws/orders/{order_id}", ticket) == 404


async def test_a_ticket_is_good_once(keyed: World) -> None:
    ticket = await a_ticket(keyed, keyed.accounts.make_key())
    async with opened(keyed, "/api/stream", ticket):
        assert await refused(keyed, "/api/stream", ticket) == 401


async def test_of_many_who_show_one_ticket_one_comes_in(keyed: World) -> None:
    ticket = await a_ticket(keyed, keyed.accounts.make_key())
    tries = await asyncio.gather(*(opened(keyed, "/api/stream", ticket) for _ in range(20)), return_exceptions=True)
    came_in = [each for each in tries if not isinstance(each, BaseException)]
    assert len(came_in) == 1
    await came_in[0].close()


async def test_a_late_ticket_is_none(keyed: World, redis_server: EmbeddedRedis) -> None:
    ticket = await a_ticket(keyed, keyed.accounts.make_key())
    with redis.Redis.from_url(redis_server.url) as client:
        keys = client.keys("tradewind:ticket:*")
        assert len(keys) >= 1
        assert all(0 < client.ttl(key) <= 30 for key in keys)
        for key in keys:
            client.expire(key, 0)
    assert await refused(keyed, "/api/stream", ticket) == 401


async def test_redis_never_sees_a_ticket(keyed: World, redis_server: EmbeddedRedis) -> None:
    ticket = await a_ticket(keyed, keyed.accounts.make_key())
    with redis.Redis.from_url(redis_server.url) as client:
        for key in client.keys("*"):
            assert ticket.encode() not in key
            assert ticket.encode() not in (client.get(key) or b"")


@pytest.mark.parametrize("ticket", ["", "x", "x" * 500, "tradewind", "*"])
async def test_a_guess_is_no_ticket(keyed: World, ticket: str) -> None:
    with pytest.raises(websockets.InvalidStatus) as error:
        await opened(keyed, "/api/stream", ticket)
    assert error.value.response.status_code == 401


async def test_a_ticket_of_a_key_that_was_revoked_since_is_none(keyed: World) -> None:
    key = keyed.accounts.make_key()
    ticket = await a_ticket(keyed, key)
    keyed.accounts.revoke(key)
    assert await refused(keyed, "/api/stream", ticket) == 401


async def test_a_socket_opened_by_ticket_ends_with_its_key(keyed: World) -> None:
    key = keyed.accounts.make_key()
    async with opened(keyed, "/api/stream", await a_ticket(keyed, key)) as socket:
        keyed.accounts.revoke(key)
        async with asyncio.timeout(30):
            await socket.wait_closed()
        assert socket.close_code == 4401


async def test_a_ticket_is_for_sockets_only_and_never_for_an_address(keyed: World) -> None:
    ticket = await a_ticket(keyed, keyed.accounts.make_key())
    offers = {"sec-websocket-protocol": f"tradewind.v1, tradewind.ticket.{ticket}"}
    assert (await keyed.http.get("/api/orders", headers=offers)).status_code == 401
    for query in (f"?ticket={ticket}", f"?token={ticket}", f"?access_token={ticket}"):
        with pytest.raises(websockets.InvalidStatus) as error:
            await keyed.socket(f"/api/stream{query}")
        assert error.value.response.status_code == 401


async def test_while_the_executor_is_away_no_ticket_opens(keyed: World) -> None:
    ticket = await a_ticket(keyed, keyed.accounts.make_key())
    keyed.accounts.refuse = Unavailable("UNAVAILABLE")
    assert await refused(keyed, "/api/stream", ticket) == 503


async def test_a_ticket_is_bound_to_the_clients_address(open_world: OpenWorld, redis_url: str) -> None:
    world = await open_world(auth="on", redis_url=redis_url, trusted_proxies="127.0.0.0/8")
    here, there = {"x-forwarded-for": "198.51.100.1"}, {"x-forwarded-for": "198.51.100.2"}
    spoofed = {"x-forwarded-for": "198.51.100.1, 198.51.100.2"}
    key = world.accounts.make_key()
    async with opened(world, "/api/stream", await a_ticket(world, key, **here), **here):
        pass
    for elsewhere in (there, spoofed, {}):
        ticket = await a_ticket(world, key, **here)
        assert await refused(world, "/api/stream", ticket, **elsewhere) == 401
        # Whoever shows it in the wrong place has used it up.
        assert await refused(world, "/api/stream", ticket, **here) == 401


async def test_a_header_of_a_stranger_moves_nobody(open_world: OpenWorld, redis_url: str) -> None:
    world = await open_world(auth="on", redis_url=redis_url)
    ticket = await a_ticket(world, world.accounts.make_key(), **{"x-forwarded-for": "198.51.100.1"})
    async with opened(world, "/api/stream", ticket, **{"x-forwarded-for": "198.51.100.2"}):
        pass


async def test_while_redis_is_away_there_are_no_tickets_and_keys_work(
    open_world: OpenWorld, free_port: Callable[[], int]
) -> None:
    world = await open_world(auth="on", redis_url=f"redis://127.0.0.1:{free_port()}/0")
    key = bearer(world.accounts.make_key())
    answer = await world.http.post("/api/ws-ticket", headers=key)
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert await refused(world, "/api/stream", "any") == 503
    async with world.socket("/api/stream", additional_headers=key):
        assert (await world.http.get("/api/orders", headers=key)).status_code == 200


async def test_without_auth_pages_go_the_same_way(world: World) -> None:
    ticket = (await world.http.post("/api/ws-ticket")).json()["ticket"]
    async with opened(world, "/api/stream", ticket) as socket:
        assert socket.subprotocol == "tradewind.v1"
