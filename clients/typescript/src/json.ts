/** JSON as the gateway writes it, without floats: decimal numbers are read as their text, digit by digit. */
import { DECIMALS } from "./decimals.ts";

type Context = { source?: string };

/** Return whether this engine tells a reviver the text of a number: Node 21, Chromium 114, Firefox 135, Safari 18.4. */
export function readsNumbersAsTexts(): boolean {
  let told: string | undefined;
  JSON.parse("[1.10]", (_name: string, value: unknown, context?: Context) => {
    if (typeof value === "number") told = context?.source;
    return value;
  });
  return told === "1.10";
}

/** Read a document. Amounts and prices become texts, other numbers stay numbers. Throws SyntaxError. */
export function read(text: string): unknown {
  return JSON.parse(text, (name: string, value: unknown, context?: Context) =>
    typeof value === "number" && DECIMALS.has(name) ? context?.source : value,
  );
}

/** Write a body. Throws TypeError for an amount that is a number: it has lost digits before it comes here. */
export function write(body: unknown): string {
  return JSON.stringify(body, (name: string, value: unknown) => {
    if (DECIMALS.has(name) && (typeof value === "number" || typeof value === "bigint")) {
      throw new TypeError(`${name} is the ${typeof value} ${value}: write it as a text, such as "1.5".`);
    }
    return value;
  });
}
