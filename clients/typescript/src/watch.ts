/** One order's life by server-sent events, resumed behind the last event after every break. */
import type { components } from "./generated.ts";
import type { Http } from "./http.ts";
import { read } from "./json.ts";
import { Problem, StreamGap, Unreachable } from "./problems.ts";
import { Tries, type RetryPolicy } from "./retry.ts";

export type OrderEvent = components["schemas"]["Event"];

export const TERMINAL: ReadonlySet<string> = new Set(["confirmed", "failed", "cancelled"]);
/** The gateway sends something every 15 s; a connection that is silent for three times that is gone. */
export const SILENCE_MILLISECONDS = 45_000;
const GAPS_MAX = 3;

/** Keeps the sequence of one order, and tells what is new. */
export class Position {
  last: number;
  #gaps = 0;

  constructor(last: number) {
    this.last = last;
  }

  /** Return whether an event is new. Throws Error when one before it is missing, StreamGap when that happens again. */
  takes(event: OrderEvent): boolean {
    if (event.sequence <= this.last) return false;
    if (event.sequence > this.last + 1) {
      const told = `order ${event.orderId}: event ${event.sequence} came after ${this.last}`;
      this.#gaps += 1;
      throw this.#gaps >= GAPS_MAX ? new StreamGap(told) : new Error(told);
    }
    this.last = event.sequence;
    this.#gaps = 0;
    return true;
  }
}

/** Return how long the gateway asks to wait after a failure, in milliseconds. */
export function pauseOf(cause: unknown): number {
  return cause instanceof Problem ? cause.retryAfterMilliseconds : 0;
}

/** Yield each event once, in order, without a gap, until the last one. Throws Problem, Unreachable, StreamGap. */
export async function* watch(
  http: Http, policy: RetryPolicy, orderId: string, after: number, signal: AbortSignal | undefined,
): AsyncGenerator<OrderEvent, void, undefined> {
  const position = new Position(after);
  const patience = new Tries(policy, "stream", signal);
  for (;;) {
    let cause: unknown = new Error("the stream ended before the order");
    const opened = performance.now();
    try {
      for await (const event of events(http, orderId, position.last, signal)) {
        // What came before the signal may still wait here.
        signal?.throwIfAborted();
        if (event === "ended") return;
        if (!position.takes(event)) continue;
        patience.progress();
        yield event;
        if (TERMINAL.has(event.status)) return;
      }
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof StreamGap || (error instanceof Problem && error.retry === "never")) throw error;
      cause = error;
    }
    patience.stood(performance.now() - opened);
    if (!(await patience.again(pauseOf(cause)))) throw new Unreachable(`order ${orderId} cannot be watched`, cause);
  }
}

/** Yield what one connection says; `ended` when nothing will follow. */
async function* events(
  http: Http, orderId: string, after: number, signal: AbortSignal | undefined,
): AsyncGenerator<OrderEvent | "ended", void, undefined> {
  const gone = new AbortController();
  const silence = new Silence(() => gone.abort(new Error("the stream fell silent")));
  try {
    const path = `/api/orders/${encodeURIComponent(orderId)}/events?after=${after}`;
    const answer = await http.open(path, signal ? AbortSignal.any([signal, gone.signal]) : gone.signal);
    if (answer.status === 204 || answer.body === null) {
      yield "ended";
      return;
    }
    for await (const line of lines(answer.body, silence)) {
      if (line.startsWith("data:")) yield read(line.slice(5)) as OrderEvent;
    }
  } finally {
    silence.stop();
    gone.abort();
  }
}

async function* lines(body: ReadableStream<Uint8Array>, silence: Silence): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder();
  const reader = body.getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    // A line that was cut off is no event: it is asked for again.
    if (done) return;
    silence.heard();
    const parts = (rest + decoder.decode(value, { stream: true })).split("\n");
    rest = parts.pop() ?? "";
    yield* parts;
  }
}

/** Calls back once nothing was heard for long. */
export class Silence {
  readonly #fell: () => void;
  #timer: ReturnType<typeof setTimeout>;

  constructor(fell: () => void) {
    this.#fell = fell;
    this.#timer = setTimeout(fell, SILENCE_MILLISECONDS);
  }

  heard(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#fell, SILENCE_MILLISECONDS);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
