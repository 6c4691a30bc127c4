"""The life of a stack as its user sees it: start, stop, start again, processes that die, refusals."""

import json
import os
import signal
import socket
import stat
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import psutil
import psycopg
import pytest
import redis

from tests.stack import PROCESSES, SERVICES, Stack, eventually

pytestmark = pytest.mark.timeout(300)

Make = Callable[..., Stack]


def answer(url: str, body: dict[str, Any] | None = None) -> tuple[int, Any]:
    """GET, or POST a JSON body; return the status and the JSON that came back."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, headers={"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, None


def _runs(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def is_ready(stack: Stack) -> bool:
    try:
        return answer(f"{stack.url}/readyz")[0] == 200
    except OSError:
        return False


def submit(stack: Stack) -> str:
    """Submit an order and return its id, trying again while the stack says 503: its processes may just be back."""
    order = {"type": "MARKET", "tokenIn": "SOL", "tokenOut": "USDC", "amountIn": "1", "slippageBps": 500}
    answers: list[tuple[int, Any]] = []

    def accepted() -> bool:
        answers.append(answer(f"{stack.url}/api/orders/execute", order))
        return answers[-1][0] != 503

    eventually(accepted, within_seconds=20)
    status, body = answers[-1]
    assert status in {200, 201, 202}
    return str(body["orderId"])


def order_status(stack: Stack, order_id: str) -> str:
    status, body = answer(f"{stack.url}/api/orders/{order_id}")
    assert status == 200
    return str(body["status"])


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


class TestRunning:
    def test_it_says_where_it_is_and_writes_the_addresses_down(self, stack: Stack) -> None:
        assert f"ready {stack.url}" in stack.output
        env = stack.env()
        assert stat.S_IMODE((stack.data_dir / "env").stat().st_mode) == 0o600
        assert env["GATEWAY_URL"] == stack.url
        with psycopg.connect(env["DATABASE_URL"]) as connection:
            assert connection.execute("SHOW synchronous_commit").fetchone() == ("on",)
            assert connection.execute("SHOW fsync").fetchone() == ("on",)
        with redis.Redis.from_url(env["REDIS_URL"]) as client:
            assert client.ping()
        for name in ("ROUTER_ADDRESS", "EXECUTOR_ADDRESS", "MARKET_ADDRESS"):
            host, port = env[name].split(":")
            socket.create_connection((host, int(port)), timeout=30).close()

    def test_every_process_has_a_live_pid(self, stack: Stack) -> None:
        live = {process.pid for process in stack.processes()}
        assert {stack.pid(name) for name in PROCESSES} <= live

    def test_workers_yield_to_the_processes_that_answer(self, stack: Stack) -> None:
        ours = os.getpriority(os.PRIO_PROCESS, 0)  # the tests may run at any niceness but the last
        assert os.getpriority(os.PRIO_PROCESS, stack.pid("worker-1")) > ours
        assert os.getpriority(os.PRIO_PROCESS, stack.pid("gateway")) == ours

    @pytest.mark.parametrize(("process", "part"), [("worker-1", "workers"), ("market", "market"), ("router", "router")])
    def test_it_is_not_ready_while_a_part_that_orders_need_stands_still(
        self, stack: Stack, process: str, part: str
    ) -> None:
        def missing() -> list[str]:
            return list(answer(f"{stack.url}/api/status")[1]["notReady"])

        eventually(lambda: is_ready(stack), within_seconds=30)
        os.kill(stack.pid(process), signal.SIGSTOP)
        try:
            eventually(lambda: part in missing() and not is_ready(stack), within_seconds=30)
        finally:
            os.kill(stack.pid(process), signal.SIGCONT)
        eventually(lambda: is_ready(stack) and missing() == [], within_seconds=30)

    @pytest.mark.alone
    @pytest.mark.parametrize("name", PROCESSES)
    def test_a_killed_process_is_back_within_a_second(self, stack: Stack, name: str) -> None:
        eventually(lambda: is_ready(stack), within_seconds=20)
        assert stack.kill_process(name) < 1.0
        eventually(lambda: is_ready(stack), within_seconds=20)
        assert f"{name} was ended by SIGKILL; starting it again" in stack.errors
        order = submit(stack)
        eventually(lambda: order_status(stack, order) == "confirmed", within_seconds=20)


def test_a_stopped_stack_leaves_nothing_and_goes_on_with_its_data(start_stack: Make) -> None:
    stack = start_stack(seeded=False, WORKERS="2")
    order = submit(stack)
    eventually(lambda: order_status(stack, order) == "confirmed", within_seconds=20)
    pids = {name: stack.pid(name) for name in (*PROCESSES, "worker-2")}

    assert stack.stop() == 0
    assert list((stack.data_dir / "run").iterdir()) == []
    assert not [name for name, pid in pids.items() if _runs(pid)]

    stack.start()
    assert order_status(stack, order) == "confirmed"
    assert stack.stop(signal.SIGINT) == 0


def test_a_stack_whose_supervisor_was_killed_starts_again_with_its_data(start_stack: Make) -> None:
    stack = start_stack()
    order = submit(stack)
    stack.kill()
    stack.start()
    eventually(lambda: order_status(stack, order) == "confirmed", within_seconds=20)


def test_two_stacks_run_side_by_side_without_further_settings(start_stack: Make) -> None:
    first, second = start_stack(seeded=False), start_stack(seeded=False)
    assert is_ready(first)
    assert is_ready(second)
    names = ("DATABASE_URL", "REDIS_URL", "ROUTER_ADDRESS", "EXECUTOR_ADDRESS", "MARKET_ADDRESS")
    assert not {first.env()[name] for name in names} & {second.env()[name] for name in names}
    order = submit(first)
    assert answer(f"{second.url}/api/orders/{order}")[0] == 404


def test_servers_of_the_users_own_are_used(start_stack: Make, database_url: str, redis_url: str) -> None:
    stack = start_stack(DATABASE_URL=database_url + "?pgbouncer=true", REDIS_URL=redis_url)
    assert sorted(path.stem for path in (stack.data_dir / "run").iterdir()) == sorted(SERVICES)
    order = submit(stack)
    eventually(lambda: order_status(stack, order) == "confirmed", within_seconds=20)
    with psycopg.connect(database_url) as connection:
        assert connection.execute("SELECT status FROM orders WHERE id = %s", [order]).fetchone() is not None


class TestRefusals:
    def refusal(self, stack: Stack) -> str:
        code, said = stack.refused()
        assert code == 2
        assert said.count("\n") == 1, said
        assert not stack.processes()
        return said

    @pytest.mark.parametrize("name", ["PORT", "ROUTER_PORT", "EXECUTOR_PORT", "MARKET_PORT"])
    def test_a_port_in_use_is_named_with_its_variable(self, new_stack: Make, taken_port: int, name: str) -> None:
        said = self.refusal(new_stack(**{name: str(taken_port)}))
        assert f"port {taken_port} is in use" in said
        assert name in said

    def test_a_data_directory_in_use_is_named(self, stack: Stack, new_stack: Make) -> None:
        said = self.refused_beside(stack, new_stack)
        assert "in use by another stack (process " in said
        assert "TRADEWIND_DATA_DIR" in said

    def refused_beside(self, stack: Stack, new_stack: Make) -> str:
        code, said = new_stack(data_dir=stack.data_dir).refused()
        assert code == 2
        assert is_ready(stack)
        return said

    def test_servers_out_of_reach_are_named(self, new_stack: Make, free_port: Callable[[], int]) -> None:
        port = free_port()
        said = self.refusal(new_stack(DATABASE_URL=f"postgresql://me:secret@127.0.0.1:{port}/orders"))
        assert "DATABASE_URL" in said
        assert "secret" not in said
        assert "REDIS_URL" in self.refusal(new_stack(REDIS_URL=f"redis://:secret@127.0.0.1:{port}/0"))

    def test_contradicting_names_are_both_named(self, new_stack: Make) -> None:
        said = self.refusal(new_stack(DATABASE_URL="postgresql://me@127.0.0.1/orders", DB_HOST="elsewhere"))
        assert "DATABASE_URL=postgresql://***@127.0.0.1/orders and DB_HOST=elsewhere: contradict each other" in said
