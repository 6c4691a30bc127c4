"""The words of the market, wallets, accounts, tables, errors and streams."""

from typing import Final

from gateway.documents.schema_parts import (
    COUNT,
    FLAG,
    MOMENT,
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

_USDC: Final = "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v"
_SOL: Final = "So11111111111111111111111111111111111111112"
_STREAM: Final = f"ws://127.0.0.1:3000/api/orders/{ORDER_ID_EXAMPLE}/events"
_URI: Final[Schema] = {"type": "string", "format": "uri"}
_LIMIT: Final = "; null: no limit."

MARKET: Final[dict[str, Schema]] = {
    "prices": word("Prices of pools.", many(ref("PoolPrice"))),
    "pools": word("The pools.", many(ref("Pool"))),
    "tokens": word("What can be traded, by symbol.", many(ref("Token"))),
    "slotTime": word("The market's time at the start of the slot.", MOMENT, "2026-01-31T12:00:00.000Z"),
    "base": word("Token that is priced: its symbol.", TEXT, "SOL"),
    "baseMint": word("Mint address of the token that is priced.", TEXT, _SOL),
    "quote": word("Token that the price is in: its symbol.", TEXT, "USDC"),
    "quoteMint": word("Mint address of the token that the price is in.", TEXT, _USDC),
    **amount_words("baseReserve", "What the pool holds of `base`.", 50_000.5, "50000500000000"),
    **amount_words("quoteReserve", "What the pool holds of `quote`.", 7_500_000, "7500000000000"),
    "feePpm": word("Fee of a small swap, in 1/1,000,000.", COUNT, 2_500),
    "symbol": word("The token's symbol, unique in this market.", TEXT, "USDC"),
    "mint": word("The token's mint address.", TEXT, _USDC),
    "name": word("Its name.", TEXT, "USD Coin"),
    "decimals": word("One whole token is 10^decimals base units.", COUNT, 6),
    "balances": word("What the account holds, token by token.", many(ref("Balance"))),
    "balance": word("What the account holds of the token now.", ref("Balance")),
    "token": word("The token: its symbol. A request may give the mint address instead.", TEXT, "USDC"),
    "tokenMint": word("Mint address of the token.", TEXT, _USDC),
    **amount_words("amount", "How much of the token.", 1_000.25, "1000250000"),
}
ACCOUNTS: Final[dict[str, Schema]] = {
    "accountId": word("The account.", TEXT, "default"),
    "tradingState": word("Its switch: `halted` accounts submit nothing.", ref("TradingState"), "active"),
    "limits": word("What the account may do.", ref("Limits")),
    "orderUsdMax": word(f"Largest order in US dollars, six decimals at most{_LIMIT}", {"type": "number"}, 2_500),
    "ordersInFlightMax": word(f"Most orders that have not ended{_LIMIT}", POSITIVE, 100),
    "ordersPerMinuteMax": word(f"Most orders in a minute{_LIMIT}", POSITIVE, 600),
    "slippageBpsMax": word(f"Largest `slippageBps` of an order{_LIMIT}", COUNT, 100),
    "tokensAllowed": word("Tokens it may trade; null: all.", many(TEXT), ["SOL", "USDC"]),
    "use": word("How much of the limits is used.", ref("Use")),
    "ordersInFlight": word("Orders that have not ended.", COUNT, 3),
    "ordersLastMinute": word("Orders of the last minute.", COUNT, 12),
    "scopes": word("What the key may do.", many(ref("Scope")), ["read", "trade"]),
    "ticket": word("Opens one WebSocket, once.", TEXT, "k3q9ZJ0cWm4"),
    "expiresInSeconds": word("How long the ticket is good.", POSITIVE, 30),
}
TABLES: Final[dict[str, Schema]] = {
    "transitions": word("What leads from which status to which.", many(ref("Transition"))),
    "from": word("The status before; null for a new order.", STATUS, "building"),
    "event": word("What happens.", TEXT, "SwapSubmitted"),
    "to": word("The status after.", STATUS, "submitted"),
    "terminal": word("Statuses that nothing leads out of.", many(STATUS), ["confirmed", "failed", "cancelled"]),
    "scenarios": word("The scripted behaviours.", many(ref("Scenario"))),
    "failsWith": word("What its swaps fail with; null: they do not.", TEXT, "slippage_exceeded"),
    "neverLands": word("True when its swaps never land.", FLAG, False),
    "acknowledgementLost": word("True when the market takes the swap and nobody hears of it.", FLAG, False),
    "toldLateMs": word("How late the market tells the result, milliseconds.", COUNT, 0),
    "venueDown": word("Venue that does not answer; null: none.", VENUE, "raydium"),
    "firstAttemptOnly": word("True when only the first attempt is concerned.", FLAG, True),
    "grpcCode": word("Status code of gRPC that carries it.", TEXT, "FAILED_PRECONDITION"),
    "fieldCodes": word("The codes of what can be wrong with one field.", many(ref("FieldCode"))),
    "advice": word("What to do.", TEXT, "Send a smaller amount."),
}
ERRORS: Final[dict[str, Schema]] = {
    "code": word("What programs switch on; docs/errors.md lists them.", TEXT, "no_route"),
    "title": word("What it means, for people.", TEXT, "No pool can fill this order."),
    "instance": word("Path of the request.", TEXT, "/api/quotes"),
    "errors": word("Everything that is wrong, not the first only.", many(ref("Violation"))),
    "pointer": word("JSON pointer of the field by your name of it, or ?name in the query.", TEXT, "/amountIn"),
    "retry": word(
        "What may be done: send it again; send it again with the same Idempotency-Key; nothing.",
        ref("Retry"),
        "never",
    ),
    "retryable": word("True when it may succeed later.", FLAG, False),
    "outcome": word("It is not known whether the request was carried out.", {**TEXT, "const": "unknown"}, "unknown"),
    "idempotencyKey": word("The key with which repeating is safe.", TEXT, ORDER_ID_EXAMPLE),
    "traceId": word(
        "Identity of the request in logs and traces.",
        {**TEXT, "pattern": "^[0-9a-f]{32}$"},
        "0af7651916cd43dd8448eb211c80319c",
    ),
    "orderStatus": word("Where the order stands.", STATUS, "submitted"),
    "results": word("A result for each order, in the order of the request.", many(ref("BatchResult"))),
    "problem": word("Why the order was not accepted.", ref("Problem")),
    "orders": word("The orders.", many(ref("OrderSummary"))),
    "pageSize": word("Orders of a page: what was asked for, or the most there may be.", POSITIVE, 50),
    "nextPageToken": word("`pageToken` of the next page; null: this is the last.", TEXT, ORDER_ID_EXAMPLE),
    "wsUpgrade": word("Where an earlier engine's clients follow the order.", _URI, _STREAM.replace("/events", "")),
    "links": word("Where to go on.", ref("Links")),
    "self": word("The order.", TEXT, f"/api/orders/{ORDER_ID_EXAMPLE}"),
    "stream": word("The order's events as a WebSocket.", _URI, _STREAM),
}
STREAMS: Final[dict[str, Schema]] = {
    "op": word("What is to be done, or what was done.", TEXT, "subscribe"),
    "orderIds": word("The orders.", many(ORDER_ID), [ORDER_ID_EXAMPLE]),
    "all": word("True for all orders of the account, those to come too.", FLAG, True),
    "after": word(
        "Last sequence you have, by order; left out: none.",
        {"type": "object", "additionalProperties": COUNT},
        {ORDER_ID_EXAMPLE: 3},
    ),
    "positions": word(
        "The open orders, and the sequence behind which each is told.",
        {"type": "object", "additionalProperties": COUNT},
        {ORDER_ID_EXAMPLE: 3},
    ),
}

SERVICE_WORDS: Final = MARKET | ACCOUNTS | TABLES | ERRORS | STREAMS
