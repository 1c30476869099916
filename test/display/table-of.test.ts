import { tableFromArrays, vectorFromArray } from "apache-arrow";
import { desc, table } from "arquero";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { TABLE_LIMITS } from "../../src/display/table.js";
import { tableOf } from "../../src/display/table-of.js";

class Row {
  constructor(readonly id: number) {}
}
class Other {
  constructor(readonly id: number) {}
}
class State {
  constructor(readonly id: number) {}
  isDone(): boolean {
    return true;
  }
}

test("tableOf() takes an array of records, with the columns of all rows", () => {
  assert.equal(tableOf([{ a: 1 }, { b: "x", a: 2 }]), {
    columns: ["a", "b"],
    rows: [
      [1, undefined],
      [2, "x"],
    ],
    totalRows: 2,
    totalColumns: 2,
  });
});

const NO_TABLES: readonly [what: string, value: unknown][] = [
  ["an empty array", []],
  ["numbers", [1, 2]],
  ["a record beside a number", [{ a: 1 }, 2]],
  ["arrays", [[1], [2]]],
  ["dates", [new Date(), new Date()]],
  ["empty objects", [{}, {}]],
  ["one record", { a: 1 }],
  ["null", null],
  ["instances with methods", [new State(1), new State(2)]],
  ["instances of two classes", [new Row(1), new Other(1)]],
  ["an instance beside a record", [new Row(1), { id: 1 }]],
  ["errors", [new RangeError("x"), new RangeError("y")]],
];
for (const [what, value] of NO_TABLES) {
  test(`tableOf() takes ${what} for no table`, () => assert.is(tableOf(value), undefined));
}

test("tableOf() takes instances of a class that only holds data, as database clients give them", () => {
  assert.equal(tableOf([new Row(1), new Row(2)])?.rows, [[1], [2]]);
});

test("tableOf() reads a table of Apache Arrow, moments as dates", () => {
  const when = new Date("2026-01-02T03:04:05Z");
  const arrow = tableFromArrays({
    id: Int32Array.of(1, 2),
    name: ["a", null],
    big: BigInt64Array.of(1n, 2n),
    when: [when, null],
  });
  const expected = {
    columns: ["id", "name", "big", "when"],
    rows: [
      [1, "a", 1n, when],
      [2, null, 2n, null],
    ],
    totalRows: 2,
    totalColumns: 4,
  };
  assert.equal(tableOf(arrow), expected);
  assert.equal(tableOf(arrow.batches[0]), expected);
});

test("tableOf() shows the corner of a large Arrow table", () => {
  const arrow = tableFromArrays({ n: Int32Array.from({ length: 5000 }, (_, n) => n) });
  const shown = tableOf(arrow);
  assert.is(shown?.rows.length, TABLE_LIMITS.rows);
  assert.is(shown?.totalRows, 5000);
});

test("tableOf() takes an Arrow vector for a table of one column, named by its type", () => {
  assert.equal(tableOf(vectorFromArray(Float64Array.of(0.5, 1.5))), {
    columns: ["Float64"],
    rows: [[0.5], [1.5]],
    totalRows: 2,
    totalColumns: 1,
  });
});

test("tableOf() reads a data frame of arquero, filtered and sorted as it is", () => {
  const frame = table({ n: Array.from({ length: 500 }, (_, n) => n) });
  assert.is(tableOf(frame)?.totalRows, 500);
  assert.is(tableOf(frame)?.rows.length, TABLE_LIMITS.rows);
  assert.equal(tableOf(frame.filter((row: { n: number }) => row.n > 497).orderby(desc("n")))?.rows, [[499], [498]]);
});

test.run();
