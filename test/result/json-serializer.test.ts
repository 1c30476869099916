import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Json } from "../../src/contracts/json.js";
import { JSONSerializer } from "../../src/result/json-serializer.js";
import { SerializeError } from "../../src/result/serialize-error.js";

/** uvu calls what it is given: a class would accept every error. */
const is =
  (Class: new (...parts: never[]) => Error) =>
  (error: unknown): boolean =>
    error instanceof Class;

const serializer = new JSONSerializer();

const json = suite("JSONSerializer");
for (const text of ["null", "true", "0.5", '"a\\ud800"', "[]", "{}", '{"a":[1,{"b":null}],"__proto__":{"x":1}}'])
  json(`keeps ${text}`, () => {
    const blob = serializer.serialize(JSON.parse(text));
    assert.is(JSON.stringify(blob), text);
    assert.is(JSON.stringify(serializer.deserialize(blob)), text);
  });
const cycle: unknown[] = [];
cycle.push({ cycle });
const REFUSED: readonly (readonly [value: unknown, message: string])[] = [
  [undefined, "result: undefined"],
  [{ a: { b: undefined } }, "result.a.b: undefined"],
  [[Number.NaN], "result[0]: NaN"],
  [{ a: -0 }, "result.a: -0"],
  [[Number.POSITIVE_INFINITY], "result[0]: Infinity"],
  [1n, "result: bigint"],
  [{ f() {} }, "result.f: function"],
  [{ d: new Date(0) }, "result.d: instance of Date"],
  [[new Map()], "result[0]: instance of Map"],
  [Object.create(null), "result: object with a prototype of its own"],
  [cycle, "result[0].cycle: cycle"],
  [new Array(2), "result: array with holes or named properties"],
  [{ [Symbol("s")]: 1 }, "result: object with hidden or symbol keys"],
];
for (const [value, what] of REFUSED)
  json(`serialize() refuses ${what}`, () =>
    assert.throws(
      () => serializer.serialize(value),
      (error: unknown) => error instanceof SerializeError && error.message === `Cannot serialize ${what}`,
    ),
  );
json("takes one object in two places", () => {
  const part = { a: 1 };
  assert.equal(serializer.serialize([part, part]), [{ a: 1 }, { a: 1 }]);
});
json("refuses 10 000 levels in both directions without running out of stack", () => {
  const deep = JSON.parse("[".repeat(10_000) + "]".repeat(10_000)) as Json;
  assert.throws(() => serializer.serialize(deep), is(SerializeError));
  assert.throws(() => serializer.deserialize(deep), is(SyntaxError));
});
json("deserialize() leaves prototypes alone", () => {
  const read = serializer.deserialize(JSON.parse('{"__proto__":{"polluted":true}}')) as { polluted?: boolean };
  assert.is(read.polluted, undefined);
  assert.is(({} as { polluted?: boolean }).polluted, undefined);
});
json.run();
