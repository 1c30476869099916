import { inspect, isDeepStrictEqual } from "node:util";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Json } from "../../src/contracts/json.js";
import { SerializeError } from "../../src/result/serialize-error.js";
import { ValueSerializer } from "../../src/result/value-serializer.js";
import { randomFrom, randomValue } from "./random-value.js";

const serializer = new ValueSerializer();
const toText = (value: unknown): string => JSON.stringify(serializer.serialize(value));
const fromText = (text: string): unknown => serializer.deserialize(JSON.parse(text) as Json);
const reloaded = <T>(value: T): T => fromText(toText(value)) as T;

/** uvu takes 0 for -0; Node 20 takes two invalid Dates for different, which their whole text does not. */
function same(actual: unknown, expected: unknown): void {
  if (!isDeepStrictEqual(actual, expected)) assert.is(wholeText(actual), wholeText(expected));
}
const wholeText = (value: unknown): string => inspect(value, { depth: Number.POSITIVE_INFINITY, showHidden: true });

const cells = suite("ValueSerializer: value ↔ text");
const sparse: unknown[] = [1];
sparse[2] = 3;
const node = (text: string): string => `{"v":1,"root":[0],"nodes":[${text}]}`;
const slot = (text: string): string => `{"v":1,"root":${text},"nodes":[]}`;
const TABLE: readonly (readonly [what: string, value: unknown, text: string])[] = [
  ["null", null, slot("null")],
  ["undefined", undefined, slot('["undefined"]')],
  ["true", true, slot("true")],
  ["false", false, slot("false")],
  ["0", 0, slot("0")],
  ["-0", -0, slot('["-0"]')],
  ["a fraction", 0.1, slot("0.1")],
  ["NaN", Number.NaN, slot('["NaN"]')],
  ["Infinity", Number.POSITIVE_INFINITY, slot('["Infinity"]')],
  ["-Infinity", Number.NEGATIVE_INFINITY, slot('["-Infinity"]')],
  ["a big integer", 255n, slot('["bigint","ff"]')],
  ["a negative big integer", -255n, slot('["bigint","-ff"]')],
  ["an empty text", "", slot('""')],
  ["a lone surrogate", "a\ud800b", slot('"a\\ud800b"')],
  ["an empty object", {}, node("{}")],
  ["an object", { a: 1, b: undefined }, node('{"a":1,"b":["undefined"]}')],
  ["an own __proto__", JSON.parse('{"__proto__":1}'), node('{"__proto__":1}')],
  ["an object without prototype", Object.assign(Object.create(null), { a: 1 }), node('["Object","a",1]')],
  ["an array", [1, "a"], node('["Array",[1,"a"]]')],
  ["an array with holes", sparse, node('["Array",3,[0,1,2,3],[]]')],
  ["an array with names", Object.assign([1], { x: 2 }), node('["Array",1,[0,1],["x",2]]')],
  ["a Map", new Map<unknown, unknown>([["a", 1]]), node('["Map",["a",1]]')],
  ["a Set", new Set([1, "a"]), node('["Set",[1,"a"]]')],
  ["a Date", new Date(0), node('["Date",0]')],
  ["an invalid Date", new Date(Number.NaN), node('["Date",null]')],
  ["a RegExp", /a\/b/gi, node('["RegExp","a\\\\/b","gi"]')],
  ["a URL", new URL("https://a.example/b?c"), node('["URL","https://a.example/b?c"]')],
  ["an ArrayBuffer", new Uint8Array([1, 2]).buffer, node('["ArrayBuffer","AQI="]')],
  ["a Buffer", Buffer.from("ab"), node('["Buffer","YWI="]')],
  ["a DataView", new DataView(new Uint8Array([1, 2]).buffer), node('["DataView","AQI="]')],
  ["an Int8Array", new Int8Array([-1]), node('["Int8Array","/w=="]')],
  ["a Uint8Array", new Uint8Array([255]), node('["Uint8Array","/w=="]')],
  ["a Uint8ClampedArray", new Uint8ClampedArray([255]), node('["Uint8ClampedArray","/w=="]')],
  ["an Int16Array", new Int16Array([1]), node('["Int16Array","AQA="]')],
  ["a Uint16Array", new Uint16Array([1]), node('["Uint16Array","AQA="]')],
  ["an Int32Array", new Int32Array([1]), node('["Int32Array","AQAAAA=="]')],
  ["a Uint32Array", new Uint32Array([1]), node('["Uint32Array","AQAAAA=="]')],
  ["a Float32Array", new Float32Array([1]), node('["Float32Array","AACAPw=="]')],
  ["a Float64Array", new Float64Array([1]), node('["Float64Array","AAAAAAAA8D8="]')],
  ["a BigInt64Array", new BigInt64Array([1n]), node('["BigInt64Array","AQAAAAAAAAA="]')],
  ["a BigUint64Array", new BigUint64Array([1n]), node('["BigUint64Array","AQAAAAAAAAA="]')],
];
for (const [what, value, text] of TABLE) {
  cells(`serialize() writes ${what}`, () => assert.is(toText(value), text));
  cells(`deserialize() reads ${what}`, () => {
    const read = fromText(text);
    same(read, value);
    if (typeof value === "object" && value !== null)
      assert.is(Object.getPrototypeOf(read), Object.getPrototypeOf(value));
  });
}
cells.run();

