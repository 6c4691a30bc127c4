"""Names are compared by their ASCII letters alone: what only looks or folds alike is another name."""

import pytest

from gateway.orders.order_fields import BadValue, lower_case, one_of, order_type
from gateway.orders.tokens import Token, Tokens

TOKENS = Tokens([Token("So11111111111111111111111111111111111111112", "SOL", "Wrapped SOL", 9)])


@pytest.mark.parametrize("name", ["SOL", "sol", "So11111111111111111111111111111111111111112"])
def test_a_token_is_found_by_symbol_in_any_case_and_by_mint(name: str) -> None:
    assert TOKENS.find(name) is TOKENS.all[0]


@pytest.mark.parametrize("name", ["\u017fOL", "\uff33OL", "SOL\u200b", "SOL ", ""])
def test_a_name_with_the_same_capitals_is_another_token(name: str) -> None:
    assert TOKENS.find(name) is None


def test_the_kelvin_sign_is_no_k() -> None:
    assert lower_case("MARKET") == "market"
    assert lower_case("mar\u212aet") == "mar\u212aet"
    with pytest.raises(BadValue):
        order_type("mar\u212aet", "type")
    with pytest.raises(BadValue):
        one_of("kraken")("\u212araken", "venues")
