/** A WebSocket as a sequence of messages: bounded, never silent for long, closed with the loop that reads it. */
import { Silence } from "./watch.ts";

/** More messages than this wait for nobody: the reader is too slow, and resumes on a socket of its own pace. */
const WAITING_MAX = 10_000;
const PING_MILLISECONDS = 15_000;

export class MessageSocket {
  readonly #socket: WebSocket;
  readonly #signal: AbortSignal | undefined;
  readonly #aborted = (): void => this.#end(new Error("aborted"));
  readonly #waiting: string[] = [];
  readonly #silence: Silence;
  readonly #pings: ReturnType<typeof setInterval>;
  #ended: Error | undefined;
  #wake: () => void = () => {};

  constructor(address: string, protocols: string[], first: string, signal: AbortSignal | undefined) {
    const socket = new WebSocket(address, protocols);
    this.#socket = socket;
    this.#silence = new Silence(() => this.#end(new Error("the socket fell silent")));
    this.#pings = setInterval(() => this.send('{"op":"ping"}'), PING_MILLISECONDS);
    socket.onopen = () => socket.send(first);
    socket.onmessage = (message) => this.#heard(String(message.data));
    socket.onclose = (close) => this.#end(new Error(`the socket closed with ${close.code} ${close.reason}`.trim()));
    this.#signal = signal;
    signal?.addEventListener("abort", this.#aborted);
    if (signal?.aborted) this.#aborted();
  }

  send(message: string): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(message);
  }

  /** Return the next message. Throws Error once the socket is gone and everything it said is read. */
  async next(): Promise<string> {
    for (;;) {
      const message = this.#waiting.shift();
      if (message !== undefined) return message;
      if (this.#ended) throw this.#ended;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  close(): void {
    this.#end(new Error("closed"));
  }

  #heard(message: string): void {
    if (this.#ended) return;
    this.#silence.heard();
    this.#waiting.push(message);
    if (this.#waiting.length > WAITING_MAX) this.#end(new Error(`${WAITING_MAX} messages were waiting to be read`));
    this.#wake();
  }

  #end(reason: Error): void {
    if (this.#ended) return;
    this.#ended = reason;
    this.#silence.stop();
    clearInterval(this.#pings);
    this.#signal?.removeEventListener("abort", this.#aborted);
    this.#socket.close();
    this.#wake();
  }
}
