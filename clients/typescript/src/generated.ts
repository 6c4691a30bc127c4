/* Made by generate.ts from the gateway's OpenAPI document. Do not edit. */
export type paths = Record<string, never>;
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * @example {
         *       "tokenIn": "SOL",
         *       "tokenOut": "USDC",
         *       "amountIn": "1.5"
         *     }
         */
        OrderRequest: {
            /**
             * @description Token sold: its symbol. A request may give the mint address instead.
             * @example SOL
             */
            tokenIn: string;
            /**
             * @description Token bought: its symbol. A request may give the mint address instead.
             * @example USDC
             */
            tokenOut: string;
            /**
             * @description What is sold. Whole tokens, exact, in plain decimal notation.
             * @example 1.5
             */
            amountIn: string;
            /**
             * @description Most swaps the route may have.
             * @example 4
             */
            maxLegs?: number | null;
            /**
             * @description Only these venues; left out: all.
             * @example [
             *       "raydium"
             *     ]
             */
            venues?: components["schemas"]["Venue"][] | null;
            /**
             * @description Pools not to use, by address.
             * @example [
             *       "58oQChx4yWmvKdwLLZzBi4ChoCc2fqCUWBkwMihLYQo2"
             *     ]
             */
            excludePools?: string[] | null;
            /**
             * @description Largest price impact to accept, in 1/10,000.
             * @example 300
             */
            maxPriceImpactBps?: number | null;
            /**
             * @description Tolerance: how far a fill may pay below its quote, in 1/10,000.
             * @example 50
             */
            slippageBps?: number | null;
            /**
             * @description Scripted behaviour of the market; refused unless the stack has SCENARIOS=on.
             * @example fail_once
             */
            scenario?: string | null;
            /**
             * @description What the order wants: `market` is now, at the best price.
             * @example market
             * @enum {string|null}
             */
            type?: "market" | null;
            /**
             * @description Your identity of the order: the same one is never stored twice.
             * @example bot-7-0001
             */
            clientOrderId?: string | null;
            /**
             * @description An order that names it gets this route until `expiresAt`.
             * @example 5c1d9e77-19c2a4f0e6b-1
             */
            quoteId?: string | null;
            /**
             * @description When the named quote is no longer good: `reject` the order, or `requote`.
             * @example requote
             * @enum {string|null}
             */
            onStale?: "reject" | "requote" | null;
        };
        /**
         * @example {
         *       "tokenIn": "SOL",
         *       "tokenOut": "USDC",
         *       "amountIn": "1.5"
         *     }
         */
        QuoteRequest: {
            /**
             * @description Token sold: its symbol. A request may give the mint address instead.
             * @example SOL
             */
            tokenIn: string;
            /**
             * @description Token bought: its symbol. A request may give the mint address instead.
             * @example USDC
             */
            tokenOut: string;
            /**
             * @description What is sold. Whole tokens, exact, in plain decimal notation.
             * @example 1.5
             */
            amountIn: string;
            /**
             * @description Most swaps the route may have.
             * @example 4
             */
            maxLegs?: number | null;
            /**
             * @description Only these venues; left out: all.
             * @example [
             *       "raydium"
             *     ]
             */
            venues?: components["schemas"]["Venue"][] | null;
            /**
             * @description Pools not to use, by address.
             * @example [
             *       "58oQChx4yWmvKdwLLZzBi4ChoCc2fqCUWBkwMihLYQo2"
             *     ]
             */
            excludePools?: string[] | null;
            /**
             * @description Largest price impact to accept, in 1/10,000.
             * @example 300
             */
            maxPriceImpactBps?: number | null;
            /**
             * @description Tolerance: how far a fill may pay below its quote, in 1/10,000.
             * @example 50
             */
            slippageBps?: number | null;
            /**
             * @description Scripted behaviour of the market; refused unless the stack has SCENARIOS=on.
             * @example fail_once
             */
            scenario?: string | null;
        };
        /**
         * @example {
         *       "orders": [
         *         {
         *           "tokenIn": "SOL",
         *           "tokenOut": "USDC",
         *           "amountIn": "1.5"
         *         }
         *       ]
         *     }
         */
        BatchRequest: {
            /** @description The orders, each judged by itself. */
            orders: components["schemas"]["OrderRequest"][];
        };
        /**
         * @example {
         *       "token": "USDC",
         *       "amount": "1000.25"
         *     }
         */
        AirdropRequest: {
            /**
             * @description The token: its symbol. A request may give the mint address instead.
             * @example USDC
             */
            token: string;
            /**
             * @description How much of the token. Whole tokens, exact, in plain decimal notation.
             * @example 1000.25
             */
            amount: string;
        };
        /**
         * @example {
         *       "tradingState": "halted"
         *     }
         * @example {
         *       "limits": {
         *         "orderUsdMax": "2500"
         *       }
         *     }
         */
        AccountChange: {
            /**
             * @description Its switch: `halted` accounts submit nothing.
             * @example active
             */
            tradingState?: components["schemas"]["TradingState"];
            /** @description The limits to set; those left out stay as they are. */
            limits?: components["schemas"]["LimitsToSet"];
        };
        /**
         * @example {
         *       "orderUsdMax": "2500",
         *       "slippageBpsMax": 100
         *     }
         */
        LimitsToSet: {
            /**
             * @description Largest order in US dollars, six decimals at most; null: no limit.
             * @example 2500
             */
            orderUsdMax?: string | null;
            /**
             * @description Most orders that have not ended; null: no limit.
             * @example 100
             */
            ordersInFlightMax?: number | null;
            /**
             * @description Most orders in a minute; null: no limit.
             * @example 600
             */
            ordersPerMinuteMax?: number | null;
            /**
             * @description Largest `slippageBps` of an order; null: no limit.
             * @example 100
             */
            slippageBpsMax?: number | null;
            /**
             * @description Tokens it may trade; null: all.
             * @example [
             *       "SOL",
             *       "USDC"
             *     ]
             */
            tokensAllowed?: string[] | null;
        };
        /**
         * @description One step of an order's life.
         * @example {
         *       "orderId": "0199a1b2-0000-7000-8000-000000000001",
         *       "sequence": 3,
         *       "status": "pending",
         *       "details": {
         *         "type": "market",
         *         "tokenIn": "SOL",
         *         "tokenInMint": "So11111111111111111111111111111111111111112",
         *         "tokenOut": "USDC",
         *         "tokenOutMint": "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v",
         *         "amountIn": 1.5,
         *         "amountInBaseUnits": "1500000000",
         *         "slippageBps": 50
         *       },
         *       "timestamp": "2026-01-31T12:00:00.250Z"
         *     }
         */
        Event: components["schemas"]["PendingEvent"] | components["schemas"]["RoutingEvent"] | components["schemas"]["RoutingCompleteEvent"] | components["schemas"]["BuildingEvent"] | components["schemas"]["SubmittedEvent"] | components["schemas"]["RetryingEvent"] | components["schemas"]["ConfirmedEvent"] | components["schemas"]["FailedEvent"] | components["schemas"]["CancelledEvent"];
        /**
         * @example {
         *       "type": "market",
         *       "tokenIn": "SOL",
         *       "tokenInMint": "So11111111111111111111111111111111111111112",
         *       "tokenOut": "USDC",
         *       "tokenOutMint": "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v",
         *       "amountIn": 1.5,
         *       "amountInBaseUnits": "1500000000",
         *       "slippageBps": 50
         *     }
         */
        PendingDetails: {
            /**
             * @description What the order wants: `market` is now, at the best price.
             * @example market
             */
            type: components["schemas"]["OrderType"];
            /**
             * @description Token sold: its symbol. A request may give the mint address instead.
             * @example SOL
             */
            tokenIn: string;
            /**
             * @description Mint address of the token sold.
             * @example So11111111111111111111111111111111111111112
             */
            tokenInMint: string;
            /**
             * @description Token bought: its symbol. A request may give the mint address instead.
             * @example USDC
             */
            tokenOut: string;
            /**
             * @description Mint address of the token bought.
             * @example EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v
             */
            tokenOutMint: string;
            /**
             * @description What is sold. Whole tokens, exact, in plain decimal notation.
             * @example 1.5
             */
            amountIn: string;
            /**
             * @description What is sold. Base units, as a text.
             * @example 1500000000
             */
            amountInBaseUnits: string;
            /**
             * @description Tolerance: how far a fill may pay below its quote, in 1/10,000.
             * @example 50
             */
            slippageBps: number;
        };
        /**
         * @example {
         *       "orderId": "0199a1b2-0000-7000-8000-000000000001",
         *       "sequence": 3,
         *       "status": "pending",
         *       "details": {
         *         "type": "market",
         *         "tokenIn": "SOL",
         *         "tokenInMint": "So11111111111111111111111111111111111111112",
         *         "tokenOut": "USDC",
         *         "tokenOutMint": "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v",
         *         "amountIn": 1.5,
         *         "amountInBaseUnits": "1500000000",
         *         "slippageBps": 50
         *       },
         *       "timestamp": "2026-01-31T12:00:00.250Z"
         *     }
         */
        PendingEvent: {
            /**
             * Format: uuid
             * @description The order's identity, a UUID of version 7.
             * @example 0199a1b2-0000-7000-8000-000000000001
             */
            orderId: string;
            /**
             * @description Position of the event in its order's life, from 1, without gaps.
             * @example 3
             */
            sequence: number;
            /**
             * @description Where the order stands. (enum property replaced by openapi-typescript)
             * @enum {string}
             */
            status: "pending";
            /** @description What happened; its members depend on `status`. */
            details: components["schemas"]["PendingDetails"];
            /**
             * Format: date-time
             * @description When it happened.
             * @example 2026-01-31T12:00:00.250Z
             */
            timestamp: string;
        };
        /**
         * @example {
         *       "attempt": 1
         *     }
         */
        RoutingDetails: {
            /**
             * @description Number of the attempt, from 1.
             * @example 1
             */
            attempt: number;
        };
        /**
         * @example {
         *       "orderId": "0199a1b2-0000-7000-8000-000000000001",
         *       "sequence": 3,
         *       "status": "routing",
         *       "details": {
         *         "attempt": 1
         *       },
         *       "timestamp": "2026-01-31T12:00:00.250Z"
         *     }
         */
        RoutingEvent: {
            /**
             * Format: uuid
             * @description The order's identity, a UUID of version 7.
             * @example 0199a1b2-0000-7000-8000-000000000001
             */
            orderId: string;
            /**
             * @description Position of the event in its order's life, from 1, without gaps.
             * @example 3
             */
            sequence: number;
            /**
             * @description Where the order stands. (enum property replaced by openapi-typescript)
             * @enum {string}
             */
            status: "routing";
            /** @description What happened; its members depend on `status`. */
            details: components["schemas"]["RoutingDetails"];
            /**
             * Format: date-time
             * @description When it happened.
             * @example 2026-01-31T12:00:00.250Z
             */
            timestamp: string;
        };
        /**
         * @example {
         *       "dex": "raydium",
         *       "amountOut": 226.5,
         *       "amountOutBaseUnits": "226500000",
         *       "fee": 0.5,
         *       "feeBaseUnits": "500000",
         *       "feeToken": "USDC",
         *       "feeTokenMint": "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v",
         *       "priceImpactBps": 3,
         *       "attempt": 1,
         *       "slot": 77,
         *       "route": [
         *         {
         *           "venue": "raydium",
         *           "pool": "58oQChx4yWmvKdwLLZzBi4ChoCc2fqCUWBkwMihLYQo2",
         *           "kind": "raydium_cpmm",
         *           "share": 1,
         *           "tokenIn": "SOL",
         *           "tokenInMint": "So11111111111111111111111111111111111111112",
         *           "tokenOut": "USDC",
         *           "tokenOutMint": "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v",
         *           "amountIn": 1.5,
         *           "amountInBaseUnits": "1500000000",
         *           "amountOut": 226.5,
         *           "amountOutBaseUnits": "226500000",
         *           "fee": 0.5,
         *           "feeBaseUnits": "500000",
         *           "feeToken": "USDC",
         *           "feeTokenMint": "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v"
         *         }
         *       ],
         *       "quotes": [
         *         {
         *           "venue": "raydium",
         *           "pool": "58oQChx4yWmvKdwLLZzBi4ChoCc2fqCUWBkwMihLYQo2",
         *           "kind": "raydium_cpmm",
         *           "amountOut": 226.5,
         *           "amountOutBaseUnits": "226500000",
         *           "fee": 0.5,
         *           "feeBaseUnits": "500000",
         *           "feeToken": "USDC",
         *           "feeTokenMint": "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v",
         *           "priceImpactBps": 3,
         *           "slot": 77
         *         }
         *       ],
         *       "refused": [
         *         {
         *           "venue": "raydium",
         *           "pool": "58oQChx4yWmvKdwLLZzBi4ChoCc2fqCUWBkwMihLYQo2",
         *           "reason": "slippage_exceeded",
         *           "detail": "The price moved away."
         *         }
         *       ],
         *       "runnerUp": {
         *         "pool": "58oQChx4yWmvKdwLLZzBi4ChoCc2fqCUWBkwMihLYQo2",
         *         "amountOut": 226.5,
         *         "amountOutBaseUnits": "226500000",
         *         "differenceBps": 22
         *       }
         *     }
         */
        RoutingCompleteDetails: {
            /**
             * @description Venue with the largest share of the route.
             * @example raydium
             */
            dex: components["schemas"]["Venue"];
            /**
             * @description What is bought, after fees: quoted, or of a fill what it paid. Whole tokens, exact, in plain decimal notation.
             * @example 226.5
             */
            amountOut: string;
            /**
             * @description What is bought, after fees: quoted, or of a fill what it paid. Base units, as a text.
             * @example 226500000
             */
            amountOutBaseUnits: string;
            /**
             * @description Trading fees, in `feeToken`: already taken from `amountOut`. Whole tokens, exact, in plain decimal notation.
             * @example 0.5
             */
            fee: string;
            /**
             * @description Trading fees, in `feeToken`: already taken from `amountOut`. Base units, as a text.
             * @example 500000
             */
            feeBaseUnits: string;
            /**
             * @description Token that the fee is counted in: its symbol.
             * @example USDC
             */
            feeToken: string;
            /**
             * @description Mint address of the token that the fee is counted in.
             * @example EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v
             */
            feeTokenMint: string;
            /**
             * @description How far this size moves the price, before fees, in 1/10,000, rounded down; over two hops it compounds.
             * @example 3
             */
            priceImpactBps: number;
            /**
             * @description Number of the attempt, from 1.
             * @example 1
             */
            attempt: number;
            /**
             * @description Slot of the market: of the pool's state, of the fill, or of the answer.
             * @example 77
             */
            slot: number;
            /** @description Legs in the order they are swapped. */
            route: components["schemas"]["Leg"][];
            /** @description What each pool would pay for the whole amount, best first. */
            quotes: components["schemas"]["Quote"][];
            /** @description Pools and venues that gave no quote, with the reason. */
            refused: components["schemas"]["RefusedVenue"][];
            /** @description The best single pool beside the route's own. */
            runnerUp: components["schemas"]["RunnerUp"] | null;
        };
        /**
         * @example {
         *       "orderId": "0199a1b2-0000-7000-8000-000000000001",
         *       "sequence": 3,
         *       "status": "routing_complete",
         *       "details": {
         *         "dex": "raydium",
         *         "amountOut": 226.5,
         *         "amountOutBaseUnits": "226500000",
         *         "fee": 0.5,
         *         "feeBaseUnits": "500000",
         *         "feeToken": "USDC",
         *         "feeTokenMint": "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v",
         *         "priceImpactBps": 3,
         *         "attempt": 1,
         *         "slot": 77,
         *         "route": [
         *           {
         *             "venue": "raydium",
         *             "pool": "58oQChx4yWmvKdwLLZzBi4ChoCc2fqCUWBkwMihLYQo2",
         *             "kind": "raydium_cpmm",
         *             "share": 1,
         *             "tokenIn": "SOL",
         *             "tokenInMint": "So11111111111111111111111111111111111111112",
         *             "tokenOut": "USDC",
         *             "tokenOutMint": "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v",
         *             "amountIn": 1.5,
         *             "amountInBaseUnits": "1500000000",
         *             "amountOut": 226.5,
         *             "amountOutBaseUnits": "226500000",
         *             "fee": 0.5,
         *             "feeBaseUnits": "500000",
         *             "feeToken": "USDC",
         *             "feeTokenMint": "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v"
         *           }
         *         ],
         *         "quotes": [
         *           {
         *             "venue": "raydium",
         *             "pool": "58oQChx4yWmvKdwLLZzBi4ChoCc2fqCUWBkwMihLYQo2",
         *             "kind": "raydium_cpmm",
         *             "amountOut": 226.5,
         *             "amountOutBaseUnits": "226500000",
         *             "fee": 0.5,
         *             "feeBaseUnits": "500000",
         *             "feeToken": "USDC",
         *             "feeTokenMint": "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v",
         *             "priceImpactBps": 3,
         *             "slot": 77
         *           }
         *         ],
         *         "refused": [
         *           {
         *             "venue": "raydium",
         *             "pool": "58oQChx4yWmvKdwLLZzBi4ChoCc2fqCUWBkwMihLYQo2",
         *             "reason": "slippage_exceeded",
         *             "detail": "The price moved away."
         *           }
         *         ],
         *         "runnerUp": {
         *           "pool": "58oQChx4yWmvKdwLLZzBi4ChoCc2fqCUWBkwMihLYQo2",
         *           "amountOut": 226.5,
         *           "amountOutBaseUnits": "226500000",
         *           "differenceBps": 22
         *         }
         *       },
         *       "timestamp": "2026-01-31T12:00:00.250Z"
         *     }
         */
        RoutingCompleteEvent: {
            /**
             * Format: uuid
             * @description The order's identity, a UUID of version 7.
             * @example 0199a1b2-0000-7000-8000-000000000001
             */
            orderId: string;
            /**
             * @description Position of the event in its order's life, from 1, without gaps.
             * @example 3
             */
            sequence: number;
            /**
             * @description Where the order stands. (enum property replaced by openapi-typescript)
             * @enum {string}
             */
            status: "routing_complete";
            /** @description What happened; its members depend on `status`. */
            details: components["schemas"]["RoutingCompleteDetails"];
            /**
             * Format: date-time
             * @description When it happened.
             * @example 2026-01-31T12:00:00.250Z
             */
            timestamp: string;
        };
        /**
         * @example {
         *       "dex": "raydium",
         *       "minAmountOut": 225,
         *       "minAmountOutBaseUnits": "225000000",
         *       "swapId": "6f6b1d0e-51a5-5c3f-9a52-7a3a5f1c9d10",
         *       "attempt": 1
         *     }
         */
        BuildingDetails: {
            /**
             * @description Venue with the largest share of the route.
             * @example raydium
             */
            dex: components["schemas"]["Venue"];
            /**
             * @description The least that the order accepts: quote x (1 - slippage), rounded up. Whole tokens, exact, in plain decimal notation.
             * @example 225
             */
            minAmountOut: string;
            /**
             * @description The least that the order accepts: quote x (1 - slippage), rounded up. Base units, as a text.
             * @example 225000000
             */
            minAmountOutBaseUnits: string;
            /**
             * Format: uuid
             * @description Identity of the attempt's swap; the market executes each at most once.
             * @example 6f6b1d0e-51a5-5c3f-9a52-7a3a5f1c9d10
             */
            swapId: string;
            /**
             * @description Number of the attempt, from 1.
             * @example 1
             */
            attempt: number;
        };
        /**
         * @example {
         *       "orderId": "0199a1b2-0000-7000-8000-000000000001",
         *       "sequence": 3,
         *       "status": "building",
         *       "details": {
         *         "dex": "raydium",
         *         "minAmountOut": 225,
         *         "minAmountOutBaseUnits": "225000000",
         *         "swapId": "6f6b1d0e-51a5-5c3f-9a52-7a3a5f1c9d10",
         *         "attempt": 1
         *       },
         *       "timestamp": "2026-01-31T12:00:00.250Z"
         *     }
         */
        BuildingEvent: {
            /**
             * Format: uuid
             * @description The order's identity, a UUID of version 7.
             * @example 0199a1b2-0000-7000-8000-000000000001
             */
            orderId: string;
            /**
             * @description Position of the event in its order's life, from 1, without gaps.
             * @example 3
             */
            sequence: number;
            /**
             * @description Where the order stands. (enum property replaced by openapi-typescript)
             * @enum {string}
             */
            status: "building";
            /** @description What happened; its members depend on `status`. */
            details: components["schemas"]["BuildingDetails"];
            /**
             * Format: date-time
             * @description When it happened.
             * @example 2026-01-31T12:00:00.250Z
             */
            timestamp: string;
        };
        /**
         * @example {
         *       "dex": "raydium",
         *       "attempt": 1,
         *       "swapId": "6f6b1d0e-51a5-5c3f-9a52-7a3a5f1c9d10"
         *     }
         */
        SubmittedDetails: {
            /**
             * @description Venue with the largest share of the route.
             * @example raydium
             */
            dex: components["schemas"]["Venue"];
            /**
             * @description Number of the attempt, from 1.
             * @example 1
             */
            attempt: number;
            /**
             * Format: uuid
             * @description Identity of the attempt's swap; the market executes each at most once.
             * @example 6f6b1d0e-51a5-5c3f-9a52-7a3a5f1c9d10
             */
            swapId: string;
        };
        /**
         * @example {
         *       "orderId": "0199a1b2-0000-7000-8000-000000000001",
         *       "sequence": 3,
         *       "status": "submitted",
         *       "details": {
         *         "dex": "raydium",
         *         "attempt": 1,
         *         "swapId": "6f6b1d0e-51a5-5c3f-9a52-7a3a5f1c9d10"
         *       },
         *       "timestamp": "2026-01-31T12:00:00.250Z"
         *     }
         */
        SubmittedEvent: {
            /**
             * Format: uuid
             * @description The order's identity, a UUID of version 7.
             * @example 0199a1b2-0000-7000-8000-000000000001
             */
            orderId: string;
            /**
             * @description Position of the event in its order's life, from 1, without gaps.
             * @example 3
             */
            sequence: number;
            /**
             * @description Where the order stands. (enum property replaced by openapi-typescript)
             * @enum {string}
             */
            status: "submitted";
            /** @description What happened; its members depend on `status`. */
            details: components["schemas"]["SubmittedDetails"];
            /**
             * Format: date-time
             * @description When it happened.
             * @example 2026-01-31T12:00:00.250Z
             */
            timestamp: string;
        };
        /**
         * @example {
         *       "reason": "slippage_exceeded",
         *       "detail": "The price moved away.",
         *       "attempt": 1,
         *       "retryInMs": 500
         *     }
         */
        RetryingDetails: {
            /**
             * @description Why, as a code of /api/meta/errors.
             * @example slippage_exceeded
             */
            reason: string;
            /**
             * @description One sentence for people: what is wrong, and how to mend it.
             * @example The price moved away.
             */
            detail: string;
            /**
             * @description Number of the attempt, from 1.
             * @example 1
             */
            attempt: number;
            /**
             * @description Pause before the next attempt, milliseconds.
             * @example 500
             */
            retryInMs: number;
        };
        /**
         * @example {
         *       "orderId": "0199a1b2-0000-7000-8000-000000000001",
         *       "sequence": 3,
         *       "status": "retrying",
         *       "details": {
         *         "reason": "slippage_exceeded",
         *         "detail": "The price moved away.",
         *         "attempt": 1,
         *         "retryInMs": 500
         *       },
         *       "timestamp": "2026-01-31T12:00:00.250Z"
         *     }
         */
        RetryingEvent: {
            /**
             * Format: uuid
             * @description The order's identity, a UUID of version 7.
             * @example 0199a1b2-0000-7000-8000-000000000001
             */
            orderId: string;
            /**
             * @description Position of the event in its order's life, from 1, without gaps.
             * @example 3
             */
            sequence: number;
            /**
             * @description Where the order stands. (enum property replaced by openapi-typescript)
             * @enum {string}
             */
            status: "retrying";
            /** @description What happened; its members depend on `status`. */
            details: components["schemas"]["RetryingDetails"];
            /**
             * Format: date-time
             * @description When it happened.
             * @example 2026-01-31T12:00:00.250Z
             */
            timestamp: string;
        };
        /**
         * @example {
         *       "dex": "raydium",
         *       "txHash": "5VERv8NMvzbJMEkV8xnrLkEaWRtSz9CosKDYjCJjBRnbJLgp8uirBgmQpjKhoR4tjF3ZpRzrFmBV6UjKdiSZkQUW",
         *       "amountOut": 226.5,
         *       "amountOutBaseUnits": "226500000",
         *       "executedPrice": 150.93333333333334,
         *       "slot": 77,
         *       "shortfallBps": 4.42,
         *       "attempt": 1
         *     }
         */
        ConfirmedDetails: {
            /**
             * @description Venue with the largest share of the route.
             * @example raydium
             */
            dex: components["schemas"]["Venue"];
            /**
             * @description Signature of the transaction.
             * @example 5VERv8NMvzbJMEkV8xnrLkEaWRtSz9CosKDYjCJjBRnbJLgp8uirBgmQpjKhoR4tjF3ZpRzrFmBV6UjKdiSZkQUW
             */
            txHash: string;
            /**
             * @description What is bought, after fees: quoted, or of a fill what it paid. Whole tokens, exact, in plain decimal notation.
             * @example 226.5
             */
            amountOut: string;
            /**
             * @description What is bought, after fees: quoted, or of a fill what it paid. Base units, as a text.
             * @example 226500000
             */
            amountOutBaseUnits: string;
            /**
             * @description Whole tokens bought for one whole token sold, as filled. At most 18 significant digits, rounded half to even, without trailing zeros, in plain notation.
             * @example 150.93333333333334
             */
            executedPrice: string;
            /**
             * @description Slot of the market: of the pool's state, of the fill, or of the answer.
             * @example 77
             */
            slot: number;
            /**
             * @description Measured: how far the fill paid below its quote, in 1/10,000 of the quote; negative when it paid more. Two decimals, rounded half to even.
             * @example 4.42
             */
            shortfallBps: string;
            /**
             * @description Number of the attempt, from 1.
             * @example 1
             */
            attempt: number;
        };
        /**
         * @example {
         *       "orderId": "0199a1b2-0000-7000-8000-000000000001",
         *       "sequence": 3,
         *       "status": "confirmed",
         *       "details": {
         *         "dex": "raydium",
         *         "txHash": "5VERv8NMvzbJMEkV8xnrLkEaWRtSz9CosKDYjCJjBRnbJLgp8uirBgmQpjKhoR4tjF3ZpRzrFmBV6UjKdiSZkQUW",
         *         "amountOut": 226.5,
         *         "amountOutBaseUnits": "226500000",
         *         "executedPrice": 150.93333333333334,
         *         "slot": 77,
         *         "shortfallBps": 4.42,
         *         "attempt": 1
         *       },
         *       "timestamp": "2026-01-31T12:00:00.250Z"
         *     }
         */
        ConfirmedEvent: {
            /**
             * Format: uuid
             * @description The order's identity, a UUID of version 7.
             * @example 0199a1b2-0000-7000-8000-000000000001
             */
            orderId: string;
            /**
             * @description Position of the event in its order's life, from 1, without gaps.
             * @example 3
             */
            sequence: number;
            /**
             * @description Where the order stands. (enum property replaced by openapi-typescript)
             * @enum {string}
             */
            status: "confirmed";
            /** @description What happened; its members depend on `status`. */
            details: components["schemas"]["ConfirmedDetails"];
            /**
             * Format: date-time
             * @description When it happened.
             * @example 2026-01-31T12:00:00.250Z
             */
            timestamp: string;
        };
        /**
         * @example {
         *       "reason": "slippage_exceeded",
         *       "detail": "The price moved away.",
         *       "attempts": 1
         *     }
         */
        FailedDetails: {
            /**
             * @description Why, as a code of /api/meta/errors.
             * @example slippage_exceeded
             */
            reason: string;
            /**
             * @description One sentence for people: what is wrong, and how to mend it.
             * @example The price moved away.
             */
            detail: string;
            /**
             * @description How many attempts were begun.
             * @example 1
             */
            attempts: number;
        };
        /**
         * @example {
         *       "orderId": "0199a1b2-0000-7000-8000-000000000001",
         *       "sequence": 3,
         *       "status": "failed",
         *       "details": {
         *         "reason": "slippage_exceeded",
         *         "detail": "The price moved away.",
         *         "attempts": 1
         *       },
         *       "timestamp": "2026-01-31T12:00:00.250Z"
         *     }
         */
        FailedEvent: {
            /**
             * Format: uuid
             * @description The order's identity, a UUID of version 7.
             * @example 0199a1b2-0000-7000-8000-000000000001
             */
            orderId: string;
            /**
             * @description Position of the event in its order's life, from 1, without gaps.
             * @example 3
             */
            sequence: number;
            /**
             * @description Where the order stands. (enum property replaced by openapi-typescript)
             * @enum {string}
             */
            status: "failed";
            /** @description What happened; its members depend on `status`. */
            details: components["schemas"]["FailedDetails"];
            /**
             * Format: date-time
             * @description When it happened.
             * @example 2026-01-31T12:00:00.250Z
             */
            timestamp: string;
        };
        /**
         * @example {
         *       "attempts": 1
         *     }
         */
        CancelledDetails: {
            /**
             * @description How many attempts were begun.
             * @example 1
             */
            attempts: number;
        };
        /**
         * @example {
         *       "orderId": "0199a1b2-0000-7000-8000-000000000001",
         *       "sequence": 3,
         *       "status": "cancelled",
         *       "details": {
         *         "attempts": 1
         *       },
         *       "timestamp": "2026-01-31T12:00:00.250Z"
         *     }
         */
        CancelledEvent: {
            /**
             * Format: uuid
             * @description The order's identity, a UUID of version 7.
             * @example 0199a1b2-0000-7000-8000-000000000001
             */
            orderId: string;
            /**
             * @description Position of the event in its order's life, from 1, without gaps.
             * @example 3
             */
            sequence: number;
            /**
             * @description Where the order stands. (enum property replaced by openapi-typescript)
             * @enum {string}
             */
            status: "cancelled";
            /** @description What happened; its members depend on `status`. */
            details: components["schemas"]["CancelledDetails"];
            /**
             * Format: date-time
             * @description When it happened.
             * @example 2026-01-31T12:00:00.250Z
             */
            timestamp: string;
        };
        /**
         * @description Where an order stands.
         * @example pending
         * @enum {string}
         */
        OrderStatus: "pending" | "routing" | "routing_complete" | "building" | "submitted" | "retrying" | "confirmed" | "failed" | "cancelled";
        /**
         * @description What an order wants.
         * @example market
         * @enum {string}
         */
        OrderType: "market";
        /**
         * @description An exchange on the chain.
         * @example meteora
         * @enum {string}
         */
        Venue: "meteora" | "raydium";
        /**
         * @description An account's switch.
         * @example active
         * @enum {string}
         */
        TradingState: "active" | "halted";
        /**
         * @description What a key may do.
         * @example admin
         * @enum {string}
         */
        Scope: "admin" | "read" | "trade";
        /**
         * @description What may be done with a request.
         * @example safe
         * @enum {string}
         */
        Retry: "safe" | "with_key" | "never";
        /**
         * @example {
         *       "orderId": "0199a1b2-0000-7000-8000-000000000001",
         *       "status": "pending",
         *       "wsUpgrade": "ws://127.0.0.1:3000/api/orders/0199a1b2-0000-7000-8000-000000000001",
         *       "links": {
         *         "self": "/api/orders/0199a1b2-0000-7000-8000-000000000001",
         *         "events": "/api/orders/0199a1b2-0000-7000-8000-000000000001/events",
         *         "stream": "ws://127.0.0.1:3000/api/orders/0199a1b2-0000-7000-8000-000000000001/events"
         *       },
         *       "warnings": [
         *         {
         *           "pointer": "/amountIn",
         *           "code": "no_route",
         *           "detail": "The price moved away."
         *         }
         *       ]
         *     }
         */
        Receipt: {
            /**
             * Format: uuid
             * @description The order's identity, a UUID of version 7.
             * @example 0199a1b2-0000-7000-8000-000000000001
             */
            orderId: string;
            /**
             * @description Where the order stands.
             * @example pending
             * @constant
             */
            status: "pending";
            /**
             * Format: uri
             * @description Where an earlier engine's clients follow the order.
             * @example ws://127.0.0.1:3000/api/orders/0199a1b2-0000-7000-8000-000000000001
             */
            wsUpgrade: string;
            /** @description Where to go on. */
            links: components["schemas"]["Links"];
            /** @description What you should know before you send it; nothing of it refuses the order. */
            warnings: components["schemas"]["Warning"][];
        };
        /**
         * @example {
         *       "self": "/api/orders/0199a1b2-0000-7000-8000-000000000001",
         *       "events": "/api/orders/0199a1b2-0000-7000-8000-000000000001/events",
         *       "stream": "ws://127.0.0.1:3000/api/orders/0199a1b2-0000-7000-8000-000000000001/events"
         *     }
         */
        Links: {
            /**
             * @description The order.
             * @example /api/orders/0199a1b2-0000-7000-8000-000000000001
             */
            self: string;
            /**
             * @description The order's events.
             * @example /api/orders/0199a1b2-0000-7000-8000-000000000001/events
             */
            events: string;
            /**
             * Format: uri
             * @description The order's events as a WebSocket.
             * @example ws://127.0.0.1:3000/api/orders/0199a1b2-0000-7000-8000-000000000001/events
             */
            stream: string;
        };
        /**
         * @example {
         *       "results": [
         *         {
         *           "status": 202,
         *           "replayed": false,
         *           "order": {
         *             "orderId": "0199a1b2-0000-7000-8000-000000000001",
         *             "status": "pending",
         *             "wsUpgrade": "ws://127.0.0.1:3000/api/orders/0199a1b2-0000-7000-8000-000000000001",
         *             "links": {
         *               "self": "/api/orders/0199a1b2-0000-7000-8000-000000000001",
         *               "events": "/api/orders/0199a1b2-0000-7000-8000-000000000001/events",
         *               "stream": "ws://127.0.0.1:3000/api/orders/0199a1b2-0000-7000-8000-000000000001/events"
         *             },
         *             "warnings": [
         *               {
         *                 "pointer": "/amountIn",
         *                 "code": "no_route",
         *                 "detail": "The price moved away."
         *               }
         *             ]
         *           }
         *         }
         *       ]
         *     }
         */
        BatchResults: {
            /** @description A result for each order, in the order of the request. */
            results: components["schemas"]["BatchResult"][];
        };
        /**
         * @description What became of one order of a batch.
         * @example {
         *       "status": 202,
         *       "replayed": false,
         *       "order": {
         *         "orderId": "0199a1b2-0000-7000-8000-000000000001",
         *         "status": "pending",
         *         "wsUpgrade": "ws://127.0.0.1:3000/api/orders/0199a1b2-0000-7000-8000-000000000001",
         *         "links": {
         *           "self": "/api/orders/0199a1b2-0000-7000-8000-000000000001",
         *           "events": "/api/orders/0199a1b2-0000-7000-8000-000000000001/events",
         *           "stream": "ws://127.0.0.1:3000/api/orders/0199a1b2-0000-7000-8000-000000000001/events"
         *         },
         *         "warnings": [
         *           {
         *             "pointer": "/amountIn",
         *             "code": "no_route",
         *             "detail": "The price moved away."
         *           }
         *         ]
         *       }
         *     }
         */
        BatchResult: components["schemas"]["BatchAccepted"] | components["schemas"]["BatchRefused"];
        /**
         * @example {
         *       "status": 202,
         *       "replayed": false,
         *       "order": {
         *         "orderId": "0199a1b2-0000-7000-8000-000000000001",
         *         "status": "pending",
         *         "wsUpgrade": "ws://127.0.0.1:3000/api/orders/0199a1b2-0000-7000-8000-000000000001",
         *         "links": {
         *           "self": "/api/orders/0199a1b2-0000-7000-8000-000000000001",
         *           "events": "/api/orders/0199a1b2-0000-7000-8000-000000000001/events",
         *           "stream": "ws://127.0.0.1:3000/api/orders/0199a1b2-0000-7000-8000-000000000001/events"
         *         },
         *         "warnings": [
         *           {
         *             "pointer": "/amountIn",
         *             "code": "no_route",
         *             "detail": "The price moved away."
         *           }
         *         ]
         *       }
         *     }
         */
        BatchAccepted: {
            /**
             * @description HTTP status.
             * @example 202
             * @constant
             */
            status: 202;
            /**
             * @description True when the order was stored before, under the same identity.
             * @example false
             */
            replayed: boolean;
            /** @description The order, as it was accepted or understood. */
            order: components["schemas"]["Receipt"];
        };
        /**
         * @example {
         *       "status": 422,
         *       "problem": {
         *         "type": "/problems/no_route",
         *         "title": "No pool can fill this order.",
         *         "status": 422,
         *         "detail": "The price moved away.",
         *         "instance": "/api/quotes",
         *         "code": "no_route",
         *         "retry": "never",
         *         "retryable": false,
         *         "traceId": "0af7651916cd43dd8448eb211c80319c",
         *         "errors": [
         *           {
         *             "pointer": "/amountIn",
         *             "code": "no_route",
         *             "detail": "The price moved away."
         *           }
         *         ],
         *         "outcome": "unknown",
         *         "idempotencyKey": "0199a1b2-0000-7000-8000-000000000001",
         *         "orderId": "0199a1b2-0000-7000-8000-000000000001",
         *         "orderStatus": "submitted",
         *         "checks": {
         *           "router": "ok"
         *         },
         *         "notReady": [
         *           "workers"
         *         ]
         *       }
         *     }
         */
        BatchRefused: {
            /**
             * @description HTTP status.
             * @example 422
             */
            status: number;
            /** @description Why the order was not accepted. */
            problem: components["schemas"]["Problem"];
        };
        /**
         * @example {
         *       "orderId": "0199a1b2-0000-7000-8000-000000000001",
         *       "clientOrderId": "bot-7-0001",
         *       "type": "market",
         *       "status": "confirmed",
         *       "version": 6,
         *       "tokenIn": "SOL",
         *       "tokenInMint": "So11111111111111111111111111111111111111112",
         *       "tokenOut": "USDC",
         *       "tokenOutMint": "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v",
         *       "amountIn": 1.5,
         *       "amountInBaseUnits": "1500000000",
         *       "slippageBps": 50,
         *       "dex": "raydium",
         *       "route": [
         *         {
         *           "venue": "raydium",
         *           "pool": "58oQChx4yWmvKdwLLZzBi4ChoCc2fqCUWBkwMihLYQo2",
         *           "kind": "raydium_cpmm",
         *           "share": 1,
         *           "tokenIn": "SOL",
         *           "tokenInMint": "So11111111111111111111111111111111111111112",
         *           "tokenOut": "USDC",
         *           "tokenOutMint": "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v",
         *           "amountIn": 1.5,
         *           "amountInBaseUnits": "1500000000",
         *           "amountOut": 226.5,
         *           "amountOutBaseUnits": "226500000",
         *           "fee": 0.5,
         *           "feeBaseUnits": "500000",
         *           "feeToken": "USDC",
         *           "feeTokenMint": "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v"
         *         }
         *       ],
         *       "quotes": [
         *         {
         *           "venue": "raydium",
         *           "pool": "58oQChx4yWmvKdwLLZzBi4ChoCc2fqCUWBkwMihLYQo2",
         *           "kind": "raydium_cpmm",
         *           "amountOut": 226.5,
         *           "amountOutBaseUnits": "226500000",
         *           "fee": 0.5,
         *           "feeBaseUnits": "500000",
         *           "feeToken": "USDC",
         *           "feeTokenMint": "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v",
         *           "priceImpactBps": 3,
         *           "slot": 77
         *         }
         *       ],
         *       "quotedAmountOut": 226.5,
         *       "quotedAmountOutBaseUnits": "226500000",
         *       "minAmountOut": 225,
         *       "minAmountOutBaseUnits": "225000000",
         *       "executedAmountOut": 226.4,
         *       "executedAmountOutBaseUnits": "226400000",
         *       "quotedPrice": 151,
         *       "executedPrice": 150.93333333333334,
         *       "txHash": "5VERv8NMvzbJMEkV8xnrLkEaWRtSz9CosKDYjCJjBRnbJLgp8uirBgmQpjKhoR4tjF3ZpRzrFmBV6UjKdiSZkQUW",
         *       "swapId": "6f6b1d0e-51a5-5c3f-9a52-7a3a5f1c9d10",
         *       "failureReason": null,
         *       "attempts": 1,
         *       "nextAttemptAt": null,
         *       "createdAt": "2026-01-31T12:00:00.000Z",
         *       "updatedAt": "2026-01-31T12:00:01.250Z",
         *       "attemptHistory": [
         *         {
         *           "attempt": 1,
         *           "swapId": "6f6b1d0e-51a5-5c3f-9a52-7a3a5f1c9d10",
         *           "result": "landed",
         *           "error": "The price moved away.",
         *           "txHash": "5VERv8NMvzbJMEkV8xnrLkEaWRtSz9CosKDYjCJjBRnbJLgp8uirBgmQpjKhoR4tjF3ZpRzrFmBV6UjKdiSZkQUW",
         *           "dex": "raydium",
         *           "startedAt": "2026-01-31T12:00:00.010Z",
         *           "endedAt": "2026-01-31T12:00:01.250Z"
         *         }
         *       ]
         *     }
         */
        Order: {
            /**
             * Format: uuid
             * @description The order's identity, a UUID of version 7.
             * @example 0199a1b2-0000-7000-8000-000000000001
             */
            orderId: string;
            /**
             * @description Your identity of the order: the same one is never stored twice.
             * @example bot-7-0001
             */
            clientOrderId: string | null;
            /**
             * @description What the order wants: `market` is now, at the best price.
             * @example market
             */
            type: components["schemas"]["OrderType"];
            /**
             * @description Where the order stands.
             * @example confirmed
             */
            status: components["schemas"]["OrderStatus"];
            /**
             * @description The sequence of the order's newest event, and its ETag.
             * @example 6
             */
            version: number;
            /**
             * @description Token sold: its symbol. A request may give the mint address instead.
             * @example SOL
             */
            tokenIn: string;
            /**
             * @description Mint address of the token sold.
             * @example So11111111111111111111111111111111111111112
             */
            tokenInMint: string;
            /**
             * @description Token bought: its symbol. A request may give the mint address instead.
             * @example USDC
             */
            tokenOut: string;
            /**
             * @description Mint address of the token bought.
             * @example EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v
             */
            tokenOutMint: string;
            /**
             * @description What is sold. Whole tokens, exact, in plain decimal notation.
             * @example 1.5
             */
            amountIn: string;
            /**
             * @description What is sold. Base units, as a text.
             * @example 1500000000
             */
            amountInBaseUnits: string;
            /**
             * @description Tolerance: how far a fill may pay below its quote, in 1/10,000.
             * @example 50
             */
            slippageBps: number;
            /**
             * @description Venue with the largest share of the route.
             * @example raydium
             */
            dex: components["schemas"]["Venue"] | null;
            /** @description Legs in the order they are swapped. */
            route: components["schemas"]["Leg"][] | null;
            /** @description What each pool would pay for the whole amount, best first. */
            quotes: components["schemas"]["Quote"][] | null;
            /**
             * @description What the newest attempt's route was quoted to pay. Whole tokens, exact, in plain decimal notation.
             * @example 226.5
             */
            quotedAmountOut: string | null;
            /**
             * @description What the newest attempt's route was quoted to pay. Base units, as a text.
             * @example 226500000
             */
            quotedAmountOutBaseUnits: string | null;
            /**
             * @description The least that the order accepts: quote x (1 - slippage), rounded up. Whole tokens, exact, in plain decimal notation.
             * @example 225
             */
            minAmountOut: string | null;
            /**
             * @description The least that the order accepts: quote x (1 - slippage), rounded up. Base units, as a text.
             * @example 225000000
             */
            minAmountOutBaseUnits: string | null;
            /**
             * @description What the fill paid. Whole tokens, exact, in plain decimal notation.
             * @example 226.4
             */
            executedAmountOut: string | null;
            /**
             * @description What the fill paid. Base units, as a text.
             * @example 226400000
             */
            executedAmountOutBaseUnits: string | null;
            /**
             * @description Whole tokens bought for one whole token sold, as quoted. At most 18 significant digits, rounded half to even, without trailing zeros, in plain notation.
             * @example 151
             */
            quotedPrice: string | null;
            /**
             * @description Whole tokens bought for one whole token sold, as filled. At most 18 significant digits, rounded half to even, without trailing zeros, in plain notation.
             * @example 150.93333333333334
             */
            executedPrice: string | null;
            /**
             * @description Signature of the transaction.
             * @example 5VERv8NMvzbJMEkV8xnrLkEaWRtSz9CosKDYjCJjBRnbJLgp8uirBgmQpjKhoR4tjF3ZpRzrFmBV6UjKdiSZkQUW
             */
            txHash: string | null;
            /**
             * Format: uuid
             * @description Identity of the attempt's swap; the market executes each at most once.
             * @example 6f6b1d0e-51a5-5c3f-9a52-7a3a5f1c9d10
             */
            swapId: string | null;
            /**
             * @description What the order, or its newest attempt, failed with; null once it is confirmed.
             * @example null
             */
            failureReason: string | null;
            /**
             * @description How many attempts were begun.
             * @example 1
             */
            attempts: number;
            /**
             * Format: date-time
             * @description When the next attempt starts, while the order is retrying.
             * @example null
             */
            nextAttemptAt: string | null;
            /**
             * Format: date-time
             * @description When the order was accepted.
             * @example 2026-01-31T12:00:00.000Z
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description When it last changed.
             * @example 2026-01-31T12:00:01.250Z
             */
            updatedAt: string;
            /** @description The attempts, oldest first. */
            attemptHistory: components["schemas"]["Attempt"][];
        };
        /**
         * @example {
         *       "orderId": "0199a1b2-0000-7000-8000-000000000001",
         *       "clientOrderId": "bot-7-0001",
         *       "type": "market",
         *       "status": "confirmed",
         *       "version": 6,
         *       "tokenIn": "SOL",
         *       "tokenInMint": "So11111111111111111111111111111111111111112",
         *       "tokenOut": "USDC",
         *       "tokenOutMint": "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v",
         *       "amountIn": 1.5,
         *       "amountInBaseUnits": "1500000000",
         *       "slippageBps": 50,
         *       "dex": "raydium",
         *       "route": [
         *         {
         *           "venue": "raydium",
         *           "pool": "58oQChx4yWmvKdwLLZzBi4ChoCc2fqCUWBkwMihLYQo2",
         *           "kind": "raydium_cpmm",
         *           "share": 1,
         *           "tokenIn": "SOL",
         *           "tokenInMint": "So11111111111111111111111111111111111111112",
         *           "tokenOut": "USDC",
         *           "tokenOutMint": "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v",
         *           "amountIn": 1.5,
         *           "amountInBaseUnits": "1500000000",
         *           "amountOut": 226.5,
         *           "amountOutBaseUnits": "226500000",
         *           "fee": 0.5,
         *           "feeBaseUnits": "500000",
         *           "feeToken": "USDC",
         *           "feeTokenMint": "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v"
         *         }
         *       ],
         *       "quotes": [
         *         {
         *           "venue": "raydium",
         *           "pool": "58oQChx4yWmvKdwLLZzBi4ChoCc2fqCUWBkwMihLYQo2",
         *           "kind": "raydium_cpmm",
         *           "amountOut": 226.5,
         *           "amountOutBaseUnits": "226500000",
         *           "fee": 0.5,
         *           "feeBaseUnits": "500000",
         *           "feeToken": "USDC",
         *           "feeTokenMint": "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v",
         *           "priceImpactBps": 3,
         *           "slot": 77
         *         }
         *       ],
         *       "quotedAmountOut": 226.5,
         *       "quotedAmountOutBaseUnits": "226500000",
         *       "minAmountOut": 225,
         *       "minAmountOutBaseUnits": "225000000",
         *       "executedAmountOut": 226.4,
         *       "executedAmountOutBaseUnits": "226400000",
         *       "quotedPrice": 151,
         *       "executedPrice": 150.93333333333334,
         *       "txHash": "5VERv8NMvzbJMEkV8xnrLkEaWRtSz9CosKDYjCJjBRnbJLgp8uirBgmQpjKhoR4tjF3ZpRzrFmBV6UjKdiSZkQUW",
         *       "swapId": "6f6b1d0e-51a5-5c3f-9a52-7a3a5f1c9d10",
         *       "failureReason": null,
         *       "attempts": 1,
         *       "nextAttemptAt": null,
         *       "createdAt": "2026-01-31T12:00:00.000Z",
         *       "updatedAt": "2026-01-31T12:00:01.250Z"
         *     }
         */
        OrderSummary: {
            /**
             * Format: uuid
             * @description The order's identity, a UUID of version 7.
             * @example 0199a1b2-0000-7000-8000-000000000001
             */
            orderId: string;
            /**
             * @description Your identity of the order: the same one is never stored twice.
             * @example bot-7-0001
             */
            clientOrderId: string | null;
            /**
             * @description What the order wants: `market` is now, at the best price.
             * @example market
             */
            type: components["schemas"]["OrderType"];
            /**
             * @description Where the order stands.
             * @example confirmed
             */
            status: components["schemas"]["OrderStatus"];
            /**
             * @description The sequence of the order's newest event, and its ETag.
             * @example 6
             */
            version: number;
            /**
             * @description Token sold: its symbol. A request may give the mint address instead.
             * @example SOL
             */
            tokenIn: string;
            /**
             * @description Mint address of the token sold.
             * @example So11111111111111111111111111111111111111112
             */
            tokenInMint: string;
            /**
             * @description Token bought: its symbol. A request may give the mint address instead.
             * @example USDC
             */
            tokenOut: string;
            /**
             * @description Mint address of the token bought.
             * @example EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v
             */
            tokenOutMint: string;
            /**
             * @description What is sold. Whole tokens, exact, in plain decimal notation.
             * @example 1.5
             */
            amountIn: string;
            /**
             * @description What is sold. Base units, as a text.
             * @example 1500000000
             */
            amountInBaseUnits: string;
            /**
             * @description Tolerance: how far a fill may pay below its quote, in 1/10,000.
             * @example 50
             */
            slippageBps: number;
            /**
             * @description Venue with the largest share of the route.
             * @example raydium
             */
            dex: components["schemas"]["Venue"] | null;
            /** @description Legs in the order they are swapped. */
            route: components["schemas"]["Leg"][] | null;
            /** @description What each pool would pay for the whole amount, best first. */
            quotes: components["schemas"]["Quote"][] | null;
            /**
             * @description What the newest attempt's route was quoted to pay. Whole tokens, exact, in plain decimal notation.
             * @example 226.5
             */
            quotedAmountOut: string | null;
            /**
             * @description What the newest attempt's route was quoted to pay. Base units, as a text.
             * @example 226500000
             */
            quotedAmountOutBaseUnits: string | null;
            /**
             * @description The least that the order accepts: quote x (1 - slippage), rounded up. Whole tokens, exact, in plain decimal notation.
             * @example 225
             */
            minAmountOut: string | null;
            /**
             * @description The least that the order accepts: quote x (1 - slippage), rounded up. Base units, as a text.
             * @example 225000000
             */
            minAmountOutBaseUnits: string | null;
            /**
             * @description What the fill paid. Whole tokens, exact, in plain decimal notation.
             * @example 226.4
             */
            executedAmountOut: string | null;
            /**
             * @description What the fill paid. Base units, as a text.
             * @example 226400000
             */
            executedAmountOutBaseUnits: string | null;
            /**
             * @description Whole tokens bought for one whole token sold, as quoted. At most 18 significant digits, rounded half to even, without trailing zeros, in plain notation.
             * @example 151
             */
            quotedPrice: string | null;
            /**
             * @description Whole tokens bought for one whole token sold, as filled. At most 18 significant digits, rounded half to even, without trailing zeros, in plain notation.
             * @example 150.93333333333334
             */
            executedPrice: string | null;
            /**
             * @description Signature of the transaction.
             * @example 5VERv8NMvzbJMEkV8xnrLkEaWRtSz9CosKDYjCJjBRnbJLgp8uirBgmQpjKhoR4tjF3ZpRzrFmBV6UjKdiSZkQUW
             */
            txHash: string | null;
            /**
             * Format: uuid
             * @description Identity of the attempt's swap; the market executes each at most once.
             * @example 6f6b1d0e-51a5-5c3f-9a52-7a3a5f1c9d10
             */
            swapId: string | null;
            /**
             * @description What the order, or its newest attempt, failed with; null once it is confirmed.
             * @example null
             */
            failureReason: string | null;
            /**
             * @description How many attempts were begun.
             * @example 1
             */
            attempts: number;
            /**
             * Format: date-time
             * @description When the next attempt starts, while the order is retrying.
             * @example null
             */
            nextAttemptAt: string | null;
            /**
             * Format: date-time
             * @description When the order was accepted.
             * @example 2026-01-31T12:00:00.000Z
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description When it last changed.
             * @example 2026-01-31T12:00:01.250Z
             */
            updatedAt: string;
        };
        /**
         * @example {
         *       "orders": [
         *         {
         *           "orderId": "0199a1b2-0000-7000-8000-000000000001",
         *           "clientOrderId": "bot-7-0001",
         *           "type": "market",
         *           "status": "confirmed",
         *           "version": 6,
         *           "tokenIn": "SOL",
         *           "tokenInMint": "So11111111111111111111111111111111111111112",
         *           "tokenOut": "USDC",
         *           "tokenOutMint": "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v",
         *           "amountIn": 1.5,
         *           "amountInBaseUnits": "1500000000",
         *           "slippageBps": 50,
         *           "dex": "raydium",
         *           "route": [
         *             {
         *               "venue": "raydium",
         *               "pool": "58oQChx4yWmvKdwLLZzBi4ChoCc2fqCUWBkwMihLYQo2",
         *               "kind": "raydium_cpmm",
         *               "share": 1,
         *               "tokenIn": "SOL",
         *               "tokenInMint": "So11111111111111111111111111111111111111112",
         *               "tokenOut": "USDC",
         *               "tokenOutMint": "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v",
         *               "amountIn": 1.5,
         *               "amountInBaseUnits": "1500000000",
         *               "amountOut": 226.5,
         *               "amountOutBaseUnits": "226500000",
         *               "fee": 0.5,
         *               "feeBaseUnits": "500000",
         *               "feeToken": "USDC",
         *               "feeTokenMint": "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v"
         *             }
         *           ],
         *           "quotes": [
         *             {
         *               "venue": "raydium",
         *               "pool": "58oQChx4yWmvKdwLLZzBi4ChoCc2fqCUWBkwMihLYQo2",
         *               "kind": "raydium_cpmm",
         *               "amountOut": 226.5,
         *               "amountOutBaseUnits": "226500000",
         *               "fee": 0.5,
         *               "feeBaseUnits": "500000",
         *               "feeToken": "USDC",
         *               "feeTokenMint": "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v",
         *               "priceImpactBps": 3,
         *               "slot": 77
         *             }
         *           ],
         *           "quotedAmountOut": 226.5,
         *           "quotedAmountOutBaseUnits": "226500000",
         *           "minAmountOut": 225,
         *           "minAmountOutBaseUnits": "225000000",
         *           "executedAmountOut": 226.4,
         *           "executedAmountOutBaseUnits": "226400000",
         *           "quotedPrice": 151,
         *           "executedPrice": 150.93333333333334,
         *           "txHash": "5VERv8NMvzbJMEkV8xnrLkEaWRtSz9CosKDYjCJjBRnbJLgp8uirBgmQpjKhoR4tjF3ZpRzrFmBV6UjKdiSZkQUW",
         *           "swapId": "6f6b1d0e-51a5-5c3f-9a52-7a3a5f1c9d10",
         *           "failureReason": null,
         *           "attempts": 1,
         *           "nextAttemptAt": null,
         *           "createdAt": "2026-01-31T12:00:00.000Z",
         *           "updatedAt": "2026-01-31T12:00:01.250Z"
         *         }
         *       ],
         *       "pageSize": 50,
         *       "nextPageToken": "0199a1b2-0000-7000-8000-000000000001"
         *     }
         */
        OrderPage: {
            /** @description The orders. */
            orders: components["schemas"]["OrderSummary"][];
            /**
             * @description Orders of a page: what was asked for, or the most there may be.
             * @example 50
             */
            pageSize: number;
            /**
             * @description `pageToken` of the next page; null: this is the last.
             * @example 0199a1b2-0000-7000-8000-000000000001
             */
            nextPageToken: string | null;
        };
        /**
         * @example {
         *       "attempt": 1,
         *       "swapId": "6f6b1d0e-51a5-5c3f-9a52-7a3a5f1c9d10",
         *       "result": "landed",
         *       "error": "The price moved away.",
         *       "txHash": "5VERv8NMvzbJMEkV8xnrLkEaWRtSz9CosKDYjCJjBRnbJLgp8uirBgmQpjKhoR4tjF3ZpRzrFmBV6UjKdiSZkQUW",
         *       "dex": "raydium",
         *       "startedAt": "2026-01-31T12:00:00.010Z",
         *       "endedAt": "2026-01-31T12:00:01.250Z"
         *     }
         */
        Attempt: {
            /**
             * @description Number of the attempt, from 1.
             * @example 1
             */
            attempt: number;
            /**
             * Format: uuid
             * @description Identity of the attempt's swap; the market executes each at most once.
             * @example 6f6b1d0e-51a5-5c3f-9a52-7a3a5f1c9d10
             */
            swapId: string | null;
            /**
             * @description `landed`, `cancelled`, or the code that the attempt failed with; null while it runs.
             * @example landed
             */
            result: string | null;
            /**
             * @description One sentence about the attempt's failure.
             * @example The price moved away.
             */
            error: string | null;
            /**
             * @description Signature of the transaction.
             * @example 5VERv8NMvzbJMEkV8xnrLkEaWRtSz9CosKDYjCJjBRnbJLgp8uirBgmQpjKhoR4tjF3ZpRzrFmBV6UjKdiSZkQUW
             */
            txHash: string | null;
            /**
             * @description Venue with the largest share of the route.
             * @example raydium
             */
            dex: components["schemas"]["Venue"] | null;
            /**
             * Format: date-time
             * @description When the attempt, the process or the lease began.
             * @example 2026-01-31T12:00:00.010Z
             */
            startedAt: string;
            /**
             * Format: date-time
             * @description When the attempt ended; null while it runs.
             * @example 2026-01-31T12:00:01.250Z
             */
            endedAt: string | null;
        };
        /**
         * @example {
         *       "orderId": "0199a1b2-0000-7000-8000-000000000001",
         *       "events": [
         *         {
         *           "orderId": "0199a1b2-0000-7000-8000-000000000001",
         *           "sequence": 3,
         *           "status": "pending",
         *           "details": {
         *             "type": "market",
         *             "tokenIn": "SOL",
         *             "tokenInMint": "So11111111111111111111111111111111111111112",
         *             "tokenOut": "USDC",
         *             "tokenOutMint": "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v",
         *             "amountIn": 1.5,
         *             "amountInBaseUnits": "1500000000",
         *             "slippageBps": 50
         *           },
         *           "timestamp": "2026-01-31T12:00:00.250Z"
         *         }
         *       ]
         *     }
         */
        History: {
            /**
             * Format: uuid
             * @description The order's identity, a UUID of version 7.
             * @example 0199a1b2-0000-7000-8000-000000000001
             */
            orderId: string;
            /** @description The events, by sequence. */
            events: components["schemas"]["Event"][];
        };
        /**
         * @example {
         *       "orderId": "0199a1b2-0000-7000-8000-000000000001",
         *       "status": "confirmed",
         *       "version": 6,
         *       "tokenIn": "SOL",
         *       "tokenInMint": "So11111111111111111111111111111111111111112",
         *       "tokenOut": "USDC",
         *       "tokenOutMint": "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v",
         *       "amountIn": 1.5,
         *       "amountInBaseUnits": "1500000000",
         *       "slippageBps": 50,
         *       "failureReason": null,
         *       "totalMs": 1250,
         *       "beforeFirstAttempt": [
         *         {
         *           "sequence": 3,
         *           "status": "confirmed",
         *           "at": "2026-01-31T12:00:00.250Z",
         *           "ms": 12
         *         }
         *       ],
         *       "attempts": 1,
         *       "attemptHistory": [
         *         {
         *           "attempt": 1,
         *           "swapId": "6f6b1d0e-51a5-5c3f-9a52-7a3a5f1c9d10",
         *           "result": "landed",
         *           "error": "The price moved away.",
         *           "txHash": "5VERv8NMvzbJMEkV8xnrLkEaWRtSz9CosKDYjCJjBRnbJLgp8uirBgmQpjKhoR4tjF3ZpRzrFmBV6UjKdiSZkQUW",
         *           "dex": "raydium",
         *           "startedAt": "2026-01-31T12:00:00.010Z",
         *           "endedAt": "2026-01-31T12:00:01.250Z",
         *           "stages": [
         *             {
         *               "sequence": 3,
         *               "status": "confirmed",
         *               "at": "2026-01-31T12:00:00.250Z",
         *               "ms": 12
         *             }
         *           ],
         *           "amountOut": 226.5,
         *           "amountOutBaseUnits": "226500000",
         *           "price": 151,
         *           "fee": 0.5,
         *           "feeBaseUnits": "500000",
         *           "feeToken": "USDC",
         *           "feeTokenMint": "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v",
         *           "priceImpactBps": 3,
         *           "route": [
         *             {
         *               "venue": "raydium",
         *               "pool": "58oQChx4yWmvKdwLLZzBi4ChoCc2fqCUWBkwMihLYQo2",
         *               "kind": "raydium_cpmm",
         *               "share": 1,
         *               "tokenIn": "SOL",
         *               "tokenInMint": "So11111111111111111111111111111111111111112",
         *               "tokenOut": "USDC",
         *               "tokenOutMint": "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v",
         *               "amountIn": 1.5,
         *               "amountInBaseUnits": "1500000000",
         *               "amountOut": 226.5,
         *               "amountOutBaseUnits": "226500000",
         *               "fee": 0.5,
         *               "feeBaseUnits": "500000",
         *               "feeToken": "USDC",
         *               "feeTokenMint": "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v"
         *             }
         *           ],
         *           "quotes": [
         *             {
         *               "venue": "raydium",
         *               "pool": "58oQChx4yWmvKdwLLZzBi4ChoCc2fqCUWBkwMihLYQo2",
         *               "kind": "raydium_cpmm",
         *               "amountOut": 226.5,
         *               "amountOutBaseUnits": "226500000",
         *               "fee": 0.5,
         *               "feeBaseUnits": "500000",
         *               "feeToken": "USDC",
         *               "feeTokenMint": "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v",
         *               "priceImpactBps": 3,
         *               "slot": 77
         *             }
         *           ],
         *           "refused": [
         *             {
         *               "venue": "raydium",
         *               "pool": "58oQChx4yWmvKdwLLZzBi4ChoCc2fqCUWBkwMihLYQo2",
         *               "reason": "slippage_exceeded",
         *               "detail": "The price moved away."
         *             }
         *           ],
         *           "runnerUp": {
         *             "pool": "58oQChx4yWmvKdwLLZzBi4ChoCc2fqCUWBkwMihLYQo2",
         *             "amountOut": 226.5,
         *             "amountOutBaseUnits": "226500000",
         *             "differenceBps": 22
         *           }
         *         }
         *       ],
         *       "fill": {
         *         "amountOut": 226.5,
         *         "amountOutBaseUnits": "226500000",
         *         "quotedAmountOut": 226.5,
         *         "quotedAmountOutBaseUnits": "226500000",
         *         "minAmountOut": 225,
         *         "minAmountOutBaseUnits": "225000000",
         *         "shortfallBps": 4.42
         *       }
         *     }
         */
        Explanation: {
            /**
             * Format: uuid
             * @description The order's identity, a UUID of version 7.
             * @example 0199a1b2-0000-7000-8000-000000000001
             */
            orderId: string;
            /**
             * @description Where the order stands.
             * @example confirmed
             */
            status: components["schemas"]["OrderStatus"];
            /**
             * @description The sequence of the order's newest event, and its ETag.
             * @example 6
             */
            version: number;
            /**
             * @description Token sold: its symbol. A request may give the mint address instead.
             * @example SOL
             */
            tokenIn: string;
            /**
             * @description Mint address of the token sold.
             * @example So11111111111111111111111111111111111111112
             */
            tokenInMint: string;
            /**
             * @description Token bought: its symbol. A request may give the mint address instead.
             * @example USDC
             */
            tokenOut: string;
            /**
             * @description Mint address of the token bought.
             * @example EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v
             */
            tokenOutMint: string;
            /**
             * @description What is sold. Whole tokens, exact, in plain decimal notation.
             * @example 1.5
             */
            amountIn: string;
            /**
             * @description What is sold. Base units, as a text.
             * @example 1500000000
             */
            amountInBaseUnits: string;
            /**
             * @description Tolerance: how far a fill may pay below its quote, in 1/10,000.
             * @example 50
             */
            slippageBps: number;
            /**
             * @description What the order, or its newest attempt, failed with; null once it is confirmed.
             * @example null
             */
            failureReason: string | null;
            /**
             * @description From the first event to the newest, milliseconds.
             * @example 1250
             */
            totalMs: number | null;
            /** @description The stages before the first attempt. */
            beforeFirstAttempt: components["schemas"]["Stage"][];
            /**
             * @description How many attempts were begun.
             * @example 1
             */
            attempts: number;
            /** @description The attempts, oldest first. */
            attemptHistory: components["schemas"]["ExplainedAttempt"][];
            /** @description The fill against its quote; null while nothing was filled. */
            fill: components["schemas"]["Fill"] | null;
        };
        /**
         * @example {
         *       "attempt": 1,
         *       "swapId": "6f6b1d0e-51a5-5c3f-9a52-7a3a5f1c9d10",
         *       "result": "landed",
         *       "error": "The price moved away.",
         *       "txHash": "5VERv8NMvzbJMEkV8xnrLkEaWRtSz9CosKDYjCJjBRnbJLgp8uirBgmQpjKhoR4tjF3ZpRzrFmBV6UjKdiSZkQUW",
         *       "dex": "raydium",
         *       "startedAt": "2026-01-31T12:00:00.010Z",
         *       "endedAt": "2026-01-31T12:00:01.250Z",
         *       "stages": [
         *         {
         *           "sequence": 3,
         *           "status": "confirmed",
         *           "at": "2026-01-31T12:00:00.250Z",
         *           "ms": 12
         *         }
         *       ],
         *       "amountOut": 226.5,
         *       "amountOutBaseUnits": "226500000",
         *       "price": 151,
         *       "fee": 0.5,
         *       "feeBaseUnits": "500000",
         *       "feeToken": "USDC",
         *       "feeTokenMint": "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v",
         *       "priceImpactBps": 3,
         *       "route": [
         *         {
         *           "venue": "raydium",
         *           "pool": "58oQChx4yWmvKdwLLZzBi4ChoCc2fqCUWBkwMihLYQo2",
         *           "kind": "raydium_cpmm",
         *           "share": 1,
         *           "tokenIn": "SOL",
         *           "tokenInMint": "So11111111111111111111111111111111111111112",
         *           "tokenOut": "USDC",
         *           "tokenOutMint": "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v",
         *           "amountIn": 1.5,
         *           "amountInBaseUnits": "1500000000",
         *           "amountOut": 226.5,
         *           "amountOutBaseUnits": "226500000",
         *           "fee": 0.5,
         *           "feeBaseUnits": "500000",
         *           "feeToken": "USDC",
         *           "feeTokenMint": "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v"
         *         }
         *       ],
         *       "quotes": [
         *         {
         *           "venue": "raydium",
         *           "pool": "58oQChx4yWmvKdwLLZzBi4ChoCc2fqCUWBkwMihLYQo2",
         *           "kind": "raydium_cpmm",
         *           "amountOut": 226.5,
         *           "amountOutBaseUnits": "226500000",
         *           "fee": 0.5,
         *           "feeBaseUnits": "500000",
         *           "feeToken": "USDC",
         *           "feeTokenMint": "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v",
         *           "priceImpactBps": 3,
         *           "slot": 77
         *         }
         *       ],
         *       "refused": [
         *         {
         *           "venue": "raydium",
         *           "pool": "58oQChx4yWmvKdwLLZzBi4ChoCc2fqCUWBkwMihLYQo2",
         *           "reason": "slippage_exceeded",
         *           "detail": "The price moved away."
         *         }
         *       ],
         *       "runnerUp": {
         *         "pool": "58oQChx4yWmvKdwLLZzBi4ChoCc2fqCUWBkwMihLYQo2",
         *         "amountOut": 226.5,
         *         "amountOutBaseUnits": "226500000",
         *         "differenceBps": 22
         *       }
         *     }
         */
        ExplainedAttempt: {
            /**
             * @description Number of the attempt, from 1.
             * @example 1
             */
            attempt: number;
            /**
             * Format: uuid
             * @description Identity of the attempt's swap; the market executes each at most once.
             * @example 6f6b1d0e-51a5-5c3f-9a52-7a3a5f1c9d10
             */
            swapId: string | null;
            /**
             * @description `landed`, `cancelled`, or the code that the attempt failed with; null while it runs.
             * @example landed
             */
            result: string | null;
            /**
             * @description One sentence about the attempt's failure.
             * @example The price moved away.
             */
            error: string | null;
            /**
             * @description Signature of the transaction.
             * @example 5VERv8NMvzbJMEkV8xnrLkEaWRtSz9CosKDYjCJjBRnbJLgp8uirBgmQpjKhoR4tjF3ZpRzrFmBV6UjKdiSZkQUW
             */
            txHash: string | null;
            /**
             * @description Venue with the largest share of the route.
             * @example raydium
             */
            dex: components["schemas"]["Venue"] | null;
            /**
             * Format: date-time
             * @description When the attempt, the process or the lease began.
             * @example 2026-01-31T12:00:00.010Z
             */
            startedAt: string;
            /**
             * Format: date-time
             * @description When the attempt ended; null while it runs.
             * @example 2026-01-31T12:00:01.250Z
             */
            endedAt: string | null;
            /** @description The statuses that the order went through, in order. */
            stages: components["schemas"]["Stage"][];
            /**
             * @description What is bought, after fees: quoted, or of a fill what it paid. Whole tokens, exact, in plain decimal notation.
             * @example 226.5
             */
            amountOut: string | null;
            /**
             * @description What is bought, after fees: quoted, or of a fill what it paid. Base units, as a text.
             * @example 226500000
             */
            amountOutBaseUnits: string | null;
            /**
             * @description Whole tokens bought for one whole token sold: of a route after fees, of a pool the mid price. At most 18 significant digits, rounded half to even, without trailing zeros, in plain notation.
             * @example 151
             */
            price: string | null;
            /**
             * @description Trading fees, in `feeToken`: already taken from `amountOut`. Whole tokens, exact, in plain decimal notation.
             * @example 0.5
             */
            fee: string | null;
            /**
             * @description Trading fees, in `feeToken`: already taken from `amountOut`. Base units, as a text.
             * @example 500000
             */
            feeBaseUnits: string | null;
            /**
             * @description Token that the fee is counted in: its symbol.
             * @example USDC
             */
            feeToken: string | null;
            /**
             * @description Mint address of the token that the fee is counted in.
             * @example EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v
             */
            feeTokenMint: string | null;
            /**
             * @description How far this size moves the price, before fees, in 1/10,000, rounded down; over two hops it compounds.
             * @example 3
             */
            priceImpactBps: number | null;
            /** @description Legs in the order they are swapped. */
            route: components["schemas"]["Leg"][] | null;
            /** @description What each pool would pay for the whole amount, best first. */
            quotes: components["schemas"]["Quote"][] | null;
            /** @description Pools and venues that gave no quote, with the reason. */
            refused: components["schemas"]["RefusedVenue"][] | null;
            /** @description The best single pool beside the route's own. */
            runnerUp: components["schemas"]["RunnerUp"] | null;
        };
        /**
         * @example {
         *       "sequence": 3,
         *       "status": "confirmed",
         *       "at": "2026-01-31T12:00:00.250Z",
         *       "ms": 12
         *     }
         */
        Stage: {
            /**
             * @description Position of the event in its order's life, from 1, without gaps.
             * @example 3
             */
            sequence: number;
            /**
             * @description Where the order stands.
             * @example confirmed
             */
            status: components["schemas"]["OrderStatus"];
            /**
             * Format: date-time
             * @description When the stage began.
             * @example 2026-01-31T12:00:00.250Z
             */
            at: string;
            /**
             * @description How long it lasted, milliseconds; null while it lasts, and for the last one.
             * @example 12
             */
            ms: number | null;
        };
        /**
         * @example {
         *       "amountOut": 226.5,
         *       "amountOutBaseUnits": "226500000",
         *       "quotedAmountOut": 226.5,
         *       "quotedAmountOutBaseUnits": "226500000",
         *       "minAmountOut": 225,
         *       "minAmountOutBaseUnits": "225000000",
         *       "shortfallBps": 4.42
         *     }
         */
        Fill: {
            /**
             * @description What is bought, after fees: quoted, or of a fill what it paid. Whole tokens, exact, in plain decimal notation.
             * @example 226.5
             */
            amountOut: string;
            /**
             * @description What is bought, after fees: quoted, or of a fill what it paid. Base units, as a text.
             * @example 226500000
             */
            amountOutBaseUnits: string;
            /**
             * @description What the newest attempt's route was quoted to pay. Whole tokens, exact, in plain decimal notation.
             * @example 226.5
             */
            quotedAmountOut: string;
            /**
             * @description What the newest attempt's route was quoted to pay. Base units, as a text.
             * @example 226500000
             */
            quotedAmountOutBaseUnits: string;
            /**
             * @description The least that the order accepts: quote x (1 - slippage), rounded up. Whole tokens, exact, in plain decimal notation.
             * @example 225
             */
            minAmountOut: string;
            /**
             * @description The least that the order accepts: quote x (1 - slippage), rounded up. Base units, as a text.
             * @example 225000000
             */
            minAmountOutBaseUnits: string;
            /**
             * @description Measured: how far the fill paid below its quote, in 1/10,000 of the quote; negative when it paid more. Two decimals, rounded half to even.
             * @example 4.42
             */
            shortfallBps: string;
        };
        /**
         * @example {
         *       "venue": "raydium",
         *       "pool": "58oQChx4yWmvKdwLLZzBi4ChoCc2fqCUWBkwMihLYQo2",
         *       "kind": "raydium_cpmm",
         *       "share": 1,
         *       "tokenIn": "SOL",
         *       "tokenInMint": "So11111111111111111111111111111111111111112",
         *       "tokenOut": "USDC",
         *       "tokenOutMint": "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v",
         *       "amountIn": 1.5,
         *       "amountInBaseUnits": "1500000000",
         *       "amountOut": 226.5,
         *       "amountOutBaseUnits": "226500000",
         *       "fee": 0.5,
         *       "feeBaseUnits": "500000",
         *       "feeToken": "USDC",
         *       "feeTokenMint": "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v"
         *     }
         */
        Leg: {
            /**
             * @description The venue.
             * @example raydium
             */
            venue: components["schemas"]["Venue"];
            /**
             * @description Address of the pool.
             * @example 58oQChx4yWmvKdwLLZzBi4ChoCc2fqCUWBkwMihLYQo2
             */
            pool: string;
            /**
             * @description The pool's program.
             * @example raydium_cpmm
             */
            kind: string;
            /**
             * @description Part of the route's input that goes this way, 0 to 1, four decimals.
             * @example 1
             */
            share: string;
            /**
             * @description Token sold: its symbol. A request may give the mint address instead.
             * @example SOL
             */
            tokenIn: string;
            /**
             * @description Mint address of the token sold.
             * @example So11111111111111111111111111111111111111112
             */
            tokenInMint: string;
            /**
             * @description Token bought: its symbol. A request may give the mint address instead.
             * @example USDC
             */
            tokenOut: string;
            /**
             * @description Mint address of the token bought.
             * @example EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v
             */
            tokenOutMint: string;
            /**
             * @description What is sold. Whole tokens, exact, in plain decimal notation.
             * @example 1.5
             */
            amountIn: string;
            /**
             * @description What is sold. Base units, as a text.
             * @example 1500000000
             */
            amountInBaseUnits: string;
            /**
             * @description What is bought, after fees: quoted, or of a fill what it paid. Whole tokens, exact, in plain decimal notation.
             * @example 226.5
             */
            amountOut: string;
            /**
             * @description What is bought, after fees: quoted, or of a fill what it paid. Base units, as a text.
             * @example 226500000
             */
            amountOutBaseUnits: string;
            /**
             * @description Trading fees, in `feeToken`: already taken from `amountOut`. Whole tokens, exact, in plain decimal notation.
             * @example 0.5
             */
            fee: string;
            /**
             * @description Trading fees, in `feeToken`: already taken from `amountOut`. Base units, as a text.
             * @example 500000
             */
            feeBaseUnits: string;
            /**
             * @description Token that the fee is counted in: its symbol.
             * @example USDC
             */
            feeToken: string;
            /**
             * @description Mint address of the token that the fee is counted in.
             * @example EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v
             */
            feeTokenMint: string;
        };
        /**
         * @example {
         *       "venue": "raydium",
         *       "pool": "58oQChx4yWmvKdwLLZzBi4ChoCc2fqCUWBkwMihLYQo2",
         *       "kind": "raydium_cpmm",
         *       "amountOut": 226.5,
         *       "amountOutBaseUnits": "226500000",
         *       "fee": 0.5,
         *       "feeBaseUnits": "500000",
         *       "feeToken": "USDC",
         *       "feeTokenMint": "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v",
         *       "priceImpactBps": 3,
         *       "slot": 77
         *     }
         */
        Quote: {
            /**
             * @description The venue.
             * @example raydium
             */
            venue: components["schemas"]["Venue"];
            /**
             * @description Address of the pool.
             * @example 58oQChx4yWmvKdwLLZzBi4ChoCc2fqCUWBkwMihLYQo2
             */
            pool: string;
            /**
             * @description The pool's program.
             * @example raydium_cpmm
             */
            kind: string;
            /**
             * @description What is bought, after fees: quoted, or of a fill what it paid. Whole tokens, exact, in plain decimal notation.
             * @example 226.5
             */
            amountOut: string;
            /**
             * @description What is bought, after fees: quoted, or of a fill what it paid. Base units, as a text.
             * @example 226500000
             */
            amountOutBaseUnits: string;
            /**
             * @description Trading fees, in `feeToken`: already taken from `amountOut`. Whole tokens, exact, in plain decimal notation.
             * @example 0.5
             */
            fee: string;
            /**
             * @description Trading fees, in `feeToken`: already taken from `amountOut`. Base units, as a text.
             * @example 500000
             */
            feeBaseUnits: string;
            /**
             * @description Token that the fee is counted in: its symbol.
             * @example USDC
             */
            feeToken: string;
            /**
             * @description Mint address of the token that the fee is counted in.
             * @example EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v
             */
            feeTokenMint: string;
            /**
             * @description How far this size moves the price, before fees, in 1/10,000, rounded down; over two hops it compounds.
             * @example 3
             */
            priceImpactBps: number;
            /**
             * @description Slot of the market: of the pool's state, of the fill, or of the answer.
             * @example 77
             */
            slot: number;
        };
        /**
         * @example {
         *       "venue": "raydium",
         *       "pool": "58oQChx4yWmvKdwLLZzBi4ChoCc2fqCUWBkwMihLYQo2",
         *       "reason": "slippage_exceeded",
         *       "detail": "The price moved away."
         *     }
         */
        RefusedVenue: {
            /**
             * @description The venue.
             * @example raydium
             */
            venue: components["schemas"]["Venue"];
            /**
             * @description Address of the pool.
             * @example 58oQChx4yWmvKdwLLZzBi4ChoCc2fqCUWBkwMihLYQo2
             */
            pool: string | null;
            /**
             * @description Why, as a code of /api/meta/errors.
             * @example slippage_exceeded
             */
            reason: string;
            /**
             * @description One sentence for people: what is wrong, and how to mend it.
             * @example The price moved away.
             */
            detail: string;
        };
        /**
         * @example {
         *       "pool": "58oQChx4yWmvKdwLLZzBi4ChoCc2fqCUWBkwMihLYQo2",
         *       "amountOut": 226.5,
         *       "amountOutBaseUnits": "226500000",
         *       "differenceBps": 22
         *     }
         */
        RunnerUp: {
            /**
             * @description Address of the pool.
             * @example 58oQChx4yWmvKdwLLZzBi4ChoCc2fqCUWBkwMihLYQo2
             */
            pool: string;
            /**
             * @description What is bought, after fees: quoted, or of a fill what it paid. Whole tokens, exact, in plain decimal notation.
             * @example 226.5
             */
            amountOut: string;
            /**
             * @description What is bought, after fees: quoted, or of a fill what it paid. Base units, as a text.
             * @example 226500000
             */
            amountOutBaseUnits: string;
            /**
             * @description How much more the route pays, in 1/10,000 of this one's output, rounded down.
             * @example 22
             */
            differenceBps: number;
        };
        /**
         * @example {
         *       "quoteId": "5c1d9e77-19c2a4f0e6b-1",
         *       "expiresAt": "2026-01-31T12:00:10.000Z",
         *       "dex": "raydium",
         *       "tokenIn": "SOL",
         *       "tokenInMint": "So11111111111111111111111111111111111111112",
         *       "tokenOut": "USDC",
         *       "tokenOutMint": "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v",
         *       "amountIn": 1.5,
         *       "amountInBaseUnits": "1500000000",
         *       "amountOut": 226.5,
         *       "amountOutBaseUnits": "226500000",
         *       "price": 151,
         *       "fee": 0.5,
         *       "feeBaseUnits": "500000",
         *       "feeToken": "USDC",
         *       "feeTokenMint": "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v",
         *       "priceImpactBps": 3,
         *       "slot": 77,
         *       "route": [
         *         {
         *           "venue": "raydium",
         *           "pool": "58oQChx4yWmvKdwLLZzBi4ChoCc2fqCUWBkwMihLYQo2",
         *           "kind": "raydium_cpmm",
         *           "share": 1,
         *           "tokenIn": "SOL",
         *           "tokenInMint": "So11111111111111111111111111111111111111112",
         *           "tokenOut": "USDC",
         *           "tokenOutMint": "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v",
         *           "amountIn": 1.5,
         *           "amountInBaseUnits": "1500000000",
         *           "amountOut": 226.5,
         *           "amountOutBaseUnits": "226500000",
         *           "fee": 0.5,
         *           "feeBaseUnits": "500000",
         *           "feeToken": "USDC",
         *           "feeTokenMint": "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v"
         *         }
         *       ],
         *       "quotes": [
         *         {
         *           "venue": "raydium",
         *           "pool": "58oQChx4yWmvKdwLLZzBi4ChoCc2fqCUWBkwMihLYQo2",
         *           "kind": "raydium_cpmm",
         *           "amountOut": 226.5,
         *           "amountOutBaseUnits": "226500000",
         *           "fee": 0.5,
         *           "feeBaseUnits": "500000",
         *           "feeToken": "USDC",
         *           "feeTokenMint": "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v",
         *           "priceImpactBps": 3,
         *           "slot": 77
         *         }
         *       ],
         *       "refused": [
         *         {
         *           "venue": "raydium",
         *           "pool": "58oQChx4yWmvKdwLLZzBi4ChoCc2fqCUWBkwMihLYQo2",
         *           "reason": "slippage_exceeded",
         *           "detail": "The price moved away."
         *         }
         *       ],
         *       "runnerUp": {
         *         "pool": "58oQChx4yWmvKdwLLZzBi4ChoCc2fqCUWBkwMihLYQo2",
         *         "amountOut": 226.5,
         *         "amountOutBaseUnits": "226500000",
         *         "differenceBps": 22
         *       },
         *       "slippageBps": 50,
         *       "minAmountOut": 225,
         *       "minAmountOutBaseUnits": "225000000",
         *       "warnings": [
         *         {
         *           "pointer": "/amountIn",
         *           "code": "no_route",
         *           "detail": "The price moved away."
         *         }
         *       ]
         *     }
         */
        QuoteAnswer: {
            /**
             * @description An order that names it gets this route until `expiresAt`.
             * @example 5c1d9e77-19c2a4f0e6b-1
             */
            quoteId: string | null;
            /**
             * Format: date-time
             * @description When the quote expires.
             * @example 2026-01-31T12:00:10.000Z
             */
            expiresAt: string;
            /**
             * @description Venue with the largest share of the route.
             * @example raydium
             */
            dex: components["schemas"]["Venue"];
            /**
             * @description Token sold: its symbol. A request may give the mint address instead.
             * @example SOL
             */
            tokenIn: string;
            /**
             * @description Mint address of the token sold.
             * @example So11111111111111111111111111111111111111112
             */
            tokenInMint: string;
            /**
             * @description Token bought: its symbol. A request may give the mint address instead.
             * @example USDC
             */
            tokenOut: string;
            /**
             * @description Mint address of the token bought.
             * @example EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v
             */
            tokenOutMint: string;
            /**
             * @description What is sold. Whole tokens, exact, in plain decimal notation.
             * @example 1.5
             */
            amountIn: string;
            /**
             * @description What is sold. Base units, as a text.
             * @example 1500000000
             */
            amountInBaseUnits: string;
            /**
             * @description What is bought, after fees: quoted, or of a fill what it paid. Whole tokens, exact, in plain decimal notation.
             * @example 226.5
             */
            amountOut: string;
            /**
             * @description What is bought, after fees: quoted, or of a fill what it paid. Base units, as a text.
             * @example 226500000
             */
            amountOutBaseUnits: string;
            /**
             * @description Whole tokens bought for one whole token sold: of a route after fees, of a pool the mid price. At most 18 significant digits, rounded half to even, without trailing zeros, in plain notation.
             * @example 151
             */
            price: string;
            /**
             * @description Trading fees, in `feeToken`: already taken from `amountOut`. Whole tokens, exact, in plain decimal notation.
             * @example 0.5
             */
            fee: string;
            /**
             * @description Trading fees, in `feeToken`: already taken from `amountOut`. Base units, as a text.
             * @example 500000
             */
            feeBaseUnits: string;
            /**
             * @description Token that the fee is counted in: its symbol.
             * @example USDC
             */
            feeToken: string;
            /**
             * @description Mint address of the token that the fee is counted in.
             * @example EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v
             */
            feeTokenMint: string;
            /**
             * @description How far this size moves the price, before fees, in 1/10,000, rounded down; over two hops it compounds.
             * @example 3
             */
            priceImpactBps: number;
            /**
             * @description Slot of the market: of the pool's state, of the fill, or of the answer.
             * @example 77
             */
            slot: number;
            /** @description Legs in the order they are swapped. */
            route: components["schemas"]["Leg"][];
            /** @description What each pool would pay for the whole amount, best first. */
            quotes: components["schemas"]["Quote"][];
            /** @description Pools and venues that gave no quote, with the reason. */
            refused: components["schemas"]["RefusedVenue"][];
            /** @description The best single pool beside the route's own. */
            runnerUp: components["schemas"]["RunnerUp"] | null;
            /**
             * @description Tolerance: how far a fill may pay below its quote, in 1/10,000.
             * @example 50
             */
            slippageBps: number;
            /**
             * @description The least that the order accepts: quote x (1 - slippage), rounded up. Whole tokens, exact, in plain decimal notation.
             * @example 225
             */
            minAmountOut: string;
            /**
             * @description The least that the order accepts: quote x (1 - slippage), rounded up. Base units, as a text.
             * @example 225000000
             */
            minAmountOutBaseUnits: string;
            /** @description What you should know before you send it; nothing of it refuses the order. */
            warnings: components["schemas"]["Warning"][];
        };
        /**
         * @example {
         *       "order": {
         *         "type": "market",
         *         "tokenIn": "SOL",
         *         "tokenInMint": "So11111111111111111111111111111111111111112",
         *         "tokenOut": "USDC",
         *         "tokenOutMint": "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v",
         *         "amountIn": 1.5,
         *         "amountInBaseUnits": "1500000000",
         *         "slippageBps": 50,
         *         "minAmountOut": 225,
         *         "minAmountOutBaseUnits": "225000000",
         *         "clientOrderId": "bot-7-0001"
         *       },
         *       "quoteId": "5c1d9e77-19c2a4f0e6b-1",
         *       "expiresAt": "2026-01-31T12:00:10.000Z",
         *       "dex": "raydium",
         *       "tokenIn": "SOL",
         *       "tokenInMint": "So11111111111111111111111111111111111111112",
         *       "tokenOut": "USDC",
         *       "tokenOutMint": "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v",
         *       "amountIn": 1.5,
         *       "amountInBaseUnits": "1500000000",
         *       "amountOut": 226.5,
         *       "amountOutBaseUnits": "226500000",
         *       "price": 151,
         *       "fee": 0.5,
         *       "feeBaseUnits": "500000",
         *       "feeToken": "USDC",
         *       "feeTokenMint": "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v",
         *       "priceImpactBps": 3,
         *       "slot": 77,
         *       "route": [
         *         {
         *           "venue": "raydium",
         *           "pool": "58oQChx4yWmvKdwLLZzBi4ChoCc2fqCUWBkwMihLYQo2",
         *           "kind": "raydium_cpmm",
         *           "share": 1,
         *           "tokenIn": "SOL",
         *           "tokenInMint": "So11111111111111111111111111111111111111112",
         *           "tokenOut": "USDC",
         *           "tokenOutMint": "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v",
         *           "amountIn": 1.5,
         *           "amountInBaseUnits": "1500000000",
         *           "amountOut": 226.5,
         *           "amountOutBaseUnits": "226500000",
         *           "fee": 0.5,
         *           "feeBaseUnits": "500000",
         *           "feeToken": "USDC",
         *           "feeTokenMint": "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v"
         *         }
         *       ],
         *       "quotes": [
         *         {
         *           "venue": "raydium",
         *           "pool": "58oQChx4yWmvKdwLLZzBi4ChoCc2fqCUWBkwMihLYQo2",
         *           "kind": "raydium_cpmm",
         *           "amountOut": 226.5,
         *           "amountOutBaseUnits": "226500000",
         *           "fee": 0.5,
         *           "feeBaseUnits": "500000",
         *           "feeToken": "USDC",
         *           "feeTokenMint": "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v",
         *           "priceImpactBps": 3,
         *           "slot": 77
         *         }
         *       ],
         *       "refused": [
         *         {
         *           "venue": "raydium",
         *           "pool": "58oQChx4yWmvKdwLLZzBi4ChoCc2fqCUWBkwMihLYQo2",
         *           "reason": "slippage_exceeded",
         *           "detail": "The price moved away."
         *         }
         *       ],
         *       "runnerUp": {
         *         "pool": "58oQChx4yWmvKdwLLZzBi4ChoCc2fqCUWBkwMihLYQo2",
         *         "amountOut": 226.5,
         *         "amountOutBaseUnits": "226500000",
         *         "differenceBps": 22
         *       },
         *       "warnings": [
         *         {
         *           "pointer": "/amountIn",
         *           "code": "no_route",
         *           "detail": "The price moved away."
         *         }
         *       ]
         *     }
         */
        Preview: {
            /** @description The order, as it was accepted or understood. */
            order: components["schemas"]["UnderstoodOrder"];
            /**
             * @description An order that names it gets this route until `expiresAt`.
             * @example 5c1d9e77-19c2a4f0e6b-1
             */
            quoteId: string | null;
            /**
             * Format: date-time
             * @description When the quote expires.
             * @example 2026-01-31T12:00:10.000Z
             */
            expiresAt: string;
            /**
             * @description Venue with the largest share of the route.
             * @example raydium
             */
            dex: components["schemas"]["Venue"];
            /**
             * @description Token sold: its symbol. A request may give the mint address instead.
             * @example SOL
             */
            tokenIn: string;
            /**
             * @description Mint address of the token sold.
             * @example So11111111111111111111111111111111111111112
             */
            tokenInMint: string;
            /**
             * @description Token bought: its symbol. A request may give the mint address instead.
             * @example USDC
             */
            tokenOut: string;
            /**
             * @description Mint address of the token bought.
             * @example EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v
             */
            tokenOutMint: string;
            /**
             * @description What is sold. Whole tokens, exact, in plain decimal notation.
             * @example 1.5
             */
            amountIn: string;
            /**
             * @description What is sold. Base units, as a text.
             * @example 1500000000
             */
            amountInBaseUnits: string;
            /**
             * @description What is bought, after fees: quoted, or of a fill what it paid. Whole tokens, exact, in plain decimal notation.
             * @example 226.5
             */
            amountOut: string;
            /**
             * @description What is bought, after fees: quoted, or of a fill what it paid. Base units, as a text.
             * @example 226500000
             */
            amountOutBaseUnits: string;
            /**
             * @description Whole tokens bought for one whole token sold: of a route after fees, of a pool the mid price. At most 18 significant digits, rounded half to even, without trailing zeros, in plain notation.
             * @example 151
             */
            price: string;
            /**
             * @description Trading fees, in `feeToken`: already taken from `amountOut`. Whole tokens, exact, in plain decimal notation.
             * @example 0.5
             */
            fee: string;
            /**
             * @description Trading fees, in `feeToken`: already taken from `amountOut`. Base units, as a text.
             * @example 500000
             */
            feeBaseUnits: string;
            /**
             * @description Token that the fee is counted in: its symbol.
             * @example USDC
             */
            feeToken: string;
            /**
             * @description Mint address of the token that the fee is counted in.
             * @example EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v
             */
            feeTokenMint: string;
            /**
             * @description How far this size moves the price, before fees, in 1/10,000, rounded down; over two hops it compounds.
             * @example 3
             */
            priceImpactBps: number;
            /**
             * @description Slot of the market: of the pool's state, of the fill, or of the answer.
             * @example 77
             */
            slot: number;
            /** @description Legs in the order they are swapped. */
            route: components["schemas"]["Leg"][];
            /** @description What each pool would pay for the whole amount, best first. */
            quotes: components["schemas"]["Quote"][];
            /** @description Pools and venues that gave no quote, with the reason. */
            refused: components["schemas"]["RefusedVenue"][];
            /** @description The best single pool beside the route's own. */
            runnerUp: components["schemas"]["RunnerUp"] | null;
            /** @description What you should know before you send it; nothing of it refuses the order. */
            warnings: components["schemas"]["Warning"][];
        };
        /**
         * @example {
         *       "type": "market",
         *       "tokenIn": "SOL",
         *       "tokenInMint": "So11111111111111111111111111111111111111112",
         *       "tokenOut": "USDC",
         *       "tokenOutMint": "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v",
         *       "amountIn": 1.5,
         *       "amountInBaseUnits": "1500000000",
         *       "slippageBps": 50,
         *       "minAmountOut": 225,
         *       "minAmountOutBaseUnits": "225000000",
         *       "clientOrderId": "bot-7-0001"
         *     }
         */
        UnderstoodOrder: {
            /**
             * @description What the order wants: `market` is now, at the best price.
             * @example market
             */
            type: components["schemas"]["OrderType"];
            /**
             * @description Token sold: its symbol. A request may give the mint address instead.
             * @example SOL
             */
            tokenIn: string;
            /**
             * @description Mint address of the token sold.
             * @example So11111111111111111111111111111111111111112
             */
            tokenInMint: string;
            /**
             * @description Token bought: its symbol. A request may give the mint address instead.
             * @example USDC
             */
            tokenOut: string;
            /**
             * @description Mint address of the token bought.
             * @example EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v
             */
            tokenOutMint: string;
            /**
             * @description What is sold. Whole tokens, exact, in plain decimal notation.
             * @example 1.5
             */
            amountIn: string;
            /**
             * @description What is sold. Base units, as a text.
             * @example 1500000000
             */
            amountInBaseUnits: string;
            /**
             * @description Tolerance: how far a fill may pay below its quote, in 1/10,000.
             * @example 50
             */
            slippageBps: number;
            /**
             * @description The least that the order accepts: quote x (1 - slippage), rounded up. Whole tokens, exact, in plain decimal notation.
             * @example 225
             */
            minAmountOut: string;
            /**
             * @description The least that the order accepts: quote x (1 - slippage), rounded up. Base units, as a text.
             * @example 225000000
             */
            minAmountOutBaseUnits: string;
            /**
             * @description Your identity of the order: the same one is never stored twice.
             * @example bot-7-0001
             */
            clientOrderId: string | null;
        };
        /**
         * @example {
         *       "symbol": "USDC",
         *       "mint": "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v",
         *       "name": "USD Coin",
         *       "decimals": 6
         *     }
         */
        Token: {
            /**
             * @description The token's symbol, unique in this market.
             * @example USDC
             */
            symbol: string;
            /**
             * @description The token's mint address.
             * @example EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v
             */
            mint: string;
            /**
             * @description Its name.
             * @example USD Coin
             */
            name: string;
            /**
             * @description One whole token is 10^decimals base units.
             * @example 6
             */
            decimals: number;
        };
        /**
         * @example {
         *       "tokens": [
         *         {
         *           "symbol": "USDC",
         *           "mint": "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v",
         *           "name": "USD Coin",
         *           "decimals": 6
         *         }
         *       ]
         *     }
         */
        TokenList: {
            /** @description What can be traded, by symbol. */
            tokens: components["schemas"]["Token"][];
        };
        /**
         * @example {
         *       "pool": "58oQChx4yWmvKdwLLZzBi4ChoCc2fqCUWBkwMihLYQo2",
         *       "venue": "raydium",
         *       "base": "SOL",
         *       "baseMint": "So11111111111111111111111111111111111111112",
         *       "quote": "USDC",
         *       "quoteMint": "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v",
         *       "price": 151,
         *       "slot": 77,
         *       "kind": "raydium_cpmm",
         *       "baseReserve": 50000.5,
         *       "baseReserveBaseUnits": "50000500000000",
         *       "quoteReserve": 7500000,
         *       "quoteReserveBaseUnits": "7500000000000",
         *       "feePpm": 2500
         *     }
         */
        Pool: {
            /**
             * @description Address of the pool.
             * @example 58oQChx4yWmvKdwLLZzBi4ChoCc2fqCUWBkwMihLYQo2
             */
            pool: string;
            /**
             * @description The venue.
             * @example raydium
             */
            venue: components["schemas"]["Venue"];
            /**
             * @description Token that is priced: its symbol.
             * @example SOL
             */
            base: string;
            /**
             * @description Mint address of the token that is priced.
             * @example So11111111111111111111111111111111111111112
             */
            baseMint: string;
            /**
             * @description Token that the price is in: its symbol.
             * @example USDC
             */
            quote: string;
            /**
             * @description Mint address of the token that the price is in.
             * @example EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v
             */
            quoteMint: string;
            /**
             * @description Whole tokens bought for one whole token sold: of a route after fees, of a pool the mid price. At most 18 significant digits, rounded half to even, without trailing zeros, in plain notation.
             * @example 151
             */
            price: string | null;
            /**
             * @description Slot of the market: of the pool's state, of the fill, or of the answer.
             * @example 77
             */
            slot: number;
            /**
             * @description The pool's program.
             * @example raydium_cpmm
             */
            kind: string;
            /**
             * @description What the pool holds of `base`. Whole tokens, exact, in plain decimal notation.
             * @example 50000.5
             */
            baseReserve: string | null;
            /**
             * @description What the pool holds of `base`. Base units, as a text.
             * @example 50000500000000
             */
            baseReserveBaseUnits: string;
            /**
             * @description What the pool holds of `quote`. Whole tokens, exact, in plain decimal notation.
             * @example 7500000
             */
            quoteReserve: string | null;
            /**
             * @description What the pool holds of `quote`. Base units, as a text.
             * @example 7500000000000
             */
            quoteReserveBaseUnits: string;
            /**
             * @description Fee of a small swap, in 1/1,000,000.
             * @example 2500
             */
            feePpm: number;
        };
        /**
         * @example {
         *       "slot": 77,
         *       "pools": [
         *         {
         *           "pool": "58oQChx4yWmvKdwLLZzBi4ChoCc2fqCUWBkwMihLYQo2",
         *           "venue": "raydium",
         *           "base": "SOL",
         *           "baseMint": "So11111111111111111111111111111111111111112",
         *           "quote": "USDC",
         *           "quoteMint": "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v",
         *           "price": 151,
         *           "slot": 77,
         *           "kind": "raydium_cpmm",
         *           "baseReserve": 50000.5,
         *           "baseReserveBaseUnits": "50000500000000",
         *           "quoteReserve": 7500000,
         *           "quoteReserveBaseUnits": "7500000000000",
         *           "feePpm": 2500
         *         }
         *       ]
         *     }
         */
        PoolList: {
            /**
             * @description Slot of the market: of the pool's state, of the fill, or of the answer.
             * @example 77
             */
            slot: number;
            /** @description The pools. */
            pools: components["schemas"]["Pool"][];
        };
        /**
         * @example {
         *       "pool": "58oQChx4yWmvKdwLLZzBi4ChoCc2fqCUWBkwMihLYQo2",
         *       "venue": "raydium",
         *       "base": "SOL",
         *       "baseMint": "So11111111111111111111111111111111111111112",
         *       "quote": "USDC",
         *       "quoteMint": "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v",
         *       "price": 151,
         *       "slot": 77
         *     }
         */
        PoolPrice: {
            /**
             * @description Address of the pool.
             * @example 58oQChx4yWmvKdwLLZzBi4ChoCc2fqCUWBkwMihLYQo2
             */
            pool: string;
            /**
             * @description The venue.
             * @example raydium
             */
            venue: components["schemas"]["Venue"];
            /**
             * @description Token that is priced: its symbol.
             * @example SOL
             */
            base: string;
            /**
             * @description Mint address of the token that is priced.
             * @example So11111111111111111111111111111111111111112
             */
            baseMint: string;
            /**
             * @description Token that the price is in: its symbol.
             * @example USDC
             */
            quote: string;
            /**
             * @description Mint address of the token that the price is in.
             * @example EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v
             */
            quoteMint: string;
            /**
             * @description Whole tokens bought for one whole token sold: of a route after fees, of a pool the mid price. At most 18 significant digits, rounded half to even, without trailing zeros, in plain notation.
             * @example 151
             */
            price: string | null;
            /**
             * @description Slot of the market: of the pool's state, of the fill, or of the answer.
             * @example 77
             */
            slot: number;
        };
        /**
         * @example {
         *       "slot": 77,
         *       "prices": [
         *         {
         *           "pool": "58oQChx4yWmvKdwLLZzBi4ChoCc2fqCUWBkwMihLYQo2",
         *           "venue": "raydium",
         *           "base": "SOL",
         *           "baseMint": "So11111111111111111111111111111111111111112",
         *           "quote": "USDC",
         *           "quoteMint": "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v",
         *           "price": 151,
         *           "slot": 77
         *         }
         *       ]
         *     }
         */
        PriceList: {
            /**
             * @description Slot of the market: of the pool's state, of the fill, or of the answer.
             * @example 77
             */
            slot: number;
            /** @description Prices of pools. */
            prices: components["schemas"]["PoolPrice"][];
        };
        /**
         * @example {
         *       "token": "USDC",
         *       "tokenMint": "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v",
         *       "amount": 1000.25,
         *       "amountBaseUnits": "1000250000"
         *     }
         */
        Balance: {
            /**
             * @description The token: its symbol. A request may give the mint address instead.
             * @example USDC
             */
            token: string;
            /**
             * @description Mint address of the token.
             * @example EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v
             */
            tokenMint: string;
            /**
             * @description How much of the token. Whole tokens, exact, in plain decimal notation.
             * @example 1000.25
             */
            amount: string;
            /**
             * @description How much of the token. Base units, as a text.
             * @example 1000250000
             */
            amountBaseUnits: string;
        };
        /**
         * @example {
         *       "slot": 77,
         *       "balances": [
         *         {
         *           "token": "USDC",
         *           "tokenMint": "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v",
         *           "amount": 1000.25,
         *           "amountBaseUnits": "1000250000"
         *         }
         *       ]
         *     }
         */
        BalanceList: {
            /**
             * @description Slot of the market: of the pool's state, of the fill, or of the answer.
             * @example 77
             */
            slot: number;
            /** @description What the account holds, token by token. */
            balances: components["schemas"]["Balance"][];
        };
        /**
         * @example {
         *       "balance": {
         *         "token": "USDC",
         *         "tokenMint": "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v",
         *         "amount": 1000.25,
         *         "amountBaseUnits": "1000250000"
         *       }
         *     }
         */
        Airdrop: {
            /** @description What the account holds of the token now. */
            balance: components["schemas"]["Balance"];
        };
        /**
         * @example {
         *       "ticket": "k3q9ZJ0cWm4",
         *       "expiresInSeconds": 30
         *     }
         */
        Ticket: {
            /**
             * @description Opens one WebSocket, once.
             * @example k3q9ZJ0cWm4
             */
            ticket: string;
            /**
             * @description How long the ticket is good.
             * @example 30
             */
            expiresInSeconds: number;
        };
        /**
         * @example {
         *       "orderUsdMax": 2500,
         *       "ordersInFlightMax": 100,
         *       "ordersPerMinuteMax": 600,
         *       "slippageBpsMax": 100,
         *       "tokensAllowed": [
         *         "SOL",
         *         "USDC"
         *       ]
         *     }
         */
        Limits: {
            /**
             * @description Largest order in US dollars, six decimals at most; null: no limit.
             * @example 2500
             */
            orderUsdMax: string | null;
            /**
             * @description Most orders that have not ended; null: no limit.
             * @example 100
             */
            ordersInFlightMax: number | null;
            /**
             * @description Most orders in a minute; null: no limit.
             * @example 600
             */
            ordersPerMinuteMax: number | null;
            /**
             * @description Largest `slippageBps` of an order; null: no limit.
             * @example 100
             */
            slippageBpsMax: number | null;
            /**
             * @description Tokens it may trade; null: all.
             * @example [
             *       "SOL",
             *       "USDC"
             *     ]
             */
            tokensAllowed: string[] | null;
        };
        /**
         * @example {
         *       "ordersInFlight": 3,
         *       "ordersLastMinute": 12
         *     }
         */
        Use: {
            /**
             * @description Orders that have not ended.
             * @example 3
             */
            ordersInFlight: number;
            /**
             * @description Orders of the last minute.
             * @example 12
             */
            ordersLastMinute: number;
        };
        /**
         * @example {
         *       "accountId": "default",
         *       "tradingState": "active",
         *       "limits": {
         *         "orderUsdMax": 2500,
         *         "ordersInFlightMax": 100,
         *         "ordersPerMinuteMax": 600,
         *         "slippageBpsMax": 100,
         *         "tokensAllowed": [
         *           "SOL",
         *           "USDC"
         *         ]
         *       },
         *       "use": {
         *         "ordersInFlight": 3,
         *         "ordersLastMinute": 12
         *       },
         *       "updatedAt": "2026-01-31T12:00:01.250Z"
         *     }
         */
        Account: {
            /**
             * @description The account.
             * @example default
             */
            accountId: string;
            /**
             * @description Its switch: `halted` accounts submit nothing.
             * @example active
             */
            tradingState: components["schemas"]["TradingState"];
            /** @description What the account may do. */
            limits: components["schemas"]["Limits"];
            /** @description How much of the limits is used. */
            use: components["schemas"]["Use"];
            /**
             * Format: date-time
             * @description When it last changed.
             * @example 2026-01-31T12:00:01.250Z
             */
            updatedAt: string | null;
        };
        /**
         * @example {
         *       "accountId": "default",
         *       "tradingState": "active",
         *       "limits": {
         *         "orderUsdMax": 2500,
         *         "ordersInFlightMax": 100,
         *         "ordersPerMinuteMax": 600,
         *         "slippageBpsMax": 100,
         *         "tokensAllowed": [
         *           "SOL",
         *           "USDC"
         *         ]
         *       },
         *       "use": {
         *         "ordersInFlight": 3,
         *         "ordersLastMinute": 12
         *       },
         *       "updatedAt": "2026-01-31T12:00:01.250Z",
         *       "scopes": [
         *         "read",
         *         "trade"
         *       ]
         *     }
         */
        OwnAccount: {
            /**
             * @description The account.
             * @example default
             */
            accountId: string;
            /**
             * @description Its switch: `halted` accounts submit nothing.
             * @example active
             */
            tradingState: components["schemas"]["TradingState"];
            /** @description What the account may do. */
            limits: components["schemas"]["Limits"];
            /** @description How much of the limits is used. */
            use: components["schemas"]["Use"];
            /**
             * Format: date-time
             * @description When it last changed.
             * @example 2026-01-31T12:00:01.250Z
             */
            updatedAt: string | null;
            /**
             * @description What the key may do.
             * @example [
             *       "read",
             *       "trade"
             *     ]
             */
            scopes: components["schemas"]["Scope"][];
        };
        /**
         * @example {
         *       "transitions": [
         *         {
         *           "from": "building",
         *           "event": "SwapSubmitted",
         *           "to": "submitted"
         *         }
         *       ],
         *       "terminal": [
         *         "confirmed",
         *         "failed",
         *         "cancelled"
         *       ]
         *     }
         */
        Lifecycle: {
            /** @description What leads from which status to which. */
            transitions: components["schemas"]["Transition"][];
            /**
             * @description Statuses that nothing leads out of.
             * @example [
             *       "confirmed",
             *       "failed",
             *       "cancelled"
             *     ]
             */
            terminal: components["schemas"]["OrderStatus"][];
        };
        /**
         * @example {
         *       "from": "building",
         *       "event": "SwapSubmitted",
         *       "to": "submitted"
         *     }
         */
        Transition: {
            /**
             * @description The status before; null for a new order.
             * @example building
             */
            from: components["schemas"]["OrderStatus"] | null;
            /**
             * @description What happens.
             * @example SwapSubmitted
             */
            event: string;
            /**
             * @description The status after.
             * @example submitted
             */
            to: components["schemas"]["OrderStatus"];
        };
        /**
         * @example {
         *       "scenarios": [
         *         {
         *           "name": "USD Coin",
         *           "failsWith": "slippage_exceeded",
         *           "neverLands": false,
         *           "acknowledgementLost": false,
         *           "toldLateMs": 0,
         *           "venueDown": "raydium",
         *           "firstAttemptOnly": true
         *         }
         *       ]
         *     }
         */
        ScenarioList: {
            /** @description The scripted behaviours. */
            scenarios: components["schemas"]["Scenario"][];
        };
        /**
         * @example {
         *       "name": "USD Coin",
         *       "failsWith": "slippage_exceeded",
         *       "neverLands": false,
         *       "acknowledgementLost": false,
         *       "toldLateMs": 0,
         *       "venueDown": "raydium",
         *       "firstAttemptOnly": true
         *     }
         */
        Scenario: {
            /**
             * @description Its name.
             * @example USD Coin
             */
            name: string;
            /**
             * @description What its swaps fail with; null: they do not.
             * @example slippage_exceeded
             */
            failsWith: string | null;
            /**
             * @description True when its swaps never land.
             * @example false
             */
            neverLands: boolean;
            /**
             * @description True when the market takes the swap and nobody hears of it.
             * @example false
             */
            acknowledgementLost: boolean;
            /**
             * @description How late the market tells the result, milliseconds.
             * @example 0
             */
            toldLateMs: number;
            /**
             * @description Venue that does not answer; null: none.
             * @example raydium
             */
            venueDown: components["schemas"]["Venue"] | null;
            /**
             * @description True when only the first attempt is concerned.
             * @example true
             */
            firstAttemptOnly: boolean;
        };
        /**
         * @example {
         *       "status": "ok"
         *     }
         */
        Alive: {
            /**
             * @description `ok`: it answers.
             * @example ok
             * @constant
             */
            status: "ok";
        };
        /**
         * @example {
         *       "status": "ok",
         *       "checks": {
         *         "router": "ok"
         *       }
         *     }
         */
        Ready: {
            /**
             * @description `ok`: it answers.
             * @example ok
             * @constant
             */
            status: "ok";
            /**
             * @description Each part that a new order needs, and its state.
             * @example {
             *       "router": "ok"
             *     }
             */
            checks: {
                [key: string]: string;
            };
        };
        /**
         * @example {
         *       "errors": [
         *         {
         *           "code": "no_route",
         *           "type": "/problems/no_route",
         *           "status": 422,
         *           "grpcCode": "FAILED_PRECONDITION",
         *           "retry": "never",
         *           "retryable": false,
         *           "title": "No pool can fill this order.",
         *           "advice": "Send a smaller amount."
         *         }
         *       ],
         *       "fieldCodes": [
         *         {
         *           "code": "no_route",
         *           "title": "No pool can fill this order.",
         *           "advice": "Send a smaller amount."
         *         }
         *       ]
         *     }
         */
        ErrorTable: {
            /** @description The table. */
            errors: components["schemas"]["Error"][];
            /** @description The codes of what can be wrong with one field. */
            fieldCodes: components["schemas"]["FieldCode"][];
        };
        /**
         * @example {
         *       "code": "no_route",
         *       "title": "No pool can fill this order.",
         *       "advice": "Send a smaller amount."
         *     }
         */
        FieldCode: {
            /**
             * @description What programs switch on; docs/errors.md lists them.
             * @example no_route
             */
            code: string;
            /**
             * @description What it means, for people.
             * @example No pool can fill this order.
             */
            title: string;
            /**
             * @description What to do.
             * @example Send a smaller amount.
             */
            advice: string;
        };
        /**
         * @example {
         *       "code": "no_route",
         *       "type": "/problems/no_route",
         *       "status": 422,
         *       "grpcCode": "FAILED_PRECONDITION",
         *       "retry": "never",
         *       "retryable": false,
         *       "title": "No pool can fill this order.",
         *       "advice": "Send a smaller amount."
         *     }
         */
        Error: {
            /**
             * @description What programs switch on; docs/errors.md lists them.
             * @example no_route
             */
            code: string;
            /**
             * @description Address of the page about this error.
             * @example /problems/no_route
             */
            type: string;
            /**
             * @description HTTP status; null: it never answers a request.
             * @example 422
             */
            status: number | null;
            /**
             * @description Status code of gRPC that carries it.
             * @example FAILED_PRECONDITION
             */
            grpcCode: string;
            /**
             * @description What may be done: send it again; send it again with the same Idempotency-Key; nothing.
             * @example never
             */
            retry: components["schemas"]["Retry"];
            /**
             * @description True when it may succeed later.
             * @example false
             */
            retryable: boolean;
            /**
             * @description What it means, for people.
             * @example No pool can fill this order.
             */
            title: string;
            /**
             * @description What to do.
             * @example Send a smaller amount.
             */
            advice: string;
        };
        /**
         * @example {
         *       "pointer": "/amountIn",
         *       "code": "no_route",
         *       "detail": "The price moved away."
         *     }
         */
        Violation: {
            /**
             * @description JSON pointer of the field by your name of it, or ?name in the query.
             * @example /amountIn
             */
            pointer: string;
            /**
             * @description What programs switch on; docs/errors.md lists them.
             * @example no_route
             */
            code: string;
            /**
             * @description One sentence for people: what is wrong, and how to mend it.
             * @example The price moved away.
             */
            detail: string;
        };
        /**
         * @example {
         *       "pointer": "/amountIn",
         *       "code": "no_route",
         *       "detail": "The price moved away."
         *     }
         */
        Warning: {
            /**
             * @description JSON pointer of the field by your name of it, or ?name in the query.
             * @example /amountIn
             */
            pointer: string;
            /**
             * @description What programs switch on; docs/errors.md lists them.
             * @example no_route
             */
            code: string;
            /**
             * @description One sentence for people: what is wrong, and how to mend it.
             * @example The price moved away.
             */
            detail: string;
        };
        /**
         * @example {
         *       "type": "/problems/no_route",
         *       "title": "No pool can fill this order.",
         *       "status": 422,
         *       "detail": "The price moved away.",
         *       "instance": "/api/quotes",
         *       "code": "no_route",
         *       "retry": "never",
         *       "retryable": false,
         *       "traceId": "0af7651916cd43dd8448eb211c80319c",
         *       "errors": [
         *         {
         *           "pointer": "/amountIn",
         *           "code": "no_route",
         *           "detail": "The price moved away."
         *         }
         *       ],
         *       "outcome": "unknown",
         *       "idempotencyKey": "0199a1b2-0000-7000-8000-000000000001",
         *       "orderId": "0199a1b2-0000-7000-8000-000000000001",
         *       "orderStatus": "submitted",
         *       "checks": {
         *         "router": "ok"
         *       },
         *       "notReady": [
         *         "workers"
         *       ]
         *     }
         */
        Problem: {
            /**
             * @description Address of the page about this error.
             * @example /problems/no_route
             */
            type: string;
            /**
             * @description What it means, for people.
             * @example No pool can fill this order.
             */
            title: string;
            /**
             * @description HTTP status.
             * @example 422
             */
            status: number;
            /**
             * @description One sentence for people: what is wrong, and how to mend it.
             * @example The price moved away.
             */
            detail: string;
            /**
             * @description Path of the request.
             * @example /api/quotes
             */
            instance: string;
            /**
             * @description What programs switch on; docs/errors.md lists them.
             * @example no_route
             */
            code: string;
            /**
             * @description What may be done: send it again; send it again with the same Idempotency-Key; nothing.
             * @example never
             */
            retry: components["schemas"]["Retry"];
            /**
             * @description True when it may succeed later.
             * @example false
             */
            retryable: boolean;
            /**
             * @description Identity of the request in logs and traces.
             * @example 0af7651916cd43dd8448eb211c80319c
             */
            traceId: string;
            /** @description Everything that is wrong, not the first only. */
            errors?: components["schemas"]["Violation"][];
            /**
             * @description It is not known whether the request was carried out.
             * @example unknown
             * @constant
             */
            outcome?: "unknown";
            /**
             * @description The key with which repeating is safe.
             * @example 0199a1b2-0000-7000-8000-000000000001
             */
            idempotencyKey?: string;
            /**
             * Format: uuid
             * @description The order's identity, a UUID of version 7.
             * @example 0199a1b2-0000-7000-8000-000000000001
             */
            orderId?: string;
            /**
             * @description Where the order stands.
             * @example submitted
             */
            orderStatus?: components["schemas"]["OrderStatus"];
            /**
             * @description Each part that a new order needs, and its state.
             * @example {
             *       "router": "ok"
             *     }
             */
            checks?: {
                [key: string]: string;
            };
            /**
             * @description Parts that a new order needs and lacks.
             * @example [
             *       "workers"
             *     ]
             */
            notReady?: ("executor" | "workers" | "router" | "market" | "tokens")[];
        } & {
            [key: string]: unknown;
        };
        /**
         * @example {
         *       "ready": true,
         *       "notReady": [
         *         "workers"
         *       ],
         *       "asOf": "2026-01-31T12:00:00.000Z",
         *       "parts": {
         *         "gateway": {
         *           "state": "ok",
         *           "release": "1.0.0",
         *           "startedAt": "2026-01-31T12:00:00.010Z",
         *           "uptimeSeconds": 86400,
         *           "keysRequired": true
         *         },
         *         "executor": {
         *           "state": "ok",
         *           "release": "1.0.0",
         *           "startedAt": "2026-01-31T12:00:00.010Z",
         *           "uptimeSeconds": 86400,
         *           "openOrders": 12
         *         },
         *         "workers": {
         *           "state": "ok",
         *           "live": [
         *             {
         *               "workerId": "0199f3a0-0000-7000-8000-000000000001",
         *               "name": "USD Coin",
         *               "startedAt": "2026-01-31T12:00:00.010Z",
         *               "leaseLeftMs": 2400,
         *               "claimedOrders": 12
         *             }
         *           ]
         *         },
         *         "router": {
         *           "state": "ok",
         *           "release": "1.0.0",
         *           "startedAt": "2026-01-31T12:00:00.010Z",
         *           "uptimeSeconds": 86400,
         *           "slot": 77,
         *           "stateAgeMs": 120,
         *           "poolsKnown": 34,
         *           "tokensKnown": 8
         *         },
         *         "market": {
         *           "state": "ok",
         *           "release": "1.0.0",
         *           "startedAt": "2026-01-31T12:00:00.010Z",
         *           "uptimeSeconds": 86400,
         *           "profile": "realistic",
         *           "seed": "1",
         *           "slot": 77,
         *           "swapsInFlight": 3,
         *           "scenariosOn": false
         *         },
         *         "postgres": {
         *           "state": "ok",
         *           "release": "1.0.0",
         *           "roundTripMicros": 400
         *         },
         *         "redis": {
         *           "state": "ok",
         *           "release": "1.0.0",
         *           "roundTripMicros": 400
         *         }
         *       }
         *     }
         */
        Status: {
            /**
             * @description True when a new order would be executed.
             * @example true
             */
            ready: boolean;
            /**
             * @description Parts that a new order needs and lacks.
             * @example [
             *       "workers"
             *     ]
             */
            notReady: ("executor" | "workers" | "router" | "market" | "tokens")[];
            /**
             * Format: date-time
             * @description When the gateway answered.
             * @example 2026-01-31T12:00:00.000Z
             */
            asOf: string;
            /** @description Every part as the gateway found it, a second ago at most. */
            parts: components["schemas"]["StatusParts"];
        };
        /**
         * @example {
         *       "gateway": {
         *         "state": "ok",
         *         "release": "1.0.0",
         *         "startedAt": "2026-01-31T12:00:00.010Z",
         *         "uptimeSeconds": 86400,
         *         "keysRequired": true
         *       },
         *       "executor": {
         *         "state": "ok",
         *         "release": "1.0.0",
         *         "startedAt": "2026-01-31T12:00:00.010Z",
         *         "uptimeSeconds": 86400,
         *         "openOrders": 12
         *       },
         *       "workers": {
         *         "state": "ok",
         *         "live": [
         *           {
         *             "workerId": "0199f3a0-0000-7000-8000-000000000001",
         *             "name": "USD Coin",
         *             "startedAt": "2026-01-31T12:00:00.010Z",
         *             "leaseLeftMs": 2400,
         *             "claimedOrders": 12
         *           }
         *         ]
         *       },
         *       "router": {
         *         "state": "ok",
         *         "release": "1.0.0",
         *         "startedAt": "2026-01-31T12:00:00.010Z",
         *         "uptimeSeconds": 86400,
         *         "slot": 77,
         *         "stateAgeMs": 120,
         *         "poolsKnown": 34,
         *         "tokensKnown": 8
         *       },
         *       "market": {
         *         "state": "ok",
         *         "release": "1.0.0",
         *         "startedAt": "2026-01-31T12:00:00.010Z",
         *         "uptimeSeconds": 86400,
         *         "profile": "realistic",
         *         "seed": "1",
         *         "slot": 77,
         *         "swapsInFlight": 3,
         *         "scenariosOn": false
         *       },
         *       "postgres": {
         *         "state": "ok",
         *         "release": "1.0.0",
         *         "roundTripMicros": 400
         *       },
         *       "redis": {
         *         "state": "ok",
         *         "release": "1.0.0",
         *         "roundTripMicros": 400
         *       }
         *     }
         */
        StatusParts: {
            /** @description The gateway that answers. */
            gateway: components["schemas"]["GatewayPart"];
            /** @description The executor. */
            executor: components["schemas"]["ExecutorPart"];
            /** @description The worker processes. */
            workers: components["schemas"]["WorkersPart"];
            /** @description The router. */
            router: components["schemas"]["RouterPart"];
            /** @description The market. */
            market: components["schemas"]["MarketPart"];
            /** @description The database, as the executor finds it. */
            postgres: components["schemas"]["StorePart"];
            /** @description Redis, as the executor finds it. */
            redis: components["schemas"]["StorePart"];
        };
        /**
         * @example {
         *       "state": "ok",
         *       "release": "1.0.0",
         *       "startedAt": "2026-01-31T12:00:00.010Z",
         *       "uptimeSeconds": 86400,
         *       "keysRequired": true
         *     }
         */
        GatewayPart: {
            /**
             * @description `ok`, or what is wrong with the part.
             * @example ok
             * @enum {string}
             */
            state: "ok" | "not_serving" | "unavailable" | "deadline_exceeded" | "unknown" | "none" | "stale_state" | "stalled" | "not_loaded";
            /**
             * @description Release that runs.
             * @example 1.0.0
             */
            release: string;
            /**
             * Format: date-time
             * @description When the attempt, the process or the lease began.
             * @example 2026-01-31T12:00:00.010Z
             */
            startedAt: string;
            /**
             * @description Seconds since it began to serve.
             * @example 86400
             */
            uptimeSeconds: number;
            /**
             * @description True when calls need a key.
             * @example true
             */
            keysRequired: boolean;
        };
        /**
         * @example {
         *       "state": "ok",
         *       "release": "1.0.0",
         *       "startedAt": "2026-01-31T12:00:00.010Z",
         *       "uptimeSeconds": 86400,
         *       "openOrders": 12
         *     }
         */
        ExecutorPart: {
            /**
             * @description `ok`, or what is wrong with the part.
             * @example ok
             * @enum {string}
             */
            state: "ok" | "not_serving" | "unavailable" | "deadline_exceeded" | "unknown" | "none" | "stale_state" | "stalled" | "not_loaded";
            /**
             * @description Release that runs.
             * @example 1.0.0
             */
            release?: string;
            /**
             * Format: date-time
             * @description When the attempt, the process or the lease began.
             * @example 2026-01-31T12:00:00.010Z
             */
            startedAt?: string;
            /**
             * @description Seconds since it began to serve.
             * @example 86400
             */
            uptimeSeconds?: number;
            /**
             * @description Orders that have not ended, 100,000 at most.
             * @example 12
             */
            openOrders?: number;
        };
        /**
         * @example {
         *       "state": "ok",
         *       "live": [
         *         {
         *           "workerId": "0199f3a0-0000-7000-8000-000000000001",
         *           "name": "USD Coin",
         *           "startedAt": "2026-01-31T12:00:00.010Z",
         *           "leaseLeftMs": 2400,
         *           "claimedOrders": 12
         *         }
         *       ]
         *     }
         */
        WorkersPart: {
            /**
             * @description `ok`, or what is wrong with the part.
             * @example ok
             * @enum {string}
             */
            state: "ok" | "not_serving" | "unavailable" | "deadline_exceeded" | "unknown" | "none" | "stale_state" | "stalled" | "not_loaded";
            /** @description Workers whose lease holds, by name. */
            live: components["schemas"]["Worker"][];
        };
        /**
         * @example {
         *       "workerId": "0199f3a0-0000-7000-8000-000000000001",
         *       "name": "USD Coin",
         *       "startedAt": "2026-01-31T12:00:00.010Z",
         *       "leaseLeftMs": 2400,
         *       "claimedOrders": 12
         *     }
         */
        Worker: {
            /**
             * Format: uuid
             * @description Id of the worker's lease.
             * @example 0199f3a0-0000-7000-8000-000000000001
             */
            workerId: string;
            /**
             * @description Its name.
             * @example USD Coin
             */
            name: string;
            /**
             * Format: date-time
             * @description When the attempt, the process or the lease began.
             * @example 2026-01-31T12:00:00.010Z
             */
            startedAt: string;
            /**
             * @description Milliseconds until the lease ends, unless it is renewed before.
             * @example 2400
             */
            leaseLeftMs: number;
            /**
             * @description Open orders that the worker has claimed.
             * @example 12
             */
            claimedOrders: number;
        };
        /**
         * @example {
         *       "state": "ok",
         *       "release": "1.0.0",
         *       "startedAt": "2026-01-31T12:00:00.010Z",
         *       "uptimeSeconds": 86400,
         *       "slot": 77,
         *       "stateAgeMs": 120,
         *       "poolsKnown": 34,
         *       "tokensKnown": 8
         *     }
         */
        RouterPart: {
            /**
             * @description `ok`, or what is wrong with the part.
             * @example ok
             * @enum {string}
             */
            state: "ok" | "not_serving" | "unavailable" | "deadline_exceeded" | "unknown" | "none" | "stale_state" | "stalled" | "not_loaded";
            /**
             * @description Release that runs.
             * @example 1.0.0
             */
            release?: string;
            /**
             * Format: date-time
             * @description When the attempt, the process or the lease began.
             * @example 2026-01-31T12:00:00.010Z
             */
            startedAt?: string;
            /**
             * @description Seconds since it began to serve.
             * @example 86400
             */
            uptimeSeconds?: number;
            /**
             * @description Slot of the market: of the pool's state, of the fill, or of the answer.
             * @example 77
             */
            slot?: number;
            /**
             * @description Age in milliseconds of the market's state that the router has.
             * @example 120
             */
            stateAgeMs?: number;
            /**
             * @description Pools that the router can quote.
             * @example 34
             */
            poolsKnown?: number;
            /**
             * @description Tokens that the router knows.
             * @example 8
             */
            tokensKnown?: number;
        };
        /**
         * @example {
         *       "state": "ok",
         *       "release": "1.0.0",
         *       "startedAt": "2026-01-31T12:00:00.010Z",
         *       "uptimeSeconds": 86400,
         *       "profile": "realistic",
         *       "seed": "1",
         *       "slot": 77,
         *       "swapsInFlight": 3,
         *       "scenariosOn": false
         *     }
         */
        MarketPart: {
            /**
             * @description `ok`, or what is wrong with the part.
             * @example ok
             * @enum {string}
             */
            state: "ok" | "not_serving" | "unavailable" | "deadline_exceeded" | "unknown" | "none" | "stale_state" | "stalled" | "not_loaded";
            /**
             * @description Release that runs.
             * @example 1.0.0
             */
            release?: string;
            /**
             * Format: date-time
             * @description When the attempt, the process or the lease began.
             * @example 2026-01-31T12:00:00.010Z
             */
            startedAt?: string;
            /**
             * @description Seconds since it began to serve.
             * @example 86400
             */
            uptimeSeconds?: number;
            /**
             * @description How long swaps take in this market and how prices move.
             * @example realistic
             */
            profile?: string;
            /**
             * @description Seed of everything random in this market.
             * @example 1
             */
            seed?: string;
            /**
             * @description Slot of the market: of the pool's state, of the fill, or of the answer.
             * @example 77
             */
            slot?: number;
            /**
             * @description Swaps on their way.
             * @example 3
             */
            swapsInFlight?: number;
            /**
             * @description True when orders may script their own fate.
             * @example false
             */
            scenariosOn?: boolean;
        };
        /**
         * @example {
         *       "state": "ok",
         *       "release": "1.0.0",
         *       "roundTripMicros": 400
         *     }
         */
        StorePart: {
            /**
             * @description `ok`, or what is wrong with the part.
             * @example ok
             * @enum {string}
             */
            state: "ok" | "not_serving" | "unavailable" | "deadline_exceeded" | "unknown" | "none" | "stale_state" | "stalled" | "not_loaded";
            /**
             * @description Release that runs.
             * @example 1.0.0
             */
            release?: string;
            /**
             * @description Microseconds from a question to the store's answer.
             * @example 400
             */
            roundTripMicros?: number;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
