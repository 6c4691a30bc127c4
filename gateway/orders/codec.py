"""From a parsed body to an order: names resolved, amounts exact, every violation found at once."""

import difflib
import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import msgspec

from gateway.edge.amounts import NotExact, decimal_text, whole_units
from gateway.edge.problems import pointer_to
from gateway.edge.strict_json import JsonValue
from gateway.orders.order_fields import ORDER_FIELDS, PAIR_FIELDS, BadValue, Field
from gateway.orders.tokens import Token, Tokens
from pools.kinds import VENUES
from servicekit.errors import FieldViolation, Rejected

# The answer to a body of nonsense lists its first mistakes, not thousands.
VIOLATIONS_MAX: Final = 32


@dataclass(frozen=True, slots=True)
class Rules:
    """What the operator allows."""

    default_slippage_bps: int = 50
    max_slippage_bps: int = 1_000
    scenarios: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOrder:
    """An order that has passed every check. Amounts in base units; `names` says what the client calls each field."""

    token_in: Token
    token_out: Token
    amount_in: int
    slippage_bps: int = 0
    client_order_id: str = ""
    max_legs: int = 0
    venues: tuple[str, ...] = ()
    exclude_pools: tuple[str, ...] = ()
    quote_id: str = ""
    on_stale: str = ""
    max_price_impact_bps: int = 0
    scenario: str = ""
    names: Mapping[str, str]

    def identified_by(self, client_order_id: str) -> "NewOrder":
        """Return the same order under a caller's identity."""
        return replace(self, client_order_id=client_order_id)

    def body_hash(self) -> bytes:
        """Return the SHA-256 of the order's canonical form: equal for bodies that mean the same, in any words."""
        meaning = (
            "market",
            self.token_in.mint,
            self.token_out.mint,
            self.amount_in,
            self.slippage_bps,
            self.max_legs,
            () if set(self.venues) >= set(VENUES) else tuple(sorted(set(self.venues))),
            tuple(sorted(set(self.exclude_pools))),
            self.quote_id,
            # A default that is written out means what it means left out.
            "" if self.on_stale == "requote" else self.on_stale,
            self.max_price_impact_bps,
            self.scenario,
        )
        return hashlib.sha256(msgspec.json.encode(meaning)).digest()


def read_order(
    body: Mapping[str, JsonValue], tokens: Tokens, rules: Rules, scenarios: Collection[str] = ()
) -> NewOrder:
    """Return the order a body describes. Raises Rejected("INVALID_ORDER") with all its violations.

    Without known `scenarios` any name of one will do.
    """
    return _Reading(ORDER_FIELDS, _ORDER_NAMES, "INVALID_ORDER").run(body, tokens, rules, scenarios)


def read_pair(body: Mapping[str, JsonValue], tokens: Tokens, rules: Rules, scenarios: Collection[str] = ()) -> NewOrder:
    """Return what a request for quotes describes. Raises Rejected("INVALID_REQUEST") with all its violations."""
    return _Reading(PAIR_FIELDS, _PAIR_NAMES, "INVALID_REQUEST").run(body, tokens, rules, scenarios)


def _names_of(fields: Mapping[str, Field]) -> dict[str, str]:
    return {name: meaning for meaning, field in fields.items() for name in field.names}


# What GET /api/quotes takes: our own names, because its parameters are new.
QUOTE_PARAMETERS: Final = tuple(PAIR_FIELDS)
_ORDER_NAMES: Final = _names_of(ORDER_FIELDS)
_PAIR_NAMES: Final = _names_of(PAIR_FIELDS)


