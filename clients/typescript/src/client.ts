/** The gateway as an object: one method for each thing it does. */
import type { components } from "./generated.ts";
import { Http } from "./http.ts";
import { readsNumbersAsTexts } from "./json.ts";
import { watchMany } from "./many.ts";
import { RETRY, type RetryPolicy } from "./retry.ts";
import { watch, type OrderEvent } from "./watch.ts";

type Schemas = components["schemas"];
export type Order = Schemas["Order"];
export type OrderSummary = Schemas["OrderSummary"];
export type OrderRequest = Schemas["OrderRequest"];

/** The gateway's word that an order is stored. `replayed`: it was there already, under the same key. */
export type Submitted = Schemas["Receipt"] & { idempotencyKey: string; replayed: boolean };

export interface Options {
  /** `tw_<id>_<secret>`, where the gateway asks for keys. */
  readonly apiKey?: string;
  /** How long one try of a request may take. */
  readonly timeoutMilliseconds?: number;
  /** Changes of how often and how long is repeated. */
  readonly retry?: Partial<RetryPolicy>;
}

/** Ends a call or a stream early: it throws the signal's reason. */
export interface Call {
  readonly signal?: AbortSignal;
}

export interface Filters {
  readonly status?: string;
  readonly token?: string;
  readonly clientOrderId?: string;
  readonly since?: string;
  readonly until?: string;
  readonly pageSize?: number;
}

/** A gateway. Any number of calls may run at once; there is nothing to close. */
export class Tradewind {
  readonly #http: Http;
  readonly #policy: RetryPolicy;
  readonly #keyed: boolean;

  /** Describe the gateway; nothing is sent yet. Throws TypeError for an address that is none, or an engine too old. */
  constructor(baseUrl = "http://127.0.0.1:3000", options: Options = {}) {
    const url = new URL(baseUrl);
    if (!/^https?:$/.test(url.protocol)) throw new TypeError(`${baseUrl}: an address such as http://127.0.0.1:3000`);
    if (!readsNumbersAsTexts()) {
      throw new TypeError("JSON.parse tells no text of numbers here: Node 22, Chromium 114, Firefox 135, Safari 18.4.");
    }
    this.#policy = { ...RETRY, ...options.retry };
    this.#keyed = options.apiKey !== undefined;
    const origin = (url.origin + url.pathname).replace(/\/+$/, "");
    this.#http = new Http(origin, options.apiKey, this.#policy, options.timeoutMilliseconds ?? 10_000);
  }

  /**
   * Submit an order once, however often the request must be sent.
   *
   * The key is the one given, else the order's `clientOrderId`, else a new one; it comes back with the answer, and in
   * Unreachable. Give one to be able to submit again after a crash of your own.
   */
  async submit(order: OrderRequest, options: Call & { idempotencyKey?: string } = {}): Promise<Submitted> {
    const idempotencyKey = options.idempotencyKey ?? order.clientOrderId ?? newKey();
    const asked = { body: order, idempotencyKey, signal: options.signal };
    const { document, headers } = await this.#http.ask<Schemas["Receipt"]>("POST", "/api/orders/execute", asked);
    return { ...document, idempotencyKey, replayed: headers.get("idempotent-replayed") === "true" };
  }

