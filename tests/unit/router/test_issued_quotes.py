import pytest

from router_service.application.answers import QuotesRequest, RouteAnswer
from router_service.application.issued_quotes import IssuedQuotes
from router_service.domain.routes import single_pool_route
from servicekit.errors import Rejected
from tests.pools import NOW, SOL, USDC, a_pool

WISH = QuotesRequest(SOL, USDC, 10**9)


def an_answer() -> RouteAnswer:
    route = single_pool_route(a_pool().side(SOL, NOW).quote(10**9))
    return RouteAnswer(
        route=route,
        quotes=(),
        refused=(),
        runner_up=None,
        runner_up_difference_bps=0,
        network_fee=0,
        tokens={},
    )


def refused(quotes: IssuedQuotes, quote_id: str, now_ms: int, wish: QuotesRequest = WISH) -> str:
    with pytest.raises(Rejected) as caught:
        quotes.redeem(quote_id, wish, now_ms)
    return caught.value.reason


def test_an_answer_is_valid_to_the_millisecond_it_says() -> None:
    quotes = IssuedQuotes(ttl_ms=5_000, kept_max=10)
    issued = quotes.issue(WISH, an_answer(), 1_000)
    assert issued.expires_at_ms == 6_000
    assert quotes.redeem(issued.quote_id, WISH, 6_000) is issued
    assert refused(quotes, issued.quote_id, 6_001) == "QUOTE_EXPIRED"


def test_restrictions_may_differ_and_the_trade_may_not() -> None:
    quotes = IssuedQuotes(ttl_ms=5_000, kept_max=10)
    issued = quotes.issue(WISH, an_answer(), 1_000)
    assert quotes.redeem(issued.quote_id, WISH._replace(venues=frozenset({"raydium"})), 1_000) is issued
    for changes in ({"mint_in": USDC}, {"mint_out": SOL}, {"amount_in": 5}):
        assert refused(quotes, issued.quote_id, 1_000, WISH._replace(**changes)) == "INVALID_REQUEST"


def test_the_oldest_are_forgotten_first() -> None:
    quotes = IssuedQuotes(ttl_ms=5_000, kept_max=2)
    ids = [quotes.issue(WISH, an_answer(), 1_000).quote_id for _ in range(3)]
    assert refused(quotes, ids[0], 1_000) == "QUOTE_EXPIRED"
    assert quotes.redeem(ids[1], WISH, 1_000).quote_id == ids[1]


def test_the_expired_are_forgotten_when_others_come() -> None:
    quotes = IssuedQuotes(ttl_ms=10, kept_max=1_000)
    for now_ms in range(0, 1_000, 5):
        quotes.issue(WISH, an_answer(), now_ms)
    assert len(quotes._kept) <= 4


@pytest.mark.parametrize("quote_id", ["", "a-b", "a-b-c-d", "a--c", "a-0x-1", "a-zz-1", "ä-ö-ü"])
def test_what_is_not_an_id_is_told_apart_from_an_expired_one(quote_id: str) -> None:
    assert refused(IssuedQuotes(ttl_ms=1, kept_max=1), quote_id, 0) == "INVALID_REQUEST"
