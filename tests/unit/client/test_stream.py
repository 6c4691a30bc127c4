"""Many orders on one socket that breaks in every way: each event once, in order, none left out, or an error."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest
from websockets.asyncio.server import serve

from tests.unit.client.fake_account import FakeAccount
from tradewind_client import OrderEvent, Problem, RetryPolicy, StreamGap, Tradewind, Unreachable, everything
from tradewind_client.many import ORDERS_PER_COMMAND

ALL = [1, 2, 3, 4, 5, 6]
CODES = (None, 1000, 1001, 1011, 1012, 4409, 4429)


@pytest.fixture
async def account() -> AsyncIterator[FakeAccount]:
    fake = FakeAccount()
    async with serve(fake.serve, "127.0.0.1", 0, process_request=fake.answer, close_timeout=1) as server:
        fake.port = next(iter(server.sockets)).getsockname()[1]
        yield fake


@pytest.fixture
async def tradewind(account: FakeAccount, hasty: RetryPolicy) -> AsyncIterator[Tradewind]:
    async with Tradewind(account.url, retry=hasty) as client:
        yield client


def lives(events: list[OrderEvent]) -> dict[str, list[int]]:
    told: dict[str, list[int]] = {}
    for event in events:
        told.setdefault(event.order_id, []).append(event.sequence)
    return told


async def until_ended(tradewind: Tradewind, order_ids: set[str]) -> dict[str, list[int]]:
    """Watch the whole account until these orders have ended."""
    seen: list[OrderEvent] = []
    async with asyncio.timeout(30), aclosing(tradewind.watch_all()) as events:
        while not order_ids <= {event.order_id for event in seen if event.is_terminal}:
            seen.append(await anext(events))
    return lives(seen)


async def test_named_orders_share_a_socket(account: FakeAccount, tradewind: Tradewind) -> None:
    names = [account.add(f"o-{number}", events=6) for number in range(2 * ORDERS_PER_COMMAND + 1)]
    seen = lives([event async for event in tradewind.watch_many(names)])
    assert seen == dict.fromkeys(names, ALL)
    assert account.opened == 1
    sizes = [len(command["orderIds"]) for command in account.commands]
    assert sizes == [ORDERS_PER_COMMAND, ORDERS_PER_COMMAND, 1]


async def test_who_leaves_early_is_let_go_at_once(account: FakeAccount, tradewind: Tradewind) -> None:
    names = [account.add(f"o-{number}", events=6) for number in range(ORDERS_PER_COMMAND)]
    async with asyncio.timeout(30), aclosing(tradewind.watch_many(names)) as events:
        await anext(events)
    # The frames that nobody read did not hold up the goodbye.
    while account.lines:
        await asyncio.sleep(0.001)


@pytest.mark.parametrize("code", CODES)
async def test_a_broken_socket_is_taken_up_where_it_was(
    account: FakeAccount, tradewind: Tradewind, code: int | None
) -> None:
    names = [account.add("o-1", events=6), account.add("o-2", events=6)]
    account.cuts = [(4, code), (0, code)]
    seen = lives([event async for event in tradewind.watch_many(names)])
    assert seen == dict.fromkeys(names, ALL)
    assert account.opened == 3
    assert account.commands[-1]["after"] == {"o-1": 3}


async def test_watching_begins_after_what_the_caller_has(account: FakeAccount, tradewind: Tradewind) -> None:
    account.add("o-1", events=6)
    account.add("o-2", events=6)
    assert lives([event async for event in tradewind.watch_many({"o-1": 4, "o-2": 6})]) == {"o-1": [5, 6]}


async def test_no_order_is_nothing_to_tell(account: FakeAccount, tradewind: Tradewind) -> None:
    assert [event async for event in tradewind.watch_many([])] == []
    assert account.opened == 0


async def test_an_order_that_is_not_there_ends_it_all(account: FakeAccount, tradewind: Tradewind) -> None:
    account.add("o-1", events=1)
    with pytest.raises(Problem) as caught:
        await anext(event async for event in tradewind.watch_many(["o-1", "o-2"]) if event.sequence > 1)
    assert (caught.value.status, caught.value.code, caught.value.extra) == (404, "order_not_found", {"orderId": "o-2"})


@pytest.mark.parametrize(("code", "retryable"), [("unavailable", True), ("internal", False)])
async def test_what_may_pass_is_asked_again(
    account: FakeAccount, tradewind: Tradewind, code: str, retryable: bool
) -> None:
    account.add("o-1", events=6)
    account.answers = [{"op": "error", "code": code, "detail": "not now", "retryable": retryable}]
    assert lives([event async for event in tradewind.watch_many(["o-1"])]) == {"o-1": ALL}
    assert account.opened == 2


async def test_more_orders_than_a_socket_takes_is_said_at_once(account: FakeAccount, tradewind: Tradewind) -> None:
    account.add("o-1", events=1)
    account.answers = [{"op": "error", "code": "overloaded", "detail": "At most 0 orders.", "retryable": True}]
    with pytest.raises(Problem, match="At most 0 orders"):
        await anext(tradewind.watch_many(["o-1"]))


async def test_a_gap_that_stays_is_an_error(account: FakeAccount, tradewind: Tradewind) -> None:
    account.add("o-1", events=6)
    account.unheard = {("o-1", 3)}
    with pytest.raises(StreamGap) as caught:
        [event async for event in tradewind.watch_many(["o-1"])]
    assert (caught.value.last, caught.value.found, account.opened) == (2, 4, 3)


async def test_a_socket_that_stays_away_is_given_up(account: FakeAccount, tradewind: Tradewind) -> None:
    account.add("o-1", events=2)
    account.cuts = [(0, 1012)] * 10_000
    with pytest.raises(Unreachable, match="closed with 1012"):
        await anext(tradewind.watch_many(["o-1"]))


async def test_all_is_what_is_on_its_way_and_what_comes(account: FakeAccount, tradewind: Tradewind) -> None:
    account.add("over", events=6)
    account.add("on-its-way", events=4)
    async with aclosing(tradewind.watch_all()) as events:
        seen = [await anext(events) for _ in range(4)]
        account.add("to-come", events=6)
        account.happen("on-its-way")
        account.happen("on-its-way")
        seen += [await anext(events) for _ in range(8)]
    assert lives(seen) == {"on-its-way": ALL, "to-come": ALL}
    assert account.opened == 1


async def test_what_happened_while_the_socket_was_away_is_told(account: FakeAccount, tradewind: Tradewind) -> None:
    account.add("ended-meanwhile", events=2)
    account.add("went-on", events=2)
    account.cuts = [(1, 1012)]
    async with aclosing(tradewind.watch_all()) as events:
        seen = [await anext(events) for _ in range(4)]
        for _ in range(4):
            account.happen("ended-meanwhile")
        account.happen("went-on")
        account.add("born-and-ended-meanwhile", events=6)
        account.add("born-meanwhile", events=1)
        seen += [await anext(events) for _ in range(12)]
        for order_id in ("went-on", "went-on", "went-on", "born-meanwhile"):
            account.happen(order_id)
        seen += [await anext(events) for _ in range(4)]
    assert lives(seen) == {
        "ended-meanwhile": ALL,
        "went-on": ALL,
        "born-and-ended-meanwhile": ALL,
        "born-meanwhile": [1, 2],
    }
    assert account.opened == 2


async def test_what_the_stream_leaves_out_is_read(account: FakeAccount, tradewind: Tradewind) -> None:
    account.unheard = {("o-1", 2), ("o-1", 3)}
    account.refuses_histories = 2
    async with aclosing(tradewind.watch_all()) as events:
        waiting = asyncio.ensure_future(anext(events))
        while not account.lines:
            await asyncio.sleep(0.001)
        account.add("o-1", events=6)
        seen = [await waiting, *[await anext(events) for _ in range(5)]]
    assert lives(seen) == {"o-1": ALL}


async def test_what_nobody_has_is_a_gap(account: FakeAccount, tradewind: Tradewind) -> None:
    account.add("o-1", events=3)
    account.forgotten = {("o-1", 2)}
    with pytest.raises(StreamGap) as caught:
        [event async for event in tradewind.watch_all()]
    assert (caught.value.last, caught.value.found) == (1, 3)


async def test_histories_that_cannot_be_had_are_asked_for_on_another_socket(
    account: FakeAccount, tradewind: Tradewind
) -> None:
    account.add("o-1", events=5)
    account.refuses_histories = 5
    async with aclosing(tradewind.watch_all()) as events:
        assert [(await anext(events)).sequence for _ in range(5)] == [1, 2, 3, 4, 5]
    assert account.opened == 2


@pytest.mark.parametrize("seed", range(12))
async def test_whatever_the_cuts_each_event_of_each_order_comes_once(
    account: FakeAccount, tradewind: Tradewind, seed: int
) -> None:
    chance = random.Random(seed)
    account.cuts = [(chance.randint(0, 12), chance.choice(CODES)) for _ in range(12)]
    named = [account.add(f"early-{number}", events=chance.randint(1, 5)) for number in range(5)]
    to_come = [f"late-{number}" for number in range(5)]

    async def live() -> None:
        # What has ended before all are watched is not told.
        while not any(command.get("all") for command in account.commands):
            await asyncio.sleep(0.001)
        left = [*named, *to_come] * 6
        while left:
            order_id = left.pop(chance.randrange(len(left)))
            if order_id not in account.orders:
                account.add(order_id)
            if account.orders[order_id] < 6:
                account.happen(order_id)
            await asyncio.sleep(chance.choice((0, 0, 0.001, 0.005)))

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(live())
        all_of_them = tasks.create_task(until_ended(tradewind, {*named, *to_come}))
        some = [event async for event in tradewind.watch_many(named)]
    assert lives(some) == dict.fromkeys(named, ALL)
    assert all_of_them.result() == dict.fromkeys([*named, *to_come], ALL)


async def test_what_has_ended_is_forgotten_in_time(
    account: FakeAccount, tradewind: Tradewind, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(everything, "OVER_MIN", 20)
    names = {f"o-{number:03d}" for number in range(150)}
    async with aclosing(tradewind.watch_all()) as events:
        waiting = asyncio.ensure_future(anext(events))
        while not account.lines:
            await asyncio.sleep(0.001)
        for name in sorted(names):
            account.add(name, events=6)
        seen = [await waiting, *[await anext(events) for _ in range(6 * len(names) - 1)]]
        # A socket later, nothing is told again.
        account.cut(1012)
        account.add("newest", events=1)
        assert (await anext(events)).order_id == "newest"
    assert lives(seen) == dict.fromkeys(names, ALL)
