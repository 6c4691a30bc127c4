"""The written part of the Postman collection: the steps of a tour, and mistakes with their answers."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

TOUR_FOLDER: Final = "An order's life, step by step"
MISTAKES_FOLDER: Final = "Mistakes and their answers"
SUBSCRIBE: Final = {"op": "subscribe", "orderIds": ["{{orderId}}"]}
_ORDER: Final = {"tokenIn": "SOL", "tokenOut": "USDC", "amountIn": "1.5"}
_EXECUTE: Final = "/api/orders/execute"
_JSON: Final = {"Content-Type": "application/json"}
_NOBODYS: Final = "01890000-0000-7000-8000-000000000000"


@dataclass(frozen=True, slots=True)
class Step:
    """An operation as a step of the tour: what it sends, and what must hold besides the document.

    One that `streams` answers in frames, of which the document knows no schema.
    """

    name: str
    operation: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: dict[str, Any] | None = None
    before: Sequence[str] = ()
    checks: Sequence[str] = ()
    streams: bool = False


@dataclass(frozen=True, slots=True)
class Mistake:
    """A request that is refused, and with what."""

    name: str
    status: int
    code: str
    about: str
    body: str = ""
    path: str = _EXECUTE
    method: str = "post"
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=lambda: _JSON)
    before: Sequence[str] = ()
    checks: Sequence[str] = ()


TOUR: Final[Sequence[Step]] = (
    Step(
        "1. Submit",
        "submitOrder",
        headers={"Idempotency-Key": "{{idempotencyKey}}"},
        body={"type": "market", **_ORDER, "slippageBps": 100},
        before=("pm.collectionVariables.set('idempotencyKey', pm.variables.replaceIn('{{$guid}}'));",),
        checks=("pm.test('is pending', () => pm.expect(pm.response.json().status).to.equal('pending'));",),
    ),
    Step(
        "2. Submit again with the same key: the same order",
        "submitOrder",
        headers={"Idempotency-Key": "{{idempotencyKey}}"},
        body={"type": "market", **_ORDER, "slippageBps": 100},
        before=("pm.collectionVariables.set('firstOrderId', pm.collectionVariables.get('orderId'));",),
        checks=(
            "pm.test('nothing was stored twice', () => {",
            "  pm.expect(pm.response.json().orderId).to.equal(pm.collectionVariables.get('firstOrderId'));",
            "  pm.expect(pm.response.headers.get('Idempotent-Replayed')).to.equal('true');",
            "});",
        ),
    ),
    Step(
        "3. Watch it to its end: server-sent events",
        "getEvents",
        headers={"Accept": "text/event-stream"},
        streams=True,
        checks=(
            "pm.test('replays, then tells what happens, and ends with the order', () => {",
            "  pm.response.to.have.status(200);",
            "  const told = pm.response.text().split('\\n').filter(line => line.startsWith('data:'));",
            "  const events = told.map(line => JSON.parse(line.slice(5)));",
            "  pm.expect(events.map(event => event.sequence)).to.eql(events.map((_, index) => index + 1));",
            "  pm.expect(events[0].status).to.equal('pending');",
            "  pm.expect(events.at(-1).status).to.be.oneOf(['confirmed', 'failed']);",
            "});",
        ),
    ),
    Step(
        "4. Read it",
        "getOrder",
        checks=(
            "pm.test('has ended', () => pm.expect(pm.response.json().status).to.be.oneOf(['confirmed', 'failed']));",
            "pm.test('ETag is the version', () => {",
            "  pm.expect(pm.response.headers.get('ETag')).to.equal(`\"${pm.response.json().version}\"`);",
            "});",
        ),
    ),
    Step(
        "5. Its history",
        "getEvents",
        checks=(
            "pm.test('is whole and in order', () => {",
            "  const sequences = pm.response.json().events.map(event => event.sequence);",
            "  pm.expect(sequences).to.eql(sequences.map((_, index) => index + 1));",
            "});",
        ),
    ),
    Step(
        "6. Why it went as it did",
        "explainOrder",
        checks=("pm.test('names attempts', () => pm.expect(pm.response.json().attemptHistory).to.not.be.empty);",),
    ),
    Step(
        "7. Cancel it: too late",
        "cancelOrder",
        checks=(
            "pm.test('says so, and where the order stands', () => {",
            "  pm.response.to.have.status(409);",
            "  pm.expect(pm.response.json().code).to.equal('too_late_to_cancel');",
            "  pm.expect(pm.response.json().orderStatus).to.be.oneOf(['confirmed', 'failed']);",
            "});",
        ),
    ),
)


def _blames(pointer: str, code: str) -> Sequence[str]:
    return (
        f"pm.test('blames {pointer}', () => {{",
        "  const blamed = pm.response.json().errors.map(error => `${error.pointer} ${error.code}`);",
        f"  pm.expect(blamed).to.include('{pointer} {code}');",
        "});",
    )


def _bad_order(name: str, about: str, pointer: str, code: str, **changes: Any) -> Mistake:
    body = json.dumps({**_ORDER, **changes}, indent=2)
    return Mistake(name, 422, "invalid_order", about, body, checks=_blames(pointer, code))


MISTAKES: Final[Sequence[Mistake]] = (
    _bad_order(
        "An unknown field", "The nearest known name is in the detail.", "/slipageBps", "unknown_field", slipageBps=50
    ),
    _bad_order(
        "A token that is not traded", "GET /api/tokens lists what is.", "/tokenIn", "unknown_token", tokenIn="NOPE"
    ),
    _bad_order("A negative amount", "Whole tokens above zero.", "/amountIn", "not_positive", amountIn="-1"),
    _bad_order("Too many decimals", "SOL has nine.", "/amountIn", "too_many_decimals", amountIn="0.0000000001"),
    _bad_order(
        "One meaning twice", "Send one of the names.", "/slippage", "alias_conflict", slippageBps=50, slippage=0.005
    ),
    _bad_order("The token sold for itself", "Buy another one.", "/tokenOut", "same_token", tokenOut="SOL"),
    Mistake("Not JSON", 400, "malformed_request", "Valid JSON in UTF-8, each name once.", '{"tokenIn":'),
    Mistake(
        "Not said to be JSON",
        415,
        "unsupported_media_type",
        "Content-Type: application/json.",
        json.dumps(_ORDER),
        headers={"Content-Type": "text/plain"},
    ),
    Mistake(
        "Too large",
        413,
        "body_too_large",
        "16 KiB at most; 256 KiB for a batch.",
        '{"tokenIn": "{{large}}"}',
        before=("pm.variables.set('large', 'x'.repeat(17000));",),
    ),
    Mistake(
        "The key of another order",
        422,
        "idempotency_key_reused",
        "A new order needs a new key. This one is the tour's.",
        json.dumps(_ORDER | {"amountIn": "2"}, indent=2),
        headers={**_JSON, "Idempotency-Key": "{{idempotencyKey}}"},
    ),
    Mistake(
        "An order that is not there",
        404,
        "order_not_found",
        "Another account's order is not there either.",
        path=f"/api/orders/{_NOBODYS}",
        method="get",
        headers={},
    ),
    Mistake(
        "An address that is not there",
        404,
        "not_found",
        "GET /openapi.json lists all.",
        path="/api/nothing",
        method="get",
        headers={},
    ),
    Mistake(
        "A method that is not allowed",
        405,
        "method_not_allowed",
        "The header Allow names those that are.",
        path="/api/tokens",
        method="delete",
        headers={},
        checks=(
            "pm.test('names what is allowed', () => pm.expect(pm.response.headers.get('Allow')).to.include('GET'));",
        ),
    ),
    Mistake(
        "A parameter that is not known",
        422,
        "invalid_request",
        "Queries are read as strictly as bodies.",
        path="/api/orders",
        query={"page": "1"},
        method="get",
        headers={},
    ),
)