  /**
   * Submit up to 500 orders at once; return a result for each, in order, a refusal as its problem document.
   *
   * The key makes the whole batch safe to send again; an order's own `clientOrderId` goes first.
   */
  async batch(
    orders: readonly OrderRequest[], options: Call & { idempotencyKey?: string } = {},
  ): Promise<Schemas["BatchResult"][]> {
    const { idempotencyKey = newKey(), ...call } = options;
    const asked = { body: { orders }, idempotencyKey, ...call };
    return (await this.#ask<Schemas["BatchResults"]>("POST", "/api/orders/batch", asked)).results;
  }

  /** Return the route an order would take now; nothing is stored. */
  preview(order: OrderRequest, call: Call = {}): Promise<Schemas["Preview"]> {
    return this.#ask("POST", "/api/orders/preview", { body: order, ...call });
  }

  /** Return what every pool would pay, and the best route. */
  quote(pair: Schemas["QuoteRequest"], call: Call = {}): Promise<Schemas["QuoteAnswer"]> {
    return this.#ask("POST", "/api/quotes", { body: pair, ...call });
  }

  /** Return an order as it stands. */
  order(orderId: string, call: Call = {}): Promise<Order> {
    return this.#ask("GET", at(orderId), call);
  }

  /** Yield the account's orders, newest first, page by page as they are needed. */
  async *orders(filters: Filters = {}, call: Call = {}): AsyncGenerator<OrderSummary, void, undefined> {
    let pageToken: string | undefined;
    do {
      const asked = { query: { ...filters, pageToken }, ...call };
      const page: Schemas["OrderPage"] = await this.#ask("GET", "/api/orders", asked);
      yield* page.orders;
      pageToken = page.nextPageToken ?? undefined;
    } while (pageToken !== undefined);
  }

  /** Return the events so far, those behind the sequence `after`. */
  async history(orderId: string, options: Call & { after?: number } = {}): Promise<OrderEvent[]> {
    const { after = 0, ...call } = options;
    const history: Schemas["History"] = await this.#ask("GET", `${at(orderId)}/events`, { query: { after }, ...call });
    return history.events;
  }

  /** Yield an order's events, each once, in order, without a gap, from behind `after` to the last one. */
  watch(orderId: string, options: Call & { after?: number } = {}): AsyncGenerator<OrderEvent, void, undefined> {
    return watch(this.#http, this.#policy, orderId, options.after ?? 0, options.signal);
  }

  /**
   * Yield the events of up to 5,000 orders on one socket until each has ended, each order's in order.
   *
   * A map says behind which sequence each order goes on.
   */
  watchMany(
    orders: Iterable<string> | ReadonlyMap<string, number>, call: Call = {},
  ): AsyncGenerator<OrderEvent, void, undefined> {
    const after = orders instanceof Map ? orders : new Map([...(orders as Iterable<string>)].map((id) => [id, 0]));
    return watchMany(this.#http, this.#policy, after, this.#keyed, call.signal);
  }

  /** Return an order once it has ended. */
  async finish(orderId: string, call: Call = {}): Promise<Order> {
    for await (const _event of this.watch(orderId, call));
    return this.order(orderId, call);
  }

  /** Cancel an order and return it. Throws Problem `too_late_to_cancel`. */
  cancel(orderId: string, call: Call = {}): Promise<Order> {
    return this.#ask("DELETE", at(orderId), call);
  }

  /** Return why an order went as it did. */
  explain(orderId: string, call: Call = {}): Promise<Schemas["Explanation"]> {
    return this.#ask("GET", `${at(orderId)}/explain`, call);
  }

  /** Return what can be traded. */
  async tokens(call: Call = {}): Promise<Schemas["Token"][]> {
    return (await this.#ask<Schemas["TokenList"]>("GET", "/api/tokens", call)).tokens;
  }

  /** Return what the account's simulated wallet holds. */
  async balances(call: Call = {}): Promise<Schemas["Balance"][]> {
    return (await this.#ask<Schemas["BalanceList"]>("GET", "/api/balances", call)).balances;
  }

  /** Add whole tokens to the simulated wallet, once for a key; return the balance after it. */
  async airdrop(
    token: string, amount: string, options: Call & { idempotencyKey?: string } = {},
  ): Promise<Schemas["Balance"]> {
    const { idempotencyKey = newKey(), ...call } = options;
    const asked = { body: { token, amount }, idempotencyKey, ...call };
    return (await this.#ask<Schemas["Airdrop"]>("POST", "/api/airdrop", asked)).balance;
  }

  async #ask<T>(method: string, path: string, asked: Parameters<Http["ask"]>[2]): Promise<T> {
    return (await this.#http.ask<T>(method, path, asked)).document;
  }
}

function at(orderId: string): string {
  return `/api/orders/${encodeURIComponent(orderId)}`;
}

/** Return a key of 128 random bits. `crypto.randomUUID` is not there for pages that came without TLS. */
function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return `js-${[...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}
