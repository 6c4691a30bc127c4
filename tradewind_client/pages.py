"""Answers that hold several values. Their entries stay texts first, so that each value keeps its own."""

import msgspec

from tradewind_client.json_values import Value


class OrderPage(Value, frozen=True, kw_only=True):
    """One page of a listing."""

    orders: tuple[msgspec.Raw, ...]
    next_page_token: str | None = None


class TokenList(Value, frozen=True, kw_only=True):
    """The answer of /api/tokens."""

    tokens: tuple[msgspec.Raw, ...]


class BalanceList(Value, frozen=True, kw_only=True):
    """The answer of /api/balances."""

    balances: tuple[msgspec.Raw, ...]


class Airdropped(Value, frozen=True, kw_only=True):
    """The answer of /api/airdrop."""

    balance: msgspec.Raw


class History(Value, frozen=True, kw_only=True):
    """The answer of /api/orders/{id}/events."""

    events: tuple[msgspec.Raw, ...]
