"""GET /api/orders: an account's orders, newest first, filtered and paged by cursor."""

import re
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlencode

from google.protobuf.timestamp_pb2 import Timestamp
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from gateway.access.identity import account_of
from gateway.edge.json_out import json_response
from gateway.edge.public_path import public_path
from gateway.edge.query import invalid_parameter, known_parameters
from gateway.orders.order_fields import BadValue, lower_case, visible_text
from gateway.orders.orders_client import OrdersClient
from gateway.orders.snapshots import summary
from gateway.orders.tokens import TokenDirectory
from servicekit.errors import DomainError, Rejected
from tradewind.orders.v1 import orders_pb2 as pb

PAGE_SIZE: Final = 50
PAGE_SIZE_MAX: Final = 500

LIST_PARAMETERS: Final = ("status", "type", "token", "clientOrderId", "since", "until", "pageSize", "pageToken")
_STATUSES: Final = {
    name.removeprefix("ORDER_STATUS_").lower(): number for name, number in pb.OrderStatus.items() if number
}
_TYPES: Final = {name.removeprefix("ORDER_TYPE_").lower(): number for name, number in pb.OrderType.items() if number}

_RFC_3339: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})"
)

Query = dict[str, list[str]]


class Listing:
    """The collection under /api/orders."""

    def __init__(self, client: OrdersClient, tokens: TokenDirectory) -> None:
        self._client = client
        self._tokens = tokens

    async def show(self, request: Request) -> Response:
        """GET: one page; `nextPageToken` and the Link header lead to the next, null and absent on the last."""
        query = known_parameters(request.scope, LIST_PARAMETERS)
        try:
            wanted = self._wanted(account_of(request.scope), query)
            page = await self._client.page(wanted)
        except DomainError as error:
            raise _in_clients_words(error) from error
        token = page.next_page_token or None
        headers = {"link": _next_link(request.scope, query, token)} if token else None
        orders = [summary(order, self._tokens.symbol_of) for order in page.orders]
        return json_response({"orders": orders, "pageSize": wanted.page_size, "nextPageToken": token}, headers=headers)

    def _wanted(self, account_id: str, query: Query) -> pb.ListOrdersRequest:
        return pb.ListOrdersRequest(
            account_id=account_id,
            statuses=[_STATUSES[word] for word in _words(query, "status", tuple(_STATUSES))],
            order_types=[_TYPES[word] for word in _words(query, "type", tuple(_TYPES))],
            mint=self._mint(_last(query, "token")),
            client_order_id=_identity(query, "clientOrderId"),
            since=_moment(query, "since"),
            until=_moment(query, "until"),
            page_size=_page_size(_last(query, "pageSize")),
            page_token=_last(query, "pageToken"),
        )

    def _mint(self, named: str) -> str:
        if not named:
            return ""
        token = self._tokens.current().find(named)
        if token is None:
            raise invalid_parameter("token", "token is not traded here; see /api/tokens.", "unknown_token")
        return token.mint


def _last(query: Query, name: str) -> str:
    return query.get(name, [""])[-1]


def _words(query: Query, name: str, known: tuple[str, ...]) -> list[str]:
    """Return the words of a parameter that may be repeated or hold several, joined by commas."""
    words = [lower_case(word.strip()) for value in query.get(name, []) for word in value.split(",") if word.strip()]
    for word in words:
        if word not in known:
            raise invalid_parameter(name, f"{name} must be of: {', '.join(known)}.")
    return words


def _identity(query: Query, name: str) -> str:
    text = _last(query, name)
    try:
        return visible_text(text, name) if text else ""
    except BadValue as error:
        raise invalid_parameter(name, error.detail, error.code) from None


def _moment(query: Query, name: str) -> Timestamp | None:
    text = _last(query, name)
    if not text:
        return None
    # A plus sign in a query means a space.
    written = text.replace(" ", "+").upper()
    stamp = Timestamp()
    try:
        if not _RFC_3339.fullmatch(written):
            raise ValueError
        # The first and the last hours of the calendar may have no equal in UTC.
        stamp.FromDatetime(datetime.fromisoformat(written).astimezone(UTC))
    except (ValueError, OverflowError):
        raise invalid_parameter(name, f"{name} must be an RFC 3339 time such as 2026-01-31T12:00:00Z.") from None
    return stamp


def _page_size(text: str) -> int:
    if not text:
        return PAGE_SIZE
    digits = text.lstrip("0")
    if digits and digits.isascii() and digits.isdigit():
        return int(digits) if len(digits) <= len(str(PAGE_SIZE_MAX)) and int(digits) <= PAGE_SIZE_MAX else PAGE_SIZE_MAX
    raise invalid_parameter("pageSize", f"pageSize must be a number from 1; above {PAGE_SIZE_MAX} it is lowered.")


def _next_link(scope: Scope, query: Query, token: str) -> str:
    pairs = [(name, value) for name, values in query.items() if name != "pageToken" for value in values]
    return f'<{public_path(scope, scope["path"])}?{urlencode([*pairs, ("pageToken", token)])}>; rel="next"'


def _in_clients_words(error: DomainError) -> DomainError:
    if isinstance(error, Rejected) and any(violation.field == "page_token" for violation in error.violations):
        return invalid_parameter("pageToken", "pageToken must be the nextPageToken of an earlier answer.")
    return error
