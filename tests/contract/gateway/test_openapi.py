"""The published documents hold the running gateway: its addresses, what it takes, and what it answers."""

import html
import json
import re
from typing import Any

import httpx
import jsonschema_rs
import pytest
from starlette.routing import Route, WebSocketRoute

from gateway.access.guard import Door
from gateway.documents import asyncapi, openapi
from gateway.documents.endpoints import BY_NAME, ENDPOINTS, page_table
from gateway.documents.openapi_operations import OPERATIONS
from gateway.edge.strict_json import parse_json_object
from gateway.orders.codec import Rules, read_order
from gateway.orders.order_fields import ORDER_FIELDS
from gateway.orders.tokens import Token, Tokens
from gateway.streams.stream_commands import read_command
from servicekit.errors import ERRORS, Rejected
from tests.contract.gateway import fake_router
from tests.contract.gateway.conftest import World
from tests.contract.gateway.fake_orders import LIFE
from tests.hostile.cases import order_text
from tests.hostile.fields import ALIASES, SLIPPAGES, STRANGERS, VALUES
from tests.stack import REPOSITORY
from tests.unit.gateway.corpus import GOOD

pytestmark = pytest.mark.asyncio(loop_scope="module")

DOCUMENT = openapi.document()
WORDY = openapi.document(aliases=True)
STREAMS = asyncapi.document()
# What only the market, the operator's limits or the token's decimals decide: no schema can say it.
BEYOND_SCHEMAS = frozenset(
    {
        *("unknown_token", "same_token", "too_large", "too_many_decimals", "slippage_too_large", "not_whole_bps"),
        "unknown_scenario",
    }
)
SCENARIOS = ("fail_once", "venue_down:raydium")
TOKENS = Tokens(
    Token(token.mint, token.symbol, token.name, token.decimals) for token in (fake_router.SOL, fake_router.USDC)
)


def validator(name: str, document: Any = DOCUMENT) -> Any:
    """Return the validator of a named schema."""
    return jsonschema_rs.Draft202012Validator(
        {"$ref": f"#/components/schemas/{name}", "components": document["components"]}, validate_formats=True
    )


def all_it_takes() -> Any:
    """Return the validator of an order by any name that it may have."""
    return validator("OrderRequestWithAliases", WORDY)


def routes(world: World) -> Any:
    return world.server.gateway.app._routes


async def test_every_address_is_documented_and_nothing_else(world: World) -> None:
    served = {
        (route.path, method.lower())
        for route in routes(world)
        if isinstance(route, Route)
        for method in set(route.methods or ()) - {"HEAD"}
    }
    assert {(operation.endpoint.path, operation.method) for operation in OPERATIONS} == served


async def test_every_address_says_what_right_it_needs_and_the_others_are_open(world: World) -> None:
    needed = {
        (route.path, method.lower()): right_at(route)
        for route in routes(world)
        if isinstance(route, Route)
        for method in set(route.methods or ()) - {"HEAD"}
    }
    assert {(operation.endpoint.path, operation.method): operation.endpoint.right for operation in OPERATIONS} == needed
    public = {path for (path, _), right in needed.items() if right is None}
    assert public == {
        *("/health", "/healthz", "/livez", "/readyz", "/metrics", "/docs", "/docs/{asset}", "/openapi.json"),
        *("/asyncapi.json", "/problems/{code}", "/api/meta/errors", "/api/meta/lifecycle", "/api/meta/scenarios"),
    }
    assert {right_at(route) for route in routes(world) if isinstance(route, WebSocketRoute)} == {"read"}


def right_at(route: Route | WebSocketRoute) -> str | None:
    return route.app._right if isinstance(route.app, Door) else None


async def test_keys_are_asked_for_in_the_document_where_they_are_at_the_door() -> None:
    asking = openapi.document(keys_required=True)["paths"]
    for operation in OPERATIONS:
        needed = ["bearer", "apiKey"] if operation.endpoint.right else []
        assert asking[operation.endpoint.path][operation.method]["security"] == [{name: []} for name in needed]


