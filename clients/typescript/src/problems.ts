/** What can go wrong, as classes. Everything that the client throws about an exchange is a TradewindError. */
import type { components } from "./generated.ts";
import { read } from "./json.ts";

export type Retry = components["schemas"]["Retry"];
export type Violation = components["schemas"]["Violation"];
export type ProblemDocument = components["schemas"]["Problem"];

/** The parent of all errors of this client. */
export class TradewindError extends Error {
  override name = "TradewindError";
}

/** No answer, after every repetition. `cause` is the last failure. */
export class Unreachable extends TradewindError {
  override name = "Unreachable";
  /** The key of the submission or airdrop: the same body under it may be sent again, and counts once. */
  readonly idempotencyKey: string | undefined;

  constructor(message: string, cause: unknown, idempotencyKey?: string) {
    super(message, { cause });
    this.idempotencyKey = idempotencyKey;
  }
}

/** The answer is not one of Tradewind's: is the address right? */
export class UnexpectedAnswer extends TradewindError {
  override name = "UnexpectedAnswer";
}

/** An event is missing, and asking again did not bring it. */
export class StreamGap extends TradewindError {
  override name = "StreamGap";
}

/** The gateway refused. Switch on `code`; docs/errors.md lists them. */
export class Problem extends TradewindError {
  override name = "Problem";
  readonly code: string;
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  /** What the gateway says of a repeat: `safe`, safe `with_key`, or `never`. */
  readonly retry: Retry;
  /** Every mistake of the request, each with a pointer to its field. */
  readonly errors: readonly Violation[];
  readonly traceId: string | undefined;
  /** The order that the problem is about, or that may exist although the answer was lost. */
  readonly orderId: string | undefined;
  /** How long to wait before a repeat; 0 where the gateway names no time. */
  readonly retryAfterMilliseconds: number;
  /** The whole document, or what a stream said. */
  readonly document: Readonly<Partial<ProblemDocument>>;

  constructor(document: Partial<ProblemDocument> & { code: string; status: number }, retryAfterMilliseconds = 0) {
    super(document.detail ?? document.title ?? document.code);
    this.code = document.code;
    this.status = document.status;
    this.title = document.title ?? document.code;
    this.detail = document.detail ?? this.title;
    this.retry = document.retry ?? "never";
    this.errors = document.errors ?? [];
    this.traceId = document.traceId;
    this.orderId = document.orderId;
    this.retryAfterMilliseconds = retryAfterMilliseconds;
    this.document = document;
  }
}

/** Return the problem that an answer is, or undefined when it is none, as from a proxy. */
export async function problemIn(answer: Response): Promise<Problem | undefined> {
  if (!answer.headers.get("content-type")?.startsWith("application/problem+json")) return undefined;
  try {
    return new Problem(read(await answer.text()) as ProblemDocument, retryAfter(answer));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Return how long an answer asks to wait, in milliseconds. */
export function retryAfter(answer: Response): number {
  return Number(answer.headers.get("retry-after") ?? 0) * 1000 || 0;
}
