"""Every bad HTTP request gets its documented answer; nothing is stored, and nobody falls over."""

import asyncio
import re
from collections.abc import Iterator

import pytest

from gateway.edge.problems import PATH_BYTES_MAX
from gateway.server import running_gateway
from gateway.settings import GatewaySettings
from servicekit.errors import ERRORS
from tests.hostile.accounts import accounts
from tests.hostile.addresses import addresses
from tests.hostile.cases import EXECUTE, Case, order_text, posted
from tests.hostile.fields import fields
from tests.hostile.headers import headers
from tests.hostile.invariants import Ledger
from tests.hostile.texts import texts
from tests.hostile.wire import Answer, exchange, request
from tests.stack import Stack

FAMILIES = {
    "fields": [*fields()],
    "texts": [*texts()],
    "addresses": [*addresses()],
    "accounts": [*accounts()],
    "headers": [*headers()],
}
CASES = [case for family in FAMILIES.values() for case in family]
SCENARIOS = ("fail_once", "ack_lost", "venue_down:raydium", "slow_quotes", "no_such_scenario")


def test_the_corpus_is_large_and_names_each_case_once() -> None:
    assert len(CASES) >= 300
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("family", FAMILIES)
def test_bad_requests_get_their_answers_and_leave_nothing(port: int, ledger: Ledger, family: str) -> None:
    with ledger.untouched():
        check_all(port, FAMILIES[family])


async def test_a_gateway_without_scenarios_refuses_each(stack: Stack, ledger: Ledger) -> None:
    """The same services behind a second gateway, which is not told SCENARIOS=on."""
    env = stack.env()
    settings = GatewaySettings(port=0, executor_address=env["EXECUTOR_ADDRESS"], router_address=env["ROUTER_ADDRESS"])
    with ledger.untouched():
        async with running_gateway(settings) as (_, port):
            await tokens_known(port)
            await asyncio.to_thread(check_all, port, [*scenarios_off()])


async def tokens_known(port: int) -> None:
    async with asyncio.timeout(30):
        while (await asyncio.to_thread(exchange, port, request("GET", "/api/tokens"))).status != 200:
            await asyncio.sleep(0.01)


def scenarios_off() -> Iterator[Case]:
    for scenario in SCENARIOS:
        for path, code in ((EXECUTE, "invalid_order"), ("/api/quotes", "invalid_request")):
            body = order_text("scenario", f'"{scenario}"')
            yield posted(scenario, path, body, 422, code, fault="scenarios_off", pointer="/scenario")


def check_all(port: int, cases: list[Case]) -> None:
    """Send every case; fail with the names of those that were answered otherwise."""
    wrong = []
    for case in cases:
        answer = exchange(port, case.sent, hang_up=case.hang_up)
        try:
            check(answer, case)
        except (AssertionError, KeyError, ValueError) as error:
            wrong.append(f"{case.name}: wanted {case.status} {case.code} {case.fault}, got {answer}: {error!r}")
    assert not wrong, "\n".join(wrong)


def check(answer: Answer, case: Case) -> None:
    """Compare an answer with what its case documents."""
    assert answer.status == case.status, answer
    if case.status == 0:
        return
    if case.status == 200:
        problems = [result["problem"] for result in answer.json()["results"]]
        assert {problem["code"] for problem in problems} == {case.code}
        return
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    row = ERRORS[case.code.upper()]
    assert (problem["code"], problem["status"], row.http_status) == (case.code, case.status, case.status)
    assert problem["title"] == row.title
    assert re.fullmatch(r"[0-9a-f]{32}", problem["traceId"])
    path = case.sent.partition(b" ")[2].partition(b" ")[0].partition(b"?")[0]
    assert problem["instance"] in ("", path.decode("ascii", "replace")[:PATH_BYTES_MAX])
    assert problem["instance"] or case.code == "malformed_request"
    assert "Traceback" not in answer.body.decode()
    if case.status == 405:
        assert answer.headers["allow"]
    if case.fault:
        assert case.fault in {error["code"] for error in problem["errors"]}
    if case.pointer:
        assert (case.pointer, case.fault) in {(error["pointer"], error["code"]) for error in problem["errors"]}
