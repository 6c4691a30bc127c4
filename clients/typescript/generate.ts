/**
 * Writes src/generated.ts and src/decimals.ts from an OpenAPI document of the gateway: a file, or the gateway's address.
 *
 *     npm run generate -- http://127.0.0.1:3000/openapi.json
 *
 * Decimal numbers become texts in the types, as json.ts reads them: a float of JavaScript would lose digits.
 */
import { readFile, writeFile } from "node:fs/promises";
import openapiTS, { astToString, type OpenAPI3 } from "openapi-typescript";
import ts from "typescript";

type Schema = { type?: string | string[]; properties?: Record<string, Schema>; items?: Schema };

const HEADER = "/* Made by generate.ts from the gateway's OpenAPI document. Do not edit. */\n";

const source = process.argv[2];
if (source === undefined) throw new Error("name the document: a file, or an address such as http://127.0.0.1:3000/openapi.json");
const text = source.startsWith("http") ? await (await fetch(source)).text() : await readFile(source, "utf8");
const document = JSON.parse(text) as OpenAPI3 & { components: { schemas: Record<string, Schema> } };

const decimals = new Set<string>();
const others = new Set<string>();
for (const schema of Object.values(document.components.schemas)) collect(schema);
const both = [...decimals].filter((name) => others.has(name));
if (both.length) throw new Error(`${both.join(", ")}: a name of a decimal number is the name of an integer as well`);

/** Return whether a schema, or one that it may be, has a type. */
function has(schema: Schema, type: string): boolean {
  const { anyOf = [], oneOf = [] } = schema as { anyOf?: Schema[]; oneOf?: Schema[] };
  return [schema.type ?? []].flat().includes(type) || [...anyOf, ...oneOf].some((one) => has(one, type));
}

/** Note the names of all properties that are decimal numbers, and of all that are integers. */
function collect(schema: unknown): void {
  if (schema === null || typeof schema !== "object") return;
  const { properties = {}, items } = schema as Schema;
  if (items && has(items, "number")) throw new Error("a list of decimal numbers: json.ts knows numbers by their names");
  for (const [name, member] of Object.entries(properties)) {
    if (has(member, "number")) decimals.add(name);
    if (has(member, "integer")) others.add(name);
  }
  Object.values(schema).forEach(collect);
}

const TEXT = ts.factory.createKeywordTypeNode(ts.SyntaxKind.StringKeyword);
const NULL = ts.factory.createLiteralTypeNode(ts.factory.createNull());

// Schemas alone: the paths are written by hand in client.ts.
const nodes = await openapiTS({ ...document, paths: {} }, {
  transform(schema) {
    const types = [(schema as Schema).type ?? []].flat();
    if (!types.includes("number")) return undefined;
    return types.includes("null") ? ts.factory.createUnionTypeNode([TEXT, NULL]) : TEXT;
  },
});
const names = [...decimals].sort().map((name) => `  "${name}",\n`).join("");
const about = "/** The names of all properties that are decimal numbers in the gateway's JSON, and texts here. */\n";
await writeFile(new URL("src/generated.ts", import.meta.url), HEADER + astToString(nodes));
await writeFile(
  new URL("src/decimals.ts", import.meta.url),
  `${HEADER}\n${about}export const DECIMALS: ReadonlySet<string> = new Set([\n${names}]);\n`,
);
