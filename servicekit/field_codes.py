"""The codes of errors in one field of a request: the `code` of each entry of `errors`.

`FieldViolation` takes no code without a row here, so that none reaches a client unexplained.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class FieldCode:
    """What a code means, and what to do about it."""

    title: str
    advice: str


FIELD_CODES: Final[Mapping[str, FieldCode]] = {
    "required": FieldCode("The field is missing", "Send it; null counts as not sent."),
    "unknown_field": FieldCode(
        "There is no such field or parameter", "Take the name that `detail` suggests, or leave it out."
    ),
    "alias_conflict": FieldCode(
        "One meaning is given twice, under two names",
        "Send one of the names, or the same value in the header and field.",
    ),
    "wrong_type": FieldCode("The value is of another type", "Send the type that `detail` names; a number is no text."),
    "invalid_value": FieldCode("The value cannot stand there", "Send one of the values that `detail` describes."),
    "out_of_range": FieldCode("The number is too small or too large", "Stay within the bounds that `detail` names."),
    "not_a_number": FieldCode("The text is no decimal number", "Write digits with a point, such as 1.5."),
    "not_positive": FieldCode("The amount is zero or negative", "Send an amount above zero."),
    "too_large": FieldCode("The amount is more than can be", "Send less; `detail` names the most."),
    "too_many_decimals": FieldCode(
        "The amount has more decimals than the token", "Round it to the token's decimals: /api/tokens lists them."
    ),
    "not_whole_bps": FieldCode("The tolerance is no whole number of basis points", "Round it to 0.01 percent."),
    "slippage_too_large": FieldCode(
        "The tolerance is above the limit of this gateway", "Allow less, or set MAX_SLIPPAGE_BPS on the gateway."
    ),
    "unknown_token": FieldCode("The token is not traded here", "Take a symbol or mint address of /api/tokens."),
    "same_token": FieldCode("Both tokens are the same", "Name two different tokens."),
    "unsupported_type": FieldCode("Orders of this type are not taken", "Send `type: market`, or leave it out."),
    "scenarios_off": FieldCode(
        "Scripted behaviour is switched off", "Leave `scenario` out, or run the stack with SCENARIOS=on."
    ),
    "unknown_quote": FieldCode(
        "The quote is unknown, or of another pair or amount", "Ask POST /api/quotes for a new one, or leave it out."
    ),
    "unknown_scenario": FieldCode("There is no such scripted behaviour", "Take a name of /api/meta/scenarios."),
    "order_too_large": FieldCode(
        "The order is worth more than the account may trade at once", "Sell less; GET /api/account shows the limit."
    ),
    "slippage_too_high": FieldCode(
        "The tolerance is above the account's limit", "Allow less; GET /api/account shows the limit."
    ),
    "token_not_allowed": FieldCode(
        "The account may not trade this token", "Take a token that GET /api/account allows."
    ),
}
