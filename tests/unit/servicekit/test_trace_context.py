"""Trace context: what is taken for one, and who decides what is sampled."""

import os

import pytest

from servicekit.trace_context import is_sampled, new_trace, parse_traceparent, sampler_of, trace_id_in

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
SPAN = "00f067aa0ba902b7"


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
        {"OTEL_TRACES_SAMPLER": "parentbased_traceidratio", "OTEL_TRACES_SAMPLER_ARG": "much"},
        {"OTEL_TRACES_SAMPLER_ARG": "2"},
    ],
)
def test_without_a_sampler_that_makes_sense_one_trace_in_twenty_is_sampled(environ: dict[str, str]) -> None:
    sampler = sampler_of(environ)
    share = sum(new_trace(sampler).sampled for _ in range(10_000)) / 10_000
    assert 0.035 < share < 0.065
    assert sampler(TRACE, True)


def test_the_ratio_decides_as_every_other_implementation_does() -> None:
    # OpenTelemetry compares the lower 64 bits of the id with the ratio of 2^64.
    sampler = sampler_of({"OTEL_TRACES_SAMPLER": "traceidratio", "OTEL_TRACES_SAMPLER_ARG": "0.5"})
    assert sampler("f" * 16 + "7fffffffffffffff", None)
    assert not sampler("0" * 16 + "8000000000000000", None)


def test_fresh_traces_differ() -> None:
    sampler = sampler_of(os.environ)
    assert len({new_trace(sampler).trace_id for _ in range(100)}) == 100
