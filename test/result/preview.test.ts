import { inspect } from "node:util";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { preview } from "../../src/result/preview.js";

const previews = suite("preview()");
const cycle: { me?: unknown } = {};
cycle.me = cycle;
const SHOWN: readonly (readonly [value: unknown, text: string])[] = [
  [undefined, "undefined"],
  [null, "null"],
  ["text", "'text'"],
  [[1, { a: new Map([["k", 1n]]) }], "[ 1, { a: Map(1) { 'k' => 1n } } ]"],
  [cycle, "<ref *1> { me: [Circular *1] }"],
  [
    {
      get x() {
        return 1;
      },
    },
    "{ x: [Getter] }",
  ],
  [Object.assign(new Array(2), { 1: 3 }), "[ <1 empty item>, 3 ]"],
];
for (const [value, text] of SHOWN) previews(`shows ${text}`, () => assert.is(preview(value), text));
const HUGE: readonly (readonly [what: string, value: unknown])[] = [
  ["a long text", "é".repeat(1_000_000)],
  ["many items", new Array(1_000_000).fill("item ".repeat(100))],
  ["many keys", Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`key${index}`, index]))],
  ["many bytes", Buffer.alloc(10_000_000)],
  ["many levels", JSON.parse(`${'{"a":'.repeat(5000)}1${"}".repeat(5000)}`)],
  ["many entries", new Map(Array.from({ length: 100_000 }, (_, index) => [index, index]))],
  ["a long message", new Error("m".repeat(100_000))],
];
for (const [what, value] of HUGE)
  previews(`shows ${what} in 2 KiB`, () => {
    const text = preview(value);
    assert.ok(text.length > 0 && Buffer.byteLength(text) <= 2048, String(Buffer.byteLength(text)));
  });
previews("says how much it leaves out", () => {
  assert.match(preview(new Array(1000).fill(0)), "… 980 more");
  assert.match(preview(Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`k${index}`, 0]))), "… 10 more");
});
const thrower = (): never => {
  throw new Error("no");
};
const FAILING: readonly (readonly [what: string, value: object])[] = [
  ["inspect", { [inspect.custom]: thrower }],
  ["toStringTag", Object.defineProperty({}, Symbol.toStringTag, { get: thrower })],
  ["a proxy", new Proxy({}, { get: thrower, ownKeys: thrower, getPrototypeOf: thrower })],
];
for (const [what, value] of FAILING)
  previews(`does not throw when ${what} does`, () => assert.type(preview({ value }), "string"));
previews.run();