const graphs = suite("ValueSerializer: graphs");
graphs("keeps cycles", () => {
  const value: { me?: unknown; map: Map<unknown, unknown> } = { map: new Map() };
  value.me = value;
  value.map.set(value.map, value);
  const read = reloaded(value);
  assert.is(read.me, read);
  assert.is(read.map.get(read.map), read);
});
graphs("keeps shared references shared", () => {
  const part = { a: 1 };
  const [first, second] = reloaded([part, part]);
  assert.is(first, second);
});
graphs("goes 200 000 levels deep", () => {
  let value: unknown[] = [];
  for (let level = 0; level < 200_000; level += 1) value = [value];
  let read = reloaded(value);
  let depth = 0;
  for (; read.length > 0; depth += 1) read = read[0] as unknown[];
  assert.is(depth, 200_000);
});
graphs("keeps views of one buffer on one buffer", () => {
  const buffer = new ArrayBuffer(32);
  const read = reloaded({ buffer, floats: new Float64Array(buffer, 8, 2), bytes: new Uint8Array(buffer, 4) });
  assert.is(read.floats.buffer, read.buffer);
  assert.is(read.floats.byteOffset, 8);
  read.bytes[4] = 255;
  assert.is.not(read.floats[0], 0);
});
graphs("keeps overlapping views overlapping, without the rest of their buffer", () => {
  const pool = new Uint8Array(1000).fill(7);
  const read = reloaded([pool.subarray(100, 104), pool.subarray(102, 110)]);
  assert.is(read[0]!.buffer, read[1]!.buffer);
  assert.ok(read[0]!.buffer.byteLength < 32);
  read[0]![2] = 9;
  assert.is(read[1]![0], 9);
});
graphs("stores of Node's buffer pool only the Buffer's own bytes", () => {
  assert.ok(toText([Buffer.from("a"), Buffer.from("b")]).length < 100);
});
graphs("leaves the value and the blob as they are", () => {
  const value = { list: [1, new Map([["a", { b: 1 }]])] };
  const before = inspect(value, { depth: 9 });
  const blob = serializer.serialize(value);
  const text = JSON.stringify(blob);
  const read = serializer.deserialize(blob) as { list: unknown[] };
  read.list.push("more");
  assert.is(JSON.stringify(blob), text);
  assert.is(inspect(value, { depth: 9 }), before);
});
for (let seed = 1; seed <= 300; seed += 1)
  graphs(`reloads the random value of seed ${seed}, and writes it the same way again`, () => {
    const value = randomValue(randomFrom(seed));
    const text = toText(value);
    same(fromText(text), value);
    assert.is(toText(fromText(text)), text);
  });
graphs.run();

