"""The real stack with AUTH=on, and those who try to get in: with no key, another's, an old one, a ticket twice."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import redis
import websockets
from typer.testing import CliRunner

from tests.clients import ORDER
from tests.stack import REPOSITORY, Stack
from tradewind_cli.main import app

SOCKETS = ("/api/orders/{id}/events", "/ws/orders/{id}", "/api/orders/status/{id}", "/api/orders/execute?orderId={id}")
RECHECK_SECONDS = 1


@pytest.fixture(scope="module")
def guarded(stack_folder: Path) -> Iterator[Stack]:
    """A stack that asks for keys, behind a proxy: whoever comes from loopback may name its client's address."""
    settings = {"AUTH": "on", "KEY_RECHECK_SECONDS": str(RECHECK_SECONDS), "TRUSTED_PROXIES": "127.0.0.1"}
    settings["RATE_LIMIT_DEADLINE_SECONDS"] = "10"
    stack = Stack(stack_folder / "guarded", SCENARIOS="on", RATE_LIMIT_FAILURES="10/minute", **settings).seed().start()
    yield stack
    assert stack.stop() == 0


class Keys:
    """The command for keys, on the stack's own database."""

    def __init__(self, stack: Stack) -> None:
        self._env = {**os.environ, **stack.env()}
        self.made: list[str] = []

    def create(self, account: str, scopes: str = "trade", *options: str) -> str:
        key = self._run("create", f"--account={account}", f"--scopes={scopes}", *options)
        self.made.append(key)
        return key

    def revoke(self, key: str) -> None:
        self._run("revoke", id_of(key))

    def _run(self, *arguments: str) -> str:
        command = [sys.executable, "-m", "executor_service", "keys", *arguments]
        done = subprocess.run(command, env=self._env, cwd=REPOSITORY, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


def id_of(key: str) -> str:
    return key.split("_")[1]


@pytest.fixture(scope="module")
def keys(guarded: Stack) -> Keys:
    return Keys(guarded)


@pytest.fixture(scope="module")
def alice(keys: Keys) -> str:
    return keys.create("alice")


@pytest.fixture(scope="module")
def bob(keys: Keys) -> str:
    return keys.create("bob")


@pytest.fixture
async def http(guarded: Stack) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=guarded.url, timeout=20) as client:
        yield client


def bearer(key: str) -> dict[str, str]:
    return {"authorization": f"Bearer {key}"}


async def an_order(http: httpx.AsyncClient, key: str, **changes: Any) -> str:
    answer = await http.post("/api/orders/execute", json={**ORDER, **changes}, headers=bearer(key))
    assert answer.status_code == 202, answer.text
    return str(answer.json()["orderId"])


def connect(stack: Stack, path: str, key: str = "", **options: Any) -> websockets.connect:
    headers = bearer(key) if key else {}
    return websockets.connect(stack.ws_url + path, additional_headers=headers | options.pop("headers", {}), **options)


async def refusal(opening: websockets.connect) -> int:
    with pytest.raises(websockets.InvalidStatus) as error:
        await opening
    return error.value.response.status_code


async def test_a_key_trades_to_the_end(guarded: Stack, http: httpx.AsyncClient, alice: str) -> None:
    order_id = await an_order(http, alice)
    async with connect(guarded, f"/api/orders/{order_id}/events", alice) as socket:
        told = [json.loads(message)["status"] async for message in socket]
    assert told[-1] == "confirmed"
    assert (await http.get("/api/account", headers=bearer(alice))).json()["scopes"] == ["read", "trade"]


