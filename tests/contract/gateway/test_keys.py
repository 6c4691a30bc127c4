"""Who comes in with which key, and what it gets to see: every way in, tried by those who should not."""

import asyncio
import contextlib
import json
import logging
from typing import Any

import httpx
import pytest
import websockets
from starlette.routing import Route, WebSocketRoute

from gateway.access.guard import Door
from servicekit.errors import DomainError, Rejected, Unavailable
from tests.contract.gateway.conftest import OpenWorld, World, bearer, eventually
from tests.contract.gateway.fake_orders import LIFE
from tests.unit.gateway.corpus import GOOD

pytestmark = pytest.mark.asyncio(loop_scope="module")

SOCKETS = ("/api/orders/{id}/events", "/ws/orders/{id}", "/api/orders/status/{id}", "/api/orders/execute?orderId={id}")
STRANGER = "tw_0123456789ab_nobody-has-this-one"


def guarded(world: World) -> list[tuple[str, str, str]]:
    """Return method, address and right of every route behind a door."""
    return [
        (max((route.methods or set()) - {"HEAD"}), route.path, route.app._right)
        for route in world.server.gateway.app._routes
        if isinstance(route, Route) and isinstance(route.app, Door)
    ]


def filled(path: str) -> str:
    return path.replace("{order_id}", "01a1f992-25b7-713e-87c4-000000000000").replace("{account}", "default")


async def test_no_door_opens_without_a_key_or_with_a_wrong_one(keyed: World) -> None:
    assert len(guarded(keyed)) > 20
    for method, path, _ in guarded(keyed):
        for headers in ({}, bearer(STRANGER), {"x-api-key": STRANGER}, {"authorization": "Basic eDp5"}):
            answer = await keyed.http.request(method, filled(path), headers=headers)
            assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer"), path
            assert STRANGER not in answer.text
            if method != "HEAD":
                assert answer.json()["code"] == "unauthenticated"


async def test_no_socket_opens_without_a_key_or_with_a_wrong_one(
    keyed: World, caplog: pytest.LogCaptureFixture
) -> None:
    paths = {r.path for r in keyed.server.gateway.app._routes if isinstance(r, WebSocketRoute)}
    assert len(paths) == len(SOCKETS) + 1
    for path in paths:
        for headers in ({}, bearer(STRANGER)):
            with pytest.raises(websockets.InvalidStatus) as refused:
                await keyed.socket(filled(path), additional_headers=headers)
            assert refused.value.response.status_code == 401
            assert refused.value.response.headers["www-authenticate"] == "Bearer"
    # Whoever knocks in vain leaves no line in the log.
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


async def test_a_door_wants_its_right_and_names_it(keyed: World) -> None:
    keys = {right: keyed.accounts.make_key(right=right) for right in ("read", "trade", "admin")}
    order = ["read", "trade", "admin"]
    for method, path, needed in guarded(keyed):
        for right, key in keys.items():
            answer = await keyed.http.request(method, filled(path), headers=bearer(key))
            enough = order.index(right) >= order.index(needed)
            assert (answer.status_code == 403) != enough, (path, right)
            if not enough:
                assert answer.json()["code"] == "forbidden"
                assert f"scope {needed}" in answer.json()["detail"]


async def test_what_is_open_is_open_to_everyone(keyed: World) -> None:
    for path in ("/livez", "/readyz", "/metrics", "/docs", "/openapi.json", "/asyncapi.json", "/problems/forbidden"):
        assert (await keyed.http.get(path)).status_code == 200, path
    document = (await keyed.http.get("/openapi.json")).json()
    assert document["paths"]["/api/account"]["get"]["security"] == [{"bearer": []}, {"apiKey": []}]


async def test_the_check_comes_before_the_body(keyed: World) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", keyed.port)
    writer.write(
        b"POST /api/orders/execute HTTP/1.1\r\nhost: x\r\ncontent-type: text/plain\r\ncontent-length: 99999\r\n\r\n"
    )
    async with asyncio.timeout(30):
        assert b" 401 " in await reader.readline()
    writer.close()
    assert keyed.orders.batches == []


async def test_the_key_decides_whose_order_it_is(keyed: World) -> None:
    key = keyed.accounts.make_key("alice")
    for headers in (bearer(key), {"x-api-key": key}, {"x-api-key": key, **bearer(key)}):
        answer = await keyed.http.post("/api/orders/execute", json=GOOD, headers=headers)
        assert answer.status_code == 202
        assert keyed.orders.orders[answer.json()["orderId"]].account_id == "alice"
    both = {"x-api-key": key, **bearer(keyed.accounts.make_key("alice"))}
    assert (await keyed.http.get("/api/orders", headers=both)).status_code == 401


