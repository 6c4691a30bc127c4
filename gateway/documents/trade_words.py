"""The words of orders, quotes, routes and events: one name, one meaning, one unit. docs/glossary.md explains them."""

from typing import Final

from gateway.documents.schema_parts import (
    AMOUNT,
    BPS,
    COUNT,
    FLAG,
    MOMENT,
    NUMBER,
    ORDER_ID,
    ORDER_ID_EXAMPLE,
    POSITIVE,
    STATUS,
    TEXT,
    VENUE,
    Schema,
    amount_words,
    many,
    ref,
    word,
)

_SOL: Final = "So11111111111111111111111111111111111111112"
_USDC: Final = "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v"
_POOL: Final = "58oQChx4yWmvKdwLLZzBi4ChoCc2fqCUWBkwMihLYQo2"
_SIGNATURE: Final = "5VERv8NMvzbJMEkV8xnrLkEaWRtSz9CosKDYjCJjBRnbJLgp8uirBgmQpjKhoR4tjF3ZpRzrFmBV6UjKdiSZkQUW"
_SWAP: Final = "6f6b1d0e-51a5-5c3f-9a52-7a3a5f1c9d10"
_PRICE: Final = " At most 18 significant digits, rounded half to even, without trailing zeros, in plain notation."
_PRICED: Final = "Whole tokens bought for one whole token sold"

