import { test } from "uvu";
import * as assert from "uvu/assert";
import { toCodePoints, toUnits } from "../../kernel/protocol/cursor.js";

const TABLE: [code: string, points: number, units: number][] = [
  ["abc", 0, 0],
  ["abc", 2, 2],
  ["abc", 3, 3],
  ["🎉abc", 1, 2],
  ["a🎉🎉b", 3, 5],
  ["a🎉🎉b", 4, 6],
  ["", 0, 0],
  ["é漢", 2, 2],
];
for (const [code, points, units] of TABLE)
  test(`${points} code points of ${JSON.stringify(code)} are ${units} UTF-16 units`, () => {
    assert.is(toUnits(code, points), units);
    assert.is(toCodePoints(code, units), points);
  });

test("toUnits() takes a cursor past the end for the end", () => assert.is(toUnits("a🎉", 99), 3));
test("toCodePoints() takes a cursor inside a pair for the place before it", () =>
  assert.is(toCodePoints("a🎉b", 2), 1));

test.run();
