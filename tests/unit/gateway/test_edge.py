"""The edge: which addresses there are, and which methods each takes."""

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from gateway.edge import Edge
from gateway.origin import Origins


async def _name(request: Request) -> Response:
    return PlainTextResponse(request.path_params.get("name", "spelled out"))


EDGE = Edge(
    [
        Route("/things/all", _name, methods=["POST"]),
        Route("/things/{name}", _name, methods=["GET"]),
        Route("/things/{name}", _name, methods=["DELETE"]),
    ],
    Origins(()),
)


async def ask(method: str, path: str) -> httpx.Response:
    transport = httpx.ASGITransport(app=EDGE)
    async with httpx.AsyncClient(transport=transport, base_url="http://edge") as client:
        return await client.request(method, path)


async def test_an_address_that_is_spelled_out_is_not_read_as_a_name() -> None:
    assert (await ask("POST", "/things/all")).text == "spelled out"
    for method in ("GET", "DELETE", "PUT"):
        answer = await ask(method, "/things/all")
        assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


async def test_a_name_takes_the_methods_of_every_route_that_fits() -> None:
    assert (await ask("GET", "/things/one")).text == "one"
    answer = await ask("PUT", "/things/one")
    assert (answer.status_code, answer.headers["allow"]) == (405, "DELETE, GET, HEAD")


@pytest.mark.parametrize("path", ["/things/all%0A", "/things/one%0A", "/things", "/things/", "//things/one"])
async def test_what_only_resembles_an_address_is_404(path: str) -> None:
    assert (await ask("GET", path)).status_code == 404