const errors = suite("ValueSerializer: errors");
class HTTPError extends TypeError {
  override readonly name = "HTTPError";
  constructor(
    message: string,
    readonly status: number,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
class Unnamed extends RangeError {}
errors("keeps class name, message, stack, cause and own properties", () => {
  const error = new HTTPError("not there", 404, { cause: new Unnamed("deep") });
  const read = reloaded(error);
  assert.instance(read, TypeError);
  assert.is(read.constructor.name, "HTTPError");
  assert.is(read.name, "HTTPError");
  assert.is(read.message, "not there");
  assert.is(read.stack, error.stack);
  assert.is(read.status, 404);
  assert.equal(Object.keys(read), Object.keys(error));
  assert.instance(read.cause, RangeError);
  assert.is((read.cause as Error).constructor.name, "Unnamed");
  assert.is((read.cause as Error).name, "RangeError");
});
errors("keeps an AggregateError's errors", () => {
  const read = reloaded(new AggregateError([new Error("a"), "b"], "many"));
  assert.instance(read, AggregateError);
  assert.instance(read.errors[0], Error);
  assert.is(read.errors[1], "b");
});
errors("keeps an error that is its own cause", () => {
  const error = new Error("loop");
  error.cause = error;
  const read = reloaded(error);
  assert.is(read.cause, read);
});
errors("keeps what an abort and a failed file operation throw", async () => {
  const { readFile } = await import("node:fs/promises");
  const missing = await readFile("/no/such/file").catch((error: NodeJS.ErrnoException) => error);
  const read = reloaded(missing as NodeJS.ErrnoException);
  assert.is(read.code, "ENOENT");
  const aborted = reloaded(AbortSignal.abort().reason as DOMException);
  assert.instance(aborted, DOMException);
  assert.is(aborted.name, "AbortError");
});
errors("keeps an error without message, stack or cause apart from one with empty ones", () => {
  const bare = new Error();
  delete bare.stack;
  assert.equal(Object.getOwnPropertyNames(reloaded(bare)), []);
  assert.ok(Object.hasOwn(reloaded(new Error("x", { cause: undefined })), "cause"));
});
errors.run();

const refusals = suite("ValueSerializer.serialize() refuses");
class Socket {}
const REFUSED: readonly (readonly [value: unknown, message: string])[] = [
  [() => 1, "Cannot serialize result: function"],
  [Symbol("s"), "Cannot serialize result: symbol"],
  [{ rows: [1, 2, 3, { fn() {} }] }, "Cannot serialize result.rows[3].fn: function"],
  [{ "a b": { c: new Socket() } }, 'Cannot serialize result["a b"].c: instance of Socket'],
  [new Map([["k", [Symbol.iterator]]]), 'Cannot serialize result.get("k")[0]: symbol'],
  [new Map([[new Socket(), 1]]), "Cannot serialize result.key(Socket {}): instance of Socket"],
  [new Set([new Socket()]), "Cannot serialize result.item(Socket {}): instance of Socket"],
  [[new (class Rows extends Array {})()], "Cannot serialize result[0]: instance of Rows"],
  [{ p: Promise.resolve() }, "Cannot serialize result.p: promise (await it first)"],
  [{ m: new WeakMap() }, "Cannot serialize result.m: instance of WeakMap"],
  [{ [Symbol("s")]: 1 }, "Cannot serialize result: object with hidden or symbol keys"],
  [{ d: Object.assign(new Date(0), { x: 1 }) }, "Cannot serialize result.d: Date with properties of its own"],
  [new Uint8Array(new SharedArrayBuffer(1)), "Cannot serialize result: Uint8Array on shared memory"],
];
for (const [value, message] of REFUSED)
  refusals(message, () =>
    assert.throws(
      () => serializer.serialize(value),
      (error: unknown) => error instanceof SerializeError && error.message === message,
    ),
  );
refusals("a getter that throws, with its error as cause", () => {
  const value = Object.defineProperty({}, "x", {
    enumerable: true,
    get() {
      throw new Error("no");
    },
  });
  assert.throws(
    () => serializer.serialize({ a: value }),
    (error: unknown) =>
      error instanceof SerializeError && error.path === "result.a" && (error.cause as Error).message === "no",
  );
});
refusals.run();

const hostile = suite("ValueSerializer.deserialize() refuses");
const deep = "[".repeat(10_000) + "]".repeat(10_000);
const HOSTILE: readonly (readonly [what: string, text: string])[] = [
  ["null", "null"],
  ["a list", "[]"],
  ["no version", '{"root":1,"nodes":[]}'],
  ["another version", '{"v":3,"root":1,"nodes":[]}'],
  ["bytes that lie elsewhere", `{"v":2,"root":[0],"nodes":[["Buffer",{"sha256":"${"0".repeat(64)}","bytes":1}]]}`],
  ["no nodes", '{"v":1,"root":1}'],
  ["no root", '{"v":1,"nodes":[]}'],
  ["10 000 levels", slot(deep)],
  ["10 000 levels in a node", node(`{"a":${deep}}`)],
  ["a reference past the end", '{"v":1,"root":[5],"nodes":[{}]}'],
  ["a negative reference", '{"v":1,"root":[-1],"nodes":[{}]}'],
  ["a broken reference", '{"v":1,"root":[0.5],"nodes":[{}]}'],
  ["an unknown kind", node('["Function","return 1"]')],
  ["an inherited kind", node('["constructor"]')],
  ["an unknown value", slot('["eval"]')],
  ["an object as slot", slot("{}")],
  ["a number as node", node("1")],
  ["a huge index", node('["Array",4294967295,[4294967295,1],[]]')],
  ["a length beyond arrays", node('["Array",1e300,[],[]]')],
  ["a view longer than its buffer", '{"v":1,"root":[0],"nodes":[["Uint8Array",[1],0,1e9],["ArrayBuffer","AQI="]]}'],
  ["a view before its buffer", '{"v":1,"root":[0],"nodes":[["Uint8Array",[1],-1,1],["ArrayBuffer","AQI="]]}'],
  ["a view on no buffer", '{"v":1,"root":[0],"nodes":[["Uint8Array",[0],0,1]]}'],
  ["half an element", node('["Float64Array","AQI="]')],
  ["text that is not base64", node('["Buffer","%%%%"]')],
  ["a truncated base64", node('["Buffer","AQI"]')],
  ["a number with letters", slot('["bigint","0x1"]')],
  ["a malformed pattern", node('["RegExp","(","g"]')],
  ["a malformed address", node('["URL","nowhere"]')],
  ["an odd Map", node('["Map",["a"]]')],
  ["a Date of text", node('["Date","now"]')],
  ["an error without parts", node('["Error","Error"]')],
];
for (const [what, text] of HOSTILE)
  hostile(what, () =>
    assert.throws(
      () => fromText(text),
      (error: unknown) => error instanceof SyntaxError && /^Cannot deserialize value: /.test(error.message),
    ),
  );
hostile("any truncation of a text", () => {
  const text = toText({ a: [1, new Map([["x", Buffer.from("abc")]])], e: new Error("e") });
  for (let length = 0; length < text.length; length += 1) assert.throws(() => fromText(text.slice(0, length)));
});
hostile("random damage, or gives a value; never anything worse", () => {
  const random = randomFrom(7);
  const text = toText(randomValue(randomFrom(11), 6));
  for (let round = 0; round < 2000; round += 1) {
    const at = Math.floor(random() * text.length);
    const damaged = text.slice(0, at) + String.fromCharCode(32 + Math.floor(random() * 90)) + text.slice(at + 1);
    try {
      fromText(damaged);
    } catch (error) {
      assert.instance(error, SyntaxError);
    }
  }
});
hostile("to touch a prototype", () => {
  fromText(node('{"__proto__":[1],"constructor":[1]},{"polluted":true}'));
  fromText(node('["Object","__proto__",[1]],{"polluted":true}'));
  fromText(node('["Array",0,[],["__proto__",[1]]],{"polluted":true}'));
  fromText(node('["Error","__proto__","constructor",[],["__proto__",[1]]],{"polluted":true}'));
  assert.is(({} as { polluted?: boolean }).polluted, undefined);
  const read = fromText(node('{"__proto__":[1]},{"polluted":true}')) as { polluted?: boolean };
  assert.is(read.polluted, undefined);
});
hostile("to take memory for holes", () => {
  const before = process.memoryUsage().rss;
  const read = fromText(node('["Array",30000000,[],[]]')) as unknown[];
  assert.is(read.length, 30_000_000);
  assert.ok(process.memoryUsage().rss - before < 50_000_000);
});
hostile.run();
