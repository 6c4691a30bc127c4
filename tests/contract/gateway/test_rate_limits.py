"""Limits as clients meet them: by key, by address, and for those who guess."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

import httpx
import pytest
import redis
import websockets
from prometheus_client import REGISTRY

from gateway.access import wiring as access
from tests.contract.gateway.conftest import OpenWorld, World, bearer, eventually
from tests.contract.gateway.fake_orders import LIFE
from tests.unit.gateway.corpus import GOOD

pytestmark = pytest.mark.asyncio(loop_scope="module")

OFF = dict.fromkeys(("rate_limit_submits", "rate_limit_reads", "rate_limit_address", "rate_limit_failures"), "off")
EXECUTE = "/api/orders/execute"


def limited(redis_url: str, **limits: str) -> dict[str, Any]:
    return {
        "redis_url": redis_url,
        "rate_limit_deadline_seconds": 10,
        **OFF,
        **{f"rate_limit_{name}": limit for name, limit in limits.items()},
    }


def refused(answer: httpx.Response) -> dict[str, Any]:
    """Return the problem of an answer that says: too often."""
    assert (answer.status_code, answer.json()["code"]) == (429, "rate_limited")
    assert answer.json()["retryable"]
    assert int(answer.headers["retry-after"]) >= 1
    problem: dict[str, Any] = answer.json()
    return problem


async def test_answers_tell_the_policy_and_what_is_left(open_world: OpenWorld, redis_url: str) -> None:
    world = await open_world(**limited(redis_url, submits="2/minute", reads="3/minute", address="100/hour"))
    left = []
    for _ in range(3):
        answer = await world.http.post(EXECUTE, json=GOOD)
        assert answer.headers["ratelimit-policy"] == '"address";q=100;w=3600, "submits";q=2;w=60'
        left.append([part.split(";")[:2] for part in answer.headers["ratelimit"].split(", ")])
    assert left == [[['"address"', f"r={99 - n}"], ['"submits"', f"r={max(0, 1 - n)}"]] for n in range(3)]
    assert "submits: at most 2 in 60 s" in refused(answer)["detail"]
    assert int(answer.headers["retry-after"]) <= 60

    reading = await world.http.get("/api/orders")
    assert '"reads";q=3;w=60' in reading.headers["ratelimit-policy"]
    assert "ratelimit" not in (await world.http.get("/livez")).headers


async def test_a_refused_body_counts_and_says_where_the_caller_stands(open_world: OpenWorld, redis_url: str) -> None:
    world = await open_world(**limited(redis_url, submits="5/minute"))
    answer = await world.http.post(EXECUTE, json={})
    assert (answer.status_code, answer.headers["ratelimit"].split(";")[1]) == (422, "r=4")


async def test_an_account_cannot_use_up_what_another_has(open_world: OpenWorld, redis_url: str) -> None:
    world = await open_world(auth="on", **limited(redis_url, submits="3/minute"))
    alice, also_alice, bob = (bearer(world.accounts.make_key(name)) for name in ("alice", "alice", "bob"))
    answers = await asyncio.gather(*(world.http.post(EXECUTE, json=GOOD, headers=alice) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [202] * 3 + [429] * 5
    for other in (also_alice, bob):
        assert (await world.http.post(EXECUTE, json=GOOD, headers=other)).status_code == 202


async def test_a_batch_counts_its_orders(open_world: OpenWorld, redis_url: str) -> None:
    world = await open_world(**limited(redis_url, submits="10/minute"))
    url = "/api/orders/batch"
    first = await world.http.post(url, json=[GOOD] * 7)
    assert (first.status_code, first.headers["ratelimit"].split(";")[1]) == (200, "r=3")
    refused(await world.http.post(url, json=[GOOD] * 4))
    assert (await world.http.post(url, json=[GOOD] * 3)).status_code == 200
    refused(await world.http.post(EXECUTE, json=GOOD))
    assert len(world.orders.orders) == 10


async def test_a_batch_that_can_never_pass_is_told_so(open_world: OpenWorld, redis_url: str) -> None:
    world = await open_world(**limited(redis_url, submits="10/minute;50/hour"))
    answer = await world.http.post("/api/orders/batch", json=[GOOD] * 11)
    assert (answer.status_code, answer.json()["retryable"]) == (422, False)
    assert "At most 10 orders" in answer.json()["errors"][0]["detail"]


async def test_a_cancel_is_no_submit(open_world: OpenWorld, redis_url: str) -> None:
    world = await open_world(**limited(redis_url, submits="1/minute"))
    order_id = (await world.http.post(EXECUTE, json=GOOD)).json()["orderId"]
    refused(await world.http.post(EXECUTE, json=GOOD))
    assert (await world.http.delete(f"/api/orders/{order_id}")).status_code == 202


async def test_an_address_is_limited_before_anything_else_is_asked(open_world: OpenWorld, redis_url: str) -> None:
    world = await open_world(auth="on", trusted_proxies="127.0.0.1", **limited(redis_url, address="3/minute"))
    one, other = {"x-forwarded-for": "198.51.100.1"}, {"x-forwarded-for": "198.51.100.2"}
    for _ in range(3):
        assert (await world.http.get("/api/orders", headers=one)).status_code == 401
    refused(await world.http.get("/api/orders", headers=one | bearer(world.accounts.make_key())))
    refused(await world.http.get("/api/orders", headers={"x-forwarded-for": "9.9.9.9, 198.51.100.1"}))
    assert world.accounts.asked == []
    assert (await world.http.get("/api/orders", headers=other)).status_code == 401


async def test_a_network_of_version_6_is_one_address(open_world: OpenWorld, redis_url: str) -> None:
    world = await open_world(trusted_proxies="127.0.0.1", **limited(redis_url, address="2/minute"))
    answers = [
        await world.http.get("/api/orders", headers={"x-forwarded-for": f"2001:db8:0:{net}::{host}"})
        for net, host in ((1, 1), (1, 2), (1, 3), (2, 1))
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 429, 200]


async def test_sockets_count_as_requests(open_world: OpenWorld, redis_url: str) -> None:
    world = await open_world(**limited(redis_url, reads="1/minute"))
    order_id = world.orders.add(*LIFE)
    async with world.socket(f"/ws/orders/{order_id}"):
        with pytest.raises(websockets.InvalidStatus) as error:
            await world.socket(f"/ws/orders/{order_id}")
    assert error.value.response.status_code == 429
    assert error.value.response.headers["ratelimit"].startswith('"reads";r=0;')


async def guess(world: World, **headers: str) -> httpx.Response:
    wrong = {"authorization": "Bearer tw_0123456789ab_guess", **headers}
    return await world.http.get("/api/orders", headers=wrong)


async def test_who_guesses_keys_is_stopped(open_world: OpenWorld, redis_url: str) -> None:
    world = await open_world(auth="on", **limited(redis_url, failures="5/minute"))
    known = bearer(world.accounts.make_key())
    assert (await world.http.get("/api/orders", headers=known)).status_code == 200
    assert [(await guess(world)).status_code for _ in range(5)] == [401] * 5

    asked = len(world.accounts.asked)
    refused(await world.http.get("/api/orders", headers=bearer("tw_0123456789ab_another")))
    new = world.accounts.make_key()
    refused(await world.http.get("/api/orders", headers=bearer(new)))
    assert len(world.accounts.asked) == asked
    # Somebody behind the same address whose key was good goes on.
    assert (await world.http.get("/api/orders", headers=known)).status_code == 200


async def test_who_guesses_tickets_is_stopped(open_world: OpenWorld, redis_url: str) -> None:
    world = await open_world(auth="on", **limited(redis_url, failures="5/minute"))
    codes = []
    for number in range(7):
        with pytest.raises(websockets.InvalidStatus) as error:
            await world.socket("/api/stream", subprotocols=["tradewind.v1", f"tradewind.ticket.{number}"])
        codes.append(error.value.response.status_code)
    assert codes == [401] * 5 + [429] * 2


async def test_who_shows_no_key_at_all_is_not_guessing(open_world: OpenWorld, redis_url: str) -> None:
    world = await open_world(auth="on", **limited(redis_url, failures="1/minute"))
    assert [(await world.http.get("/api/orders")).status_code for _ in range(5)] == [401] * 5


async def test_while_redis_is_away_reads_pass_and_submits_and_guesses_are_counted_here(
    open_world: OpenWorld, free_port: Callable[[], int]
) -> None:
    away = f"redis://127.0.0.1:{free_port()}/0"
    world = await open_world(auth="on", **limited(away, submits="2/minute", reads="1/minute", failures="3/minute"))
    key = bearer(world.accounts.make_key())
    assert [(await world.http.get("/api/orders", headers=key)).status_code for _ in range(5)] == [200] * 5
    submitted = [await world.http.post(EXECUTE, json=GOOD, headers=key) for _ in range(4)]
    assert [answer.status_code for answer in submitted] == [202, 202, 429, 429]
    assert [(await guess(world)).status_code for _ in range(5)] == [401, 401, 401, 429, 429]


async def test_a_frozen_redis_holds_nobody_up(open_world: OpenWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "REDIS_SECONDS_MAX", 120)
    held: list[asyncio.StreamWriter] = []
    frozen = await asyncio.start_server(lambda _, writer: held.append(writer), "127.0.0.1", 0)
    async with frozen, contextlib.AsyncExitStack() as ending:
        ending.callback(hang_up, held)
        port = frozen.sockets[0].getsockname()[1]
        settings = limited(f"redis://127.0.0.1:{port}/0", submits="1000/minute", reads="9/minute")
        world = await open_world(**{**settings, "rate_limit_deadline_seconds": 0.1})
        loop = asyncio.get_running_loop()
        began = loop.time()
        answers = await asyncio.gather(*(world.http.post(EXECUTE, json=GOOD) for _ in range(50)))
        assert {answer.status_code for answer in answers} == {202}
        # The pool itself would wait for two minutes.
        assert loop.time() - began < 60


def hang_up(connections: list[asyncio.StreamWriter]) -> None:
    for connection in connections:
        connection.close()


async def test_requests_that_come_while_redis_is_asked_share_the_next_call(
    open_world: OpenWorld, redis_url: str
) -> None:
    world = await open_world(**{**limited(redis_url, submits="100000/minute"), "rate_limit_deadline_seconds": 60})
    await world.http.post(EXECUTE, json=GOOD)
    async with asyncio.TaskGroup() as requests:
        with redis.Redis.from_url(redis_url) as client:
            client.config_resetstat()
            client.client_pause(60_000, all=False)
            sent = [requests.create_task(world.http.post(EXECUTE, json=GOOD)) for _ in range(80)]
            # All but those of the first calls, which Redis has.
            await eventually(lambda: waiting_for_the_limiter() >= 60)
            client.client_unpause()
            await asyncio.wait(sent)
            calls = client.info("commandstats")["cmdstat_evalsha"]["calls"]
    assert {request.result().status_code for request in sent} == {202}
    # Two calls a batch: the two that Redis kept waiting, the one of all that waited here, and those that came later.
    assert calls <= 2 * (2 + 1 + 20)


def waiting_for_the_limiter() -> float:
    return REGISTRY.get_sample_value("tradewind_batch_waiting", {"batch": "charge"}) or 0


async def test_without_limits_redis_is_not_asked_for(world: World) -> None:
    answer = await world.http.post(EXECUTE, json=GOOD)
    assert "ratelimit" not in answer.headers