async def test_every_row_of_the_table_is_described_once() -> None:
    described = [*(operation.name for operation in OPERATIONS), *(name for name in asyncapi.SOCKETS)]
    assert set(described) == BY_NAME.keys()
    read = {endpoint.path for endpoint in ENDPOINTS if endpoint.method == "GET"}
    for name, endpoint in BY_NAME.items():
        refused = endpoint.method == "WEBSOCKET" and endpoint.path not in read
        assert described.count(name) == 1 + (refused and name in asyncapi.SOCKETS)


async def test_the_page_lists_every_endpoint() -> None:
    assert page_table() in (REPOSITORY / "docs" / "api.md").read_text("utf-8"), (
        "put what gateway.documents.endpoints.page_table() returns into docs/api.md"
    )


async def test_every_socket_is_documented_and_nothing_else(world: World) -> None:
    served = {route.path for route in routes(world) if isinstance(route, WebSocketRoute)}
    assert {channel["address"] for channel in STREAMS["channels"].values() if "ws" in channel["bindings"]} == served


async def test_the_documents_are_served_and_their_references_lead_somewhere(world: World) -> None:
    for path, document in (("/openapi.json", DOCUMENT), ("/asyncapi.json", STREAMS)):
        answer = await world.http.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
        assert answer.json() == json.loads(json.dumps(document))
        for target in re.findall(r'"\$ref": ?"#/([^"]+)"', json.dumps(document)):
            found: Any = document
            for step in target.split("/"):
                found = found[step]


async def test_schemas_are_schemas() -> None:
    for document in (DOCUMENT, STREAMS):
        for schema in document["components"]["schemas"].values():
            jsonschema_rs.meta.validate({"$schema": "https://json-schema.org/draft/2020-12/schema", **schema})


async def test_operations_have_names_of_their_own_and_links_that_exist() -> None:
    names = [operation.name for operation in OPERATIONS]
    assert len(set(names)) == len(names)
    for operation in OPERATIONS:
        for answer in operation.answers:
            assert set(answer.links) <= set(names)


async def test_every_code_that_answers_a_request_is_documented() -> None:
    told = set(re.findall(r"`([a-z_]+)`:", json.dumps(DOCUMENT["paths"])))
    # Answers of other doors: methods outside the document, pages, and swaps, which no client of ours sends.
    elsewhere = {"method_not_allowed", "not_implemented", "illegal_transition"}
    unseen = {"invalid_swap", "insufficient_funds", "slow_reader"}
    answering = {reason.lower() for reason, row in ERRORS.items() if row.http_status is not None}
    assert answering - told <= elsewhere | unseen
    assert told <= answering


async def test_what_is_refused_of_pages_and_hosts_is_documented() -> None:
    for path, operations in DOCUMENT["paths"].items():
        for method, operation in operations.items():
            told = operation["responses"]
            assert "host_refused" in told["421"]["description"], (method, path)
            is_socket = any(endpoint.method == "WEBSOCKET" and endpoint.path == path for endpoint in ENDPOINTS)
            named = "origin_refused" in told.get("403", {}).get("description", "")
            assert named == (method != "get" or (is_socket and "426" in told)), (method, path)


GOOD_VALUES: dict[str, tuple[str, ...]] = {
    "tokenIn": ('"SOL"', '"sol"', f'"{fake_router.SOL.mint}"'),
    "amountIn": ("1", "1.5", "1e3", '"0.000000001"', '"1E2"', "1.50"),
    "type": ('"market"', '"MARKET"', '"Market"'),
    "slippageBps": ("0", "50", "1000", '"50"', "5e1", "1.0"),
    "slippagePct": ("0.5", '"10"', "0"),
    "slippage": ("0.005", '"0.1"', "0"),
    "clientOrderId": ('"a"', f'"{"x" * 255}"', '"auto"', '"~!"'),
    "quoteId": ('"q-1"',),
    "onStale": ('"reject"', '"ReQuote"'),
    "maxLegs": ("1", "16"),
    "maxPriceImpactBps": ("1", "10000"),
    "venues": ('["raydium"]', '["METEORA","raydium"]'),
    "excludePools": (f'["{fake_router.POOL}"]',),
    "scenario": ('"fail_once"', '"venue_down:raydium"'),
}


