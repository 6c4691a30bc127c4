"""Trace context: what is taken for one, and who decides what is sampled."""

import os
from dataclasses import dataclass

import pytest

from servicekit.traces.trace_context import Sampler, is_sampled, new_trace, parse_traceparent, sampler_of, trace_id_in

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
SPAN = "00f067aa0ba902b7"


@dataclass
class Clock:
    """Moves when a test moves it."""

    now: float = 0.0


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("time.monotonic", lambda: clock.now)
    return clock


def sampled_in_a_second(sampler: Sampler, clock: Clock, *, requests: int = 1_024) -> int:
    """Begin so many traces, evenly spread over a second; return how many of them are sampled."""
    sampled = 0
    for _ in range(requests):
        sampled += new_trace(sampler).sampled
        clock.now += 1 / requests
    return sampled


def test_a_traceparent_is_read_and_written_as_it_came() -> None:
    text = f"00-{TRACE}-{SPAN}-01"
    context = parse_traceparent(text)
    assert context is not None
    assert (context.trace_id, context.span_id, context.sampled, context.traceparent) == (TRACE, SPAN, True, text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        f"01-{TRACE}-{SPAN}-01",
        f"00-{TRACE}-{SPAN}",
        f"00-{TRACE.upper()}-{SPAN}-01",
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE}-{SPAN}-01\n",
    ],
)
def test_what_is_no_valid_context_is_none(text: str) -> None:
    assert parse_traceparent(text) is None


@pytest.mark.parametrize(("flags", "sampled"), [("00", False), ("01", True), ("02", False), ("03", True), ("ff", True)])
def test_only_the_lowest_flag_samples(flags: str, sampled: bool) -> None:
    text = f"00-{TRACE}-{SPAN}-{flags}"
    context = parse_traceparent(text)
    assert context is not None
    assert context.sampled == is_sampled(text) == sampled


def test_an_order_without_a_trace_is_not_sampled() -> None:
    assert not is_sampled("")
    assert trace_id_in("") is None


@pytest.mark.parametrize(
    ("name", "argument", "alone", "caller_does", "caller_does_not"),
    [
        ("always_on", "", True, True, True),
        ("always_off", "", False, False, False),
        ("parentbased_always_on", "", True, True, False),
        ("parentbased_always_off", "", False, True, False),
        ("traceidratio", "1", True, True, True),
        ("traceidratio", "0", False, False, False),
        ("parentbased_traceidratio", "0", False, True, False),
        ("parentbased_traceidratio", "1", True, True, False),
        ("ratelimiting", "3", True, True, True),
        ("parentbased_ratelimiting", "0", False, True, False),
        ("parentbased_ratelimiting", "1", True, True, False),
    ],
)
def test_the_sampler_is_named_as_opentelemetry_names_it(
    name: str, argument: str, alone: bool, caller_does: bool, caller_does_not: bool
) -> None:
    sampler = sampler_of({"OTEL_TRACES_SAMPLER": name, "OTEL_TRACES_SAMPLER_ARG": argument})
    assert sampler(TRACE, None) == alone
    assert sampler(TRACE, True) == caller_does
    assert sampler(TRACE, False) == caller_does_not


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"OTEL_TRACES_SAMPLER": "jaeger_remote"},
        {"OTEL_TRACES_SAMPLER": "parentbased_ratelimiting", "OTEL_TRACES_SAMPLER_ARG": "many"},
        {"OTEL_TRACES_SAMPLER_ARG": "-2"},
    ],
)
def test_without_a_sampler_that_makes_sense_ten_traces_a_second_are_sampled(
    environ: dict[str, str], clock: Clock
) -> None:
    sampler = sampler_of(environ)
    assert [sampled_in_a_second(sampler, clock) for _ in range(4)] == [10 + 9, 10, 10, 10]
    assert sampler(TRACE, True)


@pytest.mark.parametrize(
    ("argument", "each_second", "after_an_hour"),
    [("2", [2 + 1, 2, 2], 2), ("0.5", [1, 0, 1], 1), ("0", [0, 0, 0], 0)],
)
def test_a_rate_is_kept_whatever_comes(argument: str, each_second: list[int], after_an_hour: int, clock: Clock) -> None:
    sampler = sampler_of({"OTEL_TRACES_SAMPLER": "ratelimiting", "OTEL_TRACES_SAMPLER_ARG": argument})
    assert [sampled_in_a_second(sampler, clock) for _ in each_second] == each_second
    clock.now += 3_600
    assert sum(new_trace(sampler).sampled for _ in range(10)) == after_an_hour


def test_few_requests_are_all_sampled(clock: Clock) -> None:
    assert sampled_in_a_second(sampler_of({}), clock, requests=8) == 8


def test_a_ratio_that_makes_no_sense_is_one_in_twenty() -> None:
    sampler = sampler_of({"OTEL_TRACES_SAMPLER": "traceidratio", "OTEL_TRACES_SAMPLER_ARG": "much"})
    share = sum(new_trace(sampler).sampled for _ in range(10_000)) / 10_000
    assert 0.035 < share < 0.065


def test_the_ratio_decides_as_every_other_implementation_does() -> None:
    # OpenTelemetry compares the lower 64 bits of the id with the ratio of 2^64.
    sampler = sampler_of({"OTEL_TRACES_SAMPLER": "traceidratio", "OTEL_TRACES_SAMPLER_ARG": "0.5"})
    assert sampler("f" * 16 + "7fffffffffffffff", None)
    assert not sampler("0" * 16 + "8000000000000000", None)


def test_fresh_traces_differ() -> None:
    sampler = sampler_of(os.environ)
    assert len({new_trace(sampler).trace_id for _ in range(100)}) == 100
