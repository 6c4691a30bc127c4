"""The executor is asked about a key as rarely as is safe, and never doubted into letting somebody in."""

import asyncio
import time

import pytest

from gateway.access.authenticator import ASKING_MAX, BAD_SECONDS, GOOD_SECONDS, KEPT_MAX, Authenticator
from gateway.access.credentials import Key
from servicekit.errors import DomainError, Rejected, Unavailable
from tradewind.accounts.v1 import accounts_pb2 as pb

GOOD = Key("0123456789ab", "right")
WRONG = Key("0123456789ab", "wrong")


class FakeAccounts:
    """Knows the secret `right`; waits while `gate` is closed."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.refuse: DomainError | None = None
        self.expires_at: float | None = None
        self.gate = asyncio.Event()
        self.gate.set()

    async def authenticate(self, key_id: str, secret: str) -> pb.AuthenticateResponse:
        self.asked.append(secret)
        await self.gate.wait()
        if self.refuse is not None:
            raise self.refuse
        if secret != "right":
            raise Rejected("UNAUTHENTICATED")
        answer = pb.AuthenticateResponse(account_id="alice", scopes=[pb.SCOPE_READ, pb.SCOPE_TRADE])
        if self.expires_at is not None:
            answer.expires_at.FromNanoseconds(int(self.expires_at * 1e9))
        return answer


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


async def test_a_key_is_its_holder() -> None:
    identity = await Authenticator(FakeAccounts()).identify(GOOD)

    assert (identity.account_id, identity.key_id) == ("alice", GOOD.key_id)
    assert identity.scopes == {"read", "trade"}


async def test_a_good_answer_serves_for_some_seconds() -> None:
    accounts, clock = FakeAccounts(), Clock()
    authenticator = Authenticator(accounts, clock=clock)
    for _ in range(3):
        await authenticator.identify(GOOD)
    assert len(accounts.asked) == 1

    clock.now += GOOD_SECONDS
    await authenticator.identify(GOOD)
    assert len(accounts.asked) == 2


async def test_a_bad_answer_serves_for_a_moment() -> None:
    accounts, clock = FakeAccounts(), Clock()
    authenticator = Authenticator(accounts, clock=clock)
    for _ in range(3):
        with pytest.raises(Rejected, match="UNAUTHENTICATED"):
            await authenticator.identify(WRONG)
    assert len(accounts.asked) == 1

    clock.now += BAD_SECONDS
    with pytest.raises(Rejected, match="UNAUTHENTICATED"):
        await authenticator.identify(WRONG)
    assert len(accounts.asked) == 2


async def test_a_good_answer_ends_with_the_key() -> None:
    accounts, clock = FakeAccounts(), Clock()
    accounts.expires_at = time.time() + GOOD_SECONDS / 2
    authenticator = Authenticator(accounts, clock=clock)
    await authenticator.identify(GOOD)

    clock.now += GOOD_SECONDS / 2
    accounts.refuse = Rejected("UNAUTHENTICATED")
    with pytest.raises(Rejected, match="UNAUTHENTICATED"):
        await authenticator.identify(GOOD)


async def test_those_who_ask_together_share_one_call() -> None:
    accounts = FakeAccounts()
    accounts.gate.clear()
    authenticator = Authenticator(accounts)
    asking = [asyncio.create_task(authenticator.identify(GOOD)) for _ in range(50)]
    await asyncio.sleep(0)
    asking[0].cancel()
    await asyncio.sleep(0)
    accounts.gate.set()

    answers = await asyncio.gather(*asking, return_exceptions=True)

    assert isinstance(answers[0], asyncio.CancelledError)
    assert len({id(answer) for answer in answers[1:]}) == 1
    assert len(accounts.asked) == 1


@pytest.mark.parametrize("reason", ["UNAVAILABLE", "DEADLINE", "OVERLOADED"])
async def test_in_doubt_nobody_comes_in_and_nothing_is_remembered(reason: str) -> None:
    accounts = FakeAccounts()
    accounts.refuse = Unavailable(reason)
    authenticator = Authenticator(accounts)
    with pytest.raises(Unavailable, match="UNAVAILABLE"):
        await authenticator.identify(GOOD)

    accounts.refuse = None
    assert (await authenticator.identify(GOOD)).account_id == "alice"


@pytest.mark.parametrize("reason", ["INTERNAL", "NOT_IMPLEMENTED", "FORBIDDEN"])
async def test_an_executor_that_cannot_say_is_an_executor_that_is_away(reason: str) -> None:
    accounts = FakeAccounts()
    accounts.refuse = Rejected(reason)
    with pytest.raises(Unavailable, match="UNAVAILABLE"):
        await Authenticator(accounts).identify(GOOD)


async def test_an_id_that_the_executor_calls_none_is_a_wrong_key() -> None:
    accounts = FakeAccounts()
    accounts.refuse = Rejected("INVALID_REQUEST")
    with pytest.raises(Rejected, match="UNAUTHENTICATED"):
        await Authenticator(accounts).identify(WRONG)


async def test_a_key_that_was_good_is_no_guess_until_it_is_refused() -> None:
    accounts, clock = FakeAccounts(), Clock()
    authenticator = Authenticator(accounts, clock=clock)
    assert not authenticator.knows(GOOD)
    await authenticator.identify(GOOD)
    clock.now += 10 * GOOD_SECONDS
    assert authenticator.knows(GOOD)

    accounts.refuse = Rejected("UNAUTHENTICATED")
    with pytest.raises(Rejected):
        await authenticator.identify(GOOD)
    assert not authenticator.knows(GOOD)
    assert not authenticator.knows(WRONG)


async def test_a_flood_of_wrong_keys_is_bounded_and_leaves_the_good_ones() -> None:
    accounts = FakeAccounts()
    authenticator = Authenticator(accounts)
    await authenticator.identify(GOOD)
    for number in range(KEPT_MAX + 10):
        with pytest.raises(Rejected):
            await authenticator.identify(Key("0123456789ab", f"guess-{number}"))

    assert len(authenticator._bad) == KEPT_MAX
    accounts.asked.clear()
    await authenticator.identify(GOOD)
    assert accounts.asked == []


async def test_no_more_keys_are_asked_about_at_once_than_the_executor_can_bear() -> None:
    accounts = FakeAccounts()
    accounts.gate.clear()
    authenticator = Authenticator(accounts)
    asking = [asyncio.create_task(authenticator.identify(Key("0", str(number)))) for number in range(ASKING_MAX)]
    await asyncio.sleep(0)
    with pytest.raises(Unavailable, match="OVERLOADED"):
        await authenticator.identify(GOOD)

    await authenticator.close()
    ends = await asyncio.gather(*asking, return_exceptions=True)
    assert all(isinstance(end, asyncio.CancelledError) for end in ends)


async def test_no_key_is_kept_as_it_was_shown() -> None:
    authenticator = Authenticator(FakeAccounts())
    await authenticator.identify(Key("0123456789ab", "right"))
    with pytest.raises(Rejected):
        await authenticator.identify(WRONG)

    kept = repr((authenticator._good, authenticator._bad, authenticator._asking, vars(authenticator)))
    assert "right" not in kept
    assert "wrong" not in kept