async def test_what_the_parser_takes_the_schema_takes() -> None:
    schema = all_it_takes()
    assert {name for field in ORDER_FIELDS.values() for name in field.names} == set(
        WORDY["components"]["schemas"]["OrderRequestWithAliases"]["properties"]
    )
    for field, values in GOOD_VALUES.items():
        for raw in values:
            text = order_text(field, raw)
            read_order(parse_json_object(text), TOKENS, Rules(scenarios=True), SCENARIOS)
            assert schema.is_valid(json.loads(text)), text


async def test_what_the_schema_refuses_the_parser_refuses_and_the_other_way_round() -> None:
    schema = all_it_takes()
    for field, faults in VALUES.items():
        for fault, values in faults.items():
            for raw in values:
                text = order_text(field, raw)
                with pytest.raises(Rejected):
                    read_order(parse_json_object(text), TOKENS, Rules(scenarios=True), SCENARIOS)
                if fault not in BEYOND_SCHEMAS and not about_spelling(fault, raw):
                    assert not schema.is_valid(json.loads(text)), text


async def test_the_plain_schema_has_our_own_names_alone_and_takes_nothing_that_the_parser_refuses() -> None:
    schema = validator("OrderRequest")
    assert list(DOCUMENT["components"]["schemas"]["OrderRequest"]["properties"]) == list(ORDER_FIELDS)
    taken = 0
    for field, values in GOOD_VALUES.items():
        for raw in values:
            text = order_text(field, raw)
            if schema.is_valid(json.loads(text)):
                taken += 1
                read_order(parse_json_object(text), TOKENS, Rules(scenarios=True), SCENARIOS)
            assert all_it_takes().is_valid(json.loads(text))
    assert taken > len(GOOD_VALUES)
    for alias, raw in ALIASES.values():
        assert not schema.is_valid(json.loads(order_text(alias, raw)))


def about_spelling(fault: str, raw: str) -> bool:
    """True where only the spelling is wrong: a number in a text out of range, too many digits, an integer as 2.0."""
    in_a_text = fault in ("not_positive", "out_of_range") and raw.startswith('"')
    return in_a_text or raw.startswith("1.00000") or (fault == "out_of_range" and raw in ("2.0", "1e1"))


async def test_names_are_known_to_both_and_required_by_both() -> None:
    schema = all_it_takes()
    for alias, raw in ALIASES.values():
        assert not schema.is_valid(json.loads(order_text(alias, raw)))
    both = order_text("slippage", SLIPPAGES["slippage"])[:-1] + b',"slippageBps":50}'
    assert not schema.is_valid(json.loads(both))
    for name in STRANGERS:
        assert not schema.is_valid(json.loads(order_text(name, "1")))
    for missing in ("tokenIn", "tokenOut", "amountIn"):
        assert not schema.is_valid({name: value for name, value in GOOD.items() if name != missing})
    assert schema.is_valid({"inputToken": "SOL", "outputToken": "USDC", "amount": 1, "slippagePct": 0.5})


async def test_what_the_stream_takes_its_document_takes() -> None:
    schema = validator("Command", STREAMS)
    order_id = "01890000-0000-7000-8000-000000000000"
    for command in (
        {"op": "ping"},
        {"op": "subscribe", "all": True, "after": {order_id: 3}},
        {"op": "subscribe", "orderIds": [order_id], "after": {order_id: 3}},
        {"op": "unsubscribe", "all": True},
        {"op": "unsubscribe", "orderIds": [order_id]},
    ):
        read_command(json.dumps(command))
        assert schema.is_valid(command)
    for bad in ({}, {"op": "x"}, {"op": "ping", "x": 1}, {"op": "subscribe", "all": 1}, {"op": "subscribe"}):
        with pytest.raises(Rejected):
            read_command(json.dumps(bad))
        assert not schema.is_valid(bad)


