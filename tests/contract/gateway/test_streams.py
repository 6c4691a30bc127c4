"""WebSockets: replay, live, resume, and what happens when either side misbehaves."""

import asyncio
import contextlib
import json
import socket
from typing import Any

import pytest
import websockets

from tests.contract.gateway.conftest import OpenWorld, World, eventually
from tests.contract.gateway.fake_orders import LIFE, SIGNATURE, frame

pytestmark = pytest.mark.asyncio(loop_scope="module")

UNKNOWN = "01890000-0000-7000-8000-000000000000"
PATHS = {
    "native": "/api/orders/{id}/events",
    "nested capitalised": "/ws/orders/{id}",
    "nested": "/api/orders/execute?orderId={id}",
    "flat": "/api/orders/status/{id}",
}


async def read_all(connection: websockets.ClientConnection) -> list[str]:
    """Return the frames up to the close, whatever its code."""
    frames = []
    with contextlib.suppress(websockets.ConnectionClosed):
        while True:
            frames.append(str(await connection.recv()))
    return frames


async def lived(world: World, path: str, order_id: str) -> list[dict[str, Any]]:
    async with world.socket(path.format(id=order_id)) as connection:
        frames = await read_all(connection)
    assert (connection.close_code, connection.close_reason) == (1000, "")
    return [json.loads(text) for text in frames]


async def test_a_late_subscriber_sees_the_whole_life_as_it_was_stored(world: World) -> None:
    order_id = world.orders.add(*LIFE)
    async with world.socket(f"/api/orders/{order_id}/events") as connection:
        frames = await read_all(connection)

    assert frames == [frame(order_id, i + 1, status, details) for i, (status, details) in enumerate(LIFE)]
    assert connection.close_code == 1000


async def test_replay_goes_over_into_live_without_gap_or_duplicate(world: World) -> None:
    order_id = world.orders.add(*LIFE[:2])
    async with world.socket(f"/api/orders/{order_id}/events") as connection:
        assert [json.loads(await connection.recv())["sequence"] for _ in range(2)] == [1, 2]
        for status, details in LIFE[2:]:
            world.orders.happen(order_id, status, details)
        rest = await read_all(connection)

    assert [json.loads(text)["sequence"] for text in rest] == [3, 4, 5, 6]


@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
async def test_after_skips_what_the_client_has(world: World, path: str) -> None:
    order_id = world.orders.add(*LIFE)
    path += "&after=4" if "?" in path else "?after=4"

    told = [one["status"] for one in await lived(world, path, order_id)]

    assert told[-2:] == ["submitted", "confirmed"]
    assert "building" not in told


async def test_the_nested_capitalised_dialect(world: World) -> None:
    order_id = world.orders.add(*LIFE)
    told = await lived(world, PATHS["nested capitalised"], order_id)

    assert [one["status"] for one in told] == ["pending", "routing", "routing_complete", "submitted", "confirmed"]
    assert all(set(one) == {"orderId", "status", "details", "timestamp"} for one in told)
    assert told[1]["details"] == {}
    assert set(told[2]["details"]) == {"dex", "amountOut", "fee"}
    assert told[2]["details"]["dex"] == "Raydium"
    assert told[3]["details"] == {"dex": "Raydium"}
    assert set(told[4]["details"]) == {"txHash", "amountOut"}
    assert told[4]["details"]["txHash"] == SIGNATURE


async def test_the_nested_dialect_greets_and_tells_the_decision_while_building(world: World) -> None:
    order_id = world.orders.add(*LIFE)
    told = await lived(world, PATHS["nested"], order_id)

    statuses = ["connected", "pending", "routing", "building", "submitted", "confirmed"]
    assert [one["status"] for one in told] == statuses
    assert all(set(one) == {"orderId", "status", "details", "timestamp"} for one in told)
    assert {one["orderId"] for one in told} == {order_id}
    assert told[3]["details"]["decision"]["dex"] == "raydium"


async def test_the_flat_dialect(world: World) -> None:
    order_id = world.orders.add(*LIFE)
    told = await lived(world, PATHS["flat"], order_id)

    assert [one["status"] for one in told] == ["pending", "routing", "building", "submitted", "confirmed"]
    assert "details" not in told[0]
    assert told[2]["chosen"] == "raydium"
    assert told[3]["attempt"] == 1
    assert told[4]["txHash"] == f"RAYDIUM-{SIGNATURE}"


@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
async def test_intermediate_failures_and_one_final_failure(world: World, path: str) -> None:
    retry = '{"reason":"swap_dropped","attempt":1,"retryInMs":500}'
    end = '{"reason":"swap_dropped","detail":"lost","attempts":2}'
    order_id = world.orders.add(*LIFE[:5], ("retrying", retry), ("routing", '{"attempt":2}'), ("failed", end))
    told = await lived(world, path, order_id)

    assert [one["status"] for one in told].count("failed") == 1
    assert told[-1].get("details", told[-1])["reason"] == "swap_dropped"
    assert "retrying" in [one["status"] for one in told]


