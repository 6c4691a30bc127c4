/**
 * A user's program on the client that openapi-typescript and openapi-fetch make: it calls every operation of a gateway.
 *
 * Arguments: the gateway's address and a key of all scopes. It prints a line of JSON for each answer: what was asked, and
 * the status. tsc --strict reads this file; Node runs it as it stands, by taking the types away.
 */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import createClient from "openapi-fetch";
import type { components, paths } from "./api.ts";

type Order = components["schemas"]["Order"];
type OrderRequest = components["schemas"]["OrderRequest"];
type Problem = components["schemas"]["Problem"];
type Answer<T> = { data?: T; error?: Problem; response: Response };

const [url, key] = process.argv.slice(2);
assert(url && key, "arguments: the gateway's address and a key");
const ENDED: readonly Order["status"][] = ["confirmed", "failed", "cancelled"];
const END_MILLISECONDS = 20_000;

const client = createClient<paths>({ baseUrl: url, headers: { Authorization: `Bearer ${key}` } });
client.use({
  onResponse({ request, schemaPath, response }) {
    console.log(JSON.stringify({ method: request.method, path: schemaPath, status: response.status }));
  },
});

/** Return the typed document of an answer. */
async function good<T>(answer: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await answer;
  assert.equal(error, undefined);
  assert(data !== undefined, `${response.status}: no document`);
  return data;
}

/** Hold an answer to be a typed problem. */
async function refused(answer: Promise<Answer<unknown>>, status: number, code: string): Promise<void> {
  const { error, response } = await answer;
  assert(error, `${response.status}: no problem`);
  assert.deepEqual([response.status, error.status, error.code], [status, status, code]);
}

const byId = (order_id: string) => ({ params: { path: { order_id } } });

async function ended(orderId: string): Promise<Order> {
  const deadline = Date.now() + END_MILLISECONDS;
  for (;;) {
    const order = await good(client.GET("/api/orders/{order_id}", byId(orderId)));
    if (ENDED.includes(order.status)) return order;
    assert(Date.now() < deadline, `${orderId} has not ended: ${order.status}`);
    await sleep(50);
  }
}

/** Submit one order twice under one key, follow it to its end, and return its id. */
async function trade(): Promise<string> {
  const body: OrderRequest = {
    tokenIn: "SOL", tokenOut: "USDC", amountIn: "1.5", slippageBps: 100, venues: ["meteora"],
  };
  const understood = await good(client.POST("/api/orders/preview", { body }));
  assert.equal(understood.order.amountInBaseUnits, "1500000000");
  const params = { header: { "Idempotency-Key": randomUUID() } };
  const receipt = await good(client.POST("/api/orders/execute", { params, body }));
  const again = await good(client.POST("/api/orders", { params, body }));
  assert.equal(again.orderId, receipt.orderId);
  const order = await ended(receipt.orderId);
  assert.deepEqual([order.status, order.dex, order.quotes?.[0]?.venue], ["confirmed", "meteora", "meteora"]);
  const history = await good(client.GET("/api/orders/{order_id}/events", byId(order.orderId)));
  // Other answers to this path are server-sent events, and nothing at all.
  assert(history !== undefined && typeof history !== "string");
  const [first, last] = [history.events[0], history.events.at(-1)];
  assert(first?.status === "pending" && last?.status === "confirmed");
  // Told apart by `status`: without that, neither detail would be known here.
  assert.equal(first.details.amountInBaseUnits, "1500000000");
  assert.equal(last.details.amountOutBaseUnits, order.executedAmountOutBaseUnits);
  const explained = await good(client.GET("/api/orders/{order_id}/explain", byId(order.orderId)));
  assert(explained.attemptHistory.length > 0);
  return order.orderId;
}

/** Cancel an order in time, and one that has ended. */
async function cancel(tooLate: string): Promise<void> {
  const body: OrderRequest = { tokenIn: "SOL", tokenOut: "USDC", amountIn: "1", scenario: "slow_quotes" };
  const { orderId } = await good(client.POST("/api/orders/execute", { body }));
  const cancelled = await good(client.DELETE("/api/orders/{order_id}", byId(orderId)));
  assert.equal(cancelled.orderId, orderId);
  assert.equal((await ended(orderId)).status, "cancelled");
  await refused(client.DELETE("/api/orders/{order_id}", byId(tooLate)), 409, "too_late_to_cancel");
}