async def test_another_account_gets_nothing_of_an_order(
    guarded: Stack, http: httpx.AsyncClient, alice: str, bob: str
) -> None:
    order_id = await an_order(http, alice, scenario="late_confirm")
    url = f"/api/orders/{order_id}"
    sse = {"accept": "text/event-stream"}
    for method, path, headers in (
        ("GET", url, {}),
        ("GET", f"{url}/events", {}),
        ("GET", f"{url}/events?after=1", {}),
        ("GET", f"{url}/events", sse),
        ("GET", f"{url}/events", sse | {"last-event-id": "2"}),
        ("GET", f"{url}/explain", {}),
        ("DELETE", url, {}),
    ):
        answer = await http.request(method, path, headers=bearer(bob) | headers)
        assert (answer.status_code, answer.json()["code"]) == (404, "order_not_found"), (method, path)
    for path in SOCKETS:
        for resumed in (path, f"{path}{'&' if '?' in path else '?'}after=2"):
            assert await refusal(connect(guarded, resumed.replace("{id}", order_id), bob)) == 404
    listed = (await http.get("/api/orders", headers=bearer(bob))).json()["orders"]
    assert order_id not in [order["orderId"] for order in listed]
    assert (await http.get(url, headers=bearer(alice))).json()["status"] != "cancelled"


async def test_a_stream_of_many_orders_tells_none_of_another_account(
    guarded: Stack, http: httpx.AsyncClient, alice: str, bob: str
) -> None:
    hers = await an_order(http, alice)
    async with connect(guarded, "/api/stream", bob) as named, connect(guarded, "/api/stream", bob) as everything:
        await named.send(json.dumps({"op": "subscribe", "orderIds": [hers], "after": {hers: 1}}))
        refused = json.loads(await named.recv())
        assert (refused["op"], refused["code"], refused["orderId"]) == ("error", "order_not_found", hers)
        await everything.send(json.dumps({"op": "subscribe", "all": True, "after": {hers: 1}}))
        assert json.loads(await everything.recv())["op"] == "subscribed"
        also_hers, his = await an_order(http, alice), await an_order(http, bob)
        told = set()
        async with asyncio.timeout(20):
            while True:
                frame = json.loads(await everything.recv())
                told.add(frame["orderId"])
                if frame["orderId"] == his and frame["status"] == "confirmed":
                    break
        assert told == {his}
        assert {hers, also_hers}.isdisjoint(told)


async def test_one_identity_in_two_accounts_is_two_orders(http: httpx.AsyncClient, alice: str, bob: str) -> None:
    first = await an_order(http, alice, clientOrderId="the-same")
    second = await an_order(http, bob, clientOrderId="the-same", amountIn="2.5")
    assert first != second
    assert await an_order(http, alice, clientOrderId="the-same") == first
    for key, order_id in ((alice, first), (bob, second)):
        found = await http.get("/api/orders", params={"clientOrderId": "the-same"}, headers=bearer(key))
        assert [order["orderId"] for order in found.json()["orders"]] == [order_id]


async def test_no_key_a_wrong_one_and_one_without_the_right(
    guarded: Stack, http: httpx.AsyncClient, keys: Keys, alice: str
) -> None:
    elsewhere = {"x-forwarded-for": "198.51.100.10"}
    wrong_secret, reader = alice[:-1] + ("a" if alice[-1] != "a" else "b"), keys.create("alice", "read")
    for headers in (
        {},
        bearer(wrong_secret),
        {"x-api-key": "tw_000000000000_x"},
        {"x-api-key": alice, **bearer(reader)},
    ):
        answer = await http.post("/api/orders/execute", json=ORDER, headers=headers | elsewhere)
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    for method, path in (("POST", "/api/orders/execute"), ("POST", "/api/orders/batch"), ("POST", "/api/airdrop")):
        assert (await http.request(method, path, json={}, headers=bearer(reader))).status_code == 403
    for method in ("GET", "PATCH"):
        assert (await http.request(method, "/api/accounts/bob", headers=bearer(alice))).status_code == 403
    async with connect(guarded, "/api/stream", reader):
        assert (await http.get("/api/orders", headers=bearer(reader))).status_code == 200


async def test_a_revoked_key_opens_nothing_and_what_it_opened_is_closed(
    guarded: Stack, http: httpx.AsyncClient, keys: Keys, alice: str
) -> None:
    key = await asyncio.to_thread(keys.create, "alice")
    staying = await connect(guarded, "/api/stream", alice)
    with frozen(guarded.pid("worker-1")):
        # An order that ended meanwhile would close its sockets by itself.
        await _revoked_with_everything_open(guarded, http, keys, key)

    async def refused() -> bool:
        return (await http.get("/api/orders", headers=bearer(key))).status_code == 401

    async with asyncio.timeout(30):
        while not await refused():
            await asyncio.sleep(0.1)
    await staying.ping()
    assert staying.close_code is None
    await staying.close()


