"""Values of tokens in US dollars, by the router's stream of mid prices. The stream is opened again when it breaks."""

import asyncio
import time
from collections.abc import Callable
from fractions import Fraction
from typing import Final

import grpc

from executor_service import telemetry
from executor_service.domain.valuation import MidPrice, usd_micros, usd_price
from tradewind.router.v1 import router_pb2 as pb
from tradewind.router.v1 import router_pb2_grpc as rpc

# Older prices are not used: an order that needs one is refused for now.
AGE_MAX_SECONDS: Final = 30.0
# The stream carries only changes. After a silence it is opened again, because a new stream begins with all prices.
SILENCE_MAX_SECONDS: Final = 10.0
RECONNECT_SECONDS: Final = 0.5


class PriceFeed:
    """Implements Prices with the newest prices that `run` has received."""

    def __init__(self, channel: grpc.aio.Channel, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._stub = rpc.RouterServiceStub(channel)
        self._monotonic = monotonic
        self._pools: dict[str, MidPrice] = {}
        self._usd: dict[str, Fraction] = {}
        self._heard_at: float | None = None

    def usd_micros(self, mint: str, amount: int, decimals: int) -> int | None:
        """Return the value, rounded up; None without a price younger than 30 s."""
        price = self._usd_price(mint)
        return None if price is None else usd_micros(amount, decimals, price)

    async def run(self) -> None:
        """Follow the router until cancelled."""
        while True:
            heard_at = self._heard_at
            reason = await self._follow()
            if self._heard_at != heard_at and reason != "SILENCE":
                telemetry.prices_lost(reason)
            await asyncio.sleep(RECONNECT_SECONDS)

    async def _follow(self) -> str:
        """Follow one stream to its end and return why it ended."""
        call = self._stub.WatchPrices(pb.WatchPricesRequest())
        first = True
        try:
            while True:
                async with asyncio.timeout(SILENCE_MAX_SECONDS):
                    message = await call.read()
                if not isinstance(message, pb.WatchPricesResponse):
                    return "ENDED"  # the end of the stream is an object of its own
                self._take(message, whole=first)
                first = False
        except grpc.aio.AioRpcError as error:
            return error.code().name
        except TimeoutError:
            return "SILENCE"
        except (ValueError, ZeroDivisionError):
            return "MALFORMED"
        finally:
            call.cancel()

    def _take(self, message: pb.WatchPricesResponse, *, whole: bool) -> None:
        changed = {price.pool_id: _mid_price(price) for price in message.prices}
        self._pools = changed if whole else {**self._pools, **changed}
        self._usd.clear()
        self._heard_at = self._monotonic()

    def _usd_price(self, mint: str) -> Fraction | None:
        if self._heard_at is None or self._monotonic() - self._heard_at > AGE_MAX_SECONDS:
            return None
        price = self._usd.get(mint) or usd_price(mint, self._pools.values())
        if price is not None:
            self._usd[mint] = price
        return price


def _mid_price(price: pb.Price) -> MidPrice:
    return MidPrice(price.mint_base, price.mint_quote, Fraction(price.mid_price))
