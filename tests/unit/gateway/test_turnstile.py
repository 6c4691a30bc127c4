"""How many streams may be open, and how they end with their key."""

from contextlib import ExitStack
from ipaddress import ip_network
from typing import Any

import pytest

from gateway.access.client_address import ClientAddresses
from gateway.access.identity import ANYONE, Identity, give_identity
from gateway.access.turnstile import Turnstile
from gateway.edge.command_meter import CommandMeter
from servicekit.errors import Unavailable

ALICE = Identity("alice", frozenset({"read"}), "key-a")
BOB = Identity("bob", frozenset({"read"}), "key-b")


def stream(caller: Identity = ANYONE, address: str = "203.0.113.1", **headers: str) -> dict[str, Any]:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope: dict[str, Any] = {"client": (address, 5), "headers": raw}
    give_identity(scope, caller)
    return scope


def turnstile(*, per_address_max: int = 100, per_key_max: int = 100) -> Turnstile:
    addresses = ClientAddresses([ip_network("10.0.0.0/8")])
    return Turnstile(addresses, per_address_max=per_address_max, per_key_max=per_key_max)


def test_an_address_has_so_many_streams_and_no_more() -> None:
    places = turnstile(per_address_max=2)
    with ExitStack() as open_streams:
        for _ in range(2):
            open_streams.enter_context(places.passage(stream()))
        with pytest.raises(Unavailable, match="address"):
            open_streams.enter_context(places.passage(stream(ALICE)))
        open_streams.enter_context(places.passage(stream(address="203.0.113.2")))
        assert len(places) == 3
    assert len(places) == 0
    with places.passage(stream()):
        assert len(places) == 1


def test_clients_behind_a_proxy_count_by_their_own_addresses() -> None:
    places = turnstile(per_address_max=1)
    with places.passage(stream(address="10.0.0.1", x_forwarded_for="198.51.100.1")):
        with places.passage(stream(address="10.0.0.1", x_forwarded_for="198.51.100.2")):
            assert len(places) == 2
        with (
            pytest.raises(Unavailable, match="address"),
            places.passage(stream(address="10.0.0.1", x_forwarded_for="9.9.9.9, 198.51.100.1")),
        ):
            pass


def test_a_key_has_so_many_streams_wherever_they_come_from() -> None:
    places = turnstile(per_key_max=1)
    with places.passage(stream(ALICE)):
        with pytest.raises(Unavailable, match="key"), places.passage(stream(ALICE, "203.0.113.2")):
            pass
        with places.passage(stream(BOB)), places.passage(stream()), places.passage(stream()):
            assert len(places) == 4
    with places.passage(stream(ALICE)):
        assert places.key_ids == {"key-a"}
    assert places.key_ids == set()


def test_the_streams_of_a_revoked_key_end_and_the_others_stay() -> None:
    places, ended = turnstile(), []
    with (
        places.passage(stream(ALICE)) as one,
        places.passage(stream(ALICE)) as two,
        places.passage(stream(BOB)) as other,
    ):
        one.on_revoked(lambda: ended.append("one"))
        other.on_revoked(lambda: ended.append("other"))
        places.revoke({"key-a", "key-c"})
        assert ended == ["one"]
        two.on_revoked(lambda: ended.append("two, which was still being opened"))
    assert ended == ["one", "two, which was still being opened"]


async def test_empty_is_told_when_the_last_stream_has_ended() -> None:
    places = turnstile()
    await places.wait_empty()
    with places.passage(stream()):
        assert not places._empty.is_set()
    await places.wait_empty()


def test_so_many_commands_a_second_and_no_more() -> None:
    now = 50.0
    meter = CommandMeter(3, clock=lambda: now)
    assert [meter.count() for _ in range(4)] == [True, True, True, False]
    now += 0.999
    assert not meter.count()
    now += 0.001
    assert [meter.count() for _ in range(4)] == [True, True, True, False]
