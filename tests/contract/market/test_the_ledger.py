"""The ledger itself: one writer, migrations, restarts, outages, and the check."""

import asyncio
import hashlib
import os
import random
import socket
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import psycopg
import pytest

from market_service.chain.clock import SLOT_MS, ManualClock
from market_service.chain.swaps import SwapState
from market_service.commands import main
from market_service.genesis.definition import parse_definition
from market_service.ledger import ledger as ledger_module
from market_service.ledger.check import check_ledger, table_of
from market_service.ledger.ledger import Ledger, LedgerNotReady, LedgerTaken
from market_service.migrations.apply import migrate
from market_service.outside.profiles import PROFILES
from servicekit.cancelling import cancel_all
from servicekit.errors import Unavailable
from servicekit.postgres import connect
from tests.conftest import DatabaseMaker
from tests.contract.market.conftest import OpenMarket
from tests.contract.market.test_swaps_on_the_ledger import a_random_swap
from tests.unit.market.builders import SMALL_MARKET, SOL


def test_migrations_may_run_at_the_same_time(database_url: str) -> None:
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(migrate, [database_url] * 4))
    with connect(database_url) as connection:
        assert connection.execute("SELECT version_num FROM market.alembic_version").fetchall() == [("0001",)]


async def test_a_ledger_without_tables_is_refused_with_the_command_that_makes_them(
    open_market: OpenMarket, database_url: str
) -> None:
    with pytest.raises(LedgerNotReady, match="migrate"):
        async with open_market(url=database_url):
            pass


async def test_a_second_market_is_refused(
    open_market: OpenMarket, ledger_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger_module, "LOCK_WAIT_SECONDS", 0.2)
    async with open_market():
        with pytest.raises(LedgerTaken):
            await Ledger(ledger_url).open()


async def test_a_market_waits_for_the_one_before_it_to_be_gone(open_market: OpenMarket, ledger_url: str) -> None:
    second = Ledger(ledger_url)
    async with open_market():
        opening = asyncio.ensure_future(second.open())
        await asyncio.sleep(0.2)
        assert not opening.done()
    await asyncio.wait_for(opening, 30)
    await second.close()


_KEPT_ALIVE = {
    "tcp_user_timeout": "5000",
    "tcp_keepalives_idle": "5",
    "tcp_keepalives_interval": "2",
    "tcp_keepalives_count": "3",
}


async def test_who_is_gone_without_a_word_is_given_up_in_seconds(open_market: OpenMarket) -> None:
    async with open_market() as market:
        writer = market.chain.ledger._connection
        assert writer is not None
        found = {name: await _shown(writer, name) for name in (*_KEPT_ALIVE, "statement_timeout")}
        assert found == {**_KEPT_ALIVE, "statement_timeout": "30s"}
        _gives_up_in_seconds(writer)
        async with market.intake._reader._pool.connection() as reads:
            assert await _shown(reads, "statement_timeout") == "2500ms"
            _gives_up_in_seconds(reads)


async def _shown(connection: psycopg.AsyncConnection[Any], name: str) -> str:
    [row] = await (await connection.execute(f"SHOW {name}".encode())).fetchall()
    return str(row[0])


def _gives_up_in_seconds(connection: psycopg.AsyncConnection[Any]) -> None:
    """Ask the system what it does when the server falls silent."""
    wanted = {"TCP_USER_TIMEOUT": 5_000, "TCP_KEEPIDLE": 5, "TCP_KEEPALIVE": 5, "TCP_KEEPINTVL": 2, "TCP_KEEPCNT": 3}
    # macOS knows no TCP_USER_TIMEOUT, and calls the idle time TCP_KEEPALIVE.
    known = {name: value for name, value in wanted.items() if hasattr(socket, name)}
    assert len(known) >= 3
    with socket.socket(fileno=os.dup(connection.fileno())) as seen:
        assert seen.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        found = {name: seen.getsockopt(socket.IPPROTO_TCP, getattr(socket, name)) for name in known}
        assert found == known


