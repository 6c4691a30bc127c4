/** Many orders on one socket of /api/stream, each resumed behind its last event after every break. */
import type { Http } from "./http.ts";
import { read } from "./json.ts";
import { Problem, StreamGap, Unreachable, type Violation } from "./problems.ts";
import { Tries, type RetryPolicy } from "./retry.ts";
import { MessageSocket } from "./socket.ts";
import { Position, TERMINAL, pauseOf, type OrderEvent } from "./watch.ts";

/** What a gateway takes on one socket, and what fits into one of its messages. */
export const ORDERS_MAX = 5_000;
const ORDERS_PER_COMMAND = 150;

type Refusal = { op: "error"; code: string; detail: string; retryable: boolean; orderId?: string; errors?: Violation[] };
type Frame =
  | (OrderEvent & { op?: undefined })
  | { op: "ended"; orderId: string; sequence: number }
  | { op: "subscribed" | "pong" }
  | Refusal;

/** Yield the events of the orders, each behind its sequence, until each has ended. Throws as `watch` does. */
export async function* watchMany(
  http: Http, policy: RetryPolicy, after: ReadonlyMap<string, number>, keyed: boolean, signal: AbortSignal | undefined,
): AsyncGenerator<OrderEvent, void, undefined> {
  if (after.size > ORDERS_MAX) throw new RangeError(`${after.size} orders: one socket follows at most ${ORDERS_MAX}.`);
  const left = new Map([...after].map(([orderId, last]) => [orderId.toLowerCase(), new Position(last)]));
  const patience = new Tries(policy, "stream", signal);
  while (left.size) {
    let cause: unknown;
    const opened = performance.now();
    const protocols = keyed ? await ticket(http, signal) : [];
    const commands = subscriptions(left);
    const address = http.origin.replace(/^http/, "ws") + "/api/stream";
    const socket = new MessageSocket(address, protocols, commands.shift() ?? "", signal);
    try {
      while (left.size) {
        const frame = read(await socket.next()) as Frame;
        signal?.throwIfAborted();
        if (frame.op === "subscribed") socket.send(commands.shift() ?? '{"op":"ping"}');
        else if (frame.op === "ended") end(left, frame.orderId, frame.sequence);
        else if (frame.op === "error") throw refused(frame);
        else if (frame.op === undefined && left.get(frame.orderId)?.takes(frame)) {
          patience.progress();
          if (TERMINAL.has(frame.status)) left.delete(frame.orderId);
          yield frame;
        }
      }
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof StreamGap || (error instanceof Problem && error.retry === "never")) throw error;
      cause = error;
    } finally {
      socket.close();
    }
    if (!left.size) return;
    patience.stood(performance.now() - opened);
    if (!(await patience.again(pauseOf(cause)))) throw new Unreachable("the orders cannot be watched", cause);
  }
}

/** A page cannot send a key with a WebSocket: a ticket goes along as a subprotocol, and opens one socket. */
async function ticket(http: Http, signal: AbortSignal | undefined): Promise<string[]> {
  const { document } = await http.ask<{ ticket: string }>("POST", "/api/ws-ticket", { signal });
  return ["tradewind.v1", `tradewind.ticket.${document.ticket}`];
}

function subscriptions(left: ReadonlyMap<string, Position>): string[] {
  const orders = [...left];
  const parts = [];
  for (let start = 0; start < orders.length; start += ORDERS_PER_COMMAND) {
    const part = orders.slice(start, start + ORDERS_PER_COMMAND);
    const known = part.filter(([, position]) => position.last).map(([orderId, position]) => [orderId, position.last]);
    const orderIds = part.map(([orderId]) => orderId);
    parts.push(JSON.stringify({ op: "subscribe", orderIds, after: Object.fromEntries(known) }));
  }
  return parts;
}

function end(left: Map<string, Position>, orderId: string, sequence: number): void {
  const position = left.get(orderId);
  if (position && sequence > position.last) throw new Error("the end came before the last event");
  left.delete(orderId);
}

function refused(frame: Refusal): Problem {
  const { code, detail, orderId, errors } = frame;
  return new Problem({
    code,
    detail,
    // A stream has no status of HTTP.
    status: 0,
    retry: frame.retryable ? "safe" : "never",
    ...(orderId === undefined ? {} : { orderId }),
    ...(errors === undefined ? {} : { errors }),
  });
}
