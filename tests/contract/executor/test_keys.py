"""One suite for the keys' port, on the fake and on Postgres; then keys as their holders and operators meet them."""

import re
from datetime import timedelta

import pytest
from psycopg_pool import AsyncConnectionPool

from executor_service.adapters.postgres_keys import PostgresKeys
from executor_service.application.account_ports import KeyStore
from executor_service.application.authenticate import Authenticate
from executor_service.application.manage_keys import ManageKeys
from executor_service.domain.keys import ApiKey, Scope
from servicekit.errors import Rejected, Unavailable
from tests.account_fakes import MemoryKeys
from tests.builders import NOON
from tests.fakes import ManualClock

PEPPER = b"p" * 32
TRADING = frozenset({Scope.TRADE})
HOUR = timedelta(hours=1)


@pytest.fixture
async def memory_keys() -> MemoryKeys:
    return MemoryKeys()


@pytest.fixture
async def postgres_keys(pool: AsyncConnectionPool) -> PostgresKeys:
    return PostgresKeys(pool)


@pytest.fixture(params=["memory", "postgres"])
def keys(request: pytest.FixtureRequest) -> KeyStore:
    found: KeyStore = request.getfixturevalue(f"{request.param}_keys")
    return found


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def manage(keys: KeyStore, clock: ManualClock) -> ManageKeys:
    return ManageKeys(keys=keys, clock=clock)


@pytest.fixture
async def door(keys: KeyStore, clock: ManualClock) -> Authenticate:
    return Authenticate(keys=keys, clock=clock, pepper=PEPPER)


async def _made(manage: ManageKeys, *, lifetime: timedelta | None = None, account_id: str = "alice") -> tuple[str, str]:
    """Create a key and return its halves as a client presents them."""
    _, text = await manage.create(PEPPER, account_id=account_id, scopes=TRADING, name="bot", lifetime=lifetime)
    return _halves(text)


def _halves(text: str) -> tuple[str, str]:
    _, key_id, secret = text.split("_")
    return key_id, secret


async def _is_refused(door: Authenticate, halves: tuple[str, str]) -> bool:
    try:
        await door.key_of(*halves)
    except Rejected as error:
        return (error.reason, error.detail) == ("UNAUTHENTICATED", "No valid key was given")
    return False


async def test_a_new_key_opens_the_door_for_its_account(manage: ManageKeys, door: Authenticate) -> None:
    key = await door.key_of(*await _made(manage))
    assert (key.account_id, key.scopes, key.name, key.expires_at) == ("alice", TRADING, "bot", None)


async def test_the_text_of_a_key_is_an_id_and_256_random_bits_and_its_secret_is_not_stored(
    manage: ManageKeys, keys: KeyStore
) -> None:
    key, text = await manage.create(PEPPER, account_id="alice", scopes={Scope.READ}, name="", lifetime=None)
    assert re.fullmatch(r"tw_[0-9a-f]{12}_[1-9A-HJ-NP-Za-km-z]{40,44}", text)
    stored = await keys.find(key.key_id)
    assert stored == key
    assert _halves(text)[1].encode() not in stored.secret_hmac
    assert len(stored.secret_hmac) == 32


async def test_what_is_not_a_key_is_refused(manage: ManageKeys, door: Authenticate) -> None:
    key_id, secret = await _made(manage)
    other_id, _ = await _made(manage)
    for halves in (
        (key_id, secret[:-1]),
        (key_id, ""),
        (key_id, secret * 1000),
        (other_id, secret),
        ("0" * 12, secret),
        ("", secret),
        ("\0" * 12, secret),
        (key_id.upper() + "x", secret),
    ):
        assert await _is_refused(door, halves)


async def test_another_pepper_knows_no_key(manage: ManageKeys, keys: KeyStore, clock: ManualClock) -> None:
    halves = await _made(manage)
    assert await _is_refused(Authenticate(keys=keys, clock=clock, pepper=b"q" * 32), halves)


async def test_without_a_pepper_nobody_is_told_that_a_key_is_wrong(
    manage: ManageKeys, keys: KeyStore, clock: ManualClock
) -> None:
    halves = await _made(manage)
    with pytest.raises(Unavailable, match="KEY_PEPPER"):
        await Authenticate(keys=keys, clock=clock, pepper=None).key_of(*halves)


