"""gRPC calls with malformed fields, and the code and reason each is refused with."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from tradewind.market.v1 import market_pb2 as market
from tradewind.orders.v1 import orders_pb2 as orders
from tradewind.router.v1 import router_pb2 as router

SOL = "So11111111111111111111111111111111111111112"
USDC = "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v"
NOBODYS = "01890000-0000-7000-8000-000000000000"
NUL = "a\0b"
INVALID = "INVALID_ARGUMENT"


@dataclass(frozen=True)
class Call:
    """A call to an rpc of a service, the status code and reason of its refusal, and the field to blame."""

    service: str
    rpc: str
    message: Message
    code: str
    reason: str
    field: str = ""

    @property
    def name(self) -> str:
        return f"{self.rpc} {ascii(str(self.message))[:100]}"


def order(**changes: Any) -> orders.SubmitOrderRequest:
    good: dict[str, Any] = {
        "account_id": "default",
        "order_type": orders.ORDER_TYPE_MARKET,
        "mint_in": SOL,
        "mint_out": USDC,
        "decimals_in": 9,
        "decimals_out": 6,
        "amount_in": 1_000_000,
        "slippage_bps": 50,
    }
    return orders.SubmitOrderRequest(**{**good, **changes})


BAD_ORDERS: dict[str, tuple[Any, ...]] = {
    "account_id": ("", "a b", NUL, "é", "x" * 65, "a/b"),
    "client_order_id": ("x" * 256, NUL),
    "order_type": (0, 2, 99, -1),
    "mint_in": ("", "SOL", "0" * 44, "1" * 31, "1" * 45, "z" * 44, NUL, "é" * 40),
    "mint_out": ("", SOL, "USDC", "l" * 43, "x" * 5_000),
    "decimals_in": (19, 2**32 - 1),
    "decimals_out": (19, 255),
    "amount_in": (0,),
    "slippage_bps": (10_001, 2**32 - 1),
    "scenario": ("a" * 65, NUL),
    "max_legs": (17, 2**32 - 1),
    "venues": ([""], ["x" * 65], [NUL], ["raydium"] * 17),
    "exclude_pools": ([""], ["x" * 65], [NUL], ["x"] * 65),
    "quote_id": ("x" * 256, NUL),
    "traceparent": ("x", "00-0-0-00", NUL),
}
BAD_LISTS: dict[str, tuple[Any, ...]] = {
    "page_size": (501, 2**32 - 1),
    "page_token": ("x", NUL, "0" * 31, "\U0001f600"),
    "statuses": ([99], [-1]),
    "order_types": ([99],),
    "account_id": (NUL,),
    "mint": (NUL,),
    "client_order_id": (NUL,),
    "since": (Timestamp(seconds=2**62), Timestamp(seconds=-(2**62)), Timestamp(nanos=-1, seconds=-62_135_596_800)),
    "until": (Timestamp(seconds=2**63 - 1),),
}
NO_IDS = ("", "x", NUL, NOBODYS, "0" * 33, "é", "x" * 10_000)


def executor_calls() -> Iterator[Call]:
    service = "orders"
    for field, values in BAD_ORDERS.items():
        for value in values:
            if not (field == "client_order_id" and value == ""):
                hashed = {"body_hash": bytes(32)} if field == "client_order_id" else {}
                bad = order(**{field: value}, **hashed)
                yield Call(service, "SubmitOrder", bad, INVALID, "INVALID_ORDER", field)
    for size in (0, 1, 31, 33):
        keyed = order(client_order_id="k", body_hash=bytes(size))
        yield Call(service, "SubmitOrder", keyed, INVALID, "INVALID_ORDER", "body_hash")
    yield Call(service, "SubmitOrder", orders.SubmitOrderRequest(), INVALID, "INVALID_ORDER", "account_id")
    for number in (0, 513):
        batch = orders.SubmitOrdersRequest(orders=[orders.SubmitOrderRequest()] * number)
        yield Call(service, "SubmitOrders", batch, INVALID, "INVALID_REQUEST", "orders")
    for field, values in BAD_LISTS.items():
        for value in values:
            blamed = "statuses" if field == "order_types" else field
            page = orders.ListOrdersRequest(**{field: value})
            yield Call(service, "ListOrders", page, INVALID, "INVALID_REQUEST", blamed)
    for rpc, kind in (
        ("GetOrder", orders.GetOrderRequest),
        ("ListOrderEvents", orders.ListOrderEventsRequest),
        ("CancelOrder", orders.CancelOrderRequest),
        ("WatchOrder", orders.WatchOrderRequest),
    ):
        for order_id in NO_IDS:
            yield Call(service, rpc, kind(order_id=order_id), "NOT_FOUND", "ORDER_NOT_FOUND")
    for number in (2**31, 2**32 - 1):
        for rpc, resuming in (
            ("ListOrderEvents", orders.ListOrderEventsRequest),
            ("WatchOrder", orders.WatchOrderRequest),
        ):
            beyond = resuming(order_id=NOBODYS, after_sequence=number)
            yield Call(service, rpc, beyond, INVALID, "INVALID_REQUEST", "after_sequence")


def router_calls() -> Iterator[Call]:
    good: dict[str, Any] = {"mint_in": SOL, "mint_out": USDC, "amount_in": 1_000_000}
    both: dict[str, tuple[Any, ...]] = {
        "mint_in": ("", USDC),
        "mint_out": ("", SOL),
        "amount_in": (0,),
        "venues": (["x"] * 257,),
        "exclude_pools": (["x"] * 257,),
    }
    one: dict[str, tuple[Any, ...]] = {
        "max_legs": (17, 2**32 - 1),
        "max_price_impact_bps": (10_001, 2**32 - 1),
        "quote_id": ("x" * 129,),
    }
    for field, values in {**both, **one}.items():
        for value in values:
            blamed = "mint_out" if value in (SOL, USDC) else field
            wish = router.GetRouteRequest(**{**good, field: value})
            yield Call("router", "GetRoute", wish, INVALID, "INVALID_REQUEST", blamed)
            if field in both:
                asked = router.GetQuotesRequest(**{**good, field: value})
                yield Call("router", "GetQuotes", asked, INVALID, "INVALID_REQUEST", blamed)
    for mint in ("x", NUL, "é" * 44, "1" * 44, "x" * 9_000):
        wish = router.GetRouteRequest(**{**good, "mint_in": mint})
        yield Call("router", "GetRoute", wish, INVALID, "UNKNOWN_MINT")
    for number in (0, 513):
        wishes = router.GetRoutesRequest(requests=[router.GetRouteRequest()] * number)
        yield Call("router", "GetRoutes", wishes, INVALID, "INVALID_REQUEST", "requests")


def market_calls() -> Iterator[Call]:
    good: dict[str, Any] = {
        "swap_id": "01890000-0000-7000-8000-000000000001",
        "account_id": "default",
        "mint_in": SOL,
        "mint_out": USDC,
        "amount_in": 1,
    }
    bad_swaps: dict[str, tuple[Any, ...]] = {
        "swap_id": ("", "x", NUL, "0" * 32, "é"),
        "account_id": ("", NUL, "x" * 65, "a\nb"),
        "order_tag": (NUL, "x" * 65),
        "submitter": ("\x1b[31m", "x" * 65),
        "attempt": (2**31,),
        "scenario": ("no_such", NUL, "FAIL_ONCE"),
        "mint_out": (SOL,),
        "amount_in": (0,),
        "legs": (
            [],
            [market.SwapLeg()],
            [market.SwapLeg(pool_id="x", mint_in=SOL, amount_in=1)],
            [market.SwapLeg()] * 17,
        ),
    }
    for field, values in bad_swaps.items():
        for value in values:
            sent = market.SendSwapRequest(swap=market.Swap(**{**good, field: value}))
            yield Call("market", "SendSwap", sent, INVALID, "INVALID_SWAP")
    for field in ("mint_in", "mint_out"):
        for mint in ("", "x", NUL, "1" * 44):
            sent = market.SendSwapRequest(swap=market.Swap(**{**good, field: mint}))
            yield Call("market", "SendSwap", sent, INVALID, "UNKNOWN_MINT", f"swap.{field}")
    yield Call("market", "SendSwap", market.SendSwapRequest(), INVALID, "INVALID_SWAP", "swap.swap_id")
    yield Call("market", "SendSwaps", market.SendSwapsRequest(), INVALID, "INVALID_REQUEST", "swaps")
    yield from _wallet_calls()
    for ids in ([], ["x"], [""], [NUL], [NOBODYS] * 2_001):
        asked = market.GetSwapsRequest(swap_ids=ids)
        yield Call("market", "GetSwaps", asked, INVALID, "INVALID_REQUEST")
    pages: dict[str, tuple[Any, ...]] = {
        "account_id": (NUL, "x" * 65),
        "order_tag": ("a\nb",),
        "page_size": (1_001, 2**32 - 1),
        "page_token": ("x", "-1", "9" * 19, "\u0661", NUL),
    }
    for field, values in pages.items():
        for value in values:
            page = market.ListSwapsRequest(**{field: value})
            yield Call("market", "ListSwaps", page, INVALID, "INVALID_REQUEST", field)


def _wallet_calls() -> Iterator[Call]:
    good: dict[str, Any] = {"account_id": "default", "mint": SOL, "amount": 1, "airdrop_id": NOBODYS}
    bad: dict[str, tuple[Any, ...]] = {
        "account_id": ("", NUL, "x" * 65, "\u2028"),
        "airdrop_id": ("", "x", NUL, "0" * 32),
        "amount": (0, 2**64 - 1),
    }
    for field, values in bad.items():
        for value in values:
            drop = market.AirdropRequest(**{**good, field: value})
            yield Call("market", "Airdrop", drop, INVALID, "INVALID_REQUEST", field)
    for mint in ("", "SOL", NUL):
        drop = market.AirdropRequest(**{**good, "mint": mint})
        yield Call("market", "Airdrop", drop, INVALID, "UNKNOWN_MINT", "mint")
    for account in ("", NUL, "x" * 65):
        asked = market.GetBalancesRequest(account_id=account)
        yield Call("market", "GetBalances", asked, INVALID, "INVALID_REQUEST", "account_id")


CALLS = [*executor_calls(), *router_calls(), *market_calls()]
