"""Replay vector files against the product's own math.

For each file one line `NAME: N passed, M failed`, where NAME is the file's stem; each failing case with its
difference on stderr, the first ten of a file. A file of routing problems prints one JSON line a problem instead:
{"id", "output", "split": {pool id: amount}}. The exit status is 1 when any case failed.
"""

import importlib
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from pools import amm_v4, constant_product
from pools.bins.bin_prices import bin_price
from pools.bins.bin_swap import FEE_RATE_MAX, base_fee_rate, fee_of, variable_fee_rate, with_fee
from pools.bins.liquidity_bins import DlmmState
from pools.concentrated import tick_prices
from pools.concentrated.concentrated_liquidity import ClmmState
from pools.concentrated.tick_swap import Course, take_step
from pools.concentrated.tick_walk import Walk
from pools.constant_product import CpmmState, FeeRates
from pools.damm.damm_v2 import DammV2State, Move, SwapMode
from pools.errors import PoolError
from pools.integers import require_u64
from tests.vectors import DATA

Json = Mapping[str, Any]
Numbers = dict[str, Any]
SHOWN_FAILURES: Final = 10
EXACT_IN: Final = "exact_in"
# What the vectors call an abort of the program, where the product's reason has another name.
REASONS: Final = {"OVERFLOW": "OVERFLOW_U64", "ZERO_INPUT": "ZERO_AMOUNT"}


def cpmm(case: Json) -> Numbers:
    given = case["input"]
    rate_names = ("trade_fee_rate", "creator_fee_rate", "protocol_fee_rate", "fund_fee_rate")
    rates = FeeRates(*(int(given[name]) for name in rate_names))
    reserve_in, reserve_out = int(given["reserve_in"]), int(given["reserve_out"])
    swap = constant_product.exact_in if given["mode"] == EXACT_IN else constant_product.exact_out
    amounts = swap(int(given["amount"]), reserve_in, reserve_out, rates, given["creator_fee_on_input"])
    if _must_be_refused(case):
        constant_product.require_output(amounts)
    return {
        "input_amount": amounts.amount_in,
        "output_amount": amounts.amount_out,
        "trade_fee": amounts.trade_fee,
        "protocol_fee": amounts.protocol_fee,
        "fund_fee": amounts.fund_fee,
        "creator_fee": amounts.creator_fee,
        "new_input_vault_amount": reserve_in + amounts.curve_in,
        "new_output_vault_amount": reserve_out - amounts.curve_out,
    }


def amm(case: Json) -> Numbers:
    given = case["input"]
    base, quote = int(given["base_reserve"]), int(given["quote_reserve"])
    reserve_in, reserve_out = (base, quote) if given["base_in"] else (quote, base)
    swap = amm_v4.exact_in if given["mode"] == EXACT_IN else amm_v4.exact_out
    amounts = swap(int(given["amount"]), reserve_in, reserve_out)
    if given["mode"] == EXACT_IN:
        return {"output_amount": amounts.amount_out, "fee": amounts.fee}
    return {"input_amount": amounts.amount_in, "fee": amounts.fee}


def clmm(case: Json) -> Numbers:
    given = case["input"]
    state = ClmmState.from_json(given)
    exact_in, zero_for_one, amount = given["mode"] == EXACT_IN, given["zero_for_one"], int(given["amount"])
    now, limit = given.get("block_timestamp", 0), int(given["sqrt_price_limit_x64"]) or None
    if _must_be_refused(case) and limit is None:
        (state.swap_exact_in if exact_in else state.swap_exact_out)(zero_for_one, amount, now)
    if _must_be_refused(case) and limit is not None and exact_in:
        state.swap_to_limit(zero_for_one, amount, now, limit)
    walk = state.walk(zero_for_one, amount, now, exact_in=exact_in, sqrt_price_limit=limit)
    numbers = {**_clmm_numbers(walk, state.after(walk)), "limit_reached": walk.sqrt_price == limit}
    expected_block = case["expect"].get("dynamic_fee_after")
    if expected_block is not None:
        numbers["dynamic_fee_after"] = {name: str(getattr(walk.dynamic_fee, name)) for name in expected_block}
    return numbers


def _clmm_numbers(walk: Walk, after: ClmmState) -> Numbers:
    return {
        "amount_calculated": walk.calculated,
        "fee_amount": walk.fee,
        "sqrt_price_x64": walk.sqrt_price,
        "tick": after.tick_current,
        "liquidity": walk.liquidity,
    }


