"""The client package, the command and the examples against the real stack."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from decimal import Decimal
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from tests.stack import REPOSITORY, Stack
from tradewind_cli.main import app
from tradewind_client import OrderRequest, Problem, Tradewind

LIFE = ["pending", "routing", "routing_complete", "building", "submitted", "confirmed"]
ORDER = OrderRequest(token_in="SOL", token_out="USDC", amount_in="1.5", slippage_bps=100)


@pytest.fixture
async def tradewind(stack: Stack) -> AsyncIterator[Tradewind]:
    async with Tradewind(stack.url) as client:
        yield client


def command(*words: str, url: str, **env: str) -> Result:
    """Run a command line in this process."""
    return CliRunner().invoke(app, words, env={"TRADEWIND_URL": url, "TRADEWIND_API_KEY": "", **env})


def script(*words: str, url: str) -> subprocess.CompletedProcess[str]:
    """Run a program as a user would."""
    return subprocess.run(
        [sys.executable, *words],
        env={**os.environ, "TRADEWIND_URL": url, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def lines(done: Result | subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


async def test_lives_survive_the_gateways_death(start_stack: Callable[..., Stack]) -> None:
    stack = start_stack(MARKET_PROFILE="realistic")
    async with Tradewind(stack.url) as tradewind:
        first = await tradewind.batch([ORDER] * 5)
        ids = [entry.submitted.order_id for entry in first if entry.submitted]
        lives: dict[str, list[int]] = {order_id: [] for order_id in ids}
        statuses: dict[str, list[str]] = {order_id: [] for order_id in ids}
        late: list[asyncio.Task[Any]] = []
        async for event in tradewind.watch_many(ids):
            lives[event.order_id].append(event.sequence)
            statuses[event.order_id].append(event.status)
            if event.status == "submitted" and not late:
                late = [asyncio.create_task(tradewind.submit(ORDER)) for _ in range(5)]
                await asyncio.to_thread(stack.kill_process, "gateway")
        during = {submitted.order_id for submitted in await asyncio.gather(*late)}
        assert statuses == dict.fromkeys(ids, LIFE)
        assert lives == {order_id: [1, 2, 3, 4, 5, 6] for order_id in ids}
        assert {(await tradewind.finish(order_id)).status for order_id in during} == {"confirmed"}
        assert {order.order_id async for order in tradewind.orders(page_size=3)} == {*ids, *during}
    off = script("-m", "tradewind_cli", "demo", "--only", "plain", url=stack.url)
    assert (off.returncode, "SCENARIOS=on" in off.stdout) == (0, True)
    refused = script("-m", "tradewind_cli", "submit", "SOL", "USDC", "1", "--scenario", "fail_once", url=stack.url)
    assert (refused.returncode, refused.stderr.count("\n"), "scenario" in refused.stderr) == (1, 1, True)


async def test_the_whole_account_survives_the_gateways_deaths(start_stack: Callable[..., Stack]) -> None:
    stack = start_stack(MARKET_PROFILE="realistic")
    lives: dict[str, list[int]] = {}
    ended: set[str] = set()
    wanted: set[str] = set()
    async with Tradewind(stack.url) as tradewind:

        async def submit() -> None:
            for _ in range(40):
                wanted.add((await tradewind.submit(ORDER)).order_id)

        async def kill() -> None:
            for _ in range(2):
                await asyncio.sleep(0.3)
                await asyncio.to_thread(stack.kill_process, "gateway")

        wanted.add((await tradewind.submit(ORDER)).order_id)
        events = tradewind.watch_all()
        async with aclosing(events), asyncio.timeout(60), asyncio.TaskGroup() as tasks:
            first = await anext(events)
            lives[first.order_id] = [first.sequence]
            busy = [tasks.create_task(submit()), tasks.create_task(kill())]
            while not all(task.done() for task in busy) or not wanted <= ended:
                event = await anext(events)
                lives.setdefault(event.order_id, []).append(event.sequence)
                if event.is_terminal:
                    ended.add(event.order_id)
        listed = {order.order_id: order.version async for order in tradewind.orders()}
    assert set(listed) == wanted
    assert lives == {order_id: list(range(1, version + 1)) for order_id, version in listed.items()}


async def test_an_order_and_its_life_as_values(tradewind: Tradewind) -> None:
    quote = await tradewind.quote("SOL", "USDC", "1.5")
    submitted = await tradewind.submit(
        OrderRequest(token_in="SOL", token_out="USDC", amount_in="1.5", slippage_bps=100)
    )
    again = await tradewind.submit(ORDER, idempotency_key=submitted.idempotency_key)
    assert (again.order_id, again.replayed, submitted.replayed) == (submitted.order_id, True, False)
    events = [event async for event in tradewind.watch(submitted.order_id)]
    assert [event.status for event in events] == LIFE
    assert events == await tradewind.history(submitted.order_id)
    assert [event async for event in tradewind.watch(submitted.order_id, after=4)] == events[4:]
    assert [event async for event in tradewind.watch(submitted.order_id, after=6)] == []
    order = await tradewind.order(submitted.order_id)
    assert (order.amount_in_base_units, order.version, order.attempts) == (1_500_000_000, 6, 1)
    assert order.executed_amount_out == events[-1].amount_out
    assert events[2].route
    assert quote.amount_out_base_units == sum(
        leg.amount_out_base_units for leg in quote.route if leg.token_out_mint == order.token_out_mint
    )


async def test_a_preview_names_every_violation(tradewind: Tradewind) -> None:
    preview = await tradewind.preview(ORDER)
    assert preview.order.amount_in_base_units == 1_500_000_000
    assert preview.amount_out > preview.order.min_amount_out
    with pytest.raises(Problem) as caught:
        await tradewind.preview({"tokenIn": "SOL", "amountIn": 0, "slippageBps": 99_999})
    assert {violation.pointer for violation in caught.value.errors} == {"/tokenOut", "/amountIn", "/slippageBps"}


async def test_a_waiting_order_can_be_taken_back(tradewind: Tradewind) -> None:
    body = OrderRequest(token_in="SOL", token_out="USDC", amount_in="1", scenario="fail_always")
    submitted = await tradewind.submit(body)
    async with aclosing(tradewind.watch(submitted.order_id)) as events:
        async for event in events:
            if event.status == "retrying":
                assert (await tradewind.cancel(event.order_id)).status == "cancelled"
    assert event.status == "cancelled"
    with pytest.raises(Problem) as caught:
        await tradewind.cancel((await tradewind.submit(ORDER)).order_id.replace("0", "1"))
    assert caught.value.code == "order_not_found"


async def test_the_wallet_is_filled_once_for_a_key(tradewind: Tradewind) -> None:
    before = {balance.token: balance for balance in await tradewind.balances()}["JitoSOL"]
    dropped = [await tradewind.airdrop("JitoSOL", "0.000000005", idempotency_key="once") for _ in range(2)]
    assert [balance.amount_base_units for balance in dropped] == [before.amount_base_units + 5] * 2
    assert dropped[0].amount - before.amount == Decimal("0.000000005")


async def test_watching_everything_sees_orders_to_come(tradewind: Tradewind) -> None:
    over = await tradewind.finish((await tradewind.submit(ORDER)).order_id)
    slow = OrderRequest(token_in="SOL", token_out="USDC", amount_in="1", scenario="late_confirm")
    on_its_way = (await tradewind.submit(slow)).order_id
    async with aclosing(tradewind.watch_all()) as events:
        seen = [await anext(events)]
        to_come = (await tradewind.submit(ORDER)).order_id
        while len({event.order_id for event in seen if event.is_terminal}) < 2:
            seen.append(await anext(events))
    lives = {
        order_id: [event.sequence for event in seen if event.order_id == order_id] for order_id in (on_its_way, to_come)
    }
    assert lives == {on_its_way: [1, 2, 3, 4, 5, 6], to_come: [1, 2, 3, 4, 5, 6]}
    assert over.order_id not in {event.order_id for event in seen}


def test_the_command_tells_lives_by_its_exit_code(stack: Stack) -> None:
    confirmed = script("-m", "tradewind_cli", "submit", "sol", "usdc", "1.5", "--watch", "--json", url=stack.url)
    submitted, *life = lines(confirmed)
    assert (confirmed.returncode, confirmed.stderr) == (0, "")
    assert [event["status"] for event in life] == LIFE
    failed = command("submit", "SOL", "USDC", "1", "--scenario", "fail_always", "--watch", url=stack.url)
    assert (failed.exit_code, failed.stdout.splitlines()[-1].split()[2]) == (1, "failed")
    late = command(
        "submit", "SOL", "USDC", "1", "--scenario", "late_confirm", "-w", "--timeout", "1.5", "--json", url=stack.url
    )
    assert (late.exit_code, json.loads(late.stderr)) == (4, {"error": "not finished within 1.5 s"})
    rest = command("watch", submitted["orderId"], "--after", "4", "--json", url=stack.url)
    assert (rest.exit_code, [event["sequence"] for event in lines(rest)]) == (0, [5, 6])
    several = command("watch", submitted["orderId"], lines(late)[0]["orderId"], url=stack.url)
    assert (several.exit_code, several.stdout.count("confirmed")) == (0, 2)
    # What was cancelled or failed does not count as done.
    listed = command("orders", "--status", "failed", "--limit", "1", "--json", url=stack.url)
    assert command("watch", lines(listed)[0]["orderId"], url=stack.url).exit_code == 1


def test_the_command_refuses_in_one_line(stack: Stack) -> None:
    wrong = command("submit", "SOL", "NOSUCH", "0", url=stack.url)
    assert (wrong.exit_code, wrong.stdout, wrong.stderr.count("\n")) == (1, "", 1)
    assert "/tokenOut" in wrong.stderr
    assert "/amountIn" in wrong.stderr
    as_values = json.loads(command("submit", "SOL", "NOSUCH", "0", "--json", url=stack.url).stderr)
    assert {error["pointer"] for error in as_values["errors"]} == {"/tokenOut", "/amountIn"}
    process = script("-m", "tradewind_cli", "cancel", "no-such-order", url=stack.url)
    assert (process.returncode, process.stderr) == (1, "error: There is no such order (404 order_not_found)\n")
    for usage in (
        ["watch"],
        ["watch", "o-1", "--all"],
        ["submit", "SOL"],
        ["orders", "--url", "gateway"],
        ["nonsense"],
    ):
        assert command(*usage, url=stack.url).exit_code == 2


def test_the_command_says_when_nobody_answers_and_keeps_the_key(stack: Stack) -> None:
    away = command("tokens", url="http://127.0.0.1:9", TRADEWIND_API_KEY="tw_me_secret")
    assert (away.exit_code, away.stderr.count("\n")) == (3, 1)
    helped = command("submit", "--help", url=stack.url, TRADEWIND_API_KEY="tw_me_secret")
    there = command("tokens", "--json", url=stack.url, TRADEWIND_API_KEY="tw_me_secret")
    spoken = command("tokens", "--api-key", "tw_me_secret", url=stack.url)
    assert spoken.exit_code == 2
    assert there.exit_code == 0
    assert {token["symbol"] for token in lines(there)} >= {"SOL", "USDC", "BONK"}
    assert "secret" not in away.stdout + away.stderr + helped.stdout + there.stdout + there.stderr + spoken.stderr


def test_the_command_shows_every_part(stack: Stack) -> None:
    told = command("status", url=stack.url, COLUMNS="80")
    assert (told.exit_code, told.stderr) == (0, "")
    assert told.stdout.splitlines()[0] == "ready"
    first_words = [line.split()[0] for line in told.stdout.splitlines()[2:]]
    assert first_words == ["gateway", "executor", "workers", "worker-1", "router", "market", "postgres", "redis"]
    (document,) = lines(command("status", "--json", url=stack.url))
    assert document["notReady"] == []
    assert document["parts"]["market"]["profile"] in told.stdout


def test_the_command_shows_tables(stack: Stack) -> None:
    quoted = command("quote", "sol", "usdc", "10", url=stack.url)
    assert (quoted.exit_code, quoted.stderr) == (0, "")
    assert "10 SOL buys" in quoted.stdout
    assert all(kind in quoted.stdout for kind in ("raydium_cpmm", "raydium_clmm", "meteora_dlmm", "meteora_damm_v2"))
    wallet = command("balances", url=stack.url)
    assert (wallet.exit_code, wallet.stdout.split()[:2]) == (0, ["token", "amount"])
    assert any(line.split()[0] == "USDC" for line in wallet.stdout.splitlines())
    (told,) = lines(command("quote", "SOL", "USDC", "10", "--venue", "raydium", "--json", url=stack.url))
    assert {pool["venue"] for pool in told["quotes"]} == {"raydium"}
    assert command("submit", "SOL", "USDC", "1", "--watch", url=stack.url).exit_code == 0
    table = command("orders", "--limit", "1", url=stack.url).stdout.splitlines()
    assert len(table) == 2
    assert table[0].split()[:3] == ["order", "created", "status"]


@pytest.mark.parametrize(
    ("program", "says"),
    [
        ("submit_and_watch.py", "bought"),
        ("quote_then_execute.py", "confirmed:"),
        ("resilient_batch.py", "20 confirmed"),
    ],
)
def test_an_example_runs(stack: Stack, program: str, says: str) -> None:
    done = script(str(REPOSITORY / "examples" / "clients" / program), url=stack.url)
    assert (done.returncode, done.stderr) == (0, "")
    assert says in done.stdout
