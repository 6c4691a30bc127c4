"""GET /docs: the document as a page. Swagger UI's files come from its package; nothing is fetched from elsewhere."""

import functools
import hashlib
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from servicekit.errors import Rejected

_OURS: Final = Path(__file__).with_name("static")
_SWAGGER_UI: Final = ("swagger-ui-bundle.js", "swagger-ui.css", "favicon-32x32.png")
_MEDIA: Final = {".js": "text/javascript", ".css": "text/css", ".png": "image/png"}
_HEADERS: Final = {
    # The library sets styles on elements and draws its icons from data addresses.
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "cache-control": "no-cache",
}


async def show(request: Request) -> Response:
    """GET /docs: the page."""
    return HTMLResponse(_read("docs.html")[0], headers=_HEADERS)


async def asset(request: Request) -> Response:
    """GET /docs/{asset}: one of the page's files. Raises Rejected("NOT_FOUND") for every other name."""
    name = request.path_params["asset"]
    if name not in (*_SWAGGER_UI, "docs.js"):
        raise Rejected("NOT_FOUND")
    content, tag = _read(name)
    headers = {**_HEADERS, "etag": tag}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(content, 200, headers, _MEDIA[Path(name).suffix])


@functools.cache
def _read(name: str) -> tuple[bytes, str]:
    """Return a file and its tag; a name is one of ours or of the library's, never a client's."""
    folder = _swagger_ui() if name in _SWAGGER_UI else _OURS
    content = (folder / name).read_bytes()
    return content, f'"{hashlib.sha256(content).hexdigest()[:16]}"'


def _swagger_ui() -> Path:
    # Find the package without importing it: only its files are needed, not its code.
    spec = find_spec("swagger_ui")
    if spec is None or not spec.submodule_search_locations:
        raise Rejected("NOT_FOUND", "The files of the page are not installed.")
    return Path(spec.submodule_search_locations[0]) / "static"