@pytest.mark.parametrize("path", list(PATHS.values())[1:], ids=list(PATHS)[1:])
async def test_older_clients_see_the_end_of_a_cancelled_order(world: World, path: str) -> None:
    order_id = world.orders.add(LIFE[0], ("cancelled", "{}"))
    told = await lived(world, path, order_id)

    assert told[-1]["status"] == "failed"
    assert told[-1].get("details", told[-1])["reason"] == "cancelled"


@pytest.mark.parametrize("order_id", [UNKNOWN, "nonsense", "01890000-0000-7000-8000-00000000000g"])
@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
async def test_an_order_that_is_not_there_refuses_the_upgrade(world: World, path: str, order_id: str) -> None:
    with pytest.raises(websockets.InvalidStatus) as refused:
        async with world.socket(path.format(id=order_id)):
            pass

    answer = refused.value.response
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert json.loads(answer.body or b"")["code"] == "order_not_found"
    await eventually(lambda: len(world.server.gateway.watches) == 0)


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/api/orders/execute", 422, "invalid_request"),
        ("/api/orders/{id}/events?after=x", 422, "invalid_request"),
        ("/api/orders/{id}/events?after=-1", 422, "invalid_request"),
        ("/ws/nothing/here", 404, "not_found"),
    ],
)
async def test_an_upgrade_that_makes_no_sense_is_refused(world: World, path: str, status: int, code: str) -> None:
    order_id = world.orders.add(LIFE[0])
    with pytest.raises(websockets.InvalidStatus) as refused:
        async with world.socket(path.format(id=order_id)):
            pass

    answer = refused.value.response
    assert (answer.status_code, json.loads(answer.body or b"")["code"]) == (status, code)


async def test_without_an_executor_the_upgrade_is_refused_with_503(open_world: OpenWorld) -> None:
    world = await open_world(watch_deadline_seconds=0.2)
    order_id = world.orders.add(LIFE[0])
    await world.orders.stop()
    with pytest.raises(websockets.InvalidStatus) as refused:
        async with world.socket(f"/ws/orders/{order_id}"):
            pass
    await world.orders.start()

    assert refused.value.response.status_code == 503
    assert refused.value.response.headers["retry-after"] == "1"


async def test_sockets_outlive_a_restart_of_the_executor(world: World) -> None:
    order_id = world.orders.add(*LIFE[:2])
    async with (
        world.socket(f"/api/orders/{order_id}/events") as first,
        world.socket(f"/api/orders/{order_id}/events") as second,
    ):
        for connection in (first, second):
            assert [json.loads(await connection.recv())["sequence"] for _ in range(2)] == [1, 2]
        await world.orders.stop()
        world.orders.happen(order_id, *LIFE[2])
        await world.orders.start()
        await eventually(lambda: world.orders.watches == 2)
        for status, details in LIFE[3:]:
            world.orders.happen(order_id, status, details)

        for connection in (first, second):
            assert [json.loads(text)["sequence"] for text in await read_all(connection)] == [3, 4, 5, 6]
            assert connection.close_code == 1000


@pytest.mark.parametrize("reason", ["SLOW_READER", "SHUTTING_DOWN"])
async def test_a_watch_that_the_executor_drops_is_taken_up_again(world: World, reason: str) -> None:
    order_id = world.orders.add(*LIFE[:2])
    async with world.socket(f"/api/orders/{order_id}/events") as connection:
        assert [json.loads(await connection.recv())["sequence"] for _ in range(2)] == [1, 2]
        world.orders.end_watches(reason)
        for status, details in LIFE[2:]:
            world.orders.happen(order_id, status, details)

        assert [json.loads(text)["sequence"] for text in await read_all(connection)] == [3, 4, 5, 6]


async def test_a_gap_is_noticed_and_read_again(world: World) -> None:
    order_id = world.orders.add(*LIFE[:2])
    async with world.socket(f"/api/orders/{order_id}/events") as connection:
        assert [json.loads(await connection.recv())["sequence"] for _ in range(2)] == [1, 2]
        world.orders.lose_next_event()
        world.orders.happen(order_id, *LIFE[2])
        for status, details in LIFE[3:]:
            world.orders.happen(order_id, status, details)

        assert [json.loads(text)["sequence"] for text in await read_all(connection)] == [3, 4, 5, 6]


async def test_events_told_twice_are_passed_on_once(world: World) -> None:
    world.orders.repeat_events = True
    order_id = world.orders.add(*LIFE[:3])
    async with world.socket(f"/api/orders/{order_id}/events") as connection:
        for status, details in LIFE[3:]:
            world.orders.happen(order_id, status, details)

        assert [json.loads(text)["sequence"] for text in await read_all(connection)] == [1, 2, 3, 4, 5, 6]