@contextmanager
def frozen(pid: int) -> Iterator[None]:
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


async def _revoked_with_everything_open(guarded: Stack, http: httpx.AsyncClient, keys: Keys, key: str) -> None:
    order_id = await an_order(http, key)
    ticket = (await http.post("/api/ws-ticket", headers=bearer(key))).json()["ticket"]
    paths = [*(path.replace("{id}", order_id) for path in SOCKETS), "/api/stream"]
    open_sockets = [await connect(guarded, path, key) for path in paths]
    async with http.stream("GET", "/api/prices", headers=bearer(key) | {"accept": "text/event-stream"}) as prices:
        await asyncio.to_thread(keys.revoke, key)
        async with asyncio.timeout(4 * RECHECK_SECONDS + 5):
            async for _ in prices.aiter_bytes():
                pass
            for socket in open_sockets:
                await socket.wait_closed()
    assert {socket.close_code for socket in open_sockets} == {4401}
    assert await refusal(connect(guarded, "/api/stream", subprotocols=with_ticket(ticket))) == 401


async def test_an_expired_key_opens_nothing_and_what_it_opened_is_closed(
    guarded: Stack, http: httpx.AsyncClient, keys: Keys
) -> None:
    key = await asyncio.to_thread(keys.create, "alice", "trade", "--expires-in=6s")
    async with connect(guarded, "/api/stream", key) as socket:
        async with asyncio.timeout(4 * RECHECK_SECONDS + 10):
            await socket.wait_closed()
        assert socket.close_code == 4401
    assert (await http.get("/api/orders", headers=bearer(key))).status_code == 401


def with_ticket(ticket: str) -> list[Any]:
    return ["tradewind.v1", f"tradewind.ticket.{ticket}"]


async def a_ticket(http: httpx.AsyncClient, key: str, **headers: str) -> str:
    answer = await http.post("/api/ws-ticket", headers=bearer(key) | headers)
    assert answer.json()["expiresInSeconds"] == 30
    return str(answer.json()["ticket"])


async def test_a_ticket_is_good_once_soon_and_from_one_address(
    guarded: Stack, http: httpx.AsyncClient, alice: str
) -> None:
    order_id = await an_order(http, alice)
    for path in (*SOCKETS, "/api/stream"):
        ticket = await a_ticket(http, alice)
        async with connect(guarded, path.replace("{id}", order_id), subprotocols=with_ticket(ticket)) as socket:
            assert socket.subprotocol == "tradewind.v1"
    assert await refusal(connect(guarded, "/api/stream", subprotocols=with_ticket(ticket))) == 401

    late = await a_ticket(http, alice)
    with redis.Redis.from_url(guarded.env()["REDIS_URL"]) as store:
        for place in store.keys("tradewind:ticket:*"):
            assert store.expire(place, 0)
    assert await refusal(connect(guarded, "/api/stream", subprotocols=with_ticket(late))) == 401

    here, there = {"x-forwarded-for": "198.51.100.20"}, {"x-forwarded-for": "198.51.100.20, 198.51.100.21"}
    moved = await a_ticket(http, alice, **here)
    assert await refusal(connect(guarded, "/api/stream", subprotocols=with_ticket(moved), headers=there)) == 401


async def test_guesses_are_limited_and_a_spoofed_address_does_not_help(http: httpx.AsyncClient, keys: Keys) -> None:
    fresh = await asyncio.to_thread(keys.create, "carol")
    codes = []
    for number in range(15):
        # What stands left of the proxy's own word is the client's invention.
        address = {"x-forwarded-for": f"203.0.113.{number}, 198.51.100.30", "x-real-ip": f"203.0.113.{number}"}
        answer = await http.get("/api/orders", headers=bearer(f"tw_{number:012x}_guess") | address)
        codes.append(answer.status_code)
    assert codes == [401] * 10 + [429] * 5
    assert int(answer.headers["retry-after"]) >= 1
    locked = await http.get("/api/orders", headers=bearer(fresh) | {"x-forwarded-for": "198.51.100.30"})
    assert locked.status_code == 429
    assert (await http.get("/api/orders", headers=bearer(fresh))).status_code == 200


