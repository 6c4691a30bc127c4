"""How every part stands: asked of the services behind, kept for a moment, and told to people and to probes."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import grpc
from google.protobuf.timestamp_pb2 import Timestamp
from grpc_health.v1 import health_pb2, health_pb2_grpc
from starlette.requests import Request
from starlette.responses import Response

from gateway.edge.json_out import instant, json_response
from gateway.orders.tokens import TokenDirectory
from servicekit.metrics import release
from tradewind.status.v1 import status_pb2 as pb
from tradewind.status.v1 import status_pb2_grpc as rpc

CHECK_SECONDS: Final = 1.0
# A good result is worth more time than a bad one, which may be over at any moment.
KEPT_SECONDS: Final = {True: 1.0, False: 0.2}

OK: Final = "ok"
# Of what only another part could tell, and that one is away.
UNKNOWN: Final = "unknown"
# What a new order needs to be taken, routed and executed.
NEEDED: Final = ("executor", "workers", "router", "market", "tokens")


@dataclass(frozen=True, slots=True)
class Found:
    """What one look found: a word for each part, and what the services told of themselves."""

    states: Mapping[str, str]
    told: Mapping[str, pb.GetStatusResponse] = field(default_factory=dict)

    def missing(self, excluded: frozenset[str] = frozenset()) -> list[str]:
        """Return the parts that new orders need and lack. What is unknown is blamed on the part that should know."""
        return [name for name in NEEDED if name not in excluded and self.states[name] not in (OK, UNKNOWN)]


class Parts:
    """Looks at the services. A result is kept for a moment, so that probes cost the services nothing."""

    def __init__(self, channels: Mapping[str, grpc.aio.Channel], tokens: TokenDirectory) -> None:
        """`channels` lead to executor, router and market."""
        self._health = {name: health_pb2_grpc.HealthStub(channel) for name, channel in channels.items()}
        self._status: dict[str, rpc.StatusServiceAsyncStub] = {
            name: rpc.StatusServiceStub(channel) for name, channel in channels.items()
        }
        self._tokens = tokens
        self._found = Found({})
        self._kept_until = float("-inf")
        self._lock = asyncio.Lock()

    async def look(self) -> Found:
        """Return how everything stands, as it was found a second ago at most."""
        async with self._lock:
            if time.monotonic() > self._kept_until:
                self._found = await self._look()
                self._kept_until = time.monotonic() + KEPT_SECONDS[not self._found.missing()]
            return self._found

    async def _look(self) -> Found:
        names = list(self._health)
        healths, answers = await asyncio.gather(
            asyncio.gather(*(_health(stub) for stub in self._health.values())),
            asyncio.gather(*(_status(stub) for stub in self._status.values())),
        )
        states = dict(zip(names, healths, strict=True))
        told = {name: answer for name, answer in zip(names, answers, strict=True) if answer is not None}
        if states["router"] == OK and "router" in told and told["router"].router.is_stale:
            states["router"] = "stale_state"
        if states["market"] == OK and "market" in told and told["market"].market.is_stalled:
            states["market"] = "stalled"
        states["workers"] = _workers_state(told.get("executor"))
        states["tokens"] = OK if self._tokens.known else "not_loaded"
        return Found(states, told)


class Status:
    """GET /api/status."""

    def __init__(self, parts: Parts, *, keys_required: bool) -> None:
        self._parts = parts
        self._keys_required = keys_required
        self._started_at = _now()

    async def show(self, request: Request) -> Response:
        """Answer 200 with every part, whether all are well or not."""
        found = await self._parts.look()
        missing = found.missing()
        document = {
            "ready": not missing,
            "notReady": missing,
            "asOf": instant(_now()),
            "parts": {"gateway": self._own(), **_parts(found)},
        }
        return json_response(document)

    def _own(self) -> dict[str, Any]:
        return {"state": OK, **_process(release(), self._started_at), "keysRequired": self._keys_required}


async def _health(stub: health_pb2_grpc.HealthStub) -> str:
    try:
        answer = await stub.Check(health_pb2.HealthCheckRequest(), timeout=CHECK_SECONDS)
    except grpc.RpcError as error:
        code: grpc.StatusCode = error.code()
        return code.name.lower()
    serving: bool = answer.status == health_pb2.HealthCheckResponse.SERVING
    return OK if serving else "not_serving"


async def _status(stub: "rpc.StatusServiceAsyncStub") -> pb.GetStatusResponse | None:
    """Return what a service tells of itself; None when it is away, or of a release that tells nothing."""
    try:
        return await stub.GetStatus(pb.GetStatusRequest(), timeout=CHECK_SECONDS)
    except grpc.RpcError:
        return None


def _workers_state(told: pb.GetStatusResponse | None) -> str:
    if told is None or not told.executor.workers_known:
        return UNKNOWN
    return OK if told.executor.workers else "none"


def _parts(found: Found) -> dict[str, dict[str, Any]]:
    told, states = found.told, found.states
    stores = {store.name: store for store in told["executor"].stores} if "executor" in told else {}
    return {
        "executor": {"state": states["executor"], **_executor(told.get("executor"))},
        "workers": {"state": states["workers"], "live": _workers(told.get("executor"))},
        "router": {"state": states["router"], **_router(told.get("router"))},
        "market": {"state": states["market"], **_market(told.get("market"))},
        "postgres": _store(stores.get("postgres")),
        "redis": _store(stores.get("redis")),
    }


def _process(version: str, started_at: Timestamp) -> dict[str, Any]:
    uptime = max(0, _now().seconds - started_at.seconds)
    return {"release": version, "startedAt": instant(started_at), "uptimeSeconds": uptime}


def _told(told: pb.GetStatusResponse | None) -> dict[str, Any]:
    return _process(told.version, told.started_at) if told is not None else {}


def _executor(told: pb.GetStatusResponse | None) -> dict[str, Any]:
    if told is None:
        return {}
    known = {"openOrders": told.executor.open_orders} if told.executor.workers_known else {}
    return {**_told(told), **known}


def _workers(told: pb.GetStatusResponse | None) -> list[dict[str, Any]]:
    workers = told.executor.workers if told is not None else ()
    return [
        {
            "workerId": worker.worker_id,
            "name": worker.name,
            "startedAt": instant(worker.started_at),
            "leaseLeftMs": worker.lease_left_ms,
            "claimedOrders": worker.orders,
        }
        for worker in workers
    ]


def _router(told: pb.GetStatusResponse | None) -> dict[str, Any]:
    if told is None:
        return {}
    facts = told.router
    known = {"slot": facts.slot, "stateAgeMs": facts.state_age_ms} if facts.slot or facts.pools else {}
    return {**_told(told), **known, "poolsKnown": facts.pools, "tokensKnown": facts.tokens}


def _market(told: pb.GetStatusResponse | None) -> dict[str, Any]:
    if told is None:
        return {}
    facts = told.market
    return {
        **_told(told),
        "profile": facts.profile,
        "seed": str(facts.seed),
        "slot": facts.slot,
        "swapsInFlight": facts.swaps_in_flight,
        "scenariosOn": facts.scenarios,
    }


def _store(store: pb.Store | None) -> dict[str, Any]:
    if store is None:
        return {"state": UNKNOWN}
    if not store.answers:
        return {"state": "unavailable"}
    return {"state": OK, "release": store.version, "roundTripMicros": store.round_trip_us}


def _now() -> Timestamp:
    now = Timestamp()
    now.GetCurrentTime()
    return now
