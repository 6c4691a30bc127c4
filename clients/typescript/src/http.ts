/** Requests that are repeated. Each may be sent twice: it reads, it is the same done twice, or it carries a key. */
import { read, write } from "./json.ts";
import { Problem, UnexpectedAnswer, Unreachable, problemIn, retryAfter } from "./problems.ts";
import { Tries, type RetryPolicy } from "./retry.ts";

export interface Asked {
  readonly body?: unknown;
  readonly idempotencyKey?: string | undefined;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly signal?: AbortSignal | undefined;
}

/** What came back: the document, and the answer it was in. */
export interface Answered<T> {
  readonly document: T;
  readonly headers: Headers;
}

/** A proxy's words for a gateway that is away. */
const AWAY: ReadonlySet<number> = new Set([502, 503, 504]);

export class Http {
  readonly origin: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #policy: RetryPolicy;
  readonly #timeoutMilliseconds: number;

  constructor(origin: string, apiKey: string | undefined, policy: RetryPolicy, timeoutMilliseconds: number) {
    this.origin = origin;
    this.#headers = apiKey === undefined ? {} : { Authorization: `Bearer ${apiKey}` };
    this.#policy = policy;
    this.#timeoutMilliseconds = timeoutMilliseconds;
  }

  /** Send a request until it is answered for good. Throws Problem, Unreachable, UnexpectedAnswer, or the signal's reason. */
  async ask<T>(method: string, path: string, asked: Asked = {}): Promise<Answered<T>> {
    const { idempotencyKey: key, signal } = asked;
    const headers = { ...this.#headers, ...(key === undefined ? {} : { "Idempotency-Key": key }) };
    const init = asked.body === undefined
      ? { method, headers }
      : { method, headers: { ...headers, "Content-Type": "application/json" }, body: write(asked.body) };
    const url = this.origin + path + queryOf(asked.query ?? {});
    const tries = new Tries(this.#policy, "request", signal);
    for (;;) {
      const failed = await this.#once<T>(url, init, signal);
      if ("document" in failed) return failed;
      if (!(await tries.again(failed.waitMilliseconds))) {
        if (failed.cause instanceof Problem) throw failed.cause;
        throw new Unreachable(`${method} ${path} was not answered`, failed.cause, key);
      }
    }
  }

  /** Open a stream of server-sent events; it is read and resumed elsewhere. Throws Problem; network errors as they are. */
  async open(path: string, signal: AbortSignal): Promise<Response> {
    const answer = await fetch(this.origin + path, { headers: { ...this.#headers, Accept: "text/event-stream" }, signal });
    if (answer.ok) return answer;
    const problem = await problemIn(answer);
    if (problem) throw problem;
    throw new Error(`answered ${answer.status}`);
  }

  async #once<T>(
    url: string, init: RequestInit, signal: AbortSignal | undefined,
  ): Promise<Answered<T> | { cause: unknown; waitMilliseconds: number }> {
    signal?.throwIfAborted();
    const limit = AbortSignal.timeout(this.#timeoutMilliseconds);
    let answer: Response;
    let text: string;
    try {
      answer = await fetch(url, { ...init, signal: signal ? AbortSignal.any([signal, limit]) : limit });
      if (!answer.ok) return await failure(answer);
      text = await answer.text();
    } catch (cause) {
      signal?.throwIfAborted();
      if (cause instanceof Problem || cause instanceof UnexpectedAnswer) throw cause;
      return { cause, waitMilliseconds: 0 };
    }
    return { document: documentIn(text, url) as T, headers: answer.headers };
  }
}

/** Return a failure that another try may mend; throw one that stays. */
async function failure(answer: Response): Promise<{ cause: unknown; waitMilliseconds: number }> {
  const waitMilliseconds = retryAfter(answer);
  const problem = await problemIn(answer);
  // Whatever is repeated here is safe to repeat, so `with_key` is as good as `safe`.
  if (problem && problem.retry !== "never") return { cause: problem, waitMilliseconds };
  if (problem) throw problem;
  if (AWAY.has(answer.status)) return { cause: new Error(`answered ${answer.status}`), waitMilliseconds };
  throw new UnexpectedAnswer(`${answer.url} answered ${answer.status} without a problem document`);
}

function documentIn(text: string, url: string): unknown {
  try {
    return read(text);
  } catch (cause) {
    throw new UnexpectedAnswer(`${url} answered no JSON`, { cause });
  }
}

function queryOf(query: Readonly<Record<string, string | number | undefined>>): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  return given.length ? `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}` : "";
}
