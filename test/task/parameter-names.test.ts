import { test } from "uvu";
import * as assert from "uvu/assert";
import { inputName, parameterNames } from "../../src/task/parameter-names.js";

const object = {
  method(url: string, limit: number) {
    return [url, limit];
  },
  async load(url: string) {
    return url;
  },
};
const cases: readonly [string, (...args: never[]) => unknown, readonly string[]][] = [
  ["an arrow function", (a: number, b: number) => a + b, ["a", "b"]],
  ["one bare parameter", (row: unknown) => row, ["row"]],
  ["none", () => 1, []],
  ["an async arrow function", async (url: string) => url, ["url"]],
  [
    "a function",
    function named(this: unknown, x: number) {
      return [this, x];
    },
    ["x"],
  ],
  [
    "a generator",
    function* (x: number) {
      yield x;
    },
    ["x"],
  ],
  ["defaults with commas and brackets", (a = [1, 2], b = ")", c = (d: number) => d) => [a, b, c], ["a", "b", "c"]],
  ["a pattern", ({ a, b }: { a: number; b: number }, c: number) => a + b + c, ["arg0", "c"]],
  ["a pattern with a default", ({ a }: { a?: number } = {}, [b]: number[] = []) => [a, b], ["arg0", "arg1"]],
  ["a rest", (first: number, ...rest: number[]) => [first, rest], ["first", "...rest"]],
  ["a method", object.method, ["url", "limit"]],
  ["an async method", object.load, ["url"]],
  ["a native function", Math.max, []],
  ["a bound function", ((a: number) => a).bind(null), []],
];
for (const [what, fn, names] of cases)
  test(`parameterNames() reads ${what}`, () => {
    assert.equal(parameterNames(fn), names);
  });

test("inputName() counts through a rest parameter", () => {
  assert.equal(
    [0, 1, 2].map((position) => inputName(["first", "...rest"], position)),
    ["first", "rest[0]", "rest[1]"],
  );
});
test("inputName() calls an argument without a parameter by its position", () => {
  assert.is(inputName(["a"], 3), "arg3");
});

test.run();
