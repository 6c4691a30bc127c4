/* Made by generate.ts from the gateway's OpenAPI document. Do not edit. */

/** The names of all properties that are decimal numbers in the gateway's JSON, and texts here. */
export const DECIMALS: ReadonlySet<string> = new Set([
  "amount",
  "amountIn",
  "amountOut",
  "baseReserve",
  "executedAmountOut",
  "executedPrice",
  "fee",
  "minAmountOut",
  "orderUsdMax",
  "price",
  "quoteReserve",
  "quotedAmountOut",
  "quotedPrice",
  "share",
  "shortfallBps",
]);
