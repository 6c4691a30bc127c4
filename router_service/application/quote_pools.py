"""The quote of every pool of a pair for the whole amount."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from pools.errors import PoolError, PoolErrorReason
from router_service.application.answers import QuotesRequest
from router_service.application.ask_venues import Answers, RefusedVenue, VenueState
from router_service.application.market_view import MarketView, VenueConditions
from router_service.domain.splitting import PairPools
from router_service.domain.trading_pool import PoolQuote
from servicekit.errors import FieldViolation, Rejected

VENUE_DOWN: Final = "venue_down:"
SLOW_QUOTES: Final = "slow_quotes"
SLOW_VENUE: Final = "meteora"
"""The venue that `slow_quotes` makes slower than the deadline."""

_REASONS: Final[Mapping[PoolErrorReason, tuple[str, str]]] = {
    PoolErrorReason.ZERO_OUTPUT: ("AMOUNT_TOO_SMALL", "The amount buys less than one base unit here."),
    PoolErrorReason.ZERO_AMOUNT: ("AMOUNT_TOO_SMALL", "The amount buys less than one base unit here."),
    PoolErrorReason.NOT_OPEN: ("INSUFFICIENT_LIQUIDITY", "The pool does not trade yet."),
}
_TOO_LARGE: Final = ("INSUFFICIENT_LIQUIDITY", "The pool alone cannot fill the amount.")


class PoolQuotes(NamedTuple):
    """Quotes, best first, and the pools that gave no quote."""

    quotes: tuple[PoolQuote, ...]
    refused: tuple[RefusedVenue, ...]


class QuotesAnswer(NamedTuple):
    """Quotes of a pair, with the state of each venue's circuit breaker."""

    quotes: PoolQuotes
    venues: tuple[VenueState, ...]
    quoted_at_ms: int


@dataclass(frozen=True, slots=True)
class QuoteDeadline:
    """How long venues may take: the setting, or the maximum that the market announces plus a margin, within limits."""

    deadline_ms: int
    margin_ms: int
    deadline_max_ms: int

    def seconds(self, venues: Iterable[VenueConditions], caller_seconds: float | None) -> float:
        """Return the seconds to wait: at most nine tenths of the caller's, to leave time to send the answer."""
        announced_ms = max((venue.quote_latency_max_ms for venue in venues), default=0)
        wanted_ms = max(self.deadline_ms, announced_ms + self.margin_ms if announced_ms else 0)
        seconds = min(wanted_ms, self.deadline_max_ms) / 1000
        return seconds if caller_seconds is None else min(seconds, caller_seconds * 0.9)


def quote_pools(pair_pools: PairPools, mask: int, amount_in: int) -> PoolQuotes:
    """Return the quote of each chosen pool for the whole amount, in base units."""
    quotes: list[PoolQuote] = []
    refused: list[RefusedVenue] = []
    for side in pair_pools.chosen(mask):
        try:
            quotes.append(side.quote(amount_in))
        except PoolError as error:
            reason, detail = _REASONS.get(error.reason, _TOO_LARGE)
            refused.append(RefusedVenue(side.pool.venue, side.pool.pool_id, reason, detail))
    quotes.sort(key=_best_first)
    return PoolQuotes(tuple(quotes), tuple(refused))


def _best_first(quote: PoolQuote) -> tuple[int, str]:
    return -quote.amount_out, quote.side.pool.pool_id


def excluded(pair_pools: PairPools, pools: Collection[str]) -> tuple[RefusedVenue, ...]:
    """Return a refusal for each pool of the pair that the request leaves out."""
    if not pools:
        return ()
    return tuple(
        RefusedVenue(side.pool.venue, side.pool.pool_id, "EXCLUDED", "The request leaves this pool out.")
        for side in pair_pools.sides
        if side.pool.pool_id in pools
    )


def check(request: QuotesRequest, view: MarketView) -> None:
    """Refuse a token or a venue that this market does not have: UNKNOWN_MINT, INVALID_REQUEST."""
    unknown = [name for name in ("mint_in", "mint_out") if getattr(request, name) not in view.tokens]
    if unknown:
        raise Rejected("UNKNOWN_MINT", violations=[FieldViolation(name, "is not traded here") for name in unknown])
    strange = request.venues - view.venues.keys()
    if strange:
        known = ", ".join(sorted(view.venues))
        raise Rejected("INVALID_REQUEST", violations=[FieldViolation("venues", f"must be of {known}")])


def scripted(request: QuotesRequest, answers: Answers) -> Answers:
    """Return the answers as the request's scenario changes them. A scenario changes only its own request."""
    if request.scenario.startswith(VENUE_DOWN):
        return _without(answers, request.scenario.removeprefix(VENUE_DOWN), "VENUE_UNAVAILABLE", "is down by script")
    if request.scenario == SLOW_QUOTES:
        return _without(answers, SLOW_VENUE, "DEADLINE", "is too slow by script")
    return answers


def _without(answers: Answers, venue: str, reason: str, detail: str) -> Answers:
    if venue not in answers.answered:
        return answers
    refused = {**answers.refused, venue: RefusedVenue(venue, "", reason, f"{venue} {detail}.")}
    return Answers(answers.answered - {venue}, refused)


def venue_refusals(request: QuotesRequest, answers: Answers) -> tuple[RefusedVenue, ...]:
    """Return the venues that did not answer, of those the request wants."""
    if not answers.refused:
        return ()
    return tuple(
        refusal for venue, refusal in sorted(answers.refused.items()) if not request.venues or venue in request.venues
    )


def pool_mask(request: QuotesRequest, answers: Answers, pair_pools: PairPools) -> int:
    """Return the pools of a pair that the request wants and whose venue answered."""
    return sum(
        1 << bit
        for bit, side in enumerate(pair_pools.sides)
        if wants(request, answers, side.pool.pool_id, side.pool.venue)
    )


def wants(request: QuotesRequest, answers: Answers, pool_id: str, venue: str) -> bool:
    """Return whether a pool may be used for a request."""
    if venue not in answers.answered or pool_id in request.exclude_pools:
        return False
    return not request.venues or venue in request.venues
