"""Between protobuf messages and the market's types. Only this file and `server.py` know protobuf."""

from collections.abc import Mapping, Sequence, Set
from typing import Final

from google.protobuf.timestamp_pb2 import Timestamp

from market_service.chain.chain import PoolsUpdate
from market_service.chain.pools import Pool
from market_service.chain.scenarios import Script
from market_service.chain.swaps import Failure, Fill, LedgerSwap, Swap, SwapLeg, SwapRefusal, SwapResult, SwapState
from market_service.genesis.definition import MarketDefinition
from market_service.ledger.ledger_rows import state_text
from market_service.outside.profiles import Profile
from pools.kinds import VENUES, PoolKind
from tradewind.market.v1 import market_pb2 as pb

_KINDS: Final = {kind: pb.PoolKind.Value(f"POOL_KIND_{kind.name}") for kind in PoolKind}
# The length of a valid traceparent; a longer text is cut to it.
_TRACEPARENT_CHARACTERS: Final = 55
_STATES: Final[Mapping[SwapState, pb.SwapState.ValueType]] = {
    SwapState.UNKNOWN: pb.SWAP_STATE_UNKNOWN,
    SwapState.IN_FLIGHT: pb.SWAP_STATE_IN_FLIGHT,
    SwapState.LANDED: pb.SWAP_STATE_LANDED,
    SwapState.FAILED: pb.SWAP_STATE_FAILED,
    SwapState.EXPIRED: pb.SWAP_STATE_EXPIRED,
}
_FAILURES: Final[Mapping[Failure | None, pb.SwapFailure.ValueType]] = {
    None: pb.SWAP_FAILURE_UNSPECIFIED,
    Failure.SLIPPAGE_EXCEEDED: pb.SWAP_FAILURE_SLIPPAGE_EXCEEDED,
    Failure.DROPPED: pb.SWAP_FAILURE_DROPPED,
    Failure.VENUE_UNAVAILABLE: pb.SWAP_FAILURE_VENUE_UNAVAILABLE,
    Failure.INSUFFICIENT_FUNDS: pb.SWAP_FAILURE_INSUFFICIENT_FUNDS,
    Failure.INSUFFICIENT_LIQUIDITY: pb.SWAP_FAILURE_INSUFFICIENT_LIQUIDITY,
    Failure.TRANSIENT: pb.SWAP_FAILURE_TRANSIENT,
}


def swap_of(message: pb.Swap) -> Swap:
    """Return the swap of a message; an attempt left out is the first."""
    return Swap(
        swap_id=message.swap_id.lower(),
        account_id=message.account_id,
        mint_in=message.mint_in,
        mint_out=message.mint_out,
        amount_in=message.amount_in,
        min_amount_out=message.min_amount_out,
        legs=tuple(SwapLeg(leg.pool_id, leg.mint_in, leg.amount_in) for leg in message.legs),
        order_tag=message.order_tag,
        submitter=message.submitter,
        scenario=message.scenario,
        attempt=message.attempt or 1,
        traceparent=message.traceparent[:_TRACEPARENT_CHARACTERS],
    )


def swap_message(swap: Swap) -> pb.Swap:
    """Return the message of a swap."""
    return pb.Swap(
        swap_id=swap.swap_id,
        account_id=swap.account_id,
        mint_in=swap.mint_in,
        mint_out=swap.mint_out,
        amount_in=swap.amount_in,
        min_amount_out=swap.min_amount_out,
        legs=[pb.SwapLeg(pool_id=leg.pool_id, mint_in=leg.mint_in, amount_in=leg.amount_in) for leg in swap.legs],
        order_tag=swap.order_tag,
        submitter=swap.submitter,
        scenario=swap.scenario,
        attempt=swap.attempt,
    )


def result_message(result: SwapResult) -> pb.SwapResult:
    """Return the message of a result."""
    message = pb.SwapResult(
        swap_id=result.swap_id,
        state=_STATES[result.state],
        failure=_FAILURES[result.failure],
        signature=result.signature,
        slot=result.slot,
        amount_out=result.amount_out,
        fills=[_fill_message(fill) for fill in result.fills],
        detail=result.detail,
    )
    if result.is_final:
        message.ended_at.FromMilliseconds(result.ended_ms)
    return message


def _fill_message(fill: Fill) -> pb.LegFill:
    return pb.LegFill(
        pool_id=fill.pool_id,
        amount_in=fill.amount_in,
        amount_out=fill.amount_out,
        fee=fill.fee,
        fee_mint=fill.fee_mint,
    )


def answer_message(answer: SwapResult | SwapRefusal) -> pb.SwapAnswer:
    """Return the answer to one swap of a batch."""
    if isinstance(answer, SwapRefusal):
        return pb.SwapAnswer(refusal=pb.SwapRefusal(reason=answer.reason, detail=answer.detail, retryable=False))
    return pb.SwapAnswer(result=result_message(answer))


def ledger_swap_message(entry: LedgerSwap) -> pb.LedgerSwap:
    """Return the message of a row of the ledger."""
    return pb.LedgerSwap(
        swap=swap_message(entry.swap),
        result=result_message(entry.result),
        received_at=timestamp(entry.received_ms),
    )


def timestamp(at_ms: int) -> Timestamp:
    """Return the message of a time."""
    message = Timestamp()
    message.FromMilliseconds(at_ms)
    return message


def token_messages(definition: MarketDefinition) -> list[pb.Token]:
    """Return the messages of all tokens."""
    return [pb.Token(mint=t.mint, symbol=t.symbol, name=t.name, decimals=t.decimals) for t in definition.tokens]


def condition_messages(profile: Profile, down: Set[str] = frozenset()) -> list[pb.VenueConditions]:
    """Return the latency of every venue's quotes under a profile, and which venues are down."""
    low_ms, high_ms = profile.quote_latency_ms
    return [
        pb.VenueConditions(
            venue=venue, available=venue not in down, quote_latency_min_ms=low_ms, quote_latency_max_ms=high_ms
        )
        for venue in VENUES
    ]


def update_message(
    update: PoolsUpdate, venues: Sequence[pb.VenueConditions], *, tokens: Sequence[pb.Token] | None = None
) -> pb.WatchPoolsResponse:
    """Return the message of an update; with tokens it is a snapshot."""
    return pb.WatchPoolsResponse(
        slot=update.slot,
        slot_time=timestamp(update.slot_ms),
        snapshot=tokens is not None,
        pools=[_pool_message(pool) for pool in update.pools],
        tokens=tokens,
        venues=venues,
    )


def _pool_message(pool: Pool) -> pb.Pool:
    info = pool.info
    return pb.Pool(
        pool_id=info.pool_id,
        venue=info.venue,
        kind=_KINDS[info.kind],
        mint_0=info.mint_0,
        mint_1=info.mint_1,
        state_json=state_text(pool),
        slot=pool.slot,
        reserve_0=pool.vault_0,
        reserve_1=pool.vault_1,
    )


def scenario_message(name: str, script: Script) -> pb.Scenario:
    """Return a row of the table of scenarios."""
    return pb.Scenario(
        name=name,
        fails_with=_FAILURES[script.fails],
        never_lands=script.never_lands,
        acknowledgement_lost=script.acknowledgement_lost,
        told_late_ms=script.told_late_ms,
        venue_down=script.venue_down,
        first_attempt_only=script.first_attempt_only,
    )
