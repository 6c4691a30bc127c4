"""The TypeScript client: its types are the document's, it compiles strictly, it trades from Node and from a page."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from gateway.documents import openapi
from tests.browser.conftest import OpenPage
from tests.browser.gateways import gateway_beside
from tests.browser.sites import serving
from tests.stack import Stack
from tests.typescript import package

GENERATED = ("generated.ts", "decimals.ts")


def test_the_types_are_those_of_the_document(place: Path, tmp_path: Path) -> None:
    document = tmp_path / "openapi.json"
    document.write_text(json.dumps(openapi.document()))
    done = package.node(place, "generate.ts", str(document))
    assert done.returncode == 0, done.stderr
    for name in GENERATED:
        made = (place / "src" / name).read_text()
        assert made == (package.SOURCE / "src" / name).read_text(), "npm run generate in clients/typescript writes it"


def test_a_decimal_number_that_cannot_be_told_by_its_name_is_refused(place: Path, tmp_path: Path) -> None:
    """An integer under the name of an amount would become a text, and a list of numbers has no names."""
    for member in ({"amountIn": {"type": "integer"}}, {"rates": {"type": "array", "items": {"type": "number"}}}):
        document: dict[str, Any] = openapi.document()
        document["components"]["schemas"]["Odd"] = {"type": "object", "properties": member}
        (tmp_path / "openapi.json").write_text(json.dumps(document))
        done = package.node(place, "generate.ts", str(tmp_path / "openapi.json"))
        assert done.returncode != 0
        assert "amountIn: a name" in done.stderr or "list of decimal numbers" in done.stderr


def test_its_own_tests_compile_against_what_is_published(place: Path) -> None:
    package.compile_project(place, "tsconfig.test.json")


def test_it_needs_no_package_at_run_time(place: Path) -> None:
    manifest = json.loads((place / "package.json").read_text())
    assert "dependencies" not in manifest
    assert manifest["private"] is True
    lock = json.loads((place / "package-lock.json").read_text())
    pinned = [entry for path, entry in lock["packages"].items() if path]
    assert all(entry["integrity"].startswith("sha512-") and "resolved" not in entry for entry in pinned)


def test_it_does_what_it_says_in_node(stack: Stack, key: str, place: Path) -> None:
    variables = {"TRADEWIND_URL": stack.url, "TRADEWIND_API_KEY": key}
    files = sorted(str(path.relative_to(place)) for path in (place / "test").glob("*.test.ts"))
    done = package.node(place, "--test", "--test-reporter=tap", *files, **variables)
    assert done.returncode == 0, done.stdout[-6000:]
    assert f"# pass {_declared(place)}\n" in done.stdout


def _declared(place: Path) -> int:
    return sum(path.read_text().count("\ntest(") for path in (place / "test").glob("*.test.ts"))


TRADE = """async ([url, apiKey]) => {
  const { Tradewind, Problem } = await import("/dist/index.js");
  const tradewind = new Tradewind(url, apiKey ? { apiKey } : {});
  const order = { tokenIn: "SOL", tokenOut: "USDC", amountIn: "1.5", slippageBps: 100 };
  const { orderId } = await tradewind.submit(order, { idempotencyKey: crypto.randomUUID() });
  const events = [], many = [];
  for await (const event of tradewind.watch(orderId)) events.push(event);
  for await (const event of tradewind.watchMany([orderId])) many.push(event);
  const { status, executedAmountOut, executedAmountOutBaseUnits } = await tradewind.finish(orderId);
  const refused = await tradewind.submit({ ...order, amountIn: "0" }).catch((error) => error);
  return {
    events, many, status, executedAmountOut, executedAmountOutBaseUnits,
    refused: [refused instanceof Problem, refused.code, refused.retry, refused.errors.map(({ pointer }) => pointer)],
  };
}"""


@pytest.mark.parametrize("keys", [True, False])
def test_it_does_the_same_in_chromium(stack: Stack, key: str, place: Path, open_page: OpenPage, *, keys: bool) -> None:
    (place / "index.html").write_text("<!doctype html><title>A page that trades</title>")
    settings = {"AUTH": "on", "ALLOWED_ORIGINS": "http://127.0.0.1:*"} if keys else {"AUTH": "off"}
    with serving(place) as port, gateway_beside(stack, **settings) as gateway:
        page: Page = open_page(f"http://127.0.0.1:{port}/index.html")
        seen = page.evaluate(TRADE, [gateway, key if keys else None])
    assert seen["status"] == "confirmed"
    assert [event["sequence"] for event in seen["events"]] == list(range(1, len(seen["events"]) + 1))
    assert seen["events"][0]["details"]["amountIn"] == "1.5"
    assert seen["many"] == seen["events"]
    whole, _, fraction = seen["executedAmountOut"].partition(".")
    assert int(whole + fraction.ljust(6, "0")) == int(seen["executedAmountOutBaseUnits"])
    assert seen["refused"] == [True, "invalid_order", "never", ["/amountIn"]]
