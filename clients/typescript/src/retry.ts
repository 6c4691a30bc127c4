/** When to send again, how long to wait before, and when to give up. */

/** How long the client repeats: requests by tries and time, streams by time without progress. */
export interface RetryPolicy {
  readonly triesMax: number;
  readonly millisecondsMax: number;
  readonly firstPauseMilliseconds: number;
  readonly longestPauseMilliseconds: number;
  readonly streamMillisecondsMax: number;
}

export const RETRY: RetryPolicy = {
  triesMax: 8,
  millisecondsMax: 30_000,
  firstPauseMilliseconds: 100,
  longestPauseMilliseconds: 3_000,
  streamMillisecondsMax: 60_000,
};

/** Wait, or throw the signal's reason as soon as it is aborted. */
export function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    signal?.addEventListener("abort", stop, { once: true });
  });
}

/** Pauses double from the first to the longest, each drawn between half of it and all of it. */
function pause(policy: RetryPolicy, failures: number): number {
  const doubled = policy.firstPauseMilliseconds * 2 ** Math.min(failures - 1, 30);
  return Math.min(doubled, policy.longestPauseMilliseconds) * (0.5 + Math.random() / 2);
}

/** The tries of one request, or the patience of one stream, whose progress starts the count anew. */
export class Tries {
  readonly #policy: RetryPolicy;
  readonly #triesMax: number;
  readonly #millisecondsMax: number;
  readonly #signal: AbortSignal | undefined;
  #failures = 0;
  #until = 0;

  constructor(policy: RetryPolicy, kind: "request" | "stream", signal?: AbortSignal) {
    this.#policy = policy;
    this.#triesMax = kind === "request" ? policy.triesMax : Infinity;
    this.#millisecondsMax = kind === "request" ? policy.millisecondsMax : policy.streamMillisecondsMax;
    this.#signal = signal;
    if (kind === "request") this.#until = performance.now() + this.#millisecondsMax;
  }

  /** Forget the failures of a stream. */
  progress(): void {
    this.#failures = 0;
  }

  /** Take a connection that stood for a quarter of the patience for progress: it may have had no event to send. */
  stood(milliseconds: number): void {
    if (milliseconds >= this.#millisecondsMax / 4) this.progress();
  }

  /** Count a failure; wait and return true when another try is due, else return false at once. */
  async again(retryAfterMilliseconds = 0): Promise<boolean> {
    if (this.#failures === 0 && this.#triesMax === Infinity) this.#until = performance.now() + this.#millisecondsMax;
    this.#failures += 1;
    const wait = Math.max(retryAfterMilliseconds, pause(this.#policy, this.#failures));
    if (this.#failures >= this.#triesMax || performance.now() + wait > this.#until) return false;
    await sleep(wait, this.#signal);
    return true;
  }
}
