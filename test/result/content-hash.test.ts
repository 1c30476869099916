import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Json } from "../../src/contracts/json.js";
import { contentHash, hashValue } from "../../src/result/content-hash.js";
import { JSONSerializer } from "../../src/result/json-serializer.js";
import { ValueSerializer } from "../../src/result/value-serializer.js";
import { randomFrom, randomValue } from "./random-value.js";

const values = new ValueSerializer();
const reload = (value: unknown): unknown =>
  values.deserialize(JSON.parse(JSON.stringify(values.serialize(value))) as Json);

const hashes = suite("hashValue()");
hashes("contentHash() is SHA-256 of the text in UTF-8", () => {
  assert.is(contentHash("é"), "4a99557e4033c3539de2eb65472017cad5f9557f7a0625a09f1c3f6e2ba69c4c");
});
for (let seed = 1; seed <= 300; seed += 1)
  hashes(`is equal for the fresh and the reloaded value of seed ${seed}`, () => {
    const value = randomValue(randomFrom(seed));
    assert.type(hashValue(value), "string");
    assert.is(hashValue(reload(value)), hashValue(value));
  });
const shared = { a: 1 };
const ring = (): unknown => {
  const value: { me?: unknown } = {};
  value.me = value;
  return value;
};
const EQUAL: readonly (readonly [what: string, left: unknown, right: unknown])[] = [
  ["the order of keys", { a: 1, b: { c: 1, d: 2 } }, { b: { d: 2, c: 1 }, a: 1 }],
  ["one object in two places", [shared, shared], [{ a: 1 }, { a: 1 }]],
  ["where an error was made", new TypeError("x"), new TypeError("x")],
  ["two rings", ring(), ring()],
];
for (const [what, left, right] of EQUAL)
  hashes(`does not count ${what}`, () => assert.is(hashValue(left), hashValue(right)));
const DIFFERENT: readonly (readonly [left: unknown, right: unknown])[] = [
  [undefined, null],
  [0, -0],
  [0, "0"],
  [1, 1n],
  [{ a: undefined }, {}],
  [
    [1, 2],
    [2, 1],
  ],
  [
    [[1], 2],
    [1, [2]],
  ],
  [new Array(1), [undefined]],
  [["NaN"], Number.NaN],
  [
    new Map([
      ["a", 1],
      ["b", 2],
    ]),
    new Map([
      ["b", 2],
      ["a", 1],
    ]),
  ],
  [new Map([["a", "b"]]), new Set(["a", "b"])],
  [new Set([1, 2]), new Set([2, 1])],
  [new Date(0), 0],
  [new Date(Number.NaN), new Date(0)],
  [new Uint8Array([1]), Buffer.from([1])],
  [new Uint8Array([1]), new Int8Array([1])],
  [new TypeError("x"), new RangeError("x")],
  [new Error("x"), new Error("x", { cause: 1 })],
  [new Error("x"), Object.assign(new Error("x"), { code: 1 })],
  [/a/g, /a/i],
  ['a","b', ["a", "b"]],
  [{ "a,b": 1 }, { a: 1, b: 1 }],
];
for (const [index, [left, right]] of DIFFERENT.entries())
  hashes(`tells the pair ${index} apart`, () => assert.is.not(hashValue(left), hashValue(right)));
hashes("is equal for a value that only JSON kept", () => {
  const serializer = new JSONSerializer();
  const value = { rows: [shared, shared, { b: [1, "x", null] }] };
  assert.is(hashValue(serializer.deserialize(serializer.serialize(value))), hashValue(value));
});
for (const value of [
  () => 1,
  Symbol("s"),
  { f() {} },
  [new (class Socket {})()],
  { [Symbol("s")]: 1 },
  Promise.resolve(),
])
  hashes(`is null for ${String(Object.prototype.toString.call(value))} ${typeof value}`, () =>
    assert.is(hashValue(value), null),
  );
hashes("is null when reading the value fails", () => {
  const value = Object.defineProperty({}, "x", {
    enumerable: true,
    get() {
      throw new Error("no");
    },
  });
  assert.is(hashValue(value), null);
});
hashes("walks an object once, however often it is used, and any depth", () => {
  let wide: unknown = ["leaf"];
  for (let level = 0; level < 60; level += 1) wide = [wide, wide];
  let deep: unknown = [];
  for (let level = 0; level < 100_000; level += 1) deep = [deep];
  assert.type(hashValue([wide, deep]), "string");
});
hashes.run();