IDENTITY: Final[dict[str, Schema]] = {
    "orderId": word("The order's identity, a UUID of version 7.", ORDER_ID, ORDER_ID_EXAMPLE),
    "clientOrderId": word("Your identity of the order: the same one is never stored twice.", TEXT, "bot-7-0001"),
    "type": word("What the order wants: `market` is now, at the best price.", ref("OrderType"), "market"),
    "status": word("Where the order stands.", STATUS, "confirmed"),
    "version": word("The sequence of the order's newest event, and its ETag.", POSITIVE, 6),
    "createdAt": word("When the order was accepted.", MOMENT, "2026-01-31T12:00:00.000Z"),
    "updatedAt": word("When it last changed.", MOMENT, "2026-01-31T12:00:01.250Z"),
}
TOKENS: Final[dict[str, Schema]] = {
    "tokenIn": word("Token sold: its symbol. A request may give the mint address instead.", TEXT, "SOL"),
    "tokenInMint": word("Mint address of the token sold.", TEXT, _SOL),
    "tokenOut": word("Token bought: its symbol. A request may give the mint address instead.", TEXT, "USDC"),
    "tokenOutMint": word("Mint address of the token bought.", TEXT, _USDC),
}
AMOUNTS: Final[dict[str, Schema]] = {
    **amount_words("amountIn", "What is sold.", 1.5, "1500000000"),
    **amount_words("amountOut", "What is bought, after fees: quoted, or of a fill what it paid.", 226.5, "226500000"),
    **amount_words("quotedAmountOut", "What the newest attempt's route was quoted to pay.", 226.5, "226500000"),
    **amount_words(
        "minAmountOut", "The least that the order accepts: quote x (1 - slippage), rounded up.", 225, "225000000"
    ),
    **amount_words("executedAmountOut", "What the fill paid.", 226.4, "226400000"),
    **amount_words("fee", "Trading fees, in `feeToken`: already taken from `amountOut`.", 0.5, "500000"),
    "feeToken": word("Token that the fee is counted in: its symbol.", TEXT, "USDC"),
    "feeTokenMint": word("Mint address of the token that the fee is counted in.", TEXT, _USDC),
    "price": word(f"{_PRICED}: of a route after fees, of a pool the mid price.{_PRICE}", AMOUNT, 151),
    "quotedPrice": word(f"{_PRICED}, as quoted.{_PRICE}", AMOUNT, 151),
    "executedPrice": word(f"{_PRICED}, as filled.{_PRICE}", AMOUNT, 150.933333333333333),
    "slippageBps": word("Tolerance: how far a fill may pay below its quote, in 1/10,000.", BPS, 50),
    "shortfallBps": word(
        "Measured: how far the fill paid below its quote, in 1/10,000 of the quote; negative when it paid more. "
        "Two decimals, rounded half to even.",
        NUMBER,
        4.42,
    ),
    "priceImpactBps": word(
        "How far this size moves the price, before fees, in 1/10,000, rounded down; over two hops it compounds.", BPS, 3
    ),
    "differenceBps": word("How much more the route pays, in 1/10,000 of this one's output, rounded down.", COUNT, 22),
}
ROUTES: Final[dict[str, Schema]] = {
    "dex": word("Venue with the largest share of the route.", VENUE, "raydium"),
    "venue": word("The venue.", VENUE, "raydium"),
    "pool": word("Address of the pool.", TEXT, _POOL),
    "kind": word("The pool's program.", TEXT, "raydium_cpmm"),
    "share": word("Part of the route's input that goes this way, 0 to 1, four decimals.", AMOUNT | {"maximum": 1}, 1),
    "slot": word("Slot of the market: of the pool's state, of the fill, or of the answer.", COUNT, 77),
    "route": word("Legs in the order they are swapped.", many(ref("Leg"))),
    "quotes": word("What each pool would pay for the whole amount, best first.", many(ref("Quote"))),
    "refused": word("Pools and venues that gave no quote, with the reason.", many(ref("RefusedVenue"))),
    "runnerUp": word("The best single pool beside the route's own.", ref("RunnerUp")),
    "quoteId": word("An order that names it gets this route until `expiresAt`.", TEXT, "5c1d9e77-19c2a4f0e6b-1"),
    "expiresAt": word("When the quote expires.", MOMENT, "2026-01-31T12:00:10.000Z"),
    "reason": word("Why, as a code of /api/meta/errors.", TEXT, "slippage_exceeded"),
    "detail": word("One sentence for people: what is wrong, and how to mend it.", TEXT, "The price moved away."),
    "order": word("The order, as it was accepted or understood.", ref("Receipt")),
}
ATTEMPTS: Final[dict[str, Schema]] = {
    "attempt": word("Number of the attempt, from 1.", POSITIVE, 1),
    "attempts": word("How many attempts were begun.", COUNT, 1),
    "attemptHistory": word("The attempts, oldest first.", many(ref("Attempt"))),
    "swapId": word(
        "Identity of the attempt's swap; the market executes each at most once.", {**TEXT, "format": "uuid"}, _SWAP
    ),
    "result": word(
        "`landed`, `cancelled`, or the code that the attempt failed with; null while it runs.", TEXT, "landed"
    ),
    "error": word("One sentence about the attempt's failure.", TEXT, "The price moved away."),
    "txHash": word("Signature of the transaction.", TEXT, _SIGNATURE),
    "failureReason": word(
        "What the order, or its newest attempt, failed with; null once it is confirmed.", TEXT, "no_route"
    ),
    "startedAt": word("When the attempt, the process or the lease began.", MOMENT, "2026-01-31T12:00:00.010Z"),
    "endedAt": word("When the attempt ended; null while it runs.", MOMENT, "2026-01-31T12:00:01.250Z"),
    "nextAttemptAt": word(
        "When the next attempt starts, while the order is retrying.", MOMENT, "2026-01-31T12:00:02.000Z"
    ),
    "retryInMs": word("Pause before the next attempt, milliseconds.", COUNT, 500),
}
EVENTS: Final[dict[str, Schema]] = {
    "sequence": word("Position of the event in its order's life, from 1, without gaps.", POSITIVE, 3),
    "timestamp": word("When it happened.", MOMENT, "2026-01-31T12:00:00.250Z"),
    "details": word("What happened; its members depend on `status`.", {}),
    "events": word("The events, by sequence.", many(ref("Event"))),
    "totalMs": word("From the first event to the newest, milliseconds.", COUNT, 1250),
    "beforeFirstAttempt": word("The stages before the first attempt.", many(ref("Stage"))),
    "stages": word("The statuses that the order went through, in order.", many(ref("Stage"))),
    "at": word("When the stage began.", MOMENT, "2026-01-31T12:00:00.250Z"),
    "ms": word("How long it lasted, milliseconds; null while it lasts, and for the last one.", COUNT, 12),
    "fill": word("The fill against its quote; null while nothing was filled.", ref("Fill")),
}
REQUESTS: Final[dict[str, Schema]] = {
    "maxLegs": word("Most swaps the route may have.", POSITIVE, 4),
    "venues": word("Only these venues; left out: all.", many(VENUE), ["raydium"]),
    "excludePools": word("Pools not to use, by address.", many(TEXT), [_POOL]),
    "maxPriceImpactBps": word("Largest price impact to accept, in 1/10,000.", POSITIVE, 300),
    "scenario": word("Scripted behaviour of the market; refused unless the stack has SCENARIOS=on.", TEXT, "fail_once"),
    "onStale": word("When the named quote is no longer good: `reject` the order, or `requote`.", TEXT, "requote"),
    "replayed": word("True when the order was stored before, under the same identity.", FLAG, False),
}

TRADE_WORDS: Final = IDENTITY | TOKENS | AMOUNTS | ROUTES | ATTEMPTS | EVENTS | REQUESTS
