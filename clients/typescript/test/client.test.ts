/** The client against the running gateway of TRADEWIND_URL, directly and through a proxy that cuts connections. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { Problem, Tradewind, Unreachable, type OrderEvent, type OrderRequest } from "@tradewind/client";
import { breakingProxy } from "./breaking_proxy.ts";

const url = process.env["TRADEWIND_URL"] ?? "http://127.0.0.1:3000";
const apiKey = process.env["TRADEWIND_API_KEY"];
const keyed = apiKey === undefined ? {} : { apiKey };
const tradewind = new Tradewind(url, keyed);
const ORDER: OrderRequest = { tokenIn: "SOL", tokenOut: "USDC", amountIn: "1.5", slippageBps: 100 };

function sequences(events: OrderEvent[]): number[] {
  return events.map((event) => event.sequence);
}

function upTo(last: number): number[] {
  return Array.from({ length: last }, (_, n) => n + 1);
}

async function all(events: AsyncIterable<OrderEvent>): Promise<OrderEvent[]> {
  const seen = [];
  for await (const event of events) seen.push(event);
  return seen;
}

test("an order is submitted once under its key, watched to its end, and read without a float", async () => {
  const idempotencyKey = randomUUID();
  const first = await tradewind.submit(ORDER, { idempotencyKey });
  const again = await tradewind.submit(ORDER, { idempotencyKey });
  assert.deepEqual([again.orderId, first.replayed, again.replayed], [first.orderId, false, true]);

  const events = await all(tradewind.watch(first.orderId));
  assert.deepEqual(sequences(events), upTo(events.length));
  const [pending, last] = [events[0], events.at(-1)];
  assert(pending?.status === "pending" && last?.status === "confirmed");
  assert.deepEqual([pending.details.amountIn, pending.details.amountInBaseUnits], ["1.5", "1500000000"]);
  assert.deepEqual(sequences(await all(tradewind.watch(first.orderId, { after: 3 }))), upTo(events.length).slice(3));
  assert.deepEqual(await all(tradewind.watch(first.orderId, { after: events.length })), []);
  assert.deepEqual(await tradewind.history(first.orderId, { after: 2 }), events.slice(2));

  const order = await tradewind.finish(first.orderId);
  assert.equal(order.executedAmountOut, last.details.amountOut);
  assert(order.executedAmountOut && order.executedAmountOutBaseUnits);
  const [whole, fraction = ""] = order.executedAmountOut.split(".");
  assert.equal(BigInt(whole + fraction.padEnd(6, "0")), BigInt(order.executedAmountOutBaseUnits));
  assert.equal(typeof order.attempts, "number");
});

test("an answer that is lost leaves one order", async () => {
  // The first two connections are cut before a byte of the answer comes: the gateway has stored the order by then.
  const proxy = await breakingProxy(url, (n) => (n <= 2 ? 0 : Infinity));
  const clientOrderId = `lost-${randomUUID()}`;
  const submitted = await new Tradewind(proxy.url, keyed).submit({ ...ORDER, clientOrderId });
  assert.deepEqual([submitted.replayed, submitted.idempotencyKey], [true, clientOrderId]);
  assert(proxy.connections() >= 3);
  const ids = [];
  for await (const order of tradewind.orders({ clientOrderId })) ids.push(order.orderId);
  assert.deepEqual(ids, [submitted.orderId]);
  await proxy.close();
});

test("a stream that breaks is resumed behind its last event", async () => {
  const { orderId } = await tradewind.submit(ORDER);
  const whole = await all(tradewind.watch(orderId));
  // Somewhere inside an event, each time somewhere else.
  const proxy = await breakingProxy(url, (n) => (n <= 4 ? 900 + 333 * n : Infinity));
  const events = await all(new Tradewind(proxy.url, keyed).watch(orderId));
  assert.deepEqual(events, whole);
  assert(proxy.connections() >= 3, `${proxy.connections()} connections`);
  await proxy.close();
});

test("many orders share a socket that is resumed behind the last event of each", async () => {
  // More than fit into one command; and with the usual limit of 100 a second the second batch has to wait.
  const batch = Array<OrderRequest>(80).fill(ORDER);
  const results = [...(await tradewind.batch(batch)), ...(await tradewind.batch(batch))];
  const ids = results.map((result) => ("order" in result ? result.order.orderId : assert.fail(result.problem.detail)));
  // Each connection carries more than the one before: tickets come through on connections of their own.
  const proxy = await breakingProxy(url, (n) => 20_000 * n);
  const seen = new Map<string, number[]>(ids.map((id) => [id, []]));
  const patient = { ...keyed, retry: { longestPauseMilliseconds: 100 } };
  for await (const event of new Tradewind(proxy.url, patient).watchMany(ids)) {
    seen.get(event.orderId)?.push(event.sequence);
  }
  for (const id of ids) {
    const { version } = await tradewind.order(id);
    assert.deepEqual(seen.get(id), upTo(version));
  }
  assert(proxy.connections() >= 4, `${proxy.connections()} connections`);
  await proxy.close();
  const [id = ""] = ids;
  const rest = await all(tradewind.watchMany(new Map([[id, 4]])));
  assert.deepEqual(sequences(rest), seen.get(id)?.slice(4));
});

test("a refusal is a problem with every mistake, and is not repeated", async () => {
  const proxy = await breakingProxy(url, () => Infinity);
  const wrong = { tokenIn: "SOL", tokenOut: "USDC", amountIn: "-1", slippageBps: 100_000 };
  await assert.rejects(new Tradewind(proxy.url, keyed).submit(wrong), (error) => {
    assert(error instanceof Problem);
    assert.deepEqual([error.status, error.code, error.retry], [422, "invalid_order", "never"]);
    assert.deepEqual(error.errors.map(({ pointer }) => pointer).sort(), ["/amountIn", "/slippageBps"]);
    return true;
  });
  assert.equal(proxy.connections(), 1);
  await proxy.close();
  const missing = "0199a1b2-0000-7000-8000-000000000001";
  const notFound = { name: "Problem", code: "order_not_found" };
  await assert.rejects(all(tradewind.watch(missing)), notFound);
  await assert.rejects(all(tradewind.watchMany([missing])), notFound);
});

test("an amount that is a float is refused before it is sent", async () => {
  const float = { ...ORDER, amountIn: 1.5 as unknown as string };
  await assert.rejects(tradewind.submit(float), { name: "TypeError", message: /amountIn is the number 1.5/ });
});

test("a gateway that is away is said so, with the key to submit again", async () => {
  const proxy = await breakingProxy(url, () => 0);
  const few = new Tradewind(proxy.url, { ...keyed, retry: { triesMax: 2, streamMillisecondsMax: 300 } });
  await assert.rejects(few.submit(ORDER, { idempotencyKey: "mine" }), (error) => {
    assert(error instanceof Unreachable);
    assert.equal(error.idempotencyKey, "mine");
    return true;
  });
  const { orderId } = await tradewind.submit(ORDER);
  await assert.rejects(all(few.watch(orderId)), { name: "Unreachable" });
  await assert.rejects(all(few.watchMany([orderId])), { name: "Unreachable" });
  await proxy.close();
});

test("streams end when they are left, and when their signal says so", async () => {
  const { orderId } = await tradewind.submit(ORDER);
  for (const events of [tradewind.watch(orderId), tradewind.watchMany([orderId])]) {
    for await (const event of events) {
      assert.equal(event.sequence, 1);
      break;
    }
  }
  const reason = new Error("enough");
  for (const follow of ["watch", "watchMany"] as const) {
    const stop = new AbortController();
    const events = follow === "watch" ? tradewind.watch(orderId, stop) : tradewind.watchMany([orderId], stop);
    await events.next();
    stop.abort(reason);
    await assert.rejects(async () => { for (;;) if ((await events.next()).done) return; }, reason);
  }
});

test("the rest of the gateway", async () => {
  assert((await tradewind.tokens()).some(({ symbol }) => symbol === "SOL"));
  const balance = await tradewind.airdrop("SOL", "0.000000001");
  assert((await tradewind.balances()).some(({ tokenMint }) => tokenMint === balance.tokenMint));
  assert.match(balance.amount, /^[0-9]+(\.[0-9]+)?$/);
  assert.equal((await tradewind.preview(ORDER)).order.amountIn, "1.5");
  assert.equal((await tradewind.quote({ tokenIn: "SOL", tokenOut: "USDC", amountIn: "2" })).amountIn, "2");
  const { orderId } = await tradewind.submit({ ...ORDER, scenario: "slow_quotes" });
  assert.equal((await tradewind.cancel(orderId)).orderId, orderId);
  assert.equal((await tradewind.finish(orderId)).status, "cancelled");
  assert.equal((await tradewind.explain(orderId)).orderId, orderId);
});