async def test_a_statement_that_waits_for_a_lock_is_cut_off_and_the_slot_comes_again(
    open_market: OpenMarket, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = (*ledger_module._SESSION_SETTINGS[:-1], "SET statement_timeout = 200")
    monkeypatch.setattr(ledger_module, "_SESSION_SETTINGS", settings)
    async with open_market() as market:
        swap = market.sale()
        await market.send(swap)
        with connect(market.url) as other:
            other.execute("LOCK TABLE market.swaps IN SHARE MODE")
            await asyncio.wait_for(market.slots(4), 30)
            assert (await market.result(swap)).state is SwapState.IN_FLIGHT
        await market.slots(8)
        assert (await market.result(swap)).state is SwapState.LANDED
        market.assert_sound()


@pytest.mark.parametrize("pipelined_max", [0, 1_000])
async def test_a_slot_is_written_whole_in_one_go_or_statement_by_statement(
    open_market: OpenMarket, monkeypatch: pytest.MonkeyPatch, pipelined_max: int
) -> None:
    monkeypatch.setattr(ledger_module, "_PIPELINED_MAX", pipelined_max)
    async with open_market("instant") as market:
        swap = market.sale()
        await market.send(swap)
        assert (await market.result(swap)).state is SwapState.LANDED
        market.assert_sound()


async def test_slots_never_go_back_over_a_restart_even_when_the_clock_does(open_market: OpenMarket) -> None:
    async with open_market() as market:
        await market.slots(40)
        reached = market.chain.slot
    async with open_market(clock=ManualClock(market.clock.now_ms() - 30 * SLOT_MS)) as market:
        assert market.chain.slot >= reached


async def test_a_lost_connection_costs_nothing_and_heals_by_itself(open_market: OpenMarket) -> None:
    async with open_market() as market:
        swap = market.sale()
        await market.send(swap)
        await market.slots(4)
        end_sessions(market.url)
        # The first slot that touches the ledger finds out; it may be the one that heals, too.
        await market.slots(12)
        assert (await market.result(swap)).state is SwapState.LANDED
        market.assert_sound()


async def test_nothing_is_taken_while_the_ledger_is_known_to_be_gone(open_market: OpenMarket) -> None:
    async with open_market() as market:
        await market.chain.ledger.close()
        swap = market.sale()
        with pytest.raises(Unavailable):
            await market.send(swap)
        await market.slots(1)
        assert (await market.result(swap)).state is SwapState.UNKNOWN
        assert (await market.send(swap)).state is SwapState.IN_FLIGHT


async def test_a_commit_whose_answer_was_lost_is_found_and_not_repeated(
    open_market: OpenMarket, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_market("instant") as market:
        swap = market.sale()
        commit = market.chain.ledger.commit

        async def commit_and_lose_the_answer(entry: ledger_module.Entry) -> None:
            await commit(entry)
            await market.chain.ledger.close()
            raise ledger_module.LedgerAway("the answer was lost")

        monkeypatch.setattr(market.chain.ledger, "commit", commit_and_lose_the_answer)
        with pytest.raises(Unavailable):
            await market.send(swap)
        monkeypatch.undo()
        news = market.chain.swap_news.subscribe().items()
        await market.slots(1)
        landed = await market.result(swap)
        assert landed.state is SwapState.LANDED
        assert (await asyncio.wait_for(anext(news), 30)).results == [("", landed)]
        assert (await market.intake.balances("alice"))[SOL] == 10**15 - 10**9
        market.assert_sound()


async def test_a_market_that_was_replaced_cannot_write_and_ends(
    open_market: OpenMarket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger_module, "LOCK_WAIT_SECONDS", 0.2)
    async with open_market("instant") as market:
        end_sessions(market.url)
        usurper = Ledger(market.url)
        await usurper.open()
        with pytest.raises(Unavailable):
            await market.send(market.sale())
        with pytest.raises(LedgerTaken):
            await market.slots(1)
        await usurper.close()


def end_sessions(url: str) -> None:
    """End the market's sessions, as a restart of Postgres would."""
    with connect(url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 2000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


async def log_of_a_run(open_market: OpenMarket, url: str, *, seed: int) -> str:
    """Run a fixed script of calls and return the hash of everything the ledger says."""
    migrate(url)
    chance = random.Random(11)
    profile = replace(PROFILES["s5"], dropped_ppm=50_000)
    async with open_market(profile, url=url, seed=seed) as market:
        for _ in range(20):
            await market.intake.send([a_random_swap(market, chance) for _ in range(6)])
            await market.slots(1)
        drop = str(uuid.UUID(int=chance.getrandbits(128)))
        await market.intake.airdrop(airdrop_id=drop, account_id="bob", mint=SOL, amount=5)
        await market.slots(20)
    digest = hashlib.sha256()
    with connect(url) as connection:
        for table, order in (
            ("chain", "1"),
            ("tokens", "mint"),
            ("pools", "pool_id"),
            ("wallets", "account_id, mint"),
            ("swaps", "number"),
            ("transfers", "transfer_id"),
            ("airdrops", "airdrop_id"),
        ):
            for row in connection.execute(f"SELECT t::text FROM market.{table} t ORDER BY {order}"):
                digest.update(row[0].encode())
    return digest.hexdigest()


async def test_the_same_seed_and_calls_give_the_same_ledger_byte_for_byte(
    open_market: OpenMarket, databases: DatabaseMaker
) -> None:
    first, second, other = [await log_of_a_run(open_market, databases.new(), seed=seed) for seed in (4, 4, 5)]
    print(f"sha256 of the ledger: {first}")
    assert first == second
    assert first != other


async def test_a_definition_that_grows_adds_its_pools_and_keeps_the_others(open_market: OpenMarket) -> None:
    async with open_market("instant") as market:
        await market.send(market.sale(10**12))
        before = market.pool("SOL-USDC CPMM").vault_0
    more = SMALL_MARKET + (
        '\n[[pools]]\nname = "new"\nkind = "raydium_amm_v4"\ntokens = ["SOL", "USDC"]\nreserves = [500, 75_000]\n'
    )
    grown = parse_definition(more.replace("size_usd = 30_000_000", "size_usd = 99_000_000"), source="x")
    async with open_market("instant", clock=market.clock, definition=grown) as market:
        assert market.pool("new").vault_0 == 500 * 10**9
        assert market.pool("SOL-USDC CPMM").vault_0 == before
        market.assert_sound()


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        ("UPDATE market.wallets SET amount = amount + 1 WHERE mint = '{SOL}'", "wallet:alice"),
        ("UPDATE market.pools SET fees_0 = fees_0 + 1 WHERE name = 'SOL-USDC CPMM'", "pool:"),
        ("UPDATE market.tokens SET minted = minted + 5 WHERE symbol = 'RAY'", "mint of"),
        ("DELETE FROM market.transfers WHERE swap_id IS NOT NULL", "0 transfers of its own"),
    ],
)
async def test_the_check_finds_what_does_not_add_up(
    open_market: OpenMarket, monkeypatch: pytest.MonkeyPatch, damage: str, says: str
) -> None:
    async with open_market("instant") as market:
        await market.send(market.sale())
        market.assert_sound()
    monkeypatch.setenv("DATABASE_URL", market.url)
    assert main(["check"]) == 0
    with connect(market.url) as connection:
        connection.execute(damage.replace("{SOL}", SOL))
    assert main(["check"]) == 1
    report = check_ledger(market.url)
    assert any(says in sentence for sentence in report.contradictions), report
    assert "BROKEN" in table_of(report)


async def test_a_stall_skips_slots_instead_of_piling_them_up(open_market: OpenMarket) -> None:
    async with open_market() as market:
        news = market.chain.pool_news.subscribe().items()
        swap = market.sale()
        await market.send(swap)
        running = asyncio.create_task(market.chain.run())
        await asyncio.sleep(0)
        market.clock.advance(40 * SLOT_MS + 1)
        assert (await asyncio.wait_for(anext(news), 30)).slot == 40
        assert (await market.result(swap)).slot == 40
        market.clock.advance(SLOT_MS - 1)
        assert (await asyncio.wait_for(anext(news), 30)).slot == 41
        await cancel_all([running])