def clmm_unit(case: Json) -> Numbers:
    given, group = case["input"], case["group"]
    if group == "sqrt_price_at_tick":
        return {"sqrt_price_x64": tick_prices.sqrt_price_at_tick(given["tick"])}
    if group == "tick_at_sqrt_price":
        return {"tick": tick_prices.tick_at_sqrt_price(int(given["sqrt_price_x64"]))}
    if group == "compute_swap":
        return _clmm_step(given)
    low, high = sorted((int(given["sqrt_a"]), int(given["sqrt_b"])))
    amount_between = {"delta_amount_0": tick_prices.amount_0, "delta_amount_1": tick_prices.amount_1}[group]
    amount = amount_between(int(given["liquidity"]), low, high, up=given["round_up"])
    return {"amount": require_u64(amount, group)}


def _clmm_step(given: Json) -> Numbers:
    step = take_step(
        int(given["sqrt_price_current"]),
        int(given["sqrt_price_target"]),
        int(given["liquidity"]),
        int(given["amount_remaining"]),
        fee_rate=given["fee_rate"],
        course=Course(given["zero_for_one"], given["is_base_input"], given["is_fee_on_input"]),
    )
    return {
        "sqrt_price_next_x64": step.sqrt_price,
        "amount_in": step.amount_in,
        "amount_out": step.amount_out,
        "fee_amount": step.fee,
    }


def dlmm(case: Json) -> Numbers:
    given = case["input"]
    state, now = DlmmState.from_json(given), given["current_timestamp"]
    exact_in, zero_for_one, amount = given["mode"] == EXACT_IN, given["swap_for_y"], int(given["amount"])
    if _must_be_refused(case):
        (state.swap_exact_in if exact_in else state.swap_exact_out)(zero_for_one, amount, now)
    walk = state.walk(zero_for_one, amount, now, exact_in=exact_in)
    numbers = {
        "out_amount": walk.amount_out,
        "lp_fee": walk.fee - walk.protocol_fee,
        "protocol_fee": walk.protocol_fee + walk.surplus,
    }
    if exact_in:
        end_bin_id = state.ladder.ids[walk.fills[-1][0]]
        return {**numbers, "consumed_in_amount": walk.amount_in, "end_bin_id": end_bin_id}
    return {**numbers, "in_amount": walk.amount_in}


def dlmm_unit(case: Json) -> Numbers:
    given = {name: int(value) for name, value in case["input"].items()}
    if case["group"] == "price_from_id":
        return {"price_x64": bin_price(given["bin_step"], given["bin_id"])}
    if case["group"] == "total_fee_rate":
        step = given["bin_step"]
        base = base_fee_rate(given["base_factor"], step, given["base_fee_power_factor"])
        variable = variable_fee_rate(given["variable_fee_control"], given["volatility_accumulator"], step)
        return {"base_fee": base, "variable_fee": variable, "total_fee": min(base + variable, FEE_RATE_MAX)}
    amount, rate = given["amount"], given["fee_rate"]
    fee, included = fee_of(amount, rate), with_fee(amount, rate)
    return {
        "excluded": {"amount": str(amount - fee), "fee": str(fee)},
        "included": {"amount": str(included), "fee": str(included - amount)},
    }


def damm(case: Json) -> Numbers:
    given = case["input"]
    state, now, zero_for_one = DammV2State.from_json(given), given["current_point"], given["a_to_b"]
    mode = SwapMode[given["mode"].upper()]
    move = state.move(mode, zero_for_one, int(given["amount"]), now, has_referral=given["has_referral"])
    return {
        **_damm_numbers(move, state.after(move, zero_for_one, now)),
        "amount_left": move.left,
        "excluded_fee_input_amount": move.net_in,
        "compounding_fee": move.fee.compounding,
        "referral_fee": move.fee.referral,
    }


def _damm_numbers(move: Move, after: DammV2State) -> Numbers:
    return {
        "included_fee_input_amount": move.amount_in,
        "output_amount": move.amount_out,
        "next_sqrt_price": after.sqrt_price,
        "claiming_fee": move.fee.claiming,
        "protocol_fee": move.fee.protocol,
    }


def sequence(case: Json) -> Numbers:
    first_state, replay_step = SEQUENCES[case["group"]]
    state = first_state(case["input"])
    numbers = []
    for step in case["steps"]:
        state, result = replay_step(state, step)
        numbers.append(result)
    return {"steps": numbers}