/** Submit a good order and a bad one at once, and find the good one in the list. */
async function batch(): Promise<void> {
  const clientOrderId = `generated-${randomUUID()}`;
  const orders: OrderRequest[] = [
    { tokenIn: "SOL", tokenOut: "USDC", amountIn: "1", clientOrderId },
    { tokenIn: "SOL", tokenOut: "SOL", amountIn: "1" },
  ];
  const { results } = await good(client.POST("/api/orders/batch", { body: { orders } }));
  const [accepted, wrong] = results;
  assert(accepted && "order" in accepted && wrong && "problem" in wrong);
  assert(wrong.problem.errors?.length);
  const page = await good(client.GET("/api/orders", { params: { query: { clientOrderId, pageSize: 10 } } }));
  assert.deepEqual(page.orders.map((order) => order.orderId), [accepted.order.orderId]);
}

/** Read the market and the wallet. */
async function market(): Promise<void> {
  const pair = { tokenIn: "SOL", tokenOut: "USDC", amountIn: "2" };
  const { quotes } = await good(client.POST("/api/quotes", { body: pair }));
  assert(BigInt(quotes[0]?.amountOutBaseUnits ?? 0) > 0n);
  const query = { ...pair, venues: ["raydium" as const] };
  const read = await good(client.GET("/api/quotes", { params: { query } }));
  assert(read.quotes.length && read.quotes.every(({ venue }) => venue === "raydium"));
  const { tokens } = await good(client.GET("/api/tokens"));
  assert(tokens.some((token) => token.symbol === "SOL"));
  assert((await good(client.GET("/api/pools", { params: { query: { token: "SOL" } } }))).pools.length);
  const now = await good(client.GET("/api/prices"));
  assert(typeof now !== "string" && now.prices.length);
  const given = await good(client.POST("/api/airdrop", { body: { token: "SOL", amount: "5" } }));
  assert.match(given.balance.amountBaseUnits, /^[0-9]+$/);
  assert((await good(client.GET("/api/balances"))).balances.length);
}

/** Read and change an account's limits, and take a ticket. */
async function accounts(): Promise<void> {
  const own = await good(client.GET("/api/account"));
  const params = { path: { account: own.accountId } };
  const body = { tradingState: "active", limits: { slippageBpsMax: 500 } } as const;
  const changed = await good(client.PATCH("/api/accounts/{account}", { params, body }));
  assert.equal(changed.limits.slippageBpsMax, 500);
  assert.equal((await good(client.GET("/api/accounts/{account}", { params }))).limits.slippageBpsMax, 500);
  assert((await good(client.POST("/api/ws-ticket"))).ticket);
}

/** Read the tables, the documents and the state of the parts. */
async function tables(): Promise<void> {
  const row = await good(client.GET("/problems/{code}", { params: { path: { code: "invalid_order" } } }));
  assert(typeof row !== "string");
  assert((await good(client.GET("/api/meta/errors"))).errors.some((error) => error.code === row.code));
  assert((await good(client.GET("/api/meta/lifecycle"))).transitions.length);
  assert((await good(client.GET("/api/meta/scenarios"))).scenarios.length);
  assert((await good(client.GET("/openapi.json", { params: { query: { aliases: true } } })))["paths"]);
  assert((await good(client.GET("/asyncapi.json")))["channels"]);
  assert.match(await good(client.GET("/docs", { parseAs: "text" })), /<html/);
  const asset = { params: { path: { asset: "swagger-ui.css" } }, parseAs: "text" } as const;
  assert(await good(client.GET("/docs/{asset}", asset)));
  assert.match(await good(client.GET("/metrics", { parseAs: "text" })), /tradewind_/);
  assert((await good(client.GET("/health"))).status);
  assert((await good(client.GET("/healthz"))).status);
  assert((await good(client.GET("/livez"))).status);
  assert((await good(client.GET("/readyz"))).checks);
  assert((await good(client.GET("/api/status"))).parts.gateway.state);
}

/** Ask for the paths that speak WebSocket alone: a client of HTTP hears so. */
async function sockets(): Promise<void> {
  await refused(client.GET("/api/orders/execute"), 426, "upgrade_required");
  await refused(client.GET("/api/stream"), 426, "upgrade_required");
  await refused(client.GET("/ws/orders/{order_id}", byId("any")), 426, "upgrade_required");
  await refused(client.GET("/api/orders/status/{order_id}", byId("any")), 426, "upgrade_required");
}

await cancel(await trade());
for (const part of [batch, market, accounts, tables, sockets]) await part();
