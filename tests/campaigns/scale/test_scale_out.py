"""Two gateways, executors and routers and two, then four, workers on one database, while one of each kind dies."""

import asyncio
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
import redis

from deploy.local.migrations import migrate
from deploy.local.servers.redis import EmbeddedRedis
from tests.campaigns.scale.campaign import KILLED, NAMES, ORDERS_MIN, QUOTES, Seen, run_campaign
from tests.campaigns.scale.topology import Topology, kind_of
from tests.conftest import DatabaseMaker
from tests.ledger_check import check

# What each kind counts when it does its part of the work.
WORK = {
    "gateway": "tradewind_http_answers_total|'202'",
    "executor": "tradewind_rpc_seconds_count|'SubmitOrders'",
    "router": "tradewind_rpc_seconds_count|'GetRoutes'",
    "worker": "tradewind_order_events_total|'confirmed'",
}


class Run(NamedTuple):
    """A campaign that is over."""

    topology: Topology
    seen: Seen
    database_url: str
    redis_url: str
    broker_url: str


@pytest.fixture(scope="module")
def run(databases: DatabaseMaker, redis_server: EmbeddedRedis) -> Iterator[Run]:
    with redis.Redis.from_url(redis_server.url) as client:
        client.flushall()
    url, broker_url = databases.new(), f"{redis_server.url.rpartition('/')[0]}/1"
    folder = Path(tempfile.mkdtemp(prefix="tradewind-scale-"))
    env = {"MARKET_PROFILE": "realistic", "MARKET_SEED": "7", "ROUTER_QUOTE_TTL_MS": "30000"}
    stores = {"DATABASE_URL": url, "REDIS_URL": redis_server.url, "BROKER_URL": broker_url}
    topology = Topology(folder, names=NAMES, **stores, **env)
    topology.folder.acquire()
    try:
        yield Run(topology, asyncio.run(_campaign(topology, url)), url, redis_server.url, broker_url)
    finally:
        topology.folder.release()
        databases.drop(url)
        shutil.rmtree(folder)


async def _campaign(topology: Topology, url: str) -> Seen:
    await migrate(topology.told)
    try:
        return await run_campaign(topology, url)
    except BaseException:
        sys.stderr.write(topology.logs())
        raise
    finally:
        await topology.stop()


def _is_whole(sequences: list[int]) -> bool:
    return sequences == list(range(1, len(sequences) + 1))


def test_a_key_said_to_both_gateways_at_once_is_one_order(run: Run) -> None:
    lives = run.seen.lives
    assert len(lives) >= ORDERS_MIN
    assert all(len(life.order_ids) == 1 for life in lives)
    order_ids = {order_id for life in lives for order_id in life.order_ids}
    assert len(order_ids) == len(lives) == check(run.database_url).orders - QUOTES


def test_nothing_is_lost_doubled_or_out_of_order_on_the_ledger(run: Run) -> None:
    findings = check(run.database_url).require_none()
    assert findings.by_status["confirmed"] >= ORDERS_MIN * 0.7


def test_a_stream_at_the_other_gateway_tells_each_event_once(run: Run) -> None:
    watched = [life for life in run.seen.lives if life.way != "none"]
    assert {life.way for life in watched} == {"websocket", "sse"}
    for life in watched:
        assert _is_whole(life.sequences), (life.key, life.way, life.sequences)


def test_one_socket_for_everything_at_each_gateway_tells_each_event_once(run: Run) -> None:
    unbroken, broken = run.seen.everything
    assert unbroken.times_opened == 1
    assert broken.times_opened >= 2
    for life in run.seen.lives:
        [order_id] = life.order_ids
        assert _is_whole(unbroken.sequences[order_id]), life.key
    for order_id, told in broken.sequences.items():
        # Its gateway died: it may have missed the beginning of an order that was new then, and nothing between.
        assert told == list(range(told[0], told[0] + len(told))), order_id


def test_an_order_cancelled_at_the_other_gateway_ends_as_the_answer_said(run: Run) -> None:
    ended = dict(run.seen.ends)
    cancels = [life for life in run.seen.lives if life.cancel_won is not None]
    assert cancels
    for life in cancels:
        [order_id] = life.order_ids
        assert (ended[order_id] == "cancelled") == life.cancel_won


def test_pages_taken_from_both_gateways_in_turn_list_every_order_once(run: Run) -> None:
    listed = [order_id for order_id, _ in run.seen.ends]
    assert len(listed) == len(set(listed)) == check(run.database_url).orders


def test_a_quote_is_good_whichever_router_the_order_is_routed_by(run: Run) -> None:
    assert len(run.seen.quoted) == QUOTES
    for quoted in run.seen.quoted:
        # The first attempt takes the quoted route; another one would find its own.
        first = next((frame for frame in quoted.events if frame["status"] == "routing_complete"), None)
        assert first is not None, quoted.events[-1]
        assert first["details"]["amountOutBaseUnits"] == quoted.amount_out


@pytest.mark.parametrize("name", [name for name in NAMES if kind_of(name) in WORK])
def test_every_process_does_its_share(run: Run, name: str) -> None:
    assert run.topology.counted(name, WORK[kind_of(name)]) > 0


def test_the_queue_was_on_its_own_redis(run: Run) -> None:
    with redis.Redis.from_url(run.redis_url) as events, redis.Redis.from_url(run.broker_url) as broker:
        assert not events.keys("dramatiq:*")
        assert broker.keys("dramatiq:*")


def test_who_was_killed_came_back_and_nobody_else_fell(run: Run) -> None:
    restarts = run.topology.restarts
    assert {sentence.split()[0] for sentence in restarts} == set(KILLED), restarts
