"""Tokens, and an account's balances of them."""

from decimal import Decimal

from tradewind_client.json_values import Value


class Token(Value, frozen=True, kw_only=True):
    """An SPL token: one whole token is 10**decimals base units."""

    symbol: str
    mint: str
    name: str = ""
    decimals: int


class Balance(Value, frozen=True, kw_only=True):
    """The simulated wallet's balance of one token, in whole tokens and in base units."""

    token: str
    token_mint: str = ""
    amount: Decimal
    amount_base_units: int
