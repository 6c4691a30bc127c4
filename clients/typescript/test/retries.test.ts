/** When the client sends again, against a gateway of the test's own that answers as it is told. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { Tradewind, type Options, type OrderRequest } from "@tradewind/client";

const ORDER: OrderRequest = { tokenIn: "SOL", tokenOut: "USDC", amountIn: "1" };
const RECEIPT = { orderId: "0199a1b2-0000-7000-8000-000000000001", status: "pending", wsUpgrade: "", links: {} };
const EVENT = { orderId: RECEIPT.orderId, status: "routing", details: { attempt: 1 }, timestamp: "" };

type Step = (answer: ServerResponse) => void;
interface Seen { key: string | undefined; at: number }

/** Run with a gateway that takes one step for each request, the last one again and again; return what it saw. */
async function against(steps: Step[], run: (tradewind: Tradewind) => Promise<void>, options: Options = {}): Promise<Seen[]> {
  const seen: Seen[] = [];
  const server = createServer((request: IncomingMessage, answer) => {
    const step = steps[Math.min(seen.length, steps.length - 1)];
    seen.push({ key: request.headers["idempotency-key"] as string | undefined, at: performance.now() });
    request.resume().on("end", () => step?.(answer));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    await run(new Tradewind(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, options));
  } finally {
    server.closeAllConnections();
    server.close();
  }
  return seen;
}

const taken: Step = (answer) => answer.writeHead(202, { "content-type": "application/json" }).end(JSON.stringify(RECEIPT));

function problem(status: number, retry: string, headers: Record<string, string> = {}): Step {
  const document = { code: `code_${status}`, status, title: "No", detail: "No.", retry, retryable: retry !== "never" };
  return (answer) =>
    answer.writeHead(status, { "content-type": "application/problem+json", ...headers }).end(JSON.stringify(document));
}

async function submits(tradewind: Tradewind): Promise<void> {
  assert.equal((await tradewind.submit(ORDER)).orderId, RECEIPT.orderId);
}

test("what may be repeated is sent again under the same key", async () => {
  const cut: Step = (answer) => answer.destroy();
  const proxy: Step = (answer) => answer.writeHead(502, { "content-type": "text/html" }).end("<h1>Bad gateway</h1>");
  const steps = [problem(503, "safe"), problem(500, "with_key"), problem(504, "with_key"), cut, proxy, taken];
  const seen = await against(steps, submits);
  assert.equal(seen.length, 6);
  assert.equal(new Set(seen.map(({ key }) => key)).size, 1);
  assert.match(seen[0]?.key ?? "", /^js-[0-9a-f]{32}$/);
});

test("an answer that takes too long is asked for again under the same key", async () => {
  const never: Step = () => undefined;
  const half: Step = (answer) => answer.writeHead(202, { "content-type": "application/json" }).write("{");
  const seen = await against([never, half, taken], submits, { timeoutMilliseconds: 200 });
  assert.equal(seen.length, 3);
  assert.equal(new Set(seen.map(({ key }) => key)).size, 1);
});

test("Retry-After is waited for in full, and not begun when it does not fit", async () => {
  const [first, second] = await against([problem(429, "safe", { "retry-after": "1" }), taken], submits);
  assert(first && second && second.at - first.at >= 990);
  const late = problem(429, "safe", { "retry-after": "3600" });
  const seen = await against([late, taken], async (tradewind) => {
    await assert.rejects(tradewind.submit(ORDER), { name: "Problem", status: 429, retryAfterMilliseconds: 3_600_000 });
  });
  assert.equal(seen.length, 1);
});

test("what will not get better is not sent again", async () => {
  const page: Step = (answer) => answer.writeHead(404, { "content-type": "text/html" }).end("<h1>Not here</h1>");
  const text: Step = (answer) => answer.writeHead(200, { "content-type": "text/html" }).end("<h1>Hello</h1>");
  for (const [step, name] of [[problem(422, "never"), "Problem"], [page, "UnexpectedAnswer"], [text, "UnexpectedAnswer"]] as const) {
    const seen = await against([step], (tradewind) => assert.rejects(tradewind.submit(ORDER), { name }));
    assert.equal(seen.length, 1);
  }
});

test("a number keeps every digit", async () => {
  const body = '{"amountOut":1.000000000000000001,"price":123456789012345678.9,"fee":0,"slot":7,"amountIn":2.50}';
  const step: Step = (answer) => answer.writeHead(200, { "content-type": "application/json" }).end(body);
  await against([step], async (tradewind) => {
    const quote = await tradewind.quote({ tokenIn: "SOL", tokenOut: "USDC", amountIn: "2.5" });
    const read = { amountOut: "1.000000000000000001", price: "123456789012345678.9", fee: "0", slot: 7, amountIn: "2.50" };
    assert.deepEqual({ ...quote }, read);
  });
});

test("an event that stays missing is said so, after it was asked for again", async () => {
  const skips: Step = (answer) => {
    answer.writeHead(200, { "content-type": "text/event-stream" });
    for (const sequence of [1, 3]) answer.write(`id: ${sequence}\ndata: ${JSON.stringify({ ...EVENT, sequence })}\n\n`);
    answer.end();
  };
  const got: number[] = [];
  const seen = await against([skips], async (tradewind) => {
    await assert.rejects(async () => {
      for await (const event of tradewind.watch(RECEIPT.orderId)) got.push(event.sequence);
    }, { name: "StreamGap" });
  });
  assert.deepEqual([got, seen.length], [[1], 3]);
});

test("an address that is none is refused at once", () => {
  assert.throws(() => new Tradewind("ftp://example.org"), TypeError);
  assert.throws(() => new Tradewind("localhost"), TypeError);
});
