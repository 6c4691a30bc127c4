"""An explanation as a story: who was asked, what was weighed and chosen, what came of it, and where the time went."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from rich.text import Text

from tradewind_cli.lives import coloured, number

Part = Mapping[str, Any]


def explained(told: Part) -> Text:
    """Return the story of an explanation, a line each fact; ids and addresses are whole."""
    lines = [Text.assemble(f"order {told['orderId']}  ", coloured(told["status"]))]
    lines.append(Text(f"sell {number(told['amountIn'])} {told['tokenIn']} for {told['tokenOut']}"))
    lines[-1].append(f", slippage {told['slippageBps']} bps")
    if told["beforeFirstAttempt"]:
        lines.append(Text(f"before the first attempt: {_times(told['beforeFirstAttempt'])}", "dim"))
    for attempt in told["attemptHistory"]:
        lines += _attempt(attempt, told["tokenOut"])
    lines += _end(told)
    return Text("\n").join(lines)


def _attempt(attempt: Part, bought: str) -> Iterator[Text]:
    yield Text(f"\nattempt {attempt['attempt']}", "bold")
    quotes = sorted(attempt["quotes"] or (), key=lambda quote: int(quote["amountOutBaseUnits"]), reverse=True)
    refused = attempt["refused"] or ()
    if quotes or refused:
        yield Text(f"  asked: {len(quotes) + len(refused)} pools")
    for quote in quotes:
        yield Text(f"    {quote['venue']} {quote['pool']} quoted {number(quote['amountOut'])} {bought}")
    for one in refused:
        name = " ".join(filter(None, (one.get("venue"), one.get("pool"))))
        yield Text(f"    {name} was refused: {one['reason']}", "yellow")
    yield from _choice(attempt, bought)
    yield Text(f"  result: {attempt.get('error') or attempt.get('result') or 'none yet'}")
    if attempt.get("txHash"):
        yield Text(f"  transaction: {attempt['txHash']}")
    if attempt["stages"]:
        yield Text(f"  time: {_times(attempt['stages'])}", "dim")


def _choice(attempt: Part, bought: str) -> Iterator[Text]:
    if not attempt["route"]:
        yield Text("  chosen: no route", "yellow")
        return
    yield Text(f"  chosen: {number(attempt['amountOut'])} {bought}, impact {attempt['priceImpactBps']} bps", "green")
    for leg in attempt["route"]:
        share = f"{Decimal(leg['share']) * 100:.0f} % " if Decimal(leg["share"]) != 1 else ""
        yield Text(f"    {share}{leg['venue']} {leg['pool']}")
    runner_up = attempt["runnerUp"]
    if runner_up:
        yield Text(f"    {_better(attempt, runner_up)} than the next best, {number(runner_up['amountOut'])} {bought}")


def _better(attempt: Part, runner_up: Part) -> str:
    next_best = int(runner_up["amountOutBaseUnits"])
    if not next_best:
        return "more"
    bps = Decimal(int(attempt["amountOutBaseUnits"]) - next_best) * 10_000 / next_best
    return f"{bps:.1f} bps better"


def _end(told: Part) -> Iterator[Text]:
    yield Text("")
    fill = told["fill"]
    if fill:
        line = Text(f"paid {number(fill['amountOut'])} {told['tokenOut']}", "bold green")
        if fill.get("shortfallBps") is not None:
            line.append(f", {fill['shortfallBps']} bps below the quote", "")
        yield line
    elif told["failureReason"]:
        yield Text(f"nothing was bought: {told['failureReason']} after {told['attempts']} attempts", "bold red")
    else:
        yield Text.assemble("now: ", coloured(told["status"]))
    if told["totalMs"] is not None:
        yield Text(f"{told['totalMs']} ms in all", "dim")


def _times(stages: list[Part]) -> str:
    return ", ".join(stage["status"] + (f" {stage['ms']} ms" if stage["ms"] is not None else "") for stage in stages)
