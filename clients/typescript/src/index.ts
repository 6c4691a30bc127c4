/** A client of Tradewind for Node and for pages: docs/client.md. */
export { Tradewind } from "./client.ts";
export type { Call, Filters, Options, Order, OrderRequest, OrderSummary, Submitted } from "./client.ts";
export { Problem, StreamGap, TradewindError, UnexpectedAnswer, Unreachable } from "./problems.ts";
export type { ProblemDocument, Retry, Violation } from "./problems.ts";
export type { RetryPolicy } from "./retry.ts";
export { TERMINAL } from "./watch.ts";
export type { OrderEvent } from "./watch.ts";
export type { components } from "./generated.ts";