class _Reading:
    """One body being read: values and names by meaning, and the violations found so far."""

    def __init__(self, fields: Mapping[str, Field], meanings: Mapping[str, str], reason: str) -> None:
        self._fields = fields
        self._meanings = meanings
        self._reason = reason
        self._values: dict[str, Any] = {}
        self._names: dict[str, str] = {}
        self._violations: list[FieldViolation] = []

    def run(self, body: Mapping[str, JsonValue], tokens: Tokens, rules: Rules, scenarios: Collection[str]) -> NewOrder:
        self._fields_of(body)
        self._require(body)
        token_in, token_out = self._token("tokenIn", tokens), self._token("tokenOut", tokens)
        if token_in and token_in == token_out:
            self._blame("tokenOut", "same_token", "{name} must be another token than the one sold.")
        amount_in = self._amount(token_in)
        slippage_bps = self._slippage(rules)
        self._check_scenario(rules, scenarios)
        if self._violations or token_in is None or token_out is None:
            raise self._refusal()
        return self._order(token_in, token_out, amount_in, slippage_bps)

    def _order(self, token_in: Token, token_out: Token, amount_in: int, slippage_bps: int) -> NewOrder:
        values = self._values
        return NewOrder(
            token_in=token_in,
            token_out=token_out,
            amount_in=amount_in,
            slippage_bps=slippage_bps,
            client_order_id=values.get("clientOrderId", ""),
            max_legs=values.get("maxLegs", 0),
            venues=values.get("venues", ()),
            exclude_pools=values.get("excludePools", ()),
            quote_id=values.get("quoteId", ""),
            on_stale=values.get("onStale", ""),
            max_price_impact_bps=values.get("maxPriceImpactBps", 0),
            scenario=values.get("scenario", ""),
            names=self._names,
        )

    def _fields_of(self, body: Mapping[str, JsonValue]) -> None:
        for name, value in body.items():
            self._field(name, value)
            if len(self._violations) >= VIOLATIONS_MAX:
                return

    def _field(self, name: str, value: JsonValue) -> None:
        meaning = self._meanings.get(name)
        if meaning is None:
            self._unknown(name)
            return
        other = self._names.get(meaning)
        if value is None:
            return  # the same as left out
        if other is not None:
            detail = f"{name} and {other} mean the same: send one of them."
            self._violations.append(FieldViolation(pointer_to(name), detail, "alias_conflict"))
            return
        self._names[meaning] = name
        try:
            self._values[meaning] = self._fields[meaning].names[name](value, name)
        except BadValue as error:
            self._violations.append(FieldViolation(pointer_to(name), error.detail, error.code))

    def _unknown(self, name: str) -> None:
        near = difflib.get_close_matches(name, self._meanings, n=1)
        hint = f" Did you mean {near[0]}?" if near else f" Known: {', '.join(self._fields)}."
        detail = f"{name[:64]!a} is not a field of this request.{hint}"
        self._violations.append(FieldViolation(pointer_to(name[:64]), detail, "unknown_field"))

    def _require(self, body: Mapping[str, JsonValue]) -> None:
        for meaning, field in self._fields.items():
            if field.required and all(body.get(name) is None for name in field.names):
                known = " or ".join(field.names)
                self._violations.append(FieldViolation(pointer_to(meaning), f"{known} is missing.", "required"))

    def _token(self, meaning: str, tokens: Tokens) -> Token | None:
        called = self._values.get(meaning)
        if called is None:
            return None
        token = tokens.find(called)
        if token is None:
            self._blame(meaning, "unknown_token", f"{{name}}: {called!a} is not traded here; see /api/tokens.")
        return token

    def _amount(self, token: Token | None) -> int:
        written = self._values.get("amountIn")
        if written is None:
            return 0
        # Without its token an amount can still be seen to be nonsense, but not to be too precise or too large.
        decimals = token.decimals if token else 18
        try:
            amount = whole_units(written, decimals)
        except NotExact as error:
            if token or error.fault in ("not_a_number", "negative"):
                code, detail = _AMOUNT_FAULTS[error.fault]
                self._blame("amountIn", code, detail.format(name="{name}", **_about(token)))
            return 0
        if amount == 0:
            self._blame("amountIn", "not_positive", "{name} must be above zero.")
        return amount

    def _slippage(self, rules: Rules) -> int:
        bps: int = self._values.get("slippageBps", rules.default_slippage_bps)
        if bps > rules.max_slippage_bps:
            most = f"{rules.max_slippage_bps} bps ({decimal_text(rules.max_slippage_bps, 2)} %)"
            self._blame("slippageBps", "slippage_too_large", f"{{name}} is above the limit of {most}.")
        return bps

    def _check_scenario(self, rules: Rules, known: Collection[str]) -> None:
        called = self._values.get("scenario")
        if called is None:
            return
        if not rules.scenarios:
            self._blame("scenario", "scenarios_off", "{name} is refused: this stack runs without SCENARIOS=on.")
        elif known and called not in known:
            near = difflib.get_close_matches(called, sorted(known), n=1)
            hint = f"Did you mean {near[0]}?" if near else f"Known: {', '.join(sorted(known))}."
            self._blame("scenario", "unknown_scenario", f"{{name}}: {called!a} is none of the market's. {hint}")

    def _blame(self, meaning: str, code: str, detail: str) -> None:
        name = self._names.get(meaning, meaning)
        # The sentence may quote the client's own words, so no format string is made of it.
        self._violations.append(FieldViolation(pointer_to(name), detail.replace("{name}", name, 1), code))

    def _refusal(self) -> Rejected:
        found = self._violations
        detail = found[0].detail if len(found) == 1 else f"{len(found)} fields are not valid; see errors."
        return Rejected(self._reason, detail, violations=found)


_AMOUNT_FAULTS: Final = {
    "not_a_number": ("not_a_number", "{name} must be a decimal number such as 1.5, of at most 64 characters."),
    "negative": ("not_positive", "{name} must be above zero."),
    "too_precise": ("too_many_decimals", "{name} has more decimals than {symbol}, which has {decimals}."),
    "too_large": ("too_large", "{name} is more than can exist: at most 18446744073709551615 base units of {symbol}."),
}


def _about(token: Token | None) -> dict[str, object]:
    return {"symbol": token.symbol, "decimals": token.decimals} if token else {"symbol": "the token", "decimals": 18}