async def test_the_same_identity_in_two_accounts_is_two_orders(keyed: World) -> None:
    alice, bob = bearer(keyed.accounts.make_key("alice")), bearer(keyed.accounts.make_key("bob"))
    order = {**GOOD, "clientOrderId": "mine"}
    first = await keyed.http.post("/api/orders/execute", json=order, headers=alice)
    second = await keyed.http.post("/api/orders/execute", json={**order, "amountIn": 2}, headers=bob)
    again = await keyed.http.post("/api/orders/execute", json=order, headers=alice)
    assert first.json()["orderId"] == again.json()["orderId"] != second.json()["orderId"]
    assert (second.status_code, again.headers["idempotent-replayed"]) == (202, "true")
    listed = (await keyed.http.get("/api/orders", headers=bob)).json()["orders"]
    assert [entry["orderId"] for entry in listed] == [second.json()["orderId"]]


async def test_the_same_airdrop_in_two_accounts_is_two_airdrops(keyed: World) -> None:
    body, name = {"token": "SOL", "amount": 1}, {"idempotency-key": "once"}
    for account in ("alice", "bob"):
        headers = bearer(keyed.accounts.make_key(account)) | name
        for replayed in (None, "true"):
            answer = await keyed.http.post("/api/airdrop", json=body, headers=headers)
            assert answer.headers.get("idempotent-replayed") == replayed
        held = (await keyed.http.get("/api/balances", headers=headers)).json()["balances"]
        assert [balance["amount"] for balance in held if balance["token"] == "SOL"] == [1]


@pytest.mark.parametrize("way", ["{id}", "{id}/events", "{id}/explain", "{id}/events?after=2"])
async def test_another_accounts_order_is_not_there_to_be_read(keyed: World, way: str) -> None:
    order_id = keyed.orders.add(*LIFE, account_id="alice")
    path = "/api/orders/" + way.replace("{id}", order_id)
    for headers in ({}, {"accept": "text/event-stream"}, {"accept": "text/event-stream", "last-event-id": "2"}):
        answer = await keyed.http.get(path, headers=bearer(keyed.accounts.make_key("bob")) | headers)
        assert (answer.status_code, answer.json()["code"]) == (404, "order_not_found")
        mine = await keyed.http.get(path, headers=bearer(keyed.accounts.make_key("alice")) | headers)
        assert mine.status_code == 200


async def test_another_accounts_order_is_not_there_to_be_cancelled(keyed: World) -> None:
    order_id = keyed.orders.add(*LIFE[:1], account_id="alice")
    answer = await keyed.http.delete(f"/api/orders/{order_id}", headers=bearer(keyed.accounts.make_key("bob")))
    assert (answer.status_code, answer.json()["code"]) == (404, "order_not_found")
    assert keyed.orders.orders[order_id].version == 1


@pytest.mark.parametrize("path", [*SOCKETS, *(f"{path}{'&' if '?' in path else '?'}after=2" for path in SOCKETS)])
async def test_another_accounts_order_opens_no_socket(keyed: World, path: str) -> None:
    order_id = keyed.orders.add(*LIFE, account_id="alice")
    with pytest.raises(websockets.InvalidStatus) as refused:
        await keyed.socket(path.replace("{id}", order_id), additional_headers=bearer(keyed.accounts.make_key("bob")))
    assert refused.value.response.status_code == 404
    mine = bearer(keyed.accounts.make_key("alice"))
    async with keyed.socket(path.replace("{id}", order_id), additional_headers=mine) as socket:
        assert order_id in str(await socket.recv())


async def test_a_socket_of_many_orders_tells_none_of_another_account(keyed: World) -> None:
    hers, his = keyed.orders.add(*LIFE[:2], account_id="alice"), keyed.orders.add(*LIFE[:2], account_id="bob")
    async with keyed.socket("/api/stream", additional_headers=bearer(keyed.accounts.make_key("bob"))) as named:
        await named.send(json.dumps({"op": "subscribe", "orderIds": [hers, his], "after": {hers: 1, his: 2}}))
        said = [json.loads(await named.recv()) for _ in range(2)]
        assert said[0] == {"op": "subscribed", "orderIds": [his]}
        assert (said[1]["code"], said[1]["orderId"]) == ("order_not_found", hers)
    async with keyed.socket("/api/stream", additional_headers=bearer(keyed.accounts.make_key("bob"))) as everything:
        await everything.send(json.dumps({"op": "subscribe", "all": True, "after": {hers: 0}}))
        told = json.loads(await everything.recv())
        assert told["positions"] == {his: 2, hers: 0}
        keyed.orders.happen(hers, *LIFE[2])
        keyed.orders.happen(his, *LIFE[2])
        assert json.loads(await everything.recv())["orderId"] == his
        await everything.send('{"op":"ping"}')
        assert json.loads(await everything.recv()) == {"op": "pong"}


async def _opened(keyed: World, key: str) -> list[Any]:
    order_id = keyed.orders.add(*LIFE[:1], account_id="alice")
    paths = [path.replace("{id}", order_id) for path in SOCKETS]
    return [await keyed.socket(path, additional_headers=bearer(key)) for path in (*paths, "/api/stream")]


