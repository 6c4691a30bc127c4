"""HTTP requests that are safe to repeat, repeated until they are answered or the retry policy ends."""

from collections.abc import Mapping
from typing import Any, Final

import httpx

from tradewind_client.errors import TimedOut, TradewindError, Unreachable
from tradewind_client.json_values import encode
from tradewind_client.problems import PASSING, refusal, retry_after_seconds
from tradewind_client.retry import RetryPolicy, Tries

_JSON: Final = {"content-type": "application/json"}


class Http:
    """The gateway behind an HTTP client. Every request sent here must mean the same when it is sent twice."""

    def __init__(self, client: httpx.AsyncClient, policy: RetryPolicy) -> None:
        self._client = client
        self._policy = policy

    async def get(self, path: str, params: Mapping[str, str] | None = None) -> httpx.Response:
        """Return the answer to a GET. Raises TradewindError."""
        return await self._send("GET", path, params=params)

    async def post(self, path: str, body: Any, headers: Mapping[str, str] | None = None) -> httpx.Response:
        """Return the answer to a POST of JSON. Raises TradewindError."""
        return await self._send("POST", path, content=encode(body), headers={**_JSON, **(headers or {})})

    async def delete(self, path: str) -> httpx.Response:
        """Return the answer to a DELETE. Raises TradewindError."""
        return await self._send("DELETE", path)

    async def _send(self, method: str, path: str, **options: Any) -> httpx.Response:
        tries = Tries(self._policy)
        while True:
            wait = 0.0
            trouble: TradewindError
            try:
                response = await self._client.request(method, path, **options)
            except httpx.TimeoutException as error:
                trouble = TimedOut(f"{self._client.base_url} did not answer in time.")
                trouble.__cause__ = error
            except httpx.TransportError as error:
                trouble = Unreachable(f"{self._client.base_url} cannot be reached: {error or type(error).__name__}.")
                trouble.__cause__ = error
            else:
                if response.is_success:
                    return response
                trouble = refusal(response.status_code, response.content)
                if response.status_code not in PASSING:
                    raise trouble
                wait = retry_after_seconds(response.headers)
            if not await tries.again(wait):
                raise trouble