async def test_answers_are_as_documented(world: World) -> None:
    order_id = world.orders.add(*LIFE)
    asked = [
        await world.http.post("/api/orders/execute", json=GOOD),
        await world.http.post("/api/orders/execute", json={"x": 1}),
        await world.http.post("/api/orders/batch", json={"orders": [GOOD, {}, 1]}),
        await world.http.post("/api/orders/preview", json=GOOD),
        await world.http.post("/api/quotes", json={"tokenIn": "SOL", "tokenOut": "USDC", "amountIn": 1}),
        await world.http.get("/api/orders"),
        await world.http.get(f"/api/orders/{order_id}"),
        await world.http.get(f"/api/orders/{order_id}/events"),
        await world.http.delete(f"/api/orders/{order_id}"),
        await world.http.get("/api/orders/none"),
        await world.http.post("/api/ws-ticket"),
        await world.http.patch("/api/accounts/other", json={"limits": {"orderUsdMax": "2.5"}}),
        await world.http.patch("/api/accounts/other", json={"limits": {"orderUsdMax": 0}, "x": 1}),
        await world.http.get("/ws/orders/none"),
        *[
            await world.http.get(path)
            for path in (
                *("/api/tokens", "/api/pools", "/api/prices", "/api/balances", "/api/meta/errors"),
                *("/api/account", "/api/accounts/other"),
                *("/api/meta/lifecycle", "/api/meta/scenarios", "/problems/invalid_order", "/health", "/readyz"),
            )
        ],
    ]
    for answer in asked:
        conforms(answer)


def conforms(answer: httpx.Response) -> None:
    """Check an answer against the response its operation documents."""
    path, method = answer.request.url.path, answer.request.method.lower()
    # The most literal of the addresses that fit is the one that serves.
    fitting = [
        operation for operation in OPERATIONS if operation.method == method and fits(operation.endpoint.path, path)
    ]
    operation = min(fitting, key=lambda found: found.endpoint.path.count("{"))
    documented = DOCUMENT["paths"][operation.endpoint.path][method]["responses"][str(answer.status_code)]
    schema = documented["content"][answer.headers["content-type"].split(";")[0]]["schema"]
    if openapi.CODES in documented:
        problem = answer.json()
        assert problem["code"] in documented[openapi.CODES]
        assert problem["status"] == answer.status_code
    jsonschema_rs.Draft202012Validator(
        {**schema, "components": DOCUMENT["components"]}, validate_formats=True
    ).validate(answer.json())


def fits(template: str, path: str) -> bool:
    return re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path) is not None


async def test_every_code_has_its_page(world: World) -> None:
    for reason, row in ERRORS.items():
        path = f"/problems/{reason.lower()}"
        as_json = await world.http.get(path)
        assert (as_json.status_code, as_json.json()["status"], as_json.json()["type"]) == (200, row.http_status, path)
        page = await world.http.get(path, headers={"accept": "text/html"})
        assert page.status_code == 200
        assert row.title in html.unescape(page.text)
        assert row.advice in html.unescape(page.text)


async def test_the_page_needs_nothing_from_elsewhere(world: World) -> None:
    page = await world.http.get("/docs")
    assert page.headers["content-type"].startswith("text/html")
    assert "unsafe-inline" not in page.headers["content-security-policy"].split("style-src")[0]
    assets = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(assets) == 5
    for path in assets:
        assert "//" not in path
        answer = await world.http.get(page.url.join(path))
        assert answer.status_code == 200
        if "etag" in answer.headers:
            again = await world.http.get(page.url.join(path), headers={"if-none-match": answer.headers["etag"]})
            assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("name", ["..%2fapp.py", "docs.html", "swagger-ui-bundle.js.map", "%00", "../docs_page.py"])
async def test_the_page_serves_its_own_files_only(world: World, name: str) -> None:
    assert (await world.http.get(f"/docs/{name}")).status_code == 404