async def test_a_slow_reader_is_cut_off_with_its_last_sequence(open_world: OpenWorld) -> None:
    world = await open_world(frames_waiting_max=4)
    order_id = world.orders.add(LIFE[0])
    narrow = socket.create_connection(("127.0.0.1", world.port))
    narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 256 * 1024)
    bulk = json.dumps({"pad": "x" * 100_000})
    async with world.socket(f"/api/orders/{order_id}/events", sock=narrow, max_queue=1) as connection:
        for _ in range(200):
            world.orders.happen(order_id, "routing", bulk)
            await asyncio.sleep(0)
        await eventually(lambda: world.orders.watches == 0)
        received = [json.loads(text)["sequence"] for text in await read_all(connection)]

    assert connection.close_code == 4409
    assert connection.close_reason == f"resume={received[-1]}"
    assert received == list(range(1, received[-1] + 1))


async def test_sockets_leave_nothing_behind(world: World) -> None:
    order_id = world.orders.add(*LIFE[:2])
    for path in PATHS.values():
        for _ in range(5):
            async with world.socket(path.format(id=order_id)) as connection:
                await connection.recv()

    await eventually(lambda: world.orders.watches == 0)
    assert len(world.server.gateway.watches) == 0
    assert len(world.server.gateway.turnstile) == 0


async def test_many_sockets_on_one_order_all_see_everything(world: World) -> None:
    order_id = world.orders.add(LIFE[0])

    async def watch() -> list[int]:
        async with world.socket(f"/api/orders/{order_id}/events") as connection:
            return [json.loads(text)["sequence"] for text in await read_all(connection)]

    watchers = [asyncio.create_task(watch()) for _ in range(30)]
    await eventually(lambda: world.orders.watches == 30)
    for status, details in LIFE[1:]:
        world.orders.happen(order_id, status, details)

    assert await asyncio.gather(*watchers) == [[1, 2, 3, 4, 5, 6]] * 30
    assert len(world.orders.streams) == 1


async def test_our_protocol_refuses_messages_that_are_not_objects(world: World) -> None:
    order_id = world.orders.add(LIFE[0])
    async with world.socket(f"/api/orders/{order_id}/events") as connection:
        await connection.send('{"op":"ping"}')
        await connection.send("hello")
        await read_all(connection)

    assert connection.close_code == 4400


async def test_older_clients_may_say_anything(world: World) -> None:
    order_id = world.orders.add(*LIFE[:2])
    async with world.socket(f"/ws/orders/{order_id}") as connection:
        await connection.send("hello")
        await connection.send(b"\x00")
        assert [json.loads(await connection.recv())["status"] for _ in range(2)] == ["pending", "routing"]
        for status, details in LIFE[2:]:
            world.orders.happen(order_id, status, details)
        assert len(await read_all(connection)) == 3


async def test_a_message_above_the_limit_ends_the_socket(world: World) -> None:
    order_id = world.orders.add(LIFE[0])
    async with world.socket(f"/api/orders/{order_id}/events") as connection:
        await connection.send("x" * 17_000)
        await read_all(connection)

    assert connection.close_code == 1009


async def test_one_address_may_hold_only_its_share(open_world: OpenWorld) -> None:
    world = await open_world(sockets_per_address_max=2)
    order_id = world.orders.add(LIFE[0])
    path = f"/ws/orders/{order_id}"
    async with world.socket(path), world.socket(path):
        with pytest.raises(websockets.InvalidStatus) as refused:
            async with world.socket(path):
                pass
    assert refused.value.response.status_code == 429

    await eventually(lambda: len(world.server.gateway.turnstile) == 0)
    async with world.socket(path) as connection:
        assert json.loads(await connection.recv())["status"] == "pending"


async def test_an_idle_socket_is_pinged(open_world: OpenWorld) -> None:
    world = await open_world(ping_seconds=0.05)
    order_id = world.orders.add(LIFE[0])
    async with world.socket(f"/ws/orders/{order_id}", ping_interval=None) as connection:
        await connection.recv()
        # Pings that went unanswered would have ended the socket by now.
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await connection.recv()
        world.orders.happen(order_id, *LIFE[1])
        assert json.loads(await connection.recv())["status"] == "routing"


async def test_an_event_that_cannot_be_read_ends_an_older_socket_and_no_other(world: World) -> None:
    order_id = world.orders.add(*LIFE[:2])
    async with (
        world.socket(f"/ws/orders/{order_id}") as older,
        world.socket(f"/api/orders/{order_id}/events") as native,
    ):
        world.orders.happen(order_id, "routing_complete", "{broken")
        await read_all(older)
        assert (older.close_code, older.close_reason) == (1011, "resume=3")
        for status, details in LIFE[3:]:
            world.orders.happen(order_id, status, details)
        assert len(await read_all(native)) == 6


async def test_shutdown_tells_every_socket_where_to_resume(open_world: OpenWorld) -> None:
    world = await open_world()
    order_id = world.orders.add(*LIFE[:3])
    async with (
        world.socket(f"/api/orders/{order_id}/events") as native,
        world.socket(f"/ws/orders/{order_id}") as older,
    ):
        for _ in range(3):
            await native.recv()
            await older.recv()
        world.server.stop()
        for connection in (native, older):
            with pytest.raises(websockets.ConnectionClosed):
                await connection.recv()
            assert (connection.close_code, connection.close_reason) == (1012, "resume=3")
