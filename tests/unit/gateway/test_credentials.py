"""What a request may show to say who it is."""

from typing import Any

import pytest

from gateway.access.credentials import Key, Ticket, acceptance, shown_by
from servicekit.errors import Rejected

KEY = "tw_0123456789ab_s3cret-_S3cret"
SHOWN = Key("0123456789ab", "s3cret-_S3cret")


def scope(*headers: tuple[str, str], offers: list[str] | None = None) -> dict[str, Any]:
    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers]
    return {"headers": raw, **({} if offers is None else {"subprotocols": offers})}


@pytest.mark.parametrize(
    "headers",
    [
        [("authorization", f"Bearer {KEY}")],
        [("authorization", f"bearer   {KEY} ")],
        [("x-api-key", KEY)],
        [("x-api-key", KEY), ("authorization", f"Bearer {KEY}")],
        [("x-api-key", KEY), ("x-api-key", KEY)],
    ],
)
def test_a_key_comes_in_either_header_or_the_same_in_both(headers: list[tuple[str, str]]) -> None:
    assert shown_by(scope(*headers)) == SHOWN


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("authorization", "")],
        [("authorization", KEY)],
        [("authorization", "Bearer")],
        [("authorization", f"Basic {KEY}")],
        [("x-api-key", "")],
        [("x-api-key", f"Bearer {KEY}")],
        [("x-api-key", "tw_0123456789ab")],
        [("x-api-key", "tw__secret")],
        [("x-api-key", "tw_0123456789ab_")],
        [("x-api-key", "tw_0123456789ab_s p")],
        [("x-api-key", "tw_0123456789ab_s\xe4")],
        [("x-api-key", f"tw_0123456789ab_{'x' * 257}")],
        [("x-api-key", f"tw_{'0' * 65}_x")],
        [("x-api-key", f"{KEY}\n{KEY}")],
        [("x-api-key", f"{KEY},{KEY}")],
        [("x-api-key", KEY), ("authorization", "Bearer tw_0123456789ab_other")],
        [("x-api-key", KEY), ("authorization", "Basic eDp5")],
        [("x-api-key", KEY), ("x-api-key", "tw_0123456789ab_other")],
    ],
)
def test_everything_else_is_refused_without_showing_it_again(headers: list[tuple[str, str]]) -> None:
    with pytest.raises(Rejected) as refused:
        shown_by(scope(*headers))
    assert refused.value.reason == "UNAUTHENTICATED"
    assert "s3cret" not in refused.value.detail
    assert "other" not in refused.value.detail


def test_a_ticket_is_offered_beside_the_protocol() -> None:
    assert shown_by(scope(offers=["tradewind.v1", "tradewind.ticket.abc"])) == Ticket("abc")


@pytest.mark.parametrize(
    ("headers", "offers"),
    [
        ([], ["tradewind.v1"]),
        ([], ["tradewind.ticket.abc", "tradewind.ticket.xyz"]),
        ([("x-api-key", KEY)], ["tradewind.ticket.abc"]),
    ],
)
def test_no_ticket_two_tickets_or_a_ticket_beside_a_key_are_refused(
    headers: list[tuple[str, str]], offers: list[str]
) -> None:
    with pytest.raises(Rejected, match="UNAUTHENTICATED"):
        shown_by(scope(*headers, offers=offers))


@pytest.mark.parametrize(
    ("offers", "selected"),
    [
        (["tradewind.v1", "tradewind.ticket.abc"], "tradewind.v1"),
        (["tradewind.v1"], "tradewind.v1"),
        (["chat"], None),
        ([], None),
    ],
)
def test_a_ticket_is_never_selected(offers: list[str], selected: str | None) -> None:
    assert acceptance(scope(offers=offers))["subprotocol"] == selected