async def test_the_sockets_of_a_revoked_key_are_closed_and_the_others_stay(keyed: World) -> None:
    revoked, good = keyed.accounts.make_key("alice"), keyed.accounts.make_key("alice")
    ending, staying = await _opened(keyed, revoked), await _opened(keyed, good)
    keyed.accounts.revoke(revoked)
    async with asyncio.timeout(30):
        for socket in ending:
            await socket.wait_closed()
            assert (socket.close_code, socket.close_reason) == (4401, "the key holds no longer")
    for socket in staying:
        await socket.ping()
        assert socket.close_code is None
        await socket.close()
    # One question covers every stream.
    assert all(len(key_ids) <= 2 for key_ids in keyed.accounts.checked)


@pytest.mark.parametrize("path", ["/api/orders/{id}/events", "/api/prices"])
async def test_the_event_streams_of_a_revoked_key_end(keyed: World, path: str) -> None:
    order_id = keyed.orders.add(*LIFE[:1], account_id="alice")
    key = keyed.accounts.make_key("alice")
    headers = bearer(key) | {"accept": "text/event-stream"}
    async with keyed.http.stream("GET", path.replace("{id}", order_id), headers=headers) as answer:
        assert answer.status_code == 200
        keyed.accounts.revoke(key)
        async with asyncio.timeout(30):
            async for _ in answer.aiter_bytes():
                pass
    await eventually(lambda: len(keyed.server.gateway.turnstile) == 0)


async def test_streams_outlive_an_executor_that_cannot_be_asked(keyed: World) -> None:
    key = keyed.accounts.make_key("alice")
    order_id = keyed.orders.add(*LIFE[:1], account_id="alice")
    async with keyed.socket(f"/api/orders/{order_id}/events", additional_headers=bearer(key)) as socket:
        await socket.recv()
        keyed.accounts.refuse = Unavailable("UNAVAILABLE")
        asked = len(keyed.accounts.checked)
        await eventually(lambda: len(keyed.accounts.checked) > asked + 2)
        keyed.orders.happen(order_id, *LIFE[1])
        assert json.loads(await socket.recv())["sequence"] == 2
        keyed.accounts.refuse = None
        keyed.accounts.revoke(key)
        async with asyncio.timeout(30):
            await socket.wait_closed()
        assert socket.close_code == 4401


@pytest.mark.parametrize("error", [Unavailable("UNAVAILABLE"), Rejected("INTERNAL")])
async def test_while_keys_cannot_be_checked_nobody_new_comes_in(keyed: World, error: DomainError) -> None:
    key = keyed.accounts.make_key()
    keyed.accounts.refuse = error
    answer = await keyed.http.get("/api/orders", headers=bearer(key))
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert "retry-after" in answer.headers
    keyed.accounts.refuse = None
    assert (await keyed.http.get("/api/orders", headers=bearer(key))).status_code == 200


async def test_many_requests_are_one_question_about_the_key(keyed: World) -> None:
    headers = bearer(keyed.accounts.make_key())
    answers = await asyncio.gather(*(keyed.http.get("/api/orders", headers=headers) for _ in range(50)))
    assert {answer.status_code for answer in answers} == {200}
    assert len(keyed.accounts.asked) == 1


async def test_without_auth_no_key_is_looked_at(world: World) -> None:
    for headers in ({}, bearer(STRANGER), {"authorization": "Basic eDp5"}):
        assert (await world.http.get("/api/account", headers=headers)).json()["accountId"] == "default"
    assert world.accounts.asked == []


async def test_a_key_holds_so_many_streams(open_world: OpenWorld, redis_url: str) -> None:
    world = await open_world(auth="on", redis_url=redis_url, sockets_per_key_max=2)
    key, other = bearer(world.accounts.make_key()), bearer(world.accounts.make_key())
    async with (
        world.socket("/api/stream", additional_headers=key),
        world.socket("/api/stream", additional_headers=key),
        world.socket("/api/stream", additional_headers=other),
    ):
        with pytest.raises(websockets.InvalidStatus) as refused:
            await world.socket("/api/stream", additional_headers=key)
        assert refused.value.response.status_code == 429
        assert "for one key" in str(refused.value.response.body)


async def test_who_says_too_much_is_cut_off(open_world: OpenWorld) -> None:
    world = await open_world(stream_commands_per_second_max=50)
    async with world.socket("/api/stream") as socket:
        with contextlib.suppress(websockets.ConnectionClosed):
            for _ in range(1_000):
                await socket.send('{"op":"ping"}')
        async with asyncio.timeout(30):
            await socket.wait_closed()
        assert (socket.close_code, socket.close_reason) == (4429, "too many commands")


async def test_no_answer_and_no_metric_holds_a_key(keyed: World) -> None:
    key = keyed.accounts.make_key("alice")
    secret = key.split("_", 2)[2]
    answers: list[httpx.Response] = []
    for method, path, _ in guarded(keyed):
        answers.append(await keyed.http.request(method, filled(path), headers=bearer(key)))
        answers.append(await keyed.http.request(method, filled(path), headers={"x-api-key": key + "!"}))
    answers.append(await keyed.http.get("/metrics"))
    for answer in answers:
        assert secret not in answer.text
        assert secret not in str(answer.headers)
