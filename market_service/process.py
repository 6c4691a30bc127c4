"""The market process: its parts wired together, from start to drain."""

import asyncio
from dataclasses import replace
from typing import Final

from market_service import telemetry
from market_service.chain.chain import Chain
from market_service.chain.clock import RealClock
from market_service.chain.swap_intake import SwapIntake
from market_service.genesis.definition import MarketDefinition
from market_service.ledger.ledger import Ledger, LedgerAway, LedgerNotReady, LedgerTaken
from market_service.ledger.ledger_reads import LedgerReader
from market_service.outside.profiles import PROFILES, Profile
from market_service.outside.seeded import PPM
from market_service.server import market_service
from market_service.settings import MarketSettings
from servicekit.cancelling import cancel_all
from servicekit.grpc_server import start_server, wait_for_signal
from servicekit.metrics import serve_metrics
from servicekit.settings.sentences import sentence
from servicekit.status.status_server import with_status
from tradewind.status.v1 import status_pb2

_STOP_SECONDS: Final = 5.0
# A slot takes longer on a busy machine; ten of them, four seconds, mean that the ledger cannot be written.
_SLOTS_BEHIND_MAX: Final = 10


class CannotRun(Exception):
    """The market cannot start or go on. The text is one sentence for the operator."""


def profile_of(settings: MarketSettings) -> Profile:
    """Return the profile of the settings, with MOCK_FAIL_RATE and MARKET_OUTAGE_RATE in place of its own odds."""
    profile = PROFILES[settings.market_profile]
    profile = replace(profile, outage_ppm=round(settings.market_outage_rate * PPM))
    if settings.mock_fail_rate is None:
        return profile
    return replace(profile, transient_ppm=round(settings.mock_fail_rate * PPM))


async def serve(settings: MarketSettings, definition: MarketDefinition) -> None:
    """Serve until SIGTERM or SIGINT. Raises CannotRun."""
    chain = Chain(
        ledger=Ledger(settings.database_url.get_secret_value()),
        clock=RealClock(),
        definition=definition,
        profile=profile_of(settings),
        seed=settings.market_seed,
    )
    reader = LedgerReader(settings.database_url.get_secret_value())
    try:
        await chain.start()
        await reader.open()
        await _serve_intake(SwapIntake(chain, reader, scenarios_on=settings.scenarios), settings)
    except LedgerAway as error:
        told = {"DATABASE_URL": settings.database_url.get_secret_value()}
        why = f"does not answer ({error}); allowed: a Postgres that does"
        raise CannotRun(sentence(told, told, why)) from error
    except (LedgerTaken, LedgerNotReady) as error:
        raise CannotRun(f"The ledger cannot be used: {error}.") from error
    except OSError as error:
        told = {"MARKET_PORT": str(settings.market_port)}
        raise CannotRun(sentence(told, told, f"cannot be used ({error}); allowed: a port that is free")) from error
    finally:
        await _stop(chain)
        await reader.close()


async def _serve_intake(intake: SwapIntake, settings: MarketSettings) -> None:
    chain = intake.chain
    serve_metrics(settings.metrics_port, settings.metrics_host)
    telemetry.watch_in_flight(lambda: len(chain.mempool))
    running = await start_server(
        with_status(market_service(intake), "market", lambda: _status(intake, settings)),
        host=settings.grpc_host,
        port=settings.market_port,
        reflection_enabled=settings.grpc_reflection,
        connection_age_max_ms=settings.grpc_connection_age_max_ms,
    )
    telemetry.market_serving(
        port=running.port, profile=settings.market_profile, scenarios="on" if settings.scenarios else "off"
    )
    slots = asyncio.create_task(chain.run())
    asked_to_end = asyncio.create_task(wait_for_signal())
    try:
        await asyncio.wait((slots, asked_to_end), return_when=asyncio.FIRST_COMPLETED)
        if slots.done():
            # Only an error ends the slots; it says why.
            slots.result()
    finally:
        await running.stop()
        await _stop(chain)
        await cancel_all((slots, asked_to_end))
        telemetry.market_stopped(slot=chain.slot)


async def _status(intake: SwapIntake, settings: MarketSettings) -> status_pb2.GetStatusResponse:
    chain = intake.chain
    facts = status_pb2.MarketFacts(
        profile=settings.market_profile,
        seed=chain.seed,
        slot=chain.slot,
        is_stalled=chain.slots_behind() > _SLOTS_BEHIND_MAX,
        swaps_in_flight=len(chain.mempool),
        scenarios=settings.scenarios,
    )
    return status_pb2.GetStatusResponse(market=facts)


async def _stop(chain: Chain) -> None:
    """Stop the chain within a bounded time: while Postgres is away nothing can be written."""
    try:
        await asyncio.wait_for(chain.stop(), _STOP_SECONDS)
    except TimeoutError:
        telemetry.stop_timed_out()
