"""Keys: what is stored of them, and that nobody learns more from a refusal than that it is one."""

import hmac
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import REGISTRY

from executor_service.application.authenticate import Authenticate
from executor_service.application.manage_keys import ManageKeys
from executor_service.domain import keys as keys_module
from executor_service.domain.keys import ApiKey, Scope, checked, digest_of, key_text, with_included
from servicekit.errors import DomainError, Rejected
from tests.account_fakes import MemoryKeys
from tests.builders import NOON
from tests.fakes import ManualClock

PEPPER = b"p" * 32


def a_key(**changes: Any) -> ApiKey:
    defaults: dict[str, Any] = {
        "key_id": "0123456789ab",
        "account_id": "alice",
        "name": "",
        "scopes": frozenset({Scope.READ}),
        "secret_hmac": digest_of(PEPPER, "0123456789ab", "secret"),
        "created_at": NOON,
    }
    return ApiKey(**{**defaults, **changes})


def test_a_key_is_written_with_its_halves_apart() -> None:
    assert key_text("0123456789ab", "Secret") == "tw_0123456789ab_Secret"


@given(st.text(max_size=9), st.text(max_size=9), st.text(max_size=9), st.text(max_size=9))
def test_two_keys_have_one_digest_only_if_they_are_one(id_1: str, secret_1: str, id_2: str, secret_2: str) -> None:
    same = digest_of(PEPPER, id_1, secret_1) == digest_of(PEPPER, id_2, secret_2)
    assert same == ((id_1, secret_1) == (id_2, secret_2))


def test_moving_a_character_between_id_and_secret_makes_another_key() -> None:
    assert digest_of(PEPPER, "ab", "c") != digest_of(PEPPER, "a", "bc")


def test_another_pepper_makes_another_digest() -> None:
    assert digest_of(PEPPER, "ab", "c") != digest_of(b"q" * 32, "ab", "c")


def test_scopes_include_what_is_below_them() -> None:
    assert with_included([Scope.READ]) == {Scope.READ}
    assert with_included([Scope.TRADE]) == {Scope.READ, Scope.TRADE}
    assert with_included([Scope.ADMIN, Scope.READ]) == set(Scope)
    assert with_included([]) == frozenset()


def test_a_key_that_does_not_exist_has_no_digest_that_could_be_presented() -> None:
    with pytest.raises(Rejected):
        checked(None, bytes(32), NOON)


Presented = tuple[str, str]


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda _keys, _clock, half: ("0" * 12, half[1]), id="unknown"),
        pytest.param(lambda _keys, _clock, half: ("not an id", half[1]), id="malformed"),
        pytest.param(lambda _keys, _clock, half: (half[0], half[1] + "x"), id="wrong"),
        pytest.param(lambda _keys, _clock, half: (half[0], half[1] * 1_000), id="wrong_and_long"),
        pytest.param(lambda _keys, _clock, half: (half[0], ""), id="empty"),
        pytest.param(lambda keys, _clock, half: keys.spoil(half, revoked_at=NOON), id="revoked"),
        pytest.param(lambda _keys, clock, half: clock.advance(hours=2) or half, id="expired"),
    ],
)
async def test_every_refusal_takes_the_same_steps_and_says_the_same(
    monkeypatch: pytest.MonkeyPatch, spoil: Callable[["CountingKeys", ManualClock, Presented], Presented]
) -> None:
    keys, clock = CountingKeys(), ManualClock()
    manage = ManageKeys(keys=keys, clock=clock)
    _, text = await manage.create(PEPPER, account_id="alice", scopes={Scope.READ}, name="", lifetime=timedelta(hours=1))
    _, key_id, secret = text.split("_")
    presented = spoil(keys, clock, (key_id, secret))
    compared: list[tuple[int, int]] = []

    def counting(stored: bytes, digest: bytes) -> bool:
        compared.append((len(stored), len(digest)))
        return hmac.compare_digest(stored, digest)

    monkeypatch.setattr(keys_module, "hmac", SpiedHmac(counting))
    with pytest.raises(Rejected) as refused:
        await Authenticate(keys=keys, clock=clock, pepper=PEPPER).key_of(*presented)
    assert (refused.value.reason, refused.value.detail) == ("UNAUTHENTICATED", "No valid key was given")
    assert compared == [(32, 32)]
    assert keys.looked_up == 1


@pytest.mark.parametrize(
    ("pepper", "secret", "outcome"),
    [(PEPPER, "", "accepted"), (PEPPER, "x", "refused"), (None, "", "unavailable")],
)
async def test_what_comes_of_a_key_is_counted(pepper: bytes | None, secret: str, outcome: str) -> None:
    keys, clock = MemoryKeys(), ManualClock()
    manage = ManageKeys(keys=keys, clock=clock)
    _, text = await manage.create(PEPPER, account_id="alice", scopes={Scope.READ}, name="", lifetime=None)
    _, key_id, right = text.split("_")

    def counted() -> float:
        return REGISTRY.get_sample_value("tradewind_authentications_total", {"outcome": outcome}) or 0

    before = counted()
    with suppress(DomainError):
        await Authenticate(keys=keys, clock=clock, pepper=pepper).key_of(key_id, secret or right)
    assert counted() == before + 1


class SpiedHmac:
    """The module `hmac` as keys use it, with an eye on comparisons."""

    digest = staticmethod(hmac.digest)

    def __init__(self, compare_digest: Callable[[bytes, bytes], bool]) -> None:
        self.compare_digest = compare_digest


class CountingKeys(MemoryKeys):
    """Keys that count how often one is looked up."""

    looked_up = 0

    async def find(self, key_id: str) -> ApiKey | None:
        self.looked_up += 1
        return await super().find(key_id)

    def spoil(self, half: Presented, **changes: Any) -> Presented:
        self.kept[half[0]] = a_key(**{"secret_hmac": self.kept[half[0]].secret_hmac, "key_id": half[0], **changes})
        return half
