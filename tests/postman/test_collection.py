"""The Postman collection is current, whole, and every request of it does what it says on a real stack."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from websockets.asyncio.client import connect

from deploy.postman.collection import COLLECTION, STREAMS_FOLDER, text
from deploy.postman.postman_steps import MISTAKES_FOLDER, TOUR_FOLDER
from gateway.documents import asyncapi, openapi
from tests.clients import submit
from tests.postman import newman
from tests.stack import Stack
from tradewind_client.orders import TERMINAL

FOLDERS: dict[str, dict[str, Any]] = {folder["name"]: folder for folder in json.loads(COLLECTION.read_text())["item"]}
BY_HTTP = [name for name in FOLDERS if name != STREAMS_FOLDER]
STREAMS: dict[str, dict[str, Any]] = {item["name"]: item["request"] for item in FOLDERS[STREAMS_FOLDER]["item"]}
SOCKETS = [name for name, request in STREAMS.items() if request["url"]["raw"].startswith("{{wsUrl}}")]


def test_the_collection_is_current() -> None:
    assert COLLECTION.read_text() == text(), "python -m deploy.postman writes it"


def test_it_holds_every_operation_and_every_channel() -> None:
    documented = [
        (method.upper(), path.replace("{", ":").replace("}", ""))
        for path, methods in openapi.document()["paths"].items()
        for method in methods
    ]
    held = [(r["method"], "/" + "/".join(r["url"]["path"])) for r in _requests(*_topics())]
    assert sorted(held) == sorted(documented)
    assert STREAMS.keys() == asyncapi.document()["channels"].keys()


def test_every_request_by_http_is_checked() -> None:
    for name in BY_HTTP:
        for item in FOLDERS[name]["item"]:
            [script] = [event["script"]["exec"] for event in item["event"] if event["listen"] == "test"]
            assert any("pm.test(" in line for line in script), item["name"]


def test_the_runner_is_pinned_by_content_and_names_no_address() -> None:
    lock = json.loads((newman.HERE / "package-lock.json").read_text())
    packages = [package for path, package in lock["packages"].items() if path]
    assert len(packages) > 100
    assert all(package["integrity"].startswith("sha512-") for package in packages)
    assert "resolved" not in str(lock)
    assert "://" not in str(lock)


def test_newman_finds_every_answer_as_the_collection_says(stack: Stack, tmp_path: Path) -> None:
    variables = {"baseUrl": stack.url, "wsUrl": stack.ws_url}
    done = newman.run(COLLECTION, folders=BY_HTTP, variables=variables, report=tmp_path / "report.json")
    assert done.failures == []
    assert done.exit_code == 0
    assert done.requests == [item["name"] for name in BY_HTTP for item in FOLDERS[name]["item"]]
    assert done.checks > len(done.requests)


def test_a_wrong_answer_is_found(stack: Stack, tmp_path: Path) -> None:
    """A runner that passes whatever comes would prove nothing: here the gateway is another server."""
    variables = {"baseUrl": f"{stack.url}/nowhere"}
    done = newman.run(COLLECTION, folders=[MISTAKES_FOLDER], variables=variables, report=tmp_path / "report.json")
    assert done.exit_code == 1
    assert len(done.failures) >= len(FOLDERS[MISTAKES_FOLDER]["item"])


@pytest.fixture
async def order_id(stack: Stack) -> str:
    async with httpx.AsyncClient(base_url=stack.url, timeout=20) as http:
        return await submit(http)


@pytest.mark.parametrize("name", SOCKETS)
async def test_its_sockets_open_and_tell_the_order(stack: Stack, order_id: str, name: str) -> None:
    request = STREAMS[name]
    statuses = []
    async with asyncio.timeout(20), connect(_address(request, stack, order_id)) as socket:
        if "body" in request:
            await socket.send(request["body"]["raw"].replace("{{orderId}}", order_id))
        async for message in socket:
            frame = json.loads(message)
            statuses.append(frame.get("status"))
            if statuses[-1] in TERMINAL:
                break
    assert "pending" in statuses


@pytest.mark.parametrize("name", [name for name in STREAMS if name not in SOCKETS])
async def test_its_server_sent_events_flow(stack: Stack, order_id: str, name: str) -> None:
    request = STREAMS[name]
    headers = {header["key"]: header["value"] for header in request["header"]}
    asked = httpx.Request("GET", _address(request, stack, order_id), headers=headers)
    async with asyncio.timeout(20), httpx.AsyncClient(timeout=20) as http:
        answer = await http.send(asked, stream=True)
        assert answer.headers["content-type"].startswith("text/event-stream")
        data = [line async for line in _first_data(answer)]
        await answer.aclose()
    assert json.loads(data[0].removeprefix("data:"))


def _topics() -> list[str]:
    return [name for name in BY_HTTP if name not in (TOUR_FOLDER, MISTAKES_FOLDER)]


def _requests(*folders: str) -> Iterator[dict[str, Any]]:
    for name in folders:
        for item in FOLDERS[name]["item"]:
            yield item["request"]


def _address(request: dict[str, Any], stack: Stack, order_id: str) -> str:
    """Return the address as Postman makes it of a request: variables and path parameters filled in."""
    url = request["url"]
    values = {f":{variable['key']}": variable["value"] for variable in url.get("variable", ())}
    path = "/".join(values.get(step, step) for step in url["path"])
    query = urlencode([(q["key"], q["value"]) for q in url.get("query", ()) if not q.get("disabled")], safe="{}")
    address = f"{url['host'][0]}/{path}" + (f"?{query}" if query else "")
    for name, value in {"baseUrl": stack.url, "wsUrl": stack.ws_url, "orderId": order_id}.items():
        address = address.replace("{{" + name + "}}", value)
    return address


async def _first_data(answer: httpx.Response) -> AsyncIterator[str]:
    async for line in answer.aiter_lines():
        if line.startswith("data:"):
            yield line
            return
