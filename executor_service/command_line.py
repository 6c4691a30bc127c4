"""The command line: every command with its options, and what each option accepts."""

import argparse
import re
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Final

from executor_service import account_commands, key_commands
from executor_service.domain.keys import Scope
from executor_service.domain.risk import MINTS_MAX
from executor_service.messages import is_account, is_mint

_DURATION: Final = re.compile(r"([0-9]{1,6})([smhd])")
_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_COUNT_MAX: Final = 2**32 - 1
_USD_MAX: Final = 10**12
_NAME_MAX: Final = 64


def command_line() -> argparse.ArgumentParser:
    """Return the parser. An operator's command has its coroutine function in `run`."""
    parser = argparse.ArgumentParser(prog="python -m executor_service", description="Orders, keys and accounts.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("server", help="serve OrderService and AccountService")
    commands.add_parser("worker", help="drive orders")
    commands.add_parser("migrate", help="bring the schema in DATABASE_URL up to date")
    _add_keys(commands.add_parser("keys", help="make, list, revoke and rotate API keys"))
    _add_accounts(commands.add_parser("accounts", help="switch and limits of accounts"))
    return parser


def _add_keys(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True)
    create = actions.add_parser("create", help="make a key and print it, this once, on standard output")
    create.set_defaults(run=key_commands.create)
    create.add_argument("--account", type=_account, required=True, help="account that the key acts for")
    create.add_argument("--scopes", type=_scopes, default=frozenset({Scope.TRADE}), help="of read, trade, admin; trade")
    create.add_argument("--name", type=_name, default="", help="what it is for")
    create.add_argument("--expires-in", type=_duration, help="such as 30d, 12h, 15m; not given: never")

    listing = actions.add_parser("list", help="list keys, oldest first")
    listing.set_defaults(run=key_commands.list_keys)
    listing.add_argument("--account", type=_account, help="only this account's")

    revoke = actions.add_parser("revoke", help="end a key at once")
    revoke.set_defaults(run=key_commands.revoke)
    revoke.add_argument("key_id", metavar="ID")

    rotate = actions.add_parser("rotate", help="make a key like this one and print it; the old one ends a while later")
    rotate.set_defaults(run=key_commands.rotate)
    rotate.add_argument("key_id", metavar="ID")
    rotate.add_argument("--overlap", type=_duration, default=timedelta(hours=1), help="how long the old one holds; 1h")


def _add_accounts(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True)
    for name, run, words in (
        ("show", account_commands.show, "show switch, limits and their use"),
        ("halt", account_commands.halt, "accept no more orders"),
        ("activate", account_commands.activate, "accept orders again"),
    ):
        action = actions.add_parser(name, help=words)
        action.set_defaults(run=run)
        action.add_argument("account_id", metavar="ACCOUNT", type=_account)

    limit = actions.add_parser("limit", help="set limits; `none` removes one, what is not named stays")
    limit.set_defaults(run=account_commands.limit)
    limit.add_argument("account_id", metavar="ACCOUNT", type=_account)
    options = limit.add_argument_group("limits")
    for option, field, kind, words in (
        ("--order-usd-max", "order_usd_micros_max", _usd_micros, "largest order, dollars of the token sold"),
        ("--in-flight-max", "orders_in_flight_max", _count, "orders that have not ended"),
        ("--per-minute-max", "orders_per_minute_max", _count, "orders accepted in any 60 seconds"),
        ("--slippage-bps-max", "slippage_bps_max", _bps, "largest slippage, 1/10,000"),
        ("--tokens", "mints_allowed", _mints, "mints that may be sold and bought, with commas between"),
    ):
        options.add_argument(option, dest=field, type=kind, default=argparse.SUPPRESS, help=words)


def _account(text: str) -> str:
    if not is_account(text):
        raise argparse.ArgumentTypeError(f"{text!a} must be 1 to 64 letters, digits or . _ : @ -")
    return text


def _scopes(text: str) -> frozenset[Scope]:
    try:
        return frozenset(Scope(part.strip()) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!a} must be of read, trade, admin, with commas between") from None


def _name(text: str) -> str:
    if len(text) > _NAME_MAX or not text.isprintable():
        raise argparse.ArgumentTypeError(f"must be at most {_NAME_MAX} printable characters")
    return text


def _duration(text: str) -> timedelta:
    found = _DURATION.fullmatch(text)
    if found is None or int(found[1]) == 0:
        raise argparse.ArgumentTypeError(f"{text!a} must be a number above 0 with its unit: 90s, 15m, 12h or 30d")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def _usd_micros(text: str) -> int | None:
    if text == "none":
        return None
    try:
        micros = Decimal(text) * 1_000_000
    except InvalidOperation:
        micros = Decimal(0)
    if not micros.is_finite() or not 0 < micros <= _USD_MAX * 1_000_000 or micros != micros.to_integral_value():
        raise argparse.ArgumentTypeError(f"{text!a} must be dollars above 0 with at most 6 decimals, or none")
    return int(micros)


def _count(text: str) -> int | None:
    return None if text == "none" else _whole(text, lowest=1, highest=_COUNT_MAX)


def _bps(text: str) -> int | None:
    return None if text == "none" else _whole(text, lowest=0, highest=10_000)


def _whole(text: str, *, lowest: int, highest: int) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 20 and lowest <= int(text) <= highest):
        raise argparse.ArgumentTypeError(f"{text!a} must be a whole number from {lowest} to {highest}, or none")
    return int(text)


def _mints(text: str) -> tuple[str, ...]:
    mints = () if text == "none" else tuple(sorted({part.strip() for part in text.split(",")}))
    wrong = [mint for mint in mints if not is_mint(mint)]
    if wrong:
        raise argparse.ArgumentTypeError(f"{wrong[0]!a} is not a mint address (base58, 32 bytes); or say none")
    if len(mints) > MINTS_MAX:
        raise argparse.ArgumentTypeError(f"at most {MINTS_MAX} mints")
    return mints