async def test_a_key_holds_until_the_moment_it_expires(
    manage: ManageKeys, door: Authenticate, clock: ManualClock
) -> None:
    halves = await _made(manage, lifetime=HOUR)
    clock.advance(seconds=3599.999)
    assert not await _is_refused(door, halves)
    clock.advance(seconds=0.001)
    assert await _is_refused(door, halves)


async def test_a_revoked_key_is_refused_at_once_and_stays_revoked_since_then(
    manage: ManageKeys, door: Authenticate, clock: ManualClock
) -> None:
    halves = await _made(manage)
    first = await manage.revoke(halves[0])
    assert await _is_refused(door, halves)
    clock.advance(hours=1)
    assert (await manage.revoke(halves[0])).revoked_at == first.revoked_at == NOON


async def test_rotation_lets_both_keys_in_until_the_overlap_ends(
    manage: ManageKeys, door: Authenticate, clock: ManualClock
) -> None:
    old = await _made(manage)
    key, text = await manage.rotate(PEPPER, old[0], overlap=HOUR)
    new = _halves(text)
    assert (key.account_id, key.scopes, key.name) == ("alice", TRADING, "bot")
    clock.advance(minutes=59)
    assert not await _is_refused(door, old)
    assert not await _is_refused(door, new)
    clock.advance(minutes=1)
    assert await _is_refused(door, old)
    assert not await _is_refused(door, new)


async def test_rotation_keeps_the_lifetime_and_never_lengthens_the_old_keys(
    manage: ManageKeys, keys: KeyStore, clock: ManualClock
) -> None:
    old_id, _ = await _made(manage, lifetime=HOUR)
    clock.advance(minutes=30)
    new, _ = await manage.rotate(PEPPER, old_id, overlap=timedelta(days=7))
    old = await keys.find(old_id)
    assert old is not None
    assert old.expires_at == NOON + HOUR
    assert new.expires_at == NOON + timedelta(minutes=90)


@pytest.mark.parametrize("end", ["revoked", "expired"])
async def test_a_key_that_has_ended_is_not_rotated(
    manage: ManageKeys, keys: KeyStore, clock: ManualClock, end: str
) -> None:
    key_id, _ = await _made(manage, lifetime=HOUR)
    if end == "revoked":
        await manage.revoke(key_id)
    else:
        clock.advance(hours=1)
    with pytest.raises(Rejected, match="revoked or expired"):
        await manage.rotate(PEPPER, key_id, overlap=HOUR)
    assert len(await keys.list_keys(None)) == 1


@pytest.mark.parametrize("key_id", ["0" * 12, "", "\0", "tw_abc"])
async def test_what_is_unknown_is_neither_revoked_nor_rotated(manage: ManageKeys, key_id: str) -> None:
    for attempt in (manage.revoke(key_id), manage.rotate(PEPPER, key_id, overlap=HOUR)):
        with pytest.raises(Rejected, match="NOT_FOUND"):
            await attempt


async def test_keys_that_hold_no_longer_are_told_and_the_others_not(
    manage: ManageKeys, door: Authenticate, clock: ManualClock
) -> None:
    good, ended, revoked = [(await _made(manage, lifetime=lifetime))[0] for lifetime in (None, HOUR, timedelta(days=1))]
    await manage.revoke(revoked)
    clock.advance(hours=1)
    asked = [good, ended, "\0", revoked, "0" * 12]
    assert await door.invalid_among(asked) == asked[1:]
    assert await door.invalid_among([]) == []


async def test_keys_are_listed_oldest_first_by_account(manage: ManageKeys, clock: ManualClock) -> None:
    first, _ = await _made(manage, lifetime=HOUR)
    clock.advance(minutes=1)
    second, _ = await _made(manage)
    clock.advance(hours=1)
    third, _ = await _made(manage, account_id="bob")

    def told(listed: list[tuple[ApiKey, bool]]) -> list[tuple[str, bool]]:
        return [(key.key_id, holds) for key, holds in listed]

    assert told(list(await manage.list_all("alice"))) == [(first, False), (second, True)]
    assert told(list(await manage.list_all(None))) == [(first, False), (second, True), (third, True)]
