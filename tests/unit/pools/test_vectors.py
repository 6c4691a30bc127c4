"""Every case the vendors' own code answered, answered alike."""

import json
import random
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from pools.errors import PoolError, PoolErrorReason
from pools.integers import U64_MAX
from pools.kinds import PoolKind
from pools.pool import PoolState
from pools.pool_json import state_from_json, state_to_json
from tests.vectors import DATA, replay

NAMES = sorted(path.stem for path in DATA.glob("*.json") if path.stem != "routing")


def test_every_kind_of_pool_has_vectors() -> None:
    assert {*replay.REPLAYS} <= {json.loads((DATA / f"{name}.json").read_text("utf-8"))["pool_type"] for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_every_case_of_a_file_passes(name: str) -> None:
    document = json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))
    assert len(document["cases"]) == document["n_cases"]
    failures = {case["id"]: replay.difference(document["pool_type"], case) for case in document["cases"]}
    assert not {case_id: text for case_id, text in failures.items() if text}


def test_the_command_prints_a_line_a_file_and_fails_on_a_wrong_case(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = json.loads((DATA / "raydium_amm_v4.json").read_text(encoding="utf-8"))
    document["cases"] = document["cases"][:3]
    right, wrong = tmp_path / "right.json", tmp_path / "wrong.json"
    right.write_text(json.dumps(document), encoding="utf-8")
    document["cases"][1]["expect"] = {"output_amount": "1", "fee": "1"}
    document["cases"][1].pop("program_reverts", None)
    wrong.write_text(json.dumps(document), encoding="utf-8")

    assert replay.main([str(right)]) == 0
    assert replay.main([str(right), str(wrong)]) == 1
    printed = capsys.readouterr()
    assert printed.out.splitlines() == [
        "right: 3 passed, 0 failed",
        "right: 3 passed, 0 failed",
        "wrong: 2 passed, 1 failed",
    ]
    assert document["cases"][1]["id"] in printed.err


def cases(name: str) -> list[dict[str, Any]]:
    document = json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))
    return list(document["cases"])


def now_of(fields: dict[str, Any]) -> int:
    names = ("current_timestamp", "block_timestamp", "current_point")
    now = next((fields[name] for name in names if name in fields), 0)
    return int(max(now, fields.get("activation_point", 0)))


def test_the_pools_of_the_routing_problems_quote_what_the_problems_say() -> None:
    problems = [problem for problem in cases("routing") if problem["kind"] == "single_pair"]
    quotes = {}
    for problem in problems:
        for pool in problem["pools"]:
            state = state_from_json(PoolKind(pool["type"]), pool["state"])
            amount = int(problem["amount_in"])
            quotes[problem["id"], pool["id"]] = answer(state, problem["a_to_b"], amount, now_of(pool["state"]))
    assert len(quotes) > 50
    for problem in problems:
        for pool_id, expected in problem["single_pool_outputs"].items():
            quoted = quotes[problem["id"], pool_id]
            assert str(quoted) == expected if expected else isinstance(quoted, PoolErrorReason)


def answer(state: PoolState, zero_for_one: bool, amount: int, now: int) -> int | PoolErrorReason:
    try:
        return state.quote_exact_in(zero_for_one, amount, now)
    except PoolError as error:
        return error.reason


def walk_of(fields: dict[str, Any], state: PoolState, seed: str) -> Iterator[PoolState]:
    """Yield the states along a random row of swaps of all sizes, checking what must hold at each."""
    dice, now = random.Random(seed), now_of(fields)
    vault = list(state.backing())
    while True:
        zero_for_one, exact_in = dice.random() < 0.5, dice.random() < 0.7
        amount = int(2 ** dice.uniform(0, 64)) if dice.random() < 0.5 else dice.randint(1, max(2, *state.backing()))
        amount, now = min(amount, U64_MAX), now + dice.choice((0, 1, 15, 100, 5_000))
        try:
            outcome = (state.swap_exact_in if exact_in else state.swap_exact_out)(zero_for_one, amount, now)
        except PoolError as error:
            if exact_in:
                assert answer(state, zero_for_one, amount, now) is error.reason  # noqa: PT017
        else:
            fill = outcome.fill
            assert (fill.amount_in if exact_in else fill.amount_out) == amount
            assert max(fill.amount_in, fill.amount_out) <= U64_MAX
            assert fill.fee == fill.protocol_fee + fill.lp_fee
            assert min(fill.protocol_fee, fill.lp_fee, fill.fee_other_side) >= 0
            if exact_in:
                assert answer(state, zero_for_one, amount, now) == fill.amount_out
            vault[0 if zero_for_one else 1] += fill.amount_in
            vault[1 if zero_for_one else 0] -= fill.amount_out
            state = outcome.state_after
            assert all(held >= needed for held, needed in zip(vault, state.backing(), strict=True))
        yield state


@pytest.mark.parametrize("name", ["raydium_clmm", "meteora_dlmm", "meteora_damm_v2", "raydium_amm_v4"])
def test_extreme_pools_stay_whole_through_any_row_of_swaps(name: str) -> None:
    """The vectors' own pools, from dust to the edge of 64 bits: no unit is made, no state becomes unreadable."""
    for case in cases(name):
        state = state_from_json(PoolKind(name), case["input"])
        for after in islice(walk_of(case["input"], state, case["id"]), 6):
            assert state_from_json(after.kind, state_to_json(after)) == after
