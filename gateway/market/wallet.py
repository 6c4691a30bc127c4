"""The account's simulated wallet: what it holds, and tokens for nothing."""

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID, uuid5

from starlette.requests import Request
from starlette.responses import Response
from uuid_utils.compat import uuid7

from gateway.access.identity import account_of
from gateway.edge.amounts import NotExact, whole_units
from gateway.edge.body import BodyLimits, read_json_body
from gateway.edge.json_out import json_response
from gateway.edge.problems import TAKES_KEY, pointer_to
from gateway.edge.strict_json import JsonValue, parse_json_object
from gateway.market.market_client import MarketClient
from gateway.orders.order_fields import BadValue, number_text, token_name
from gateway.orders.orders import header_key
from gateway.orders.tokens import Token, TokenDirectory, Tokens
from pools import plain_numbers
from servicekit.errors import DomainError, FieldViolation, Rejected

_READERS: Final[dict[str, Callable[[object, str], str]]] = {"token": token_name, "amount": number_text}
_AIRDROPS: Final = UUID("0d4b6f0e-93c1-5c0a-9a54-6a7c3f1d2b80")


class Wallet:
    """GET /api/balances and POST /api/airdrop."""

    def __init__(self, market: MarketClient, tokens: TokenDirectory, limits: BodyLimits, *, tokens_max: int) -> None:
        self._market = market
        self._tokens = tokens
        self._limits = limits
        self._tokens_max = tokens_max

    async def balances(self, request: Request) -> Response:
        """GET: every token of the market and how much of it the account holds."""
        tokens = self._tokens.current()
        answer = await self._market.balances(account_of(request.scope))
        held = [(tokens.find(balance.mint), balance.amount) for balance in answer.balances]
        return json_response(
            {"slot": answer.slot, "balances": [_balance(token, amount) for token, amount in held if token]}
        )

    async def airdrop(self, request: Request) -> Response:
        """POST: mint into the account's wallet, once for an Idempotency-Key; 200 with the balance after it."""
        account_id = account_of(request.scope)
        request.scope[TAKES_KEY] = True
        key = header_key(request.scope) or str(uuid7())
        body = parse_json_object(await read_json_body(request.scope, request.receive, self._limits))
        token, amount = read_airdrop(body, self._tokens.current(), tokens_max=self._tokens_max)
        try:
            answer = await self._market.airdrop(
                account_id, mint=token.mint, amount=amount, airdrop_id=str(uuid5(_AIRDROPS, f"{account_id}\n{key}"))
            )
        except DomainError as error:
            if error.retry == "with_key":
                error.idempotency_key = key
            raise
        headers = {"idempotent-replayed": "true"} if answer.replayed else None
        return json_response({"balance": _balance(token, answer.balance.amount)}, headers=headers)


def read_airdrop(body: dict[str, JsonValue], tokens: Tokens, *, tokens_max: int) -> tuple[Token, int]:
    """Return the token and the base units that a body asks for. Raises Rejected with all its violations."""
    violations = [
        _violation(name, "unknown_field", "is not a field of this request.") for name in body.keys() - _READERS
    ]
    values: dict[str, str] = {}
    for name, read in _READERS.items():
        try:
            values[name] = read(body[name], name)
        except KeyError:
            violations.append(_violation(name, "required", "is missing."))
        except BadValue as error:
            violations.append(FieldViolation(pointer_to(name), error.detail, error.code))
    token = tokens.find(values["token"]) if "token" in values else None
    if "token" in values and token is None:
        violations.append(_violation("token", "unknown_token", "is not traded here; see /api/tokens."))
    amount = 0
    if token and "amount" in values:
        try:
            amount = _amount(values["amount"], token, tokens_max)
        except BadValue as error:
            violations.append(FieldViolation(pointer_to("amount"), error.detail, error.code))
    if violations or token is None:
        raise Rejected("INVALID_REQUEST", violations[0].detail, violations=violations)
    return token, amount


def _amount(written: str, token: Token, tokens_max: int) -> int:
    try:
        amount = whole_units(written, token.decimals)
    except NotExact as error:
        code, detail = _FAULTS[error.fault]
        raise BadValue(code, detail.format(symbol=token.symbol, most=tokens_max)) from None
    if amount == 0:
        raise BadValue("not_positive", "amount must be above zero.")
    if amount > tokens_max * 10**token.decimals:
        raise BadValue("too_large", _FAULTS["too_large"][1].format(most=tokens_max))
    return amount


_FAULTS: Final = {
    "not_a_number": ("not_a_number", "amount must be a decimal number such as 1.5, of at most 64 characters."),
    "negative": ("not_positive", "amount must be above zero."),
    "too_precise": ("too_many_decimals", "amount has more decimals than {symbol} has."),
    "too_large": ("too_large", "amount must be at most {most} whole tokens."),
}


def _violation(name: str, code: str, words: str) -> FieldViolation:
    return FieldViolation(pointer_to(name[:64]), f"{name[:64]} {words}", code)


def _balance(token: Token, held: int) -> dict[str, Any]:
    return {"token": token.symbol, "tokenMint": token.mint, **plain_numbers.amount("amount", held, token.decimals)}