def _cpmm_step(state: CpmmState, step: Json) -> tuple[CpmmState, Numbers]:
    zero_for_one = step["zero_for_one"]
    reserves = (state.reserve_0, state.reserve_1) if zero_for_one else (state.reserve_1, state.reserve_0)
    swap = constant_product.exact_in if step["mode"] == EXACT_IN else constant_product.exact_out
    # The vendor's SDK goes on after an output of zero, which the program refuses; so the pure functions are replayed.
    amounts = swap(int(step["amount"]), *reserves, state.rates, creator_on_input=True)
    after = state.after(amounts, zero_for_one)
    return after, {
        "input_amount": amounts.amount_in,
        "output_amount": amounts.amount_out,
        "trade_fee": amounts.trade_fee,
        "reserve_0": after.reserve_0,
        "reserve_1": after.reserve_1,
    }


def _damm_step(state: DammV2State, step: Json) -> tuple[DammV2State, Numbers]:
    mode, zero_for_one, now = SwapMode[step["mode"].upper()], step["a_to_b"], 10
    move = state.move(mode, zero_for_one, int(step["amount"]), now)
    after = state.after(move, zero_for_one, now)
    return after, _damm_numbers(move, after)


def _clmm_sequence_step(state: ClmmState, step: Json) -> tuple[ClmmState, Numbers]:
    walk = state.walk(step["zero_for_one"], int(step["amount"]), 0, exact_in=step["mode"] == EXACT_IN)
    after = state.after(walk)
    return after, _clmm_numbers(walk, after)


SEQUENCES: Final[Mapping[str, tuple[Callable[[Json], Any], Callable[[Any, Json], tuple[Any, Numbers]]]]] = {
    "raydium_cpmm": (CpmmState.from_json, _cpmm_step),
    "raydium_clmm": (ClmmState.from_json, _clmm_sequence_step),
    "meteora_damm_v2": (DammV2State.from_json, _damm_step),
}

REPLAYS: Final[Mapping[str, Callable[[Json], Numbers]]] = {
    "raydium_cpmm": cpmm,
    "raydium_amm_v4": amm,
    "raydium_clmm": clmm,
    "raydium_clmm_units": clmm_unit,
    "meteora_dlmm": dlmm,
    "meteora_dlmm_units": dlmm_unit,
    "meteora_damm_v2": damm,
    "swap_sequences": sequence,
}


def difference(pool_type: str, case: Json) -> str | None:
    """Return how the product's answer to a case differs from what the file expects; None when it does not."""
    expected = _expected(case)
    try:
        actual = _as_text(REPLAYS[pool_type](case))
    except PoolError as error:
        actual = {"error": error.reason.value}
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:  # a defect is a failed case, too
        actual = {"error": repr(error)}
    return None if actual == expected else f"expected {_short(expected, actual)}, got {_short(actual, expected)}"


def _must_be_refused(case: Json) -> bool:
    return "program_reverts" in case or "error" in case["expect"]


def _expected(case: Json) -> Any:
    if "steps" in case:
        return {"steps": _as_text([step["expect"] for step in case["steps"]])}
    if _must_be_refused(case):
        reason = case.get("program_reverts") or case["expect"]["error"]
        return {"error": REASONS.get(reason, reason)}
    return _as_text(case["expect"])


def _as_text(value: Any) -> Any:
    # Some files write a number where others write a decimal string.
    if isinstance(value, Mapping):
        return {name: _as_text(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_as_text(part) for part in value]
    return str(value)


def _short(one: Json, other: Json) -> Json:
    if "steps" in one and "steps" in other:
        unequal = (n for n, pair in enumerate(zip(one["steps"], other["steps"], strict=True)) if pair[0] != pair[1])
        number = next(unequal)
        return {"step": number, **one["steps"][number]}
    return {name: value for name, value in one.items() if other.get(name) != value}


def replay(path: Path, document: Json) -> bool:
    """Print the result of one file; True when nothing failed."""
    failures = []
    for case in document["cases"]:
        text = difference(document["pool_type"], case)
        if text is not None:
            failures.append(f"{path.stem} {case['id']}: {text}")
    print(f"{path.stem}: {len(document['cases']) - len(failures)} passed, {len(failures)} failed", flush=True)
    for line in failures[:SHOWN_FAILURES]:
        print(line, file=sys.stderr)
    return not failures


def route(document: Json) -> bool:
    """Print the product's answer to each routing problem."""
    answer = importlib.import_module("tests.routing_answers").answer
    for problem in document["cases"]:
        print(json.dumps(answer(problem)), flush=True)
    return True


def main(arguments: list[str]) -> int:
    """Replay the files named, or all of ours; return the exit status."""
    passed = []
    for path in map(Path, arguments or sorted(map(str, DATA.glob("*.json")))):
        document = json.loads(path.read_text(encoding="utf-8"))
        passed.append(route(document) if document["pool_type"] == "routing" else replay(path, document))
    return 0 if all(passed) else 1