async def test_an_admin_halts_an_account_and_only_that(http: httpx.AsyncClient, keys: Keys, bob: str) -> None:
    admin, dave = [await asyncio.to_thread(keys.create, *who) for who in (("operations", "admin"), ("dave",))]
    halted = await http.patch("/api/accounts/dave", json={"tradingState": "halted"}, headers=bearer(admin))
    assert (halted.status_code, halted.json()["tradingState"]) == (200, "halted")

    async def submitted(key: str) -> httpx.Response:
        return await http.post("/api/orders/execute", json=ORDER, headers=bearer(key))

    async with asyncio.timeout(30):
        while (refused := await submitted(dave)).status_code == 202:
            await asyncio.sleep(0.1)
    assert (refused.status_code, refused.json()["code"]) == (403, "account_halted")
    assert (await submitted(bob)).status_code == 202
    body = {"tradingState": "active", "limits": {"slippageBpsMax": 10, "tokensAllowed": ["SOL"]}}
    limited = await http.patch("/api/accounts/dave", json=body, headers=bearer(admin))
    assert limited.json()["limits"]["tokensAllowed"] == ["SOL"]
    assert (await http.get("/api/account", headers=bearer(dave))).json()["limits"] == limited.json()["limits"]
    async with asyncio.timeout(30):
        while (refused := await submitted(dave)).status_code != 422:
            await asyncio.sleep(0.1)
    assert refused.json()["code"] == "risk_limit_exceeded"
    assert {error["pointer"] for error in refused.json()["errors"]} == {"/slippageBps", "/tokenOut"}


def test_the_command_trades_with_the_key_in_its_environment(guarded: Stack, alice: str) -> None:
    def command(*words: str, **env: str) -> Any:
        return CliRunner().invoke(app, words, env={"TRADEWIND_URL": guarded.url, **env})

    done = command("submit", "SOL", "USDC", "1.5", "--watch", TRADEWIND_API_KEY=alice)
    assert (done.exit_code, "confirmed" in done.stdout) == (0, True)
    for refused in (command("tokens", TRADEWIND_API_KEY=""), command("tokens", TRADEWIND_API_KEY="tw_wrong")):
        assert (refused.exit_code, "unauthenticated" in refused.stderr) == (1, True)


async def test_while_the_executor_is_away_nobody_new_comes_in(
    start_stack: Callable[..., Stack],
) -> None:
    stack = await asyncio.to_thread(start_stack, AUTH="on")
    key = await asyncio.to_thread(Keys(stack).create, "alice")
    os.kill(stack.pid("executor"), signal.SIGSTOP)
    try:
        async with httpx.AsyncClient(base_url=stack.url, timeout=20) as http:
            answer = await http.get("/api/orders", headers=bearer(key))
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    finally:
        os.kill(stack.pid("executor"), signal.SIGCONT)


async def test_no_secret_is_left_behind(guarded: Stack, http: httpx.AsyncClient, keys: Keys, alice: str) -> None:
    ticket = await a_ticket(http, alice)
    async with connect(guarded, "/api/stream", subprotocols=with_ticket(ticket)):
        pass
    env = guarded.env()
    secrets = [key.split("_", 2)[2] for key in keys.made] + [ticket, env["KEY_PEPPER"]]
    secrets += [httpx.URL(env[name]).password for name in ("REDIS_URL", "DATABASE_URL")]
    secrets = [secret for secret in secrets if secret]
    assert len(secrets) > 6
    told = [(await http.get("/metrics")).text, guarded.errors, *guarded.output]
    told += [path.read_text(errors="replace") for path in (guarded.data_dir / "log").iterdir()]
    for secret in secrets:
        assert not any(secret in text for text in told)
    with redis.Redis.from_url(env["REDIS_URL"]) as store:
        kept = b"".join(b"%s %s" % (place, store.dump(place) or b"") for place in store.keys("*"))
    assert not any(secret.encode() in kept for secret in secrets)
